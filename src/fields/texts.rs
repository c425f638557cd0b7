//! The texts in Markdown that a page's own fields hold, found by the fields' types, always in the same order: that of the
//! definitions, then that of the text. Whoever reads them and whoever shows them go through them alike.

use super::{Field, FieldType, Item, Value};
use crate::fields::Items;

/// The texts in a page's own fields, and whether each stands in a line.
pub fn of_page<'a>(items: &'a Items, fields: &[Field]) -> Vec<(&'a Item, bool)> {
    let mut texts = Vec::new();
    collect_fields(items, fields, &mut texts);
    texts
}

fn collect_fields<'a>(items: &'a Items, fields: &[Field], texts: &mut Vec<(&'a Item, bool)>) {
    for field in fields {
        if let Some(item) = items.get(&field.name) {
            collect(item, &field.kind, texts);
        }
    }
}

fn collect<'a>(item: &'a Item, kind: &FieldType, texts: &mut Vec<(&'a Item, bool)>) {
    match (&item.value, kind.of_value(&item.value)) {
        (Value::List(items), FieldType::List(of)) => items.iter().for_each(|item| collect(item, of, texts)),
        (Value::Map(items), FieldType::Map(fields)) => collect_fields(items, fields, texts),
        (Value::Map(items), FieldType::MapOf(of)) => items.values().for_each(|item| collect(item, of, texts)),
        (Value::Text(_), FieldType::Markdown) => texts.push((item, false)),
        (Value::Text(_), FieldType::Line) => texts.push((item, true)),
        _ => {}
    }
}
