//! Kinds of pages as data, such as a guide, a tip, or a custom recipe. Each kind has a YAML file in
//! `templates/kinds/` with its name.
//!
//! ```yaml
//! folder: recipes                 # the top-level folder with pages of this kind
//! template: recipe.html           # default: page.html
//! fields:
//!   serves: integer               # the type alone …
//!   course:                       # … or a full definition
//!     type: { choice: [starter, main] }
//!     required: true
//!     description: When it is eaten.
//!   ingredients: [text]           # a list
//!   steps: [{ title: text, minutes: minutes }]
//! checks:
//!   - { any_of: [serves, steps] }
//! scaffold: |
//!   ---
//!   title: {title}
//! ```
//! `types` reads the types of fields, `rules` the additional rules for pages, `structured` the
//! structured data.

pub mod rules;
pub mod structured;
mod types;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use self::rules::KindRule;
use self::structured::JsonPattern;
use crate::diagnostic::{Checked, Code, Diagnostic, Location, nearest};
use crate::fields::{CheckContext, Field, FieldItem, FieldItems, FieldType, check, manual_table};
use crate::paths::SourcePath;
use crate::renamed::{self, NameKind};
use crate::yaml::{YamlNode, read as read_yaml};

/// A kind of page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The file's name, such as `guide`.
    pub name: String,
    /// The singular and plural name, if the theme has no word for it (`kind_guide`).
    pub title: Option<String>,
    pub title_many: Option<String>,
    /// The top-level folder with pages of this kind.
    pub folder: Option<String>,
    /// The template that renders a page, such as `guide.html`.
    pub template: String,
    /// The kind's own fields, in addition to the common ones.
    pub fields: Vec<Field>,
    /// The parts that a page shows in addition to its text: `at-a-glance`, `contents`, `neighbors`
    /// …
    pub show: Vec<String>,
    /// The order of lists: `order`, `title`, `newest`, `updated`, `upcoming`.
    pub order: String,
    /// Whether the kind has a feed.
    pub has_feed: bool,
    /// The schema.org type of a page.
    pub schema_type: String,
    /// The maximum number of words in a page's body.
    pub words_max: Option<usize>,
    /// The kind's own fields that cards show.
    pub card: Vec<String>,
    /// How the kind's list is grouped.
    pub group: Grouping,
    /// Rules for pages in addition to the types of their fields.
    pub rules: Vec<KindRule>,
    /// The structured data of a page, in addition to what every page has.
    pub structured: Vec<(String, JsonPattern)>,
    /// The fields with an event's time and place, if pages are events.
    pub event: Option<EventFields>,
    /// The field with the steps, if pages are learning paths.
    pub steps: Option<String>,
    /// The fields that select pages, if pages are collections.
    pub collects: Option<CollectionFields>,
    /// The fields that explain a term, if pages are glossary entries.
    pub glossary: Option<GlossaryFields>,
    /// Whether the site has a page that leads to a random page of this kind.
    pub random_page: bool,
    /// Whether forms on the pages may require an e-mail address, to send readers what they ask for.
    pub may_require_email: bool,
    /// The field with the text of what is said and shown, if pages are recordings.
    pub transcript: Option<String>,
    /// Whether the kind's file cannot be read, so that its fields are unknown. The file's problem
    /// is reported there.
    pub is_broken: bool,
    /// The Markdown that `handsel new` starts a page with; `{title}`, `{today}` and the site's
    /// `{timezone}` are filled in.
    pub scaffold: String,
}

/// The kind of a page that states none and is not in the folder of a kind.
pub const PLAIN: &str = "page";

/// How a kind's list is grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grouping {
    #[default]
    None,
    /// By first letter.
    Letter,
    /// Into upcoming and past pages.
    Happening,
}

/// The names of the fields with an event's time and place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFields {
    pub start: String,
    pub end: Option<String>,
    pub timezone: Option<String>,
    pub place: Option<String>,
    pub url: Option<String>,
    pub status: Option<String>,
    pub host: Option<String>,
}

/// The names of the fields that select the pages of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFields {
    pub items: Option<String>,
    pub query: Option<String>,
}

/// The names of the fields that explain a term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlossaryFields {
    pub short: String,
    pub also: Option<String>,
}

/// All kinds of a site by name. The kind [`PLAIN`] always exists.
pub type Kinds = BTreeMap<String, Kind>;

