//! Values of front matter that need more than the check of their type.

use std::collections::{BTreeMap, HashSet};

use super::{TERMS_MAX, TITLE_CHARS_MAX};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::meta::{LocatedValue, Meta, MetaImage, SourceReference};
use crate::fields::{FieldItem, FieldItems, Value};
use crate::html::references::decode_in_plain_text;
use crate::settings;
use crate::yaml::YamlNode;

/// Removes terms that differ from an earlier one only in letter case.
pub(super) fn distinct(terms: Vec<LocatedValue<String>>) -> Vec<LocatedValue<String>> {
    let mut known = HashSet::new();
    terms
        .into_iter()
        .filter(|term| known.insert(term.value.to_lowercase()))
        .collect()
}

/// Cuts a list of terms to the maximum number.
pub(super) fn limited(
    mut terms: Vec<LocatedValue<String>>,
    field: &str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<LocatedValue<String>> {
    if let Some(first_over) = terms.get(TERMS_MAX) {
        let message = format!(
            "`{field}` has {} entries; a page can have at most {TERMS_MAX}",
            terms.len()
        );
        problems.push(
            Diagnostic::new(Code::BadValue, message)
                .at(first_over.place.clone())
                .help("keep those that readers would look for"),
        );
        terms.truncate(TERMS_MAX);
    }
    terms
}

/// A slug that begins with `/` is a whole address, as in Docusaurus.
pub(super) fn addresses(
    slug: Option<LocatedValue<String>>,
    address: Option<LocatedValue<String>>,
    problems: &mut Vec<Diagnostic>,
) -> (Option<LocatedValue<String>>, Option<LocatedValue<String>>) {
    match slug {
        Some(slug) if slug.value.starts_with('/') => (None, address.or(Some(slug))),
        Some(slug) if slug.value.contains('/') => {
            let message = format!(
                "`slug`: `{}` must be the last part of an address only",
                slug.value
            );
            let help = format!(
                "to set the whole address, write `permalink: /{}/`",
                slug.value.trim_matches('/')
            );
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(slug.place)
                    .help(help),
            );
            (None, address)
        }
        slug => (slug, address),
    }
}

pub(super) fn language(
    stated: Option<LocatedValue<String>>,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let stated = stated?;
    match settings::language_fault(&stated.value) {
        None => Some(stated.value),
        Some(help) => {
            let message = format!("`lang`: `{}` is not a valid language tag", stated.value);
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(stated.place)
                    .help(help),
            );
            None
        }
    }
}

pub(super) fn meta_image(item: &FieldItem) -> Option<MetaImage> {
    match item.as_map() {
        None => Some(MetaImage {
            src: item.to_placed()?,
            alt: String::new(),
        }),
        Some(map) => Some(MetaImage {
            src: map.get("src")?.to_placed()?,
            alt: decode_in_plain_text(
                map.get("alt")
                    .and_then(FieldItem::as_text)
                    .unwrap_or_default()
                    .to_owned(),
            ),
        }),
    }
}

/// A source given as text is a title, or an address that is its own title.
pub(super) fn reference(
    item: &FieldItem,
    problems: &mut Vec<Diagnostic>,
) -> Option<SourceReference> {
    let Value::Map(map) = &item.value else {
        let text = item.as_text()?;
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        let url = is_url.then(|| LocatedValue {
            value: text.to_owned(),
            place: item.place.clone(),
        });
        return Some(SourceReference {
            title: text.to_owned(),
            url,
            checked: None,
        });
    };
    let text = |name: &str| {
        map.get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let Some(title) = text("title")
        .map(decode_in_plain_text)
        .or_else(|| text("url"))
    else {
        let problem = Diagnostic::new(Code::MissingField, "a source has neither `title` nor `url`");
        problems.push(
            problem
                .at(item.place.clone())
                .help("write `{ title: …, url: https://… }`"),
        );
        return None;
    };
    let url = map.get("url").and_then(|url| {
        Some(LocatedValue {
            value: url.as_text()?.to_owned(),
            place: url.place.clone(),
        })
    });
    Some(SourceReference {
        title,
        url,
        checked: map.get("checked").and_then(FieldItem::as_date),
    })
}

/// Setting the severity of a problem on one page needs a reason, so that the next writer knows why.
pub(super) fn page_checks(
    items: &FieldItems,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Severity> {
    let Some(checks) = items.get("checks").and_then(FieldItem::as_map) else {
        return BTreeMap::new();
    };
    for (code, item) in checks
        .iter()
        .filter(|(_, item)| item.as_map().is_none_or(|map| !map.contains_key("reason")))
    {
        let severity = item.as_text().unwrap_or("off");
        let problem = Diagnostic::new(
            Code::MissingField,
            format!("`checks`: `{code}` is set for this page without a reason"),
        );
        let help = format!("add a reason: `{code}: {{ severity: {severity}, reason: … }}`");
        problems.push(
            problem
                .at(item.place.clone())
                .help(help)
                .severity(Severity::Warning),
        );
    }
    settings::severities(checks, problems)
}

pub(super) fn check_title(meta: &Meta, written: Option<&YamlNode>, problems: &mut Vec<Diagnostic>) {
    if let Some(title) = &meta.title {
        let chars = title.value.chars().count();
        if chars > TITLE_CHARS_MAX {
            let message = format!(
                "the title has {chars} characters; more than {TITLE_CHARS_MAX} do not fit lists, tabs and link previews"
            );
            problems.push(
                Diagnostic::new(Code::LongTitle, message)
                    .at(title.place.clone())
                    .help("shorten it, or move a part to `summary:`"),
            );
        }
        return;
    }
    let Some(entry) = written
        .and_then(YamlNode::as_map)
        .and_then(|map| map.get("title"))
    else {
        return;
    };
    if entry.node.is_none()
        || entry
            .node
            .as_text()
            .is_some_and(|text| text.trim().is_empty())
    {
        let problem = Diagnostic::new(Code::MissingTitle, "`title:` has no value")
            .at(entry.key_place.clone());
        problems.push(problem.help("add the page's title"));
    }
}
