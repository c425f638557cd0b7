//! Turns the tree of a front matter into [`Meta`]: fills in folder defaults, determines the kind
//! and checks every field.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::COMMON_FIELDS;
use crate::diagnostic::{Checked, Code, Diagnostic, Location, Severity, nearest};
use crate::document::meta::{Level, LocatedValue, Meta, MetaImage, SourceReference};
use crate::fields::{
    CheckContext, Field, FieldItem, FieldItems, FieldType, Value, boolean, check_groups,
    field_named, links, written_date,
};
use crate::html::references::decode_in_plain_text;
use crate::kind::{self, Kind, Kinds};
use crate::paths::SourcePath;
use crate::settings;
use crate::yaml::{YamlEntry, YamlMap, YamlNode, YamlValue as Yaml};

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

/// Jekyll's `published: false` and Obsidian's `publish: false` mark a page as a draft, and may be
/// next to a `date:`.
fn take_published(node: &mut YamlNode) -> Option<bool> {
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
fn has_unreadable_draft(node: &YamlNode) -> bool {
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
fn unfold_dates(node: &mut YamlNode, is_lenient: bool, problems: &mut Vec<Diagnostic>) {
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
fn moment_of(node: &YamlNode, name: &str, context: &MetaContext<'_>) -> Option<i64> {
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
const FOREIGN_KEYS: [(&[&str], &str); 8] = [
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
fn drop_unset_weight(node: &mut YamlNode) {
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
fn foreign_key_help(key: &str, kinds: &Kinds) -> Option<String> {
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

/// Removes terms that differ from an earlier one only in letter case.
fn distinct(terms: Vec<LocatedValue<String>>) -> Vec<LocatedValue<String>> {
    let mut known = HashSet::new();
    terms
        .into_iter()
        .filter(|term| known.insert(term.value.to_lowercase()))
        .collect()
}

/// Cuts a list of terms to the maximum number.
fn limited(
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
fn addresses(
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

fn language(
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

fn meta_image(item: &FieldItem) -> Option<MetaImage> {
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
fn reference(item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<SourceReference> {
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
fn page_checks(items: &FieldItems, problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Severity> {
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

fn check_title(meta: &Meta, written: Option<&YamlNode>, problems: &mut Vec<Diagnostic>) {
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

#[cfg(test)]
mod tests;
