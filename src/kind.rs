//! Kinds of page as data: a guide, a tip, a writer's own recipe. One YAML file each in
//! `templates/kinds/`, named after the kind.
//!
//! ```yaml
//! folder: recipes                 # the top folder whose pages are of this kind
//! template: recipe.html           # page.html unless set
//! fields:
//!   serves: integer               # a type alone …
//!   course:                       # … or with more to say
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
//! `types` reads the types of fields, `rules` what a page must keep to besides, `structured` what
//! it says to machines.

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
use crate::renamed::{self, NameKind, current_template};
use crate::yaml::{YamlNode, read as read_yaml};

/// A kind of page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// `guide`: the file's name.
    pub name: String,
    /// The word for one and for many, when the theme's words have none (`kind_guide`).
    pub title: Option<String>,
    pub title_many: Option<String>,
    /// The top folder whose pages are of this kind.
    pub folder: Option<String>,
    /// The template that draws it: `guide.html`.
    pub template: String,
    /// The kind's own fields, beyond the common ones.
    pub fields: Vec<Field>,
    /// What the page shows besides its text: `at-a-glance`, `contents`, `neighbours` …
    pub furniture: Vec<String>,
    /// The order of its lists: `order`, `title`, `newest`, `updated`, `upcoming`.
    pub order: String,
    /// Whether it has a feed of its own.
    pub has_feed: bool,
    /// The schema.org type.
    pub schema_type: String,
    /// The most words its body should have.
    pub words_max: Option<usize>,
    /// Own fields that cards show.
    pub card: Vec<String>,
    /// How its list is divided.
    pub group: Grouping,
    /// What its pages must keep to besides the types of their fields.
    pub rules: Vec<KindRule>,
    /// What its pages say to machines, beyond what every page says.
    pub structured: Vec<(String, JsonPattern)>,
    /// For pages that take place: the fields that say when and where.
    pub happens: Option<EventFields>,
    /// For pages that lead through others: the field with the steps.
    pub journey: Option<String>,
    /// For pages that show others: the fields that name them.
    pub gathers: Option<CollectionFields>,
    /// For pages that explain a word: the fields that say how.
    pub explains: Option<GlossaryFields>,
    /// Whether there is a page that picks one at random.
    pub surprise: bool,
    /// The kind's file cannot be read, so its fields are not known. That is reported at the file.
    pub is_broken: bool,
    /// The Markdown that `handsel new` starts from; `{title}`, `{today}` and the site's
    /// `{timezone}` are filled in.
    pub scaffold: String,
}

/// How a kind's list is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grouping {
    #[default]
    None,
    /// Under first letters.
    Letter,
    /// Into what is coming and what has been.
    Happening,
}

/// The names of the fields that say when and where something takes place.
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

/// The names of the fields that say which other pages are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFields {
    pub items: Option<String>,
    pub query: Option<String>,
}

/// The names of the fields that say how a word is explained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlossaryFields {
    pub short: String,
    pub also: Option<String>,
}

/// All kinds of a site, by name. There is always a `page`.
pub type Kinds = BTreeMap<String, Kind>;

/// The keys of a kind's file.
pub static KIND_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("title").about("The word for one page of this kind, where the theme has none."),
        Field::text("title_many").about("The word for many."),
        Field::text("folder").about("The top folder of `content/` whose pages are of this kind."),
        Field::text("template").about("The template that draws it.").defaults_to("`page.html`"),
        Field::new("fields", FieldType::map_of(FieldType::Anything)).about("The kind's own front matter: name and type of each field."),
        Field::list("show", FieldType::Text).about("What a page shows besides its text."),
        Field::choice("order", &["order", "title", "newest", "updated", "upcoming"])
            .about("The order of its lists.")
            .defaults_to("`order`"),
        Field::boolean("feed").about("Whether it has a feed of its own.").defaults_to("`false`"),
        Field::text("schema").about("The schema.org type of its pages.").defaults_to("`WebPage`"),
        Field::integer("words_max").about("The most words a page's body should have."),
        Field::list("card", FieldType::Text).about("Own fields that cards show: `card.fields.serves`."),
        Field::choice("group", &["letter", "upcoming"]).about("How its list is divided: by first letter, or into coming and past."),
        Field::list("checks", FieldType::Map(rules::fields()))
            .about("Rules that its pages must keep to besides the types of their fields."),
        Field::new("structured", FieldType::map_of(FieldType::Anything))
            .about("What its pages say to machines beyond the common words, as schema.org has it."),
        Field::map("event", happens_fields())
            .about("For pages that take place: the fields that say when and where. They get a calendar file."),
        Field::text("steps").about("For pages that lead through others: the field with the steps."),
        Field::map("collects", vec![Field::text("items"), Field::text("query")])
            .about("For pages that show others: the fields that name them."),
        Field::map("glossary", vec![Field::text("short").required(), Field::text("also")])
            .about("For pages that explain a word: the fields with the short explanation and the other forms."),
        Field::boolean("random_page").about("Whether there is a page that picks one at random: `/tips/random/`.").defaults_to("`false`"),
        Field::text("scaffold")
            .about("What `handsel new` starts a page from; `{title}`, `{today}` and the site's `{timezone}` are filled in.")
            .defaults_to("its fields, each with its description"),
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