/// The keys of a kind's file.
pub static KIND_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("title").about("The name of the kind, if the theme has no word for it."),
        Field::text("title_many").about("The plural of the name."),
        Field::text("folder").about("The top-level folder of `content/` with pages of this kind."),
        Field::new("template", FieldType::Template).about("The template that renders a page.").defaults_to("`page.html`"),
        Field::new("fields", FieldType::map_of(FieldType::Anything)).about("The kind's own front matter: the name and type of each field."),
        Field::list("show", FieldType::Text).about("The parts that a page shows in addition to its text."),
        Field::choice("order", &["order", "title", "newest", "updated", "upcoming"])
            .about("The order of the kind's lists.")
            .defaults_to("`order`"),
        Field::boolean("feed").about("Whether the kind has a feed.").defaults_to("`false`"),
        Field::text("schema").about("The schema.org type of the pages.").defaults_to("`WebPage`"),
        Field::integer("words_max").about("The maximum number of words in a page's body."),
        Field::list("card", FieldType::Text).about("The kind's own fields that cards show, as in `card.fields.serves`."),
        Field::choice("group", &["letter", "upcoming"]).about("How the kind's list is grouped: by first letter, or into upcoming and past."),
        Field::list("checks", FieldType::Map(rules::fields()))
            .about("Rules for the pages in addition to the types of their fields."),
        Field::new("structured", FieldType::map_of(FieldType::Anything))
            .about("The schema.org properties of the pages, in addition to those of every page."),
        Field::map("event", happens_fields())
            .about("For events: the fields with time and place. Each page gets a calendar file."),
        Field::text("steps").about("For learning paths: the field with the steps."),
        Field::map("collects", vec![Field::text("items"), Field::text("query")])
            .about("For collections: the fields that select the pages."),
        Field::map("glossary", vec![Field::text("short").required(), Field::text("also")])
            .about("For glossary entries: the fields with the short explanation and the other forms of the word."),
        Field::boolean("random_page").about("Whether the site has a page that leads to a random page of this kind, such as `/tips/random/`.").defaults_to("`false`"),
        Field::boolean("may_require_email")
            .about("Whether forms on the pages may require an e-mail address, because the answer has to go somewhere.")
            .defaults_to("`false`"),
        Field::text("transcript")
            .about("For recordings: the field with the text of what is said and shown. `handsel check` reports pages without it."),
        Field::text("scaffold")
            .about("The text that `handsel new` starts a page with; `{title}`, `{today}` and the site's `{timezone}` are filled in.")
            .defaults_to("the kind's fields, each with its description"),
    ]
});

fn happens_fields() -> Vec<Field> {
    let names = ["end", "timezone", "place", "url", "status", "host"]
        .into_iter()
        .map(Field::text);
    std::iter::once(Field::text("start").required())
        .chain(names)
        .collect()
}

/// Returns the manual's table of the keys of a kind file.
pub fn manual() -> String {
    manual_table(&KIND_FIELDS)
}

