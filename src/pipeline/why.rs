//! Why an output was made: which of its inputs changed.

use serde::{Deserialize, Serialize};

use super::build_cache::InputHashes;
use crate::paths::SourcePath;

/// The reason why an output was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RebuildReason {
    /// There was no record of it.
    New,
    /// The published file was missing or different.
    Gone,
    Changed {
        changes: Vec<InputChange>,
        /// Changed pages that the output shows something of.
        shown: Vec<SourcePath>,
    },
}

/// One of the inputs of an output.
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
    /// Compares two sets of inputs.
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
                "its own file, or the settings, defaults, kinds or components used to read it"
            }
            InputChange::View => "what it shows of other pages: titles, lists, links, navigation",
            InputChange::Templates => "a template that it may use",
            InputChange::Site => "what every page shows of the site: settings, translations, kinds",
            InputChange::Includes => "a file that it includes",
            InputChange::Answers => "what its templates looked up: other pages, data, assets",
        })
    }
}
