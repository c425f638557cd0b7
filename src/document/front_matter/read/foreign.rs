//! Front matter in the form of other generators.

use super::MetaContext;
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::document::front_matter::COMMON_FIELDS;
use crate::fields::{boolean, field_named, written_date};
use crate::kind::Kinds;
use crate::paths::SourcePath;
use crate::yaml::{YamlEntry, YamlNode, YamlValue as Yaml};

/// Jekyll's `published: false` and Obsidian's `publish: false` mark a page as a draft, and may be
/// next to a `date:`.
pub(super) fn take_published(node: &mut YamlNode) -> Option<bool> {
    let Yaml::Map(map) = &mut node.value else {
        return None;
    };
    let mut is_published = None;
    for key in ["published", "publish"] {
        let Some(stated) = map.get(key).and_then(|entry| boolean(&entry.node)) else {
            continue;
        };
        map.shift_remove(key);
        is_published = Some(is_published.unwrap_or(true) && stated);
    }
    is_published
}

/// Whether `draft:` has a value that is neither yes nor no, or a misspelled key says that the page
/// is a draft. If so, the page must not be published just because the field is dropped. A
/// misspelled `false`, `no` or `off` still counts as no.
pub(super) fn has_unreadable_draft(node: &YamlNode) -> bool {
    let Yaml::Map(map) = &node.value else {
        return false;
    };
    map.iter().any(|(key, entry)| match key.as_str() {
        "draft" => {
            let is_misspelled_no = || {
                entry.node.as_text().is_some_and(|text| {
                    nearest(text.trim(), ["false", "no", "off"]).is_some() || text.trim() == "0"
                })
            };
            !entry.node.is_none() && boolean(&entry.node).is_none() && !is_misspelled_no()
        }
        _ => {
            key.len() < 10
                && boolean(&entry.node) == Some(true)
                && nearest(key, ["draft"]).is_some()
        }
    })
}

/// Reads `date: { created: …, updated: … }`, as some systems group the dates of a page.
pub(super) fn unfold_dates(node: &mut YamlNode, is_lenient: bool, problems: &mut Vec<Diagnostic>) {
    const CREATED: [&str; 5] = ["created", "published", "date", "start", "added"];
    const UPDATED: [&str; 5] = ["updated", "modified", "lastmod", "changed", "edited"];
    let Yaml::Map(map) = &mut node.value else {
        return;
    };
    let grouped = map.iter().find(|(key, entry)| {
        matches!(key.as_str(), "date" | "dates" | "published") && entry.node.as_map().is_some()
    });
    let Some(name) = grouped.map(|(key, _)| key.clone()) else {
        return;
    };
    let Some(entry) = map.get(&name) else { return };
    let inside = |names: [&str; 5]| {
        names
            .into_iter()
            .find_map(|name| entry.node.as_map()?.get(name).cloned())
    };
    let (created, updated, place) = (inside(CREATED), inside(UPDATED), entry.node.place.clone());
    let written = |entry: &Option<YamlEntry>| {
        entry
            .as_ref()
            .and_then(|entry| entry.node.as_text())
            .unwrap_or("2026-01-31")
            .to_owned()
    };
    let help = format!(
        "write `published: {}` and `updated: {}`",
        written(&created),
        written(&updated)
    );
    let severity = if is_lenient {
        Severity::Warning
    } else {
        Severity::Error
    };
    let message = format!("`{name}`: expected a date, found a mapping");
    problems.push(
        Diagnostic::new(Code::WrongType, message)
            .at(place)
            .severity(severity)
            .help(help),
    );
    map.shift_remove(&name);
    for (name, entry) in [("published", created), ("updated", updated)] {
        if let Some(entry) = entry.filter(|_| is_lenient && !map.contains_key(name)) {
            map.insert(name.to_owned(), entry);
        }
    }
}

