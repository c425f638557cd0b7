//! Finds the Markdown texts in a page's own fields by the fields' types. The order is always that
//! of the definitions, then that of the text, so parsing and rendering process the texts in the
//! same order.

use super::{Field, FieldItem, FieldType, Value};
use crate::fields::FieldItems;

/// Returns the texts in a page's own fields, and whether each is a single line.
pub fn of_page<'a>(items: &'a FieldItems, fields: &[Field]) -> Vec<(&'a FieldItem, bool)> {
    let mut texts = Vec::new();
    each_of_page(items, fields, &mut |item, kind| match kind {
        FieldType::Markdown => texts.push((item, false)),
        FieldType::Line => texts.push((item, true)),
        _ => {}
    });
    texts
}

/// Returns the texts that are not Markdown. Single words are left out, because most are keys, names
/// of kinds or language tags.
pub fn plain<'a>(items: &'a FieldItems, fields: &[Field]) -> Vec<&'a str> {
    let mut texts = Vec::new();
    each_of_page(items, fields, &mut |item, kind| {
        let text = item
            .as_text()
            .filter(|text| *kind == FieldType::Text && text.split_whitespace().nth(1).is_some());
        texts.extend(text);
    });
    texts
}

fn each_of_page<'a>(
    items: &'a FieldItems,
    fields: &[Field],
    take: &mut impl FnMut(&'a FieldItem, &FieldType),
) {
    for field in fields {
        if let Some(item) = items.get(&field.name) {
            each(item, &field.kind, take);
        }
    }
}

fn each<'a>(
    item: &'a FieldItem,
    kind: &FieldType,
    take: &mut impl FnMut(&'a FieldItem, &FieldType),
) {
    match (&item.value, kind.of_value(&item.value)) {
        (Value::List(items), FieldType::List(of)) => {
            items.iter().for_each(|item| each(item, of, take))
        }
        (Value::Map(items), FieldType::Map(fields)) => each_of_page(items, fields, take),
        (Value::Map(items), FieldType::MapOf(of)) => {
            items.values().for_each(|item| each(item, of, take))
        }
        (Value::Text(_), kind) => take(item, kind),
        _ => {}
    }
}
