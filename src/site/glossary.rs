//! Checks across the glossary: no two pages explain the same word.

use std::collections::HashMap;

use super::SiteTables;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::glossary::words;
use crate::kind::Kinds;
use crate::paths::SourcePath;

/// Reports words that two published pages explain, at the later page.
pub fn check(tables: &SiteTables, kinds: &Kinds, problems: &mut Vec<Diagnostic>) {
    let mut explained: HashMap<String, &SourcePath> = HashMap::new();
    for (_, page) in tables.in_order() {
        for word in words(&page.entry, kinds) {
            let own = &page.entry.source;
            let first = *explained.entry(word.to_lowercase()).or_insert(own);
            if first != own {
                let place = page
                    .entry
                    .meta
                    .title
                    .as_ref()
                    .map_or_else(|| Location::start_of(own), |title| title.place.clone());
                let problem = Diagnostic::new(
                    Code::DuplicateTerm,
                    format!("`{word}` is already explained by {first}"),
                )
                .at(place);
                problems.push(
                    problem.help("explain it on one page only, or remove it from one `also:`"),
                );
            }
        }
    }
}
