//! Describes fields as a JSON Schema (draft 7), which the language servers of editors read: names,
//! types, descriptions and allowed words.
//!
//! The schema accepts everything that [`super::check`] accepts. It also accepts values that only
//! the check can reject, such as an impossible date or a link without a target.

use serde_json::{Map, Value, json};

use super::{Field, FieldType};

/// The JSON Schema dialect that YAML language servers support best.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// Returns the keys that a field may contain, each with its title, if the site has a vocabulary for
/// it.
pub type TermChoices<'a> = &'a dyn Fn(&str) -> Option<Vec<(String, String)>>;

/// Returns the schema of a mapping with these fields. A field that folder defaults can also set is
/// required by the check alone, so `requires` states whether the schema requires missing fields.
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
    // An empty file is allowed.
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
        about = format!("{about} Default: {}.", field.default)
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

/// Returns the schema of a type. Every value may be absent, as in a key without a value.
fn of_type(kind: &FieldType, name: &str, terms: TermChoices<'_>) -> Value {
    match kind {
        FieldType::Text | FieldType::Template | FieldType::Markdown | FieldType::Line => {
            text_or_terms(name, terms)
        }
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

/// Returns the schema of a text, which may be written as a number or boolean, or of the terms that
/// the site allows.
fn text_or_terms(name: &str, terms: TermChoices<'_>) -> Value {
    known_term_schema(name, terms)
        .unwrap_or_else(|| json!({ "type": ["string", "number", "boolean", "null"] }))
}

/// Returns the schema for one of the site's terms, each with its description.
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
