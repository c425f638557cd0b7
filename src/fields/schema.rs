//! Fields as a JSON Schema (draft 7), which editors' language servers read: names, types,
//! descriptions, the words to choose from.
//!
//! What the check of [`super::check`] takes, the schema takes; where the check is finer than a
//! schema can say (a date that is none, a link to nothing) the schema lets it pass.

use serde_json::{Map, Value, json};

use super::{Field, FieldType};

/// The dialect that language servers for YAML know best.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// The keys that a field may hold, each with its words, where the site has agreed on some.
pub type TermChoices<'a> = &'a dyn Fn(&str) -> Option<Vec<(String, String)>>;

/// The schema of a mapping that may hold these fields. A field that the page's folder can give as
/// well is asked for by the check alone, so `requires` says whether missing ones are told.
pub fn schema(
    title: &str,
    about: &str,
    groups: &[&[Field]],
    requires: bool,
    terms: TermChoices<'_>,
) -> Value {
    let mut schema = mapping(groups, requires, terms);
    schema.insert("$schema".into(), json!(DIALECT));
    schema.insert("title".into(), json!(title));
    schema.insert("description".into(), json!(about));
    // A file that holds nothing yet is no mistake.
    schema.insert("type".into(), json!(["object", "null"]));
    Value::Object(schema)
}

fn mapping(groups: &[&[Field]], requires: bool, terms: TermChoices<'_>) -> Map<String, Value> {
    let fields = || groups.iter().copied().flatten();
    let mut properties = Map::new();
    for field in fields() {
        properties.insert(field.name.clone(), property(field, terms));
    }
    for field in fields() {
        for name in &field.also {
            let mut other = property(field, terms);
            if let Some(other) = other.as_object_mut() {
                other.insert(
                    "description".into(),
                    json!(format!("Another generator's name for `{}`.", field.name)),
                );
                other.insert("deprecated".into(), json!(true));
            }
            properties.entry(name.clone()).or_insert(other);
        }
    }
    let required: Vec<&str> = fields()
        .filter(|field| requires && field.is_required && field.also.is_empty())
        .map(|field| &*field.name)
        .collect();
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("additionalProperties".into(), json!(false));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn property(field: &Field, terms: TermChoices<'_>) -> Value {
    let mut schema = of_type(&field.kind, &field.name, terms);
    let mut about = field.description.clone();
    if !field.default.is_empty() {
        about = format!("{about} Unless set: {}.", field.default)
            .trim()
            .to_owned();
    }
    if let Some(schema) = schema.as_object_mut()
        && !about.is_empty()
    {
        schema.insert("description".into(), json!(about));
    }
    schema
}

/// Every value may be absent, written as a key without one.
fn of_type(kind: &FieldType, name: &str, terms: TermChoices<'_>) -> Value {
    match kind {
        FieldType::Text | FieldType::Markdown | FieldType::Line => text_or_terms(name, terms),
        FieldType::Link | FieldType::Page | FieldType::File(_) => {
            json!({ "type": ["string", "null"] })
        }
        FieldType::Zone => json!({ "type": ["string", "null"], "examples": ["Europe/Berlin"] }),
        FieldType::Clock => {
            json!({ "anyOf": [{ "type": ["number", "null"], "minimum": 0 }, pattern(r"^\s*\d", "3:25")] })
        }
        FieldType::Integer => json!({ "type": ["integer", "null"] }),
        FieldType::Number => json!({ "type": ["number", "null"] }),
        FieldType::Boolean => json!({ "enum": [true, false, "yes", "no", "on", "off", null] }),
        FieldType::Date => pattern(r"^\d{4}-\d{2}-\d{2}([Tt ].+)?$", "2026-01-31"),
        FieldType::DateTime => {
            pattern(r"^\d{4}-\d{2}-\d{2}[Tt ]\s*\d{2}:\d{2}", "2026-01-31T09:00")
        }
        FieldType::Minutes => {
            json!({ "anyOf": [{ "type": ["number", "null"], "exclusiveMinimum": 0 }, pattern(r"^\s*(\d|P)", "15 min")] })
        }
        FieldType::Period => pattern(r"^\s*(\d|P)", "12 months"),
        FieldType::Url => pattern(
            "^([Hh][Tt][Tt][Pp][Ss]?|mailto|tel):",
            "https://example.org/",
        ),
        FieldType::Choice(words) => {
            let words: Vec<Value> = words
                .iter()
                .map(|word| json!(word))
                .chain([Value::Null])
                .collect();
            json!({ "enum": words })
        }
        FieldType::Terms => match known_term_schema(name, terms) {
            Some(one) => {
                json!({ "anyOf": [one, { "type": "string", "pattern": "," }, { "type": "array", "items": one }] })
            }
            None => {
                json!({ "anyOf": [{ "type": ["string", "null"] }, { "type": "array", "items": { "type": ["string", "number"] } }] })
            }
        },
        FieldType::List(of) => {
            let one = of_type(of, name, terms);
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        FieldType::Map(fields) => {
            let mut schema = mapping(&[fields], true, terms);
            schema.insert("type".into(), json!(["object", "null"]));
            Value::Object(schema)
        }
        FieldType::MapOf(of) => {
            json!({ "type": ["object", "null"], "additionalProperties": of_type(of, "", terms) })
        }
        FieldType::Either(kinds) => {
            json!({ "anyOf": kinds.iter().map(|kind| of_type(kind, name, terms)).collect::<Vec<_>>() })
        }
        FieldType::Tool => json!({ "type": ["object", "null"] }),
        FieldType::Anything => json!({}),
    }
}

fn pattern(pattern: &str, example: &str) -> Value {
    json!({ "type": ["string", "null"], "pattern": pattern, "examples": [example] })
}

/// Numbers and booleans are taken as they are written.
fn text_or_terms(name: &str, terms: TermChoices<'_>) -> Value {
    known_term_schema(name, terms)
        .unwrap_or_else(|| json!({ "type": ["string", "number", "boolean", "null"] }))
}

/// One of the words that the site has agreed on, each with what it means.
fn known_term_schema(name: &str, terms: TermChoices<'_>) -> Option<Value> {
    let known = terms(name).filter(|known| !known.is_empty())?;
    let one = |(key, title): &(String, String)| json!({ "const": key, "description": title });
    Some(
        json!({ "anyOf": known.iter().map(one).chain([json!({ "type": "null" })]).collect::<Vec<_>>() }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_properties() {
        let fields = [
            Field::text("title").required().about("What it is called."),
            Field::choice("level", &["low", "high"]),
            Field::new("topics", FieldType::Terms).also(&["tags"]),
            Field::list(
                "steps",
                FieldType::Map(vec![Field::text("page").required()]),
            ),
        ];
        let terms =
            |name: &str| (name == "topics").then(|| vec![("trust".to_owned(), "Trust".to_owned())]);
        let schema = schema("A", "B", &[&fields], true, &terms);
        assert_eq!(
            schema["properties"]["title"]["description"],
            "What it is called."
        );
        assert_eq!(schema["required"], json!(["title"]));
        assert_eq!(
            schema["properties"]["level"]["enum"],
            json!(["low", "high", null])
        );
        assert_eq!(
            schema["properties"]["topics"]["anyOf"][2]["items"]["anyOf"][0],
            json!({ "const": "trust", "description": "Trust" })
        );
        assert_eq!(schema["properties"]["tags"]["deprecated"], json!(true));
        assert_eq!(
            schema["properties"]["steps"]["anyOf"][1]["items"]["required"],
            json!(["page"])
        );
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
