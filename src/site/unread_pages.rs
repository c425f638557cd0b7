//! Pages that cannot be read, and what their texts may name.
//!
//! While a page cannot be read, nobody knows its title, its address or what it links to. Another
//! page without links to it, a file that no page shows or a link to an unknown address is then
//! perhaps no problem, if the text of the unread page contains that name.

use std::sync::Arc;

use super::{Site, SiteParts};
use crate::diagnostic::{Cause, CauseKind};
use crate::link_target::ParsedTarget;
use crate::paths::SourcePath;

/// The files of pages that cannot be read.
pub(super) fn sources(parts: &SiteParts) -> Vec<SourcePath> {
    let broken = parts.entries.iter().filter(|entry| entry.is_broken);
    broken.map(|entry| entry.source.clone()).collect()
}

/// The pages of a site that cannot be read. There are rarely any.
#[derive(Clone, Debug, Default)]
pub struct UnreadPages(Vec<UnreadPage>);

#[derive(Clone, Debug)]
struct UnreadPage {
    source: SourcePath,
    /// The whole file in lower case.
    text: Arc<str>,
}

impl UnreadPages {
    /// Collects the unread pages of a site. `text` returns a file's text in lower case.
    pub fn of(site: &Site, text: impl Fn(&SourcePath) -> Option<Arc<str>>) -> Self {
        let pages = site.tables.unread.iter().filter_map(|source| {
            Some(UnreadPage {
                source: source.clone(),
                text: text(source)?,
            })
        });
        Self(pages.collect())
    }

    /// The first page whose text contains one of these names.
    pub fn mentioning<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Cause> {
        if self.0.is_empty() {
            return None;
        }
        let names: Vec<String> = names.into_iter().map(str::to_lowercase).collect();
        let page = self
            .0
            .iter()
            .find(|page| names.iter().any(|name| contains_name(&page.text, name)))?;
        Some(Cause::new(CauseKind::UnreadPage, &page.source))
    }

    /// The first page whose front matter may give it the name or the address to which a link leads.
    pub fn naming(&self, target: &str) -> Option<Cause> {
        if self.0.is_empty() {
            return None;
        }
        let path = match ParsedTarget::parse(target) {
            ParsedTarget::Inside { path, .. } => path,
            _ => target.split('#').next().unwrap_or_default().to_owned(),
        };
        let last = path.trim_end_matches('/').rsplit('/').next()?;
        let name = last
            .strip_suffix(".md")
            .or_else(|| last.strip_suffix(".html"))
            .unwrap_or(last)
            .to_lowercase();
        let page = self
            .0
            .iter()
            .find(|page| contains_name(front(&page.text), &name))?;
        Some(Cause::new(CauseKind::UnreadPage, &page.source))
    }
}

/// The number of lines that are searched for the end of front matter.
const FRONT_LINES_MAX: usize = 100;

/// The beginning of a text, up to the second line of dashes.
fn front(text: &str) -> &str {
    let lines = text.split_inclusive('\n').take(FRONT_LINES_MAX);
    let mut end = 0;
    for (number, line) in lines.enumerate() {
        end += line.len();
        if number > 0 && matches!(line.trim_end(), "---" | "..." | "+++") {
            break;
        }
    }
    &text[..end]
}

/// Whether a text contains a name as whole words. Names of one or two letters are not searched.
fn contains_name(text: &str, name: &str) -> bool {
    if name.chars().count() < 3 {
        return false;
    }
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(name).any(|(at, name)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(text: &str) -> UnreadPages {
        UnreadPages(vec![UnreadPage {
            source: SourcePath::new("a.md").expect("inside"),
            text: text.into(),
        }])
    }

    #[test]
    fn names_are_whole_words() {
        let pages = pages("---\ntitle: \"give first\nslug: reciprocity\n---\nsee [x](setup.md)");
        assert!(pages.mentioning(["setup"]).is_some());
        assert!(pages.mentioning(["set", "no"]).is_none());
        assert!(pages.naming("../guides/reciprocity/#why").is_some());
        assert!(pages.naming("Give first").is_some());
        assert!(
            pages.naming("setup.md").is_none(),
            "the text below the front matter does not name the page"
        );
    }
}
