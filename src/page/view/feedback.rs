//! What pages say about readers' answers and about the hosts that pages contact.

use std::sync::Arc;

use serde::Serialize;

use super::parts::CrumbView;
use crate::settings::{FeedbackWay, Settings};

/// How readers say whether a page helped: the start of a message, and the answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FeedbackView {
    pub way: FeedbackWay,
    /// The page's title and address, encoded for a query.
    pub title: String,
    pub address: String,
    pub answers: Arc<FeedbackAnswers>,
}

/// The answers that a reader can choose from, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FeedbackAnswers {
    pub helped: FeedbackAnswer,
    /// The reasons why a page did not help.
    pub reasons: Vec<FeedbackAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FeedbackAnswer {
    pub key: &'static str,
    pub title: String,
    /// The title, encoded for a query.
    pub encoded: String,
}

/// Another host that pages contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ContactView {
    pub origin: String,
    /// The number of pages whose text contacts the host. `pages` has the first of them.
    pub count: usize,
    pub pages: Vec<CrumbView>,
    /// The pages that contact the host once a reader asks for its content.
    pub on_click: Vec<CrumbView>,
}

/// Who can count visitors, as far as the pages show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CountingView {
    /// Whether nothing on the pages can count them.
    pub is_ruled_out: bool,
    /// Whether pages contact other hosts, which can count visitors.
    pub by_hosts: bool,
    /// The site's own scripts that can send data.
    pub by_scripts: Vec<String>,
    /// Whether the check for visitor counters is off, or not an error, for the site or a page.
    pub is_unchecked: bool,
}

impl FeedbackView {
    /// A link to a message with this answer, or `None` if a form sends it.
    pub fn href(&self, answer: &FeedbackAnswer) -> Option<String> {
        let (title, address, answer) = (
            self.title.as_str(),
            self.address.as_str(),
            answer.encoded.as_str(),
        );
        self.way
            .href(&[title, answer], &[address, answer, "%0A%0A"])
    }
}

impl FeedbackWay {
    pub fn name(&self) -> &'static str {
        match self {
            FeedbackWay::Mail(_) => "mail",
            FeedbackWay::Issues(_) => "issues",
            FeedbackWay::Endpoint(_) => "form",
        }
    }

    pub fn endpoint(&self) -> Option<&str> {
        if let FeedbackWay::Endpoint(endpoint) = self {
            Some(endpoint)
        } else {
            None
        }
    }

    /// The host that the form sends to.
    pub fn host(&self) -> Option<String> {
        Some(self.origin()?.rsplit("//").next()?.to_owned())
    }

    /// A link to a prepared message, or `None` if a form sends it. Title and text are encoded
    /// already.
    fn href(&self, title: &[&str], text: &[&str]) -> Option<String> {
        let before = match self {
            FeedbackWay::Mail(address) => ["mailto:", address, "?subject="],
            FeedbackWay::Issues(address) => [
                address.as_str(),
                if address.contains('?') { "&" } else { "?" },
                "title=",
            ],
            FeedbackWay::Endpoint(_) => return None,
        };
        Some([&before, title, &["&body="], text].concat().concat())
    }
}

impl Settings {
    /// The channel that the settings state, or else mail to their contact.
    pub fn feedback_way(&self) -> Option<FeedbackWay> {
        let is_mail =
            |contact: &&String| contact.contains('@') && !contact.contains([' ', '/', ':']);
        self.feedback.clone().or_else(|| {
            self.giving
                .contact
                .as_ref()
                .filter(is_mail)
                .cloned()
                .map(FeedbackWay::Mail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::query_text::query_encoded;

    #[test]
    fn messages_are_written_as_far_as_they_can_be() {
        let (title, text) = (
            query_encoded(&["A & B", ": x"]),
            query_encoded(&["/a/\nx\n"]),
        );
        let href = |way: FeedbackWay| way.href(&[&title], &[&text]).unwrap_or_default();
        assert_eq!(
            href(FeedbackWay::Mail("a@b.example".into())),
            "mailto:a@b.example?subject=A%20%26%20B%3A%20x&body=%2Fa%2F%0Ax%0A"
        );
        assert!(
            href(FeedbackWay::Issues("https://a.example/new?label=x".into()))
                .starts_with("https://a.example/new?label=x&title=A%20")
        );
        assert_eq!(href(FeedbackWay::Endpoint("https://a.example/".into())), "");
    }
}