/// The moment of a date with a time, in seconds since 1970. A time without an offset is in the
/// site's time zone.
pub(super) fn moment_of(node: &YamlNode, name: &str, context: &MetaContext<'_>) -> Option<i64> {
    const LONGEST_DAY: usize = "2026-01-31".len();
    let is_meant = |key: &str| {
        key == name || field_named(&[&COMMON_FIELDS], key).is_some_and(|field| field.name == name)
    };
    let map = node.as_map()?;
    let text = map
        .get(name)
        .or_else(|| {
            map.iter()
                .find(|(key, _)| is_meant(key))
                .map(|(_, entry)| entry)
        })?
        .node
        .as_text()?;
    let written =
        written_date(text, context.is_lenient).filter(|_| text.trim().len() > LONGEST_DAY)?;
    let wall = written.day.to_datetime(written.time?);
    let zone = match written.offset {
        Some(minutes) => jiff::tz::Offset::from_seconds(minutes * 60)
            .ok()?
            .to_time_zone(),
        None => jiff::tz::TimeZone::get(context.timezone).ok()?,
    };
    wall.to_zoned(zone)
        .ok()
        .map(|time| time.timestamp().as_second())
}

/// Whether a page is in a folder in which Jekyll and Hexo keep drafts.
pub fn is_in_drafts_folder(path: &SourcePath) -> bool {
    path.as_str().contains("_draft")
        && path
            .folder()
            .segments()
            .any(|name| matches!(name, "_drafts" | "_draft"))
}

/// Keys of other systems, each with a suggestion. A kind may have fields with the same names and
/// another meaning.
pub(super) const FOREIGN_KEYS: [(&[&str], &str); 8] = [
    (
        &[
            "created",
            "created_at",
            "createdat",
            "creation_date",
            "date_created",
            "datecreated",
            "date_published",
            "posted",
        ],
        "to set the day of publication, write `published:`",
    ),
    (
        &[
            "modified_at",
            "updated_at",
            "updatedat",
            "date_modified",
            "datemodified",
            "last_update",
            "edited",
            "lastmodified",
        ],
        "to set the day of the last change, write `updated:`",
    ),
    (
        &["status", "state", "stage"],
        "to keep the page unpublished, write `draft: true`; put your own values under `extra:`",
    ),
    (
        &["private", "visibility", "public"],
        "to keep the page unpublished, write `draft: true`; to leave it out of lists, write `unlisted: true`",
    ),
    (
        &["layout"],
        "to change the template, write `template:`; to change the kind of page, write `kind:`; otherwise delete it",
    ),
    (
        &["type", "post_type"],
        "to change the kind of page, write `kind:`; otherwise delete it",
    ),
    (
        &["keywords", "subjects"],
        "to say what the page is about, write `topics:`",
    ),
    (
        &["subtitle", "tagline", "abstract"],
        "to summarize the page, write `summary:`",
    ),
];

/// Hugo's `weight: 0` means that a page has no weight.
pub(super) fn drop_unset_weight(node: &mut YamlNode) {
    let Yaml::Map(map) = &mut node.value else {
        return;
    };
    let is_unset = map
        .get("weight")
        .is_some_and(|weight| match weight.node.value {
            Yaml::Int(weight) => weight == 0,
            Yaml::Float(weight) => weight == 0.0,
            _ => false,
        });
    if is_unset {
        map.shift_remove("weight");
    }
}

/// Help for an unknown key: the name for a key of another system, or the kind that has such a
/// field.
pub(super) fn foreign_key_help(key: &str, kinds: &Kinds) -> Option<String> {
    let lower = key.to_ascii_lowercase();
    if let Some((_, help)) = FOREIGN_KEYS
        .iter()
        .find(|(keys, _)| keys.contains(&lower.as_str()))
    {
        return Some((*help).to_owned());
    }
    let owner = kinds
        .values()
        .find(|kind| kind.fields.iter().any(|field| field.name == key))?;
    Some(format!(
        "it is a field of the kind `{0}`: write `kind: {0}`, or move the page to that kind's folder",
        owner.name
    ))
}