/// Reads `templates/kinds/NAME.yaml`. Returns no kind if the file cannot be read; invalid values
/// are reported and left out.
pub fn read(path: &SourcePath, bytes: &[u8]) -> Checked<Option<Kind>> {
    let node = match read_yaml(path, bytes) {
        Ok(node) => node,
        Err(problems) => return Checked::new(None, problems),
    };
    let mut problems = Vec::new();
    let items = node
        .as_ref()
        .map(|node| {
            check(
                node,
                &KIND_FIELDS,
                CheckContext {
                    names: Some(NameKind::KindKey),
                    ..CheckContext::PAGE
                },
            )
            .take_into(&mut problems)
        })
        .unwrap_or_default();
    let part = |name: &str| node.as_ref().and_then(|node| node.get(name));
    let fields = part("fields")
        .map(|fields| types::read_fields(fields, &mut problems))
        .unwrap_or_default();
    let structured = part("structured")
        .map(|node| structured::read(node, &mut problems))
        .unwrap_or_default();
    let text = |name: &str| {
        items
            .get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let scaffold = part("scaffold")
        .and_then(YamlNode::as_text)
        .map_or_else(|| scaffold_of(&fields), str::to_owned);
    let kind = Kind {
        name: path.stem().to_owned(),
        title: text("title"),
        title_many: text("title_many"),
        folder: text("folder").map(|folder| folder.trim_matches('/').to_owned()),
        template: text("template").unwrap_or_else(|| "page.html".into()),
        fields,
        show: shown_parts(&items, &mut problems),
        order: text("order").unwrap_or_else(|| "order".into()),
        has_feed: items
            .get("feed")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
        schema_type: text("schema").unwrap_or_else(|| "WebPage".into()),
        card: texts(&items, "card"),
        group: match text("group").as_deref() {
            Some("letter") => Grouping::Letter,
            Some("upcoming") => Grouping::Happening,
            _ => Grouping::None,
        },
        rules: items
            .get("checks")
            .map(FieldItem::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| rules::read(item, &mut problems))
            .collect(),
        structured,
        event: part_of(&items, "event", |name| {
            Some(EventFields {
                start: name("start")?,
                end: name("end"),
                timezone: name("timezone"),
                place: name("place"),
                url: name("url"),
                status: name("status"),
                host: name("host"),
            })
        }),
        steps: text("steps"),
        collects: part_of(&items, "collects", |name| {
            Some(CollectionFields {
                items: name("items"),
                query: name("query"),
            })
        }),
        glossary: part_of(&items, "glossary", |name| {
            Some(GlossaryFields {
                short: name("short")?,
                also: name("also"),
            })
        }),
        random_page: items
            .get("random_page")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
        may_require_email: items
            .get("may_require_email")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
        transcript: text("transcript"),
        words_max: items
            .get("words_max")
            .and_then(FieldItem::as_integer)
            .and_then(|words| usize::try_from(words).ok()),
        is_broken: false,
        scaffold,
    };
    unknown_fields(&kind, &items, &mut problems);
    Checked::new(Some(kind), problems)
}

/// Returns a placeholder for a kind whose file cannot be read, so that its pages are not reported
/// as having an unknown kind. Its folder is taken from the text if possible.
pub fn broken(path: &SourcePath, bytes: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(bytes);
    let folder = text.lines().find_map(|line| line.strip_prefix("folder:"));
    let folder = folder.map(|folder| {
        folder
            .split('#')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches(['"', '\'', '/'])
            .to_owned()
    });
    let kind = read(path, b"").value?;
    Some(Kind {
        folder: folder.filter(|folder| !folder.is_empty()),
        is_broken: true,
        ..kind
    })
}

/// Returns where a kind's file names the template.
pub fn template_place(path: &SourcePath, bytes: &[u8]) -> Option<Location> {
    let node = read_yaml(path, bytes).ok().flatten()?;
    Some(node.get("template")?.place.clone())
}

/// Returns the scaffold for a kind that does not define one: the kind's fields, each with its
/// description, the optional ones as comments.
fn scaffold_of(fields: &[Field]) -> String {
    let line = |field: &Field| {
        let mark = if field.is_required { "" } else { "# " };
        let about = if field.description.is_empty() {
            String::new()
        } else {
            format!(" # {}", field.description.replace('\n', " "))
        };
        format!("{mark}{}:{about}\n", field.name)
    };
    let own: String = fields.iter().map(line).collect();
    format!("---\ntitle: {{title}}\nsummary:\n{own}published: {{today}}\ndraft: true\n---\n\n")
}

/// Reads a part of the file that names fields, with a function from the part's keys to the names.
fn part_of<T>(
    items: &FieldItems,
    key: &str,
    read: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> Option<T>,
) -> Option<T> {
    let part = items.get(key)?.as_map()?;
    read(&|name| {
        part.get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    })
}

/// Reports names of fields that the kind does not define.
fn unknown_fields(kind: &Kind, items: &FieldItems, problems: &mut Vec<Diagnostic>) {
    let mut named: Vec<(String, Location)> = Vec::new();
    let mut note = |item: &FieldItem| {
        named.extend(
            item.as_text()
                .map(|name| (name.to_owned(), item.place.clone())),
        )
    };
    for key in [
        "card",
        "steps",
        "event",
        "collects",
        "glossary",
        "transcript",
    ] {
        let Some(item) = items.get(key) else { continue };
        note(item);
        item.as_list().iter().for_each(&mut note);
        item.as_map()
            .into_iter()
            .flat_map(FieldItems::values)
            .for_each(&mut note);
    }
    for rule in items
        .get("checks")
        .map(FieldItem::as_list)
        .unwrap_or_default()
    {
        rules::named(rule).into_iter().for_each(&mut note);
    }
    for (name, place) in named {
        if !kind.fields.iter().any(|field| field.name == name) {
            let near = nearest(&name, kind.fields.iter().map(|field| field.name.as_str()));
            problems.push(
                Diagnostic::new(Code::BadValue, format!("this kind has no field `{name}`"))
                    .at(place)
                    .suggest(&name, near, || "define it under `fields:`".to_owned()),
            );
        }
    }
}

/// Returns the parts under `show:`. An old name of a part is reported.
fn shown_parts(items: &FieldItems, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let parts = items
        .get("show")
        .map(FieldItem::as_list)
        .unwrap_or_default()
        .iter();
    let part = |item: &FieldItem| {
        let written = item.as_text()?;
        let new = renamed::new_value("show", written);
        problems.extend(new.map(|new| renamed::problem(written, new, item.place.clone())));
        Some(new.unwrap_or(written).to_owned())
    };
    parts.filter_map(part).collect()
}

fn texts(items: &FieldItems, name: &str) -> Vec<String> {
    items
        .get(name)
        .map(FieldItem::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(FieldItem::as_text)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
