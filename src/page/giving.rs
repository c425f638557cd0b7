//! What pages say of the giving itself: whom a page contacts, how a reader answers, where it is talked about.

use std::collections::BTreeMap;

use super::compose::Composer;
use super::parts::say;
use super::view::{ContactView, Crumb, FeedbackReason, FeedbackView, SiteFeedback};
use crate::document::links::{Role, is_remote, origin};
use crate::settings::{FeedbackWay, Settings};
use crate::site::{PageId, SitePage};

/// Pages that are named beside a host.
const PAGES_NAMED: usize = 5;

/// What a reader can say was wrong.
const REASONS: [&str; 5] = ["outdated", "unclear", "missing", "wrong", "other"];

impl Composer {
    /// The other hosts that pages contact when they are opened, each with the pages that do; those that the settings let pages contact
    /// are listed whether or not a text makes use of it, since a template may.
    pub(super) fn contacts(&self) -> Vec<ContactView> {
        let mut contacts: BTreeMap<String, Vec<PageId>> = BTreeMap::new();
        for allowed in &self.site.settings().allow_origins {
            contacts.entry(origin(allowed).unwrap_or_else(|| allowed.clone())).or_default();
        }
        for (id, page) in self.site.pages().iter().enumerate() {
            let links = page.entry.links.iter().filter(|link| link.role == Role::Embed).map(|link| &link.target.value);
            let image = page.entry.meta.image.iter().map(|image| &image.src.value);
            for target in links.chain(image).filter(|target| is_remote(target)) {
                let pages = contacts.entry(origin(target).unwrap_or_else(|| target.clone())).or_default();
                if pages.last() != Some(&id) {
                    pages.push(id);
                }
            }
        }
        contacts
            .into_iter()
            .map(|(origin, pages)| ContactView {
                count: pages.len(),
                pages: pages.iter().take(PAGES_NAMED).map(|page| self.crumb(self.site.page(*page))).collect(),
                origin,
            })
            .collect()
    }

    fn crumb(&self, page: &SitePage) -> Crumb {
        Crumb { title: page.entry.title.clone(), href: self.href(&page.route) }
    }

    /// How a reader of this page says whether it helped.
    pub(super) fn feedback(&self, page: &SitePage) -> Option<FeedbackView> {
        let settings = self.site.settings();
        let way = settings.feedback_way()?;
        let language = self.site.language(page);
        let word = |key: &str| say(&self.words, language, key, &[]);
        let address = self.url(&page.route).unwrap_or_else(|| self.href(&page.route));
        // What all answers have in common is encoded once.
        let (title, address) = (encoded(&format!("{}: ", page.entry.title)), encoded(&format!("{address}\n")));
        let href = |answer: &str| {
            let answer = encoded(answer);
            way.href(&format!("{title}{answer}"), &format!("{address}{answer}%0A%0A"))
        };
        let reasons = REASONS.iter().map(|key| {
            let title = word(&format!("reason_{key}"));
            FeedbackReason { key: (*key).to_owned(), href: href(&title), title }
        });
        Some(FeedbackView {
            way: way.name(),
            action: way.endpoint().map(str::to_owned),
            host: way.host(),
            helped_href: href(&word("it_helped")),
            reasons: reasons.collect(),
        })
    }

    /// Where readers' answers go, for the page about privacy.
    pub(super) fn site_feedback(&self) -> Option<SiteFeedback> {
        self.site.settings().feedback_way().map(|way| SiteFeedback { way: way.name(), host: way.host() })
    }

    /// Where the page is talked about.
    pub(super) fn discuss_href(&self, page: &SitePage) -> Option<String> {
        let pattern = self.site.settings().discuss.as_ref()?;
        let address = self.url(&page.route).unwrap_or_else(|| self.href(&page.route));
        Some(pattern.replace("{url}", &encoded(&address)).replace("{title}", &encoded(&page.entry.title)))
    }
}

impl FeedbackWay {
    fn name(&self) -> &'static str {
        match self {
            FeedbackWay::Mail(_) => "mail",
            FeedbackWay::Issues(_) => "issues",
            FeedbackWay::Endpoint(_) => "form",
        }
    }

    fn endpoint(&self) -> Option<&str> {
        if let FeedbackWay::Endpoint(endpoint) = self { Some(endpoint) } else { None }
    }

    /// The host that a form is sent to.
    fn host(&self) -> Option<String> {
        Some(self.origin()?.rsplit("//").next()?.to_owned())
    }

    /// A link to a message that is written as far as it can be; a form needs none. Title and text are encoded.
    fn href(&self, title: &str, text: &str) -> Option<String> {
        match self {
            FeedbackWay::Mail(address) => Some(format!("mailto:{address}?subject={title}&body={text}")),
            FeedbackWay::Issues(address) => {
                let joint = if address.contains('?') { '&' } else { '?' };
                Some(format!("{address}{joint}title={title}&body={text}"))
            }
            FeedbackWay::Endpoint(_) => None,
        }
    }
}

impl Settings {
    /// The way that the settings state, else a mail to whom they name as contact.
    pub fn feedback_way(&self) -> Option<FeedbackWay> {
        let is_mail = |contact: &&String| contact.contains('@') && !contact.contains([' ', '/', ':']);
        self.feedback.clone().or_else(|| self.giving.contact.as_ref().filter(is_mail).cloned().map(FeedbackWay::Mail))
    }
}

/// Text in a query: all but what RFC 3986 calls unreserved is encoded.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_far_as_they_can_be() {
        let (title, text) = (encoded("A & B: x"), encoded("/a/\nx\n"));
        let href = |way: FeedbackWay| way.href(&title, &text).unwrap_or_default();
        assert_eq!(href(FeedbackWay::Mail("a@b.example".into())), "mailto:a@b.example?subject=A%20%26%20B%3A%20x&body=%2Fa%2F%0Ax%0A");
        assert!(href(FeedbackWay::Issues("https://a.example/new?label=x".into())).starts_with("https://a.example/new?label=x&title=A%20"));
        assert_eq!(href(FeedbackWay::Endpoint("https://a.example/".into())), "");
    }
}