/// The table of a kind file's keys for the manual.
pub fn manual() -> String {
    manual_table(&KIND_FIELDS)
}

/// Reads `templates/kinds/NAME.yaml`. There is no kind when the file cannot be read; what is wrong
/// within it is told and left out.
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
        template: text("template").map_or_else(|| "page.html".into(), current_template),
        fields,
        furniture: shown_parts(&items, &mut problems),
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
        happens: part_of(&items, "event", |name| {
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
        journey: text("steps"),
        gathers: part_of(&items, "collects", |name| {
            Some(CollectionFields {
                items: name("items"),
                query: name("query"),
            })
        }),
        explains: part_of(&items, "glossary", |name| {
            Some(GlossaryFields {
                short: name("short")?,
                also: name("also"),
            })
        }),
        surprise: items
            .get("random_page")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
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

/// A stand-in for a kind whose file cannot be read, so that its pages are not said to be of an
/// unknown kind. Its folder is read from the text where it can be found.
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

/// Where a kind's file names the template.
pub fn template_place(path: &SourcePath, bytes: &[u8]) -> Option<Location> {
    let node = read_yaml(path, bytes).ok().flatten()?;
    Some(node.get("template")?.place.clone())
}

/// What pages of a kind that states no scaffold are begun from: its fields, each with what it says,
/// and those that may be absent as comments.
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

/// A part of the file that names fields, by a function from the part's keys to the names.
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

/// Tells the names of fields that the kind does not define.
fn unknown_fields(kind: &Kind, items: &FieldItems, problems: &mut Vec<Diagnostic>) {
    let mut named: Vec<(String, Location)> = Vec::new();
    let mut note = |item: &FieldItem| {
        named.extend(
            item.as_text()
                .map(|name| (name.to_owned(), item.place.clone())),
        )
    };
    for key in ["card", "steps", "event", "collects", "glossary"] {
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
            let help = match nearest(&name, kind.fields.iter().map(|field| field.name.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define it under `fields:`".to_owned(),
            };
            problems.push(
                Diagnostic::new(Code::BadValue, format!("this kind has no field `{name}`"))
                    .at(place)
                    .help(help),
            );
        }
    }
}

/// The parts under `show:`. An old name of one is reported.
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
mod tests {
    use super::*;

    fn kind(text: &str) -> (Kind, Vec<Diagnostic>) {
        let path = SourcePath::new("templates/kinds/recipe.yaml").expect("inside");
        let checked = read(&path, text.as_bytes());
        (checked.value.expect("readable"), checked.problems)
    }

    #[test]
    fn types_of_fields() {
        let (kind, problems) = kind(
            "folder: /recipes/\nfields:\n  serves: integer\n  course: {type: {choice: [starter, main]}, required: true, also: [kind_of]}\n  \
             ingredients: [text]\n  steps: [{title: text, minutes: {type: minutes}}]\n  shape: {type: [{type: {type: text}, at: {type: text}}]}\n  \
             cover: {type: {either: [link, {src: link}]}}\n  units: {type: {map_of: text}}\nscaffold: |\n  ---\n  title: {title}\n",
        );
        assert_eq!(problems, Vec::new());
        assert_eq!(
            (kind.name.as_str(), kind.folder.as_deref()),
            ("recipe", Some("recipes"))
        );
        assert_eq!(kind.scaffold, "---\ntitle: {title}\n");
        let types: Vec<String> = kind
            .fields
            .iter()
            .map(|field| format!("{}: {}", field.name, field.kind))
            .collect();
        assert_eq!(
            types,
            [
                "serves: a whole number",
                "course: one of `starter` and `main`",
                "ingredients: a list of text",
                "steps: a list of a mapping (`title`, `minutes`)",
                "shape: a list of a mapping (`type`, `at`)",
                "cover: a link or a mapping (`src`)",
                "units: a mapping of names to text",
            ]
        );
        assert!(kind.fields[1].is_required);
    }

    #[test]
    fn faults_in_a_kind() {
        let (_, problems) = kind(
            "foldr: x\nfields:\n  a: txt\n  b: {type: text, requird: true}\norder: sideways\n",
        );
        let reported: Vec<(u32, u32)> = problems
            .iter()
            .filter_map(|p| p.location.as_ref())
            .map(|place| (place.line, place.column))
            .collect();
        assert_eq!(reported, [(1, 1), (5, 8), (3, 6), (4, 19)], "{problems:#?}");
    }

    #[test]
    fn an_empty_file_is_a_kind_too() {
        let (kind, problems) = kind("");
        assert_eq!((kind.template.as_str(), problems.len()), ("page.html", 0));
        assert_eq!(
            kind.scaffold,
            "---\ntitle: {title}\nsummary:\npublished: {today}\ndraft: true\n---\n\n"
        );
    }

    #[test]
    fn a_page_begins_from_the_fields_where_nothing_else_is_stated() {
        let (kind, _) = kind(
            "fields:\n  serves: {type: integer, required: true, description: For how many}\n  season: text\n",
        );
        assert_eq!(
            kind.scaffold,
            "---\ntitle: {title}\nsummary:\nserves: # For how many\n# season:\npublished: {today}\ndraft: true\n---\n\n"
        );
    }
}
