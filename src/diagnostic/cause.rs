//! Causes and consequences: a page that cannot be read makes every link to it a problem, too.
//!
//! Where a consequence is found, only the file is known from which it follows ([`Cause`]). When all
//! problems are known, [`resolve_causes`] looks for the error of that file. If it is reported, its
//! consequences wait for it: they stay in the list, with the cause, and people are shown only how
//! many there are. If the error is turned off or is a warning, the consequences are ordinary
//! problems.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Code, Diagnostic, Location, Severity};
use crate::paths::SourcePath;

/// What an error of a file keeps from working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CauseKind {
    /// The page cannot be read, so it is not published.
    UnreadPage,
    /// Another page has the address of the page, or its address is not valid.
    UnplacedPage,
    /// The settings cannot be read, so the default settings are used.
    UnreadSettings,
    /// The defaults of a folder cannot be read.
    UnreadDefaults,
}

/// The file with an error of its own from which a problem follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub kind: CauseKind,
    pub path: SourcePath,
    /// The code and the place of that error, if it is reported as an error.
    pub error: Option<(Code, Location)>,
}

impl Cause {
    pub fn new(kind: CauseKind, path: &SourcePath) -> Self {
        Self {
            kind,
            path: path.clone(),
            error: None,
        }
    }
}

/// The number of problems that follow from an error, by what they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    pub kind: CauseKind,
    pub links: usize,
    /// Published addresses that no longer exist.
    pub addresses: usize,
    pub others: usize,
}

impl Consequences {
    fn none(kind: CauseKind) -> Self {
        Self {
            kind,
            links: 0,
            addresses: 0,
            others: 0,
        }
    }

    fn count(&mut self, code: Code) {
        match code {
            Code::LinkToDraft | Code::BrokenLink | Code::BrokenAnchor => self.links += 1,
            Code::VanishedAddress | Code::VanishedAnchor => self.addresses += 1,
            _ => self.others += 1,
        }
    }

    /// Returns one sentence for each group of consequences, without a full stop.
    pub fn sentences(&self) -> Vec<String> {
        let (subject, condition) = match self.kind {
            CauseKind::UnreadPage => ("this page", "once it can be read"),
            CauseKind::UnplacedPage => ("this page", "once it has an address of its own"),
            CauseKind::UnreadSettings => ("these settings", "once they can be read"),
            CauseKind::UnreadDefaults => ("this file", "once it can be read"),
        };
        let is_page = matches!(self.kind, CauseKind::UnreadPage | CauseKind::UnplacedPage);
        let (leads, lead, works, work) = if is_page {
            ("leads to", "lead to", "works", "work")
        } else {
            (
                "may depend on",
                "may depend on",
                "is checked",
                "are checked",
            )
        };
        let sentence = |count: usize, one: String, several: String| match count {
            0 => None,
            1 => Some(one),
            _ => Some(several),
        };
        let Self {
            links,
            addresses,
            others,
            ..
        } = self;
        [
            sentence(
                *links,
                format!("1 link {leads} {subject}; it {works} {condition}"),
                format!("{links} links {lead} {subject}; they {work} {condition}"),
            ),
            sentence(
                *addresses,
                format!("1 published address may depend on {subject}; it is checked {condition}"),
                format!(
                    "{addresses} published addresses may depend on {subject}; they are checked {condition}"
                ),
            ),
            sentence(
                *others,
                "1 other problem may follow from this one, and waits until it is fixed".to_owned(),
                format!(
                    "{others} other problems may follow from this one, and wait until it is fixed"
                ),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Finds the error that each consequence follows from, and counts the consequences there. The
/// severities of the problems are final.
pub fn resolve_causes(problems: &mut [Diagnostic]) {
    if problems.iter().all(|problem| problem.cause.is_none()) {
        return;
    }
    let mut errors: HashMap<SourcePath, Vec<usize>> = HashMap::new();
    for (at, problem) in problems.iter().enumerate() {
        if let Some(place) = &problem.location
            && problem.cause.is_none()
            && problem.severity == Severity::Error
        {
            errors.entry(place.path.clone()).or_default().push(at);
        }
    }
    let mut counts: HashMap<usize, Consequences> = HashMap::new();
    for at in 0..problems.len() {
        let Some(cause) = &problems[at].cause else {
            continue;
        };
        let of_file = errors.get(&cause.path).map_or(&[][..], Vec::as_slice);
        let is_about_address = |at: &&usize| problems[**at].code == Code::AddressTaken;
        let found = match cause.kind {
            CauseKind::UnplacedPage => of_file.iter().find(is_about_address),
            _ => None,
        };
        let Some(error) = found.or(of_file.first()).copied() else {
            continue;
        };
        let (kind, code) = (cause.kind, problems[at].code);
        let of_error = problems[error].location.clone();
        let reference = of_error.map(|place| (problems[error].code, place));
        if let Some(cause) = &mut problems[at].cause {
            cause.error = reference;
        }
        counts
            .entry(error)
            .or_insert_with(|| Consequences::none(kind))
            .count(code);
    }
    for (at, consequences) in counts {
        problems[at].consequences = Some(Box::new(consequences));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_agree_in_number() {
        let sentences = |links, addresses, others| {
            Consequences {
                kind: CauseKind::UnreadPage,
                links,
                addresses,
                others,
            }
            .sentences()
        };
        assert_eq!(sentences(0, 0, 0), Vec::<String>::new());
        assert_eq!(
            sentences(1, 0, 0),
            ["1 link leads to this page; it works once it can be read"]
        );
        assert_eq!(
            sentences(5, 2, 0),
            [
                "5 links lead to this page; they work once it can be read",
                "2 published addresses may depend on this page; they are checked once it can be read"
            ]
        );
    }

    #[test]
    fn consequences_of_what_is_not_an_error_are_ordinary_problems() {
        let path = SourcePath::new("a.md").expect("inside");
        let error = Diagnostic::new(Code::BadYaml, "bad").at(Location::start_of(&path));
        let follows = Diagnostic::new(Code::LinkToDraft, "a link")
            .caused_by(Some(Cause::new(CauseKind::UnreadPage, &path)));
        let mut problems = vec![error.clone(), follows.clone()];
        resolve_causes(&mut problems);
        assert!(problems[1].is_consequence());
        assert_eq!(
            problems[0].consequences.as_ref().map(|all| all.links),
            Some(1)
        );
        let mut problems = vec![error.severity(Severity::Warning), follows];
        resolve_causes(&mut problems);
        assert!(!problems[1].is_consequence());
        assert_eq!(problems[0].consequences, None);
    }
}
