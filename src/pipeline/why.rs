//! Why an output was made: which of the things that it is made from differed.

use serde::{Deserialize, Serialize};

use super::memory::Parts;
use crate::paths::SourcePath;

/// What had changed when an output was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Nothing was remembered of it.
    New,
    /// The published file was not the one that was made.
    Gone,
    Changed {
        changes: Vec<Change>,
        /// Pages of which it shows something, and which changed.
        shown: Vec<SourcePath>,
    },
}

/// One of the things that an output is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Text,
    View,
    Templates,
    Site,
    Includes,
    Answers,
}

impl Why {
    /// What differs between two sets of parts.
    pub fn changed(before: &Parts, now: &Parts, shown: Vec<SourcePath>) -> Self {
        let pairs = [
            (Change::Text, before.text, now.text),
            (Change::View, before.view, now.view),
            (Change::Templates, before.templates, now.templates),
            (Change::Site, before.site, now.site),
            (Change::Includes, before.includes, now.includes),
            (Change::Answers, before.answers, now.answers),
        ];
        let changes = pairs
            .into_iter()
            .filter(|(_, before, now)| before != now)
            .map(|(change, ..)| change)
            .collect();
        Why::Changed { changes, shown }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Text => {
                "its own file, or the settings, defaults, kinds or components that it is read by"
            }
            Change::View => "what it shows of other pages: titles, lists, links, the way around",
            Change::Templates => "a template that it can come to",
            Change::Site => "what every page shows of the site: settings, words, kinds",
            Change::Includes => "a file that it includes",
            Change::Answers => "what its templates asked: other pages, data, assets",
        })
    }
}
