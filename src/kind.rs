//! Kinds of page as data: a guide, a tip, a writer's own recipe. One YAML file each in `templates/kinds/`, named after the kind.
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
//! scaffold: |
//!   ---
//!   title: {title}
//! ```
//! A type is a word (`text integer number boolean date datetime minutes period url link terms tool anything`), a list with the type of its
//! items, `{ choice: [words] }`, `{ either: [types] }`, `{ map_of: type }`, or a mapping with fields of its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Checked, Code, Diagnostic, nearest};
use crate::fields::{Context, Field, FieldType, Item, Items, check, manual_table};
use crate::paths::SourcePath;
use crate::yaml::{Entry, Node, Value, read as read_yaml};

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
    /// The order of its lists: `order`, `title`, `newest`, `updated`.
    pub order: String,
    /// Whether it has a feed of its own.
    pub has_feed: bool,
    /// The schema.org type.
    pub schema_type: String,
    /// The most words its body should have.
    pub words_max: Option<usize>,
    /// The Markdown that `handsel new` starts from; `{title}` and `{today}` are filled in.
    pub scaffold: String,
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
        Field::list("furniture", FieldType::Text).about("What a page shows besides its text."),
        Field::choice("order", &["order", "title", "newest", "updated"]).about("The order of its lists.").defaults_to("`order`"),
        Field::boolean("feed").about("Whether it has a feed of its own.").defaults_to("`false`"),
        Field::text("schema").about("The schema.org type of its pages.").defaults_to("`WebPage`"),
        Field::integer("words_max").about("The most words a page's body should have."),
        Field::text("scaffold").about("What `handsel new` starts a page from; `{title}` and `{today}` are filled in."),
    ]
});

/// The table of a kind file's keys for the manual.
pub fn manual() -> String {
    manual_table(&KIND_FIELDS)
}

/// Reads `templates/kinds/NAME.yaml`. There is no kind when the file cannot be read; what is wrong within it is told and left out.
pub fn read(path: &SourcePath, bytes: &[u8]) -> Checked<Option<Kind>> {
    let node = match read_yaml(path, bytes) {
        Ok(node) => node,
        Err(problems) => return Checked::new(None, problems),
    };
    let mut problems = Vec::new();
    let items = node.as_ref().map(|node| check(node, &KIND_FIELDS, Context::PAGE).unload(&mut problems)).unwrap_or_default();
    let fields = node.as_ref().and_then(|node| node.get("fields")).map(|fields| read_fields(fields, &mut problems)).unwrap_or_default();
    let text = |name: &str| items.get(name).and_then(Item::as_text).map(str::to_owned);
    let kind = Kind {
        name: path.stem().to_owned(),
        title: text("title"),
        title_many: text("title_many"),
        folder: text("folder").map(|folder| folder.trim_matches('/').to_owned()),
        template: text("template").unwrap_or_else(|| "page.html".into()),
        fields,
        furniture: texts(&items, "furniture"),
        order: text("order").unwrap_or_else(|| "order".into()),
        has_feed: items.get("feed").and_then(Item::as_bool).unwrap_or(false),
        schema_type: text("schema").unwrap_or_else(|| "WebPage".into()),
        words_max: items.get("words_max").and_then(Item::as_integer).and_then(|words| usize::try_from(words).ok()),
        scaffold: node.as_ref().and_then(|node| node.get("scaffold")).and_then(Node::as_text).unwrap_or_default().to_owned(),
    };
    Checked::new(Some(kind), problems)
}

fn texts(items: &Items, name: &str) -> Vec<String> {
    items.get(name).map(Item::as_list).unwrap_or_default().iter().filter_map(Item::as_text).map(str::to_owned).collect()
}

/// The keys of one field's definition.
static DEFINITION_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::new("type", FieldType::Anything).required(),
        Field::boolean("required"),
        Field::text("description"),
        Field::text("default"),
        Field::list("also", FieldType::Text),
    ]
});

