//! What pages say about the site and its readers: which hosts a page contacts, how readers answer,
//! where the page is discussed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::compose::Composer;
use super::parts::translate;
use super::view::{
    ContactView, CountingView, CrumbView, FeedbackAnswer, FeedbackAnswers, FeedbackView,
    SiteFeedbackView,
};
use crate::diagnostic::{Code, Severity};
use crate::document::links::{is_remote, origin};
use crate::escape;
use crate::fields::FieldItem;
use crate::settings::{FeedbackWay, Settings};
use crate::site::{PageId, SitePage};

/// The field for content of another site that is loaded or opened on a reader's request.
const EMBED: &str = "embed";

/// The pages that contact a host, by the host's origin.
type ContactedHosts = BTreeMap<String, BTreeSet<PageId>>;

/// The most pages that are named with a host.
const PAGES_NAMED: usize = 5;

/// The reasons a reader can give why a page did not help.
const REASONS: [&str; 5] = ["outdated", "unclear", "missing", "wrong", "other"];

impl Composer {
    /// The other hosts that pages contact when they are opened or when a reader asks for their
    /// content, each with those pages. Hosts that the settings allow are always listed, since a
    /// template may contact them.
    pub(super) fn contacts(&self) -> Vec<ContactView> {
        let (mut opened, mut clicked): (ContactedHosts, ContactedHosts) = Default::default();
        let origin_of = |address: &str| origin(address).unwrap_or_else(|| address.to_owned());
        let settings = self.site.settings();
        for allowed in &settings.allow_origins {
            opened.entry(origin_of(allowed)).or_default();
        }
        for (id, page) in self.site.pages_with_ids() {
            let meta = &page.entry.meta;
            let links = page
                .entry
                .links
                .iter()
                .filter(|link| link.role.is_embed())
                .map(|link| &link.target.value);
            let image = meta.image.iter().map(|image| &image.src.value);
            for target in links.chain(image).filter(|target| is_remote(target)) {
                opened.entry(origin_of(target)).or_default().insert(id);
            }
            let embedded = meta
                .fields
                .get(EMBED)
                .and_then(FieldItem::as_text)
                .filter(|address| settings.allows(address));
            if let Some(address) = embedded {
                clicked.entry(origin_of(address)).or_default().insert(id);
            }
        }
        let crumbs = |pages: Option<&BTreeSet<PageId>>| -> Vec<CrumbView> {
            pages
                .into_iter()
                .flatten()
                .take(PAGES_NAMED)
                .map(|page| self.crumb(self.site.page(*page)))
                .collect()
        };
        let origins: BTreeSet<&String> = opened.keys().chain(clicked.keys()).collect();
        let view = |origin: &String| ContactView {
            origin: origin.clone(),
            count: opened.get(origin).map_or(0, BTreeSet::len),
            pages: crumbs(opened.get(origin)),
            on_click: crumbs(clicked.get(origin)),
        };
        origins.into_iter().map(view).collect()
    }

    /// Who can count visitors. `has_contacts` says whether pages contact other hosts, or may.
    pub(super) fn visitor_counting(&self, has_contacts: bool) -> CountingView {
        let is_lowered = |checks: &BTreeMap<String, Severity>| {
            checks
                .get(Code::VisitorTracking.name())
                .is_some_and(|severity| *severity != Severity::Error)
        };
        let is_unchecked = is_lowered(&self.site.settings().checks)
            || self
                .site
                .pages()
                .any(|page| is_lowered(&page.entry.meta.checks));
        let by_scripts = self.sending_scripts.clone();
        CountingView {
            is_ruled_out: !has_contacts && !is_unchecked && by_scripts.is_empty(),
            by_hosts: has_contacts,
            by_scripts,
            is_unchecked,
        }
    }

    fn crumb(&self, page: &SitePage) -> CrumbView {
        CrumbView {
            title: page.entry.title.clone(),
            href: self.href(&page.route),
        }
    }

    /// How a reader of this page says whether it helped.
    pub(super) fn feedback(&self, page: &SitePage) -> Option<FeedbackView> {
        let way = self.site.settings().feedback_way()?;
        let address = self
            .url(&page.route)
            .unwrap_or_else(|| self.href(&page.route));
        Some(FeedbackView {
            way,
            title: encoded(&[&page.entry.title, ": "]),
            address: encoded(&[&address, "\n"]),
            answers: self.answers_in(self.site.language(page)),
        })
    }

    /// The answers that readers can choose from, in a language.
    fn answers_in(&self, language: &str) -> Arc<FeedbackAnswers> {
        let known = &self.found.feedback;
        if let Some(answers) = known
            .read()
            .expect("no holder of this lock panics")
            .get(language)
        {
            return Arc::clone(answers);
        }
        let answer = |key: &'static str, word: &str| {
            let title = translate(&self.words, language, word, &[]);
            FeedbackAnswer {
                key,
                encoded: encoded(&[&title]),
                title,
            }
        };
        let reasons = REASONS
            .iter()
            .map(|key| answer(key, &format!("reason_{key}")));
        let answers = Arc::new(FeedbackAnswers {
            helped: answer("helped", "it_helped"),
            reasons: reasons.collect(),
        });
        known
            .write()
            .expect("no holder of this lock panics")
            .insert(language.to_owned(), Arc::clone(&answers));
        answers
    }

    /// Where readers' answers go, for the privacy page.
    pub(super) fn site_feedback(&self) -> Option<SiteFeedbackView> {
        self.site
            .settings()
            .feedback_way()
            .map(|way| SiteFeedbackView {
                way: way.name(),
                host: way.host(),
            })
    }

    /// The address where the page is discussed.
    pub(super) fn discuss_href(&self, page: &SitePage) -> Option<String> {
        let pattern = self.site.settings().discuss.as_ref()?;
        let address = self
            .url(&page.route)
            .unwrap_or_else(|| self.href(&page.route));
        Some(
            pattern
                .replace("{url}", &encoded(&[&address]))
                .replace("{title}", &encoded(&[&page.entry.title])),
        )
    }
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

/// Encodes the pieces of a text for a query.
fn encoded(pieces: &[&str]) -> String {
    let mut encoded = String::with_capacity(pieces.iter().map(|piece| piece.len() * 2).sum());
    for piece in pieces {
        escape::percent_into(&mut encoded, piece, escape::UNRESERVED);
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_far_as_they_can_be() {
        let (title, text) = (encoded(&["A & B", ": x"]), encoded(&["/a/\nx\n"]));
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
