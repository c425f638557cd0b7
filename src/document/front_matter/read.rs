//! Turns the tree of a front matter into [`Meta`]: fills in folder defaults, determines the kind
//! and checks every field.

mod foreign;
mod values;

use std::collections::HashMap;

pub use self::foreign::is_in_drafts_folder;
use self::foreign::{
    drop_unset_weight, foreign_key_help, has_unreadable_draft, moment_of, take_published,
    unfold_dates,
};
use self::values::{
    addresses, check_title, distinct, language, limited, meta_image, page_checks, reference,
};
use super::COMMON_FIELDS;
use crate::diagnostic::{Checked, Code, Diagnostic, Location, Severity, nearest};
use crate::document::meta::{Level, LocatedValue, Meta};
use crate::fields::{
    CheckContext, Field, FieldItem, FieldItems, FieldType, boolean, check_groups, field_named,
    links,
};
use crate::html::references::decode_in_plain_text;
use crate::kind::{self, Kind, Kinds};
use crate::paths::SourcePath;
use crate::yaml::{YamlMap, YamlNode, YamlValue as Yaml};

const TITLE_CHARS_MAX: usize = 200;

/// The maximum number of topics, or of audiences, of a page. Each of them has a list that shows the
/// page, and the page shows each of them.
const TERMS_MAX: usize = 100;

/// What reading front matter depends on, apart from the file.
#[derive(Clone, Copy)]
pub struct MetaContext<'a> {
    /// The `_defaults.yaml` of the page's folders, the nearest last.
    pub defaults: &'a [&'a YamlNode],
    pub kind_from_folder: Option<&'a str>,
    pub kinds: &'a Kinds,
    pub is_lenient: bool,
    /// The site's time zone, for times without an offset.
    pub timezone: &'a str,
}

/// Reads the front matter of a page.
///
/// Problems in the defaults are problems of [`defaults`], not of the page. Invalid values are left
/// out of the result. A page without a title is not a problem yet, because a heading may provide
/// one.
pub fn meta(
    path: &SourcePath,
    node: Option<&YamlNode>,
    context: &MetaContext<'_>,
) -> Checked<Meta> {
    let MetaContext {
        defaults,
        kind_from_folder,
        kinds,
        is_lenient,
        ..
    } = *context;
    let mut problems = Vec::new();
    let place = node.map_or_else(|| Location::start_of(path), |node| node.place.clone());
    let written = node.filter(|node| node.as_map().is_some());
    if let Some(node) = node.filter(|node| node.as_map().is_none()) {
        let message = format!("expected keys with values, found {}", node.noun());
        problems.push(
            Diagnostic::new(Code::WrongType, message)
                .at(node.place.clone())
                .help("write one `key: value` on each line, such as `title: …`"),
        );
    }
    let kind = kind_of(written, defaults, kind_from_folder, kinds, &mut problems);
    let own_fields = kind.as_ref().map_or(&[][..], |kind| &kind.kind.fields);
    let groups = [&COMMON_FIELDS[..], own_fields];
    let mut merged = merge(written, defaults, &groups, &place);
    let is_published = take_published(&mut merged);
    unfold_dates(&mut merged, is_lenient, &mut problems);
    let is_draft_in_other_words = has_unreadable_draft(&merged);
    drop_unset_weight(&mut merged);
    let critical: &[&str] = if merged.get("title").is_some() {
        &["draft"]
    } else {
        &["draft", "title"]
    };
    let missing = if kind.as_ref().is_some_and(|kind| kind.is_stated) {
        Severity::Error
    } else {
        Severity::Warning
    };
    let elsewhere = |key: &str| foreign_key_help(key, kinds);
    let fields_context = CheckContext {
        unknown: Code::UnknownKey,
        missing,
        critical,
        wants_items: true,
        elsewhere: Some(&elsewhere),
        is_lenient,
        names: None,
    };
    let mut checked = check_groups(&merged, &groups, fields_context);
    checked.problems.retain(|problem| {
        problem
            .location
            .as_ref()
            .is_none_or(|place| place.path == *path)
    });
    if kind.as_ref().is_some_and(|kind| kind.kind.is_broken) {
        checked
            .problems
            .retain(|problem| problem.code != Code::UnknownKey);
    }
    let items = checked.take_into(&mut problems);
    let name = kind.as_ref().map_or(kind::PLAIN, |kind| &kind.kind.name);
    let mut meta = from_items(&items, name, own_fields, &mut problems);
    if let Some(kind) = &kind {
        meta.field_links = links::of_page(&meta.fields, kind.kind);
    }
    meta.is_draft |=
        is_published == Some(false) || is_draft_in_other_words || is_in_drafts_folder(path);
    let at = |name: &str| moment_of(&merged, name, context);
    (meta.published_at, meta.updated_at) = (
        meta.published.and_then(|_| at("published")),
        meta.updated.and_then(|_| at("updated")),
    );
    check_title(&meta, written, &mut problems);
    Checked::new(meta, problems)
}

