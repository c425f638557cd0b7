//! Equal problems in several places, for people: a link to the same missing target on ten lines is
//! one problem to fix.

use std::collections::HashMap;

use super::{Code, Diagnostic, Location, Severity};
use crate::paths::SourcePath;

/// The number of places that a sentence names.
const NAMED_MAX: usize = 5;

/// A problem, and the other places where it is.
#[derive(Debug)]
pub struct ProblemGroup<'a> {
    pub problem: &'a Diagnostic,
    pub others: Vec<&'a Location>,
}

/// What equal problems have in common. An old name is one problem of the whole site; any other
/// problem is one of its file.
type GroupKey<'a> = (Code, Severity, Option<&'a SourcePath>, &'a str);

fn key(problem: &Diagnostic) -> Option<GroupKey<'_>> {
    let place = problem.location.as_ref()?;
    let subject = problem.subject.as_deref()?;
    let path = (problem.code != Code::RenamedName).then_some(&place.path);
    Some((problem.code, problem.severity, path, subject))
}

/// Groups problems, in the order of the first of each group. Problems that follow from another one
/// are left out.
pub fn group_problems<'a>(
    problems: impl IntoIterator<Item = &'a Diagnostic>,
) -> Vec<ProblemGroup<'a>> {
    let mut groups: Vec<ProblemGroup> = Vec::new();
    let mut known: HashMap<GroupKey, usize> = HashMap::new();
    let own = problems
        .into_iter()
        .filter(|problem| !problem.is_consequence());
    for problem in own {
        let key = key(problem);
        if let Some(place) = &problem.location
            && let Some(at) = key.and_then(|key| known.get(&key))
        {
            groups[*at].others.push(place);
            continue;
        }
        known.extend(key.map(|key| (key, groups.len())));
        groups.push(ProblemGroup {
            problem,
            others: Vec::new(),
        });
    }
    groups
}

impl ProblemGroup<'_> {
    /// Returns remarks about other places and problems, each one sentence without a full stop.
    pub fn notes(&self) -> Vec<String> {
        let waiting = self.problem.consequences.iter();
        let mut notes: Vec<String> = waiting.flat_map(|all| all.sentences()).collect();
        notes.extend(self.others_note());
        notes.extend(match self.problem.repeated {
            0 => None,
            1 => Some("1 more page has this problem".to_owned()),
            more => Some(format!("{more} more pages have this problem")),
        });
        notes
    }

    fn others_note(&self) -> Option<String> {
        let path = self.problem.location.as_ref().map(|place| &place.path);
        let is_same_file = self.others.iter().all(|place| Some(&place.path) == path);
        let mut places: Vec<String> = if is_same_file {
            let mut lines: Vec<u32> = self.others.iter().map(|place| place.line).collect();
            lines.dedup();
            lines.iter().map(u32::to_string).collect()
        } else {
            self.others.iter().map(ToString::to_string).collect()
        };
        if places.len() > NAMED_MAX {
            let more = places.len() - NAMED_MAX + 1;
            places.truncate(NAMED_MAX - 1);
            places.push(format!("{more} more"));
        }
        let noun = match (is_same_file, places.len()) {
            (true, 1) => "on line ",
            (true, _) => "on lines ",
            (false, _) => "at ",
        };
        let last = places.pop()?;
        let first = match places.as_slice() {
            [] => String::new(),
            places => format!("{} and ", places.join(", ")),
        };
        Some(format!("the same problem is {noun}{first}{last}, too"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, line: u32, target: &str) -> Diagnostic {
        let path = SourcePath::new(path).expect("inside");
        let place = Location {
            line,
            ..Location::start_of(&path)
        };
        Diagnostic::new(Code::BrokenLink, "broken")
            .at(place)
            .about(target)
    }

    #[test]
    fn links_of_a_page_to_one_target_are_one_problem() {
        let mut problems = vec![
            link("a.md", 1, "x"),
            link("a.md", 2, "y"),
            link("b.md", 1, "x"),
        ];
        problems.extend([3, 4, 4].map(|line| link("a.md", line, "x")));
        let groups = group_problems(&problems);
        let counts: Vec<usize> = groups.iter().map(|group| group.others.len()).collect();
        assert_eq!(counts, [3, 0, 0]);
        assert_eq!(
            groups[0].notes(),
            ["the same problem is on lines 3 and 4, too"]
        );
    }

    #[test]
    fn many_places_are_counted() {
        let mut problems = vec![link("a.md", 1, "x")];
        problems.extend((2..20).map(|line| link("a.md", line, "x")));
        assert_eq!(
            group_problems(&problems)[0].notes(),
            ["the same problem is on lines 2, 3, 4, 5 and 14 more, too"]
        );
    }
}
