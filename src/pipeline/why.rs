//! Why an output was made: which of the things that it is made from differed.

use serde::{Deserialize, Serialize};

use super::build_cache::InputHashes;
use crate::paths::SourcePath;

/// What had changed when an output was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RebuildReason {
    /// Nothing was remembered of it.
    New,
    /// The published file was not the one that was made.
    Gone,
    Changed {
        changes: Vec<InputChange>,
        /// Pages of which it shows something, and which changed.
        shown: Vec<SourcePath>,
    },
}

/// One of the things that an output is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputChange {
    Text,
    View,
    Templates,
    Site,
    Includes,
    Answers,
}

impl RebuildReason {
    /// What differs between two sets of parts.
    pub fn changed(before: &InputHashes, now: &InputHashes, shown: Vec<SourcePath>) -> Self {
        let pairs = [
            (InputChange::Text, before.text, now.text),
            (InputChange::View, before.view, now.view),
            (InputChange::Templates, before.templates, now.templates),
            (InputChange::Site, before.site, now.site),
            (InputChange::Includes, before.includes, now.includes),
            (InputChange::Answers, before.answers, now.answers),
        ];
        let changes = pairs
            .into_iter()
            .filter(|(_, before, now)| before != now)
            .map(|(change, ..)| change)
            .collect();
        RebuildReason::Changed { changes, shown }
    }
}

impl std::fmt::Display for InputChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            InputChange::Text => {
                "its own file, or the settings, defaults, kinds or components that it is read by"
            }
            InputChange::View => {
                "what it shows of other pages: titles, lists, links, the way around"
            }
            InputChange::Templates => "a template that it can come to",
            InputChange::Site => "what every page shows of the site: settings, words, kinds",
            InputChange::Includes => "a file that it includes",
            InputChange::Answers => "what its templates asked: other pages, data, assets",
        })
    }
}