fn read_fields(node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<Field> {
    let entries = node.as_map().into_iter().flatten();
    entries.filter_map(|(name, entry)| read_field(name, entry, problems)).collect()
}

/// A definition in full is a mapping with `type`; anything else is a type alone.
fn read_field(name: &str, entry: &Entry, problems: &mut Vec<Diagnostic>) -> Option<Field> {
    let node = &entry.node;
    let Some(type_node) = node.get("type") else {
        return Some(Field::new(name, read_type(node, name, problems)?));
    };
    let items = check(node, &DEFINITION_FIELDS, Context::PAGE).unload(problems);
    let text = |key: &str| items.get(key).and_then(Item::as_text).unwrap_or_default();
    Some(Field {
        is_required: items.get("required").and_then(Item::as_bool).unwrap_or(false),
        also: texts(&items, "also"),
        ..Field::new(name, read_type(type_node, name, problems)?).about(text("description")).defaults_to(text("default"))
    })
}

fn read_type(node: &Node, name: &str, problems: &mut Vec<Diagnostic>) -> Option<FieldType> {
    match &node.value {
        Value::Text(word) => {
            let simple = SIMPLE_TYPES.iter().find(|(known, _)| known == word).map(|(_, kind)| kind.clone());
            if simple.is_none() {
                let names = || SIMPLE_TYPES.iter().map(|(known, _)| *known);
                let help = nearest(word, names()).map_or_else(
                    || format!("types are: {}; a list of them in `[ ]`, or `{{ choice: [a, b] }}`", names().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("`{name}`: `{word}` is no type of a field");
                problems.push(Diagnostic::new(Code::BadValue, message).at(node.place.clone()).help(help));
            }
            simple
        }
        Value::List(items) if items.len() == 1 => Some(FieldType::list(read_type(&items[0], name, problems)?)),
        Value::Map(map) if map.len() == 1 => {
            let (key, entry) = map.first().expect("its length is one");
            match (key.as_str(), &entry.node.value) {
                ("choice", Value::List(words)) => {
                    Some(FieldType::Choice(words.iter().filter_map(Node::as_text).map(str::to_owned).collect()))
                }
                ("either", Value::List(kinds)) => {
                    Some(FieldType::Either(kinds.iter().filter_map(|kind| read_type(kind, name, problems)).collect()))
                }
                ("map_of", _) => Some(FieldType::map_of(read_type(&entry.node, name, problems)?)),
                _ => Some(FieldType::Map(read_fields(node, problems))),
            }
        }
        Value::Map(_) => Some(FieldType::Map(read_fields(node, problems))),
        _ => {
            let message = format!("`{name}`: a type expected, {} found", node.noun());
            let help = "a type is a word such as `text`, or a list with one type in it: `[text]`";
            problems.push(Diagnostic::new(Code::WrongType, message).at(node.place.clone()).help(help));
            None
        }
    }
}

const SIMPLE_TYPES: [(&str, FieldType); 13] = [
    ("text", FieldType::Text),
    ("integer", FieldType::Integer),
    ("number", FieldType::Number),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("datetime", FieldType::DateTime),
    ("minutes", FieldType::Minutes),
    ("period", FieldType::Period),
    ("url", FieldType::Url),
    ("link", FieldType::Link),
    ("terms", FieldType::Terms),
    ("tool", FieldType::Tool),
    ("anything", FieldType::Anything),
];

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
        assert_eq!((kind.name.as_str(), kind.folder.as_deref()), ("recipe", Some("recipes")));
        assert_eq!(kind.scaffold, "---\ntitle: {title}\n");
        let types: Vec<String> = kind.fields.iter().map(|field| format!("{}: {}", field.name, field.kind)).collect();
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
        let (_, problems) = kind("foldr: x\nfields:\n  a: txt\n  b: {type: text, requird: true}\norder: sideways\n");
        let told: Vec<(u32, u32)> = problems.iter().filter_map(|p| p.place.as_ref()).map(|place| (place.line, place.column)).collect();
        assert_eq!(told, [(1, 1), (5, 8), (3, 6), (4, 19)], "{problems:#?}");
    }

    #[test]
    fn an_empty_file_is_a_kind_too() {
        let (kind, problems) = kind("");
        assert_eq!((kind.template.as_str(), problems.len()), ("page.html", 0));
    }
}