/// The problems in a folder's `_defaults.yaml`, whose pages may be of any kind.
pub fn defaults(node: &YamlNode, kinds: &Kinds) -> Vec<Diagnostic> {
    let mut groups: Vec<&[Field]> = vec![&COMMON_FIELDS];
    groups.extend(kinds.values().map(|kind| &kind.fields[..]));
    let mut problems = Vec::new();
    let context = CheckContext {
        missing: Severity::Off,
        critical: &["draft"],
        ..CheckContext::PAGE
    };
    let items = check_groups(node, &groups, context).take_into(&mut problems);
    if let Some(kind) = node.get("kind") {
        known_kind(kind, kinds, &mut problems);
    }
    from_items(&items, kind::PLAIN, &[], &mut problems);
    problems
}

struct KindChoice<'a> {
    kind: &'a Kind,
    is_stated: bool,
}

fn kind_of<'a>(
    written: Option<&YamlNode>,
    defaults: &[&YamlNode],
    kind_from_folder: Option<&str>,
    kinds: &'a Kinds,
    problems: &mut Vec<Diagnostic>,
) -> Option<KindChoice<'a>> {
    let stated = written
        .and_then(|node| node.get("kind"))
        .and_then(|node| known_kind(node, kinds, problems));
    if let Some(kind) = stated {
        return Some(KindChoice {
            kind,
            is_stated: true,
        });
    }
    let implied = defaults
        .iter()
        .rev()
        .find_map(|node| node.get("kind").and_then(YamlNode::as_text))
        .or(kind_from_folder);
    let kind = implied
        .and_then(|name| kinds.get(name))
        .or_else(|| kinds.get(kind::PLAIN))?;
    Some(KindChoice {
        kind,
        is_stated: false,
    })
}

fn known_kind<'a>(
    node: &YamlNode,
    kinds: &'a Kinds,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a Kind> {
    let name = node.as_text()?;
    let kind = kinds.get(name);
    if kind.is_none() {
        let names = || kinds.keys().map(String::as_str);
        let near = nearest(name, names());
        let otherwise = || format!("use one of {}", names().collect::<Vec<_>>().join(", "));
        problems.push(
            Diagnostic::new(Code::UnknownKind, format!("there is no kind `{name}`"))
                .at(node.place.clone())
                .suggest(name, near, otherwise),
        );
    }
    kind
}

/// Adds the defaults to the page's own keys: nearest folder first, mappings merged one level deep,
/// everything else as a whole.
fn merge(
    written: Option<&YamlNode>,
    defaults: &[&YamlNode],
    groups: &[&[Field]],
    place: &Location,
) -> YamlNode {
    let mut map: YamlMap = written
        .and_then(YamlNode::as_map)
        .cloned()
        .unwrap_or_default();
    if !defaults.is_empty() {
        let canonical = |key: &str| {
            field_named(groups, key).map_or_else(|| key.to_owned(), |field| field.name.clone())
        };
        let given = map.iter().filter(|(_, entry)| !entry.node.is_none());
        let mut given: HashMap<String, String> = given
            .map(|(key, _)| (canonical(key), key.clone()))
            .collect();
        for (key, entry) in defaults
            .iter()
            .rev()
            .filter_map(|node| node.as_map())
            .flatten()
            .filter(|(_, entry)| !entry.node.is_none())
        {
            let name = canonical(key);
            if name == "published" && boolean(&entry.node).is_some() {
                // A yes or no in the defaults is kept apart from the page's date.
                map.entry("publish".to_owned())
                    .or_insert_with(|| entry.clone());
                continue;
            }
            let Some(own) = given.get(&name).and_then(|key| map.get_mut(key)) else {
                map.insert(name.clone(), entry.clone());
                given.insert(name.clone(), name);
                continue;
            };
            if let (Yaml::Map(own), Yaml::Map(added)) = (&mut own.node.value, &entry.node.value) {
                for (key, entry) in added {
                    own.entry(key.clone()).or_insert_with(|| entry.clone());
                }
            }
        }
    }
    YamlNode {
        value: Yaml::Map(map),
        place: place.clone(),
        written: String::new(),
    }
}

