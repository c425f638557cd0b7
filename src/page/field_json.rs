//! Checked values as plain values for templates.

use serde_json::json;

use crate::fields::{FieldItem, FieldItems, Value};

/// Checked items as an object.
pub fn items_json(items: &FieldItems) -> serde_json::Value {
    let pairs = items
        .iter()
        .map(|(key, item)| (key.clone(), item_json(item)));
    serde_json::Value::Object(pairs.collect())
}

/// A checked item as a plain value.
pub fn item_json(item: &FieldItem) -> serde_json::Value {
    match &item.value {
        Value::None => serde_json::Value::Null,
        Value::Boolean(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(value) => json!(value),
        Value::Date(value) => json!(value.to_string()),
        Value::List(items) => items.iter().map(item_json).collect(),
        Value::Map(items) => items_json(items),
    }
}
