//! Published files whose paths differ only in letter case or in Unicode composition (NFC or NFD).
//! macOS, Windows and some hosts treat such paths as equal, so one file would replace the other.

use std::collections::HashMap;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::OutputKind;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::paths::{OutputPath, SourcePath};

/// A path as those systems compare it; `None` if it is already in that form.
fn folded(path: &str) -> Option<String> {
    // Nearly all paths are slugs.
    if !path
        .bytes()
        .any(|byte| byte.is_ascii_uppercase() || byte >= 0x80)
    {
        return None;
    }
    let folded: String = path.nfc().flat_map(char::to_lowercase).nfc().collect();
    (folded != path).then_some(folded)
}

/// One problem for each output whose name another output also has. `all` is sorted by path; `cause`
/// describes an output and returns the file it comes from.
pub(super) fn find(
    all: &[(OutputPath, OutputKind)],
    cause: impl Fn(&OutputKind) -> (String, Option<SourcePath>),
) -> Vec<Diagnostic> {
    let odd: Vec<(usize, String)> = all
        .par_iter()
        .enumerate()
        .filter_map(|(index, (path, _))| Some((index, folded(path.as_str())?)))
        .collect();
    let mut by_folded: HashMap<&str, usize> = HashMap::with_capacity(odd.len());
    let plain = |path: &str| {
        all.binary_search_by(|(other, _)| other.as_str().cmp(path))
            .ok()
    };
    let mut problems = Vec::new();
    for (index, name) in &odd {
        let first = plain(name).or_else(|| by_folded.get(name.as_str()).copied());
        match first {
            Some(first) => problems.push(problem((&all[first], &all[*index]), &cause)),
            None => drop(by_folded.insert(name, *index)),
        }
    }
    for (index, name) in &odd {
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        // A file in the place of a folder with the same name, or the reverse.
        let file = folders
            .clone()
            .find_map(|folder| plain(folder).or_else(|| by_folded.get(folder).copied()));
        let is_in_it = |file: &usize| {
            !all[*index]
                .0
                .as_str()
                .starts_with(&format!("{}/", all[*file].0))
        };
        let below = all.partition_point(|(path, _)| path.as_str() < format!("{name}/").as_str());
        let inside = all
            .get(below)
            .is_some_and(|(path, _)| path.as_str().starts_with(&format!("{name}/")))
            .then_some(below);
        if let Some(other) = file.filter(is_in_it).or(inside) {
            problems.push(problem((&all[other], &all[*index]), &cause));
        }
    }
    problems
}

fn problem(
    ((one, one_maker), (other, other_maker)): (
        &(OutputPath, OutputKind),
        &(OutputPath, OutputKind),
    ),
    cause: impl Fn(&OutputKind) -> (String, Option<SourcePath>),
) -> Diagnostic {
    let ((one_name, one_source), (other_name, other_source)) =
        (cause(one_maker), cause(other_maker));
    let composed = |path: &OutputPath| path.as_str().nfc().collect::<String>();
    let how = if composed(one) == composed(other) {
        "Unicode composition"
    } else {
        "letter case"
    };
    let differ = match one.as_str().matches('/').count() == other.as_str().matches('/').count() {
        true => format!("which differ only in {how}"),
        false => format!("where a file and a folder differ only in {how}"),
    };
    let message =
        format!("{one_name} and {other_name} are published as {one} and {other}, {differ}");
    let problem = Diagnostic::new(Code::UnportableName, message)
        .help("rename one of the two; many disks and some hosts treat the names as equal");
    match (one_source, other_source) {
        (Some(one), Some(other)) if one != other => {
            problem.at(Location::start_of(&other)).with_related(
                Location::start_of(&one),
                "this is published under the same name",
            )
        }
        (Some(source), _) | (_, Some(source)) => problem.at(Location::start_of(&source)),
        (None, None) => problem,
    }
}