fn from_items(
    items: &FieldItems,
    kind: &str,
    own_fields: &[Field],
    problems: &mut Vec<Diagnostic>,
) -> Meta {
    let text = |name: &str| {
        items
            .get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let shown = |name: &str| text(name).map(decode_in_plain_text);
    let placed = |name: &str| items.get(name).and_then(FieldItem::to_placed);
    let list = |name: &str| items.get(name).map(FieldItem::as_list).unwrap_or_default();
    let placed_list = |name: &str| list(name).iter().filter_map(FieldItem::to_placed).collect();
    let date = |name: &str| items.get(name).and_then(FieldItem::as_date);
    let flag = |name: &str| items.get(name).and_then(FieldItem::as_bool);
    let search = items.get("search").and_then(FieldItem::as_map);
    let (slug, address) = addresses(placed("slug"), placed("permalink"), problems);
    Meta {
        title: placed("title").map(|title| LocatedValue {
            value: decode_in_plain_text(title.value),
            ..title
        }),
        short_title: shown("short_title"),
        summary: shown("summary"),
        kind: kind.to_owned(),
        topics: limited(distinct(placed_list("topics")), "topics", problems),
        audience: limited(distinct(placed_list("audience")), "audience", problems),
        level: text("level").and_then(|level| match level.as_str() {
            "beginner" => Some(Level::Beginner),
            "intermediate" => Some(Level::Intermediate),
            "advanced" => Some(Level::Advanced),
            _ => None,
        }),
        minutes: items
            .get("time")
            .and_then(FieldItem::as_integer)
            .and_then(|minutes| u32::try_from(minutes).ok()),
        authors: placed_list("authors"),
        published: date("published"),
        published_at: None,
        updated: date("updated"),
        updated_at: None,
        reviewed: date("reviewed"),
        review_every: text("review_every"),
        owner: text("owner"),
        license: text("license"),
        sources: list("sources")
            .iter()
            .filter_map(|item| reference(item, problems))
            .collect(),
        disclosure: shown("disclosure"),
        related: placed_list("related"),
        next: items
            .get("next")
            .and_then(|item| item.as_map().map_or(Some(item), |map| map.get("link")))
            .and_then(FieldItem::to_placed),
        aliases: placed_list("aliases"),
        slug,
        address,
        language: language(placed("lang"), problems),
        is_draft: flag("draft").unwrap_or(false),
        is_unlisted: flag("unlisted").unwrap_or(false),
        expires: date("expires"),
        order: items.get("order").and_then(FieldItem::as_number),
        image: items.get("image").and_then(meta_image),
        change_note: shown("change_note"),
        search_boost: search
            .and_then(|search| search.get("boost"))
            .and_then(FieldItem::as_number),
        search_exclude: search
            .and_then(|search| search.get("exclude"))
            .and_then(FieldItem::as_bool)
            .unwrap_or(flag("search") == Some(false)),
        glossary: flag("glossary").unwrap_or(true),
        checks: page_checks(items, problems),
        template: placed("template"),
        fields: own_fields
            .iter()
            .filter(|field| field.kind != FieldType::Tool)
            .filter_map(|field| Some((field.name.clone(), items.get(&field.name)?.clone())))
            .collect(),
        field_links: Vec::new(),
        extra: items
            .get("extra")
            .and_then(FieldItem::as_map)
            .cloned()
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
