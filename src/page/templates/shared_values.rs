//! Values that many pages show, made once for each content.
//!
//! What many pages show of one page (its card, its line in the section's tree) becomes a value of
//! templates once and is shared. Values are found by the fingerprint of what they are made from, so
//! they stay right when the site changes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, RwLock};

use serde::Serialize;
use tera::{Map, Value};

use super::old_values::add_old_names;
use crate::fingerprint::Fingerprint;
use crate::page::content_hash::{ContentHash, SharedPart};
use crate::page::view::{Card, DayView, SectionLink, SharedCard, SharedLine, TermLink};
use crate::renamed::NameKind;

/// The values of one type of part. They are divided among several maps, so that threads seldom wait
/// for each other.
#[derive(Default)]
struct ValueTable([RwLock<HashMap<Fingerprint, Value>>; 16]);

impl ValueTable {
    fn get(&self, hash: Fingerprint, make: impl FnOnce() -> Value) -> Value {
        let values = &self.0[usize::from(hash.as_bytes()[0] % 16)];
        let known = values.read().expect("no holder of this lock panics");
        if let Some(value) = known.get(&hash) {
            return value.clone();
        }
        drop(known);
        let value = make();
        let mut known = values.write().expect("no holder of this lock panics");
        known.entry(hash).or_insert(value).clone()
    }

    fn len(&self) -> usize {
        let len = |values: &RwLock<HashMap<Fingerprint, Value>>| {
            let values = values.read().expect("no holder of this lock panics");
            values.len()
        };
        self.0.iter().map(len).sum()
    }
}

/// The shared values of a site, of earlier states too.
#[derive(Default)]
pub struct SharedValues {
    cards: ValueTable,
    lines: ValueTable,
    sections: ValueTable,
    /// Parts that many cards have in common, such as a topic or a day.
    terms: ValueTable,
    days: ValueTable,
}

impl SharedValues {
    /// The number of values that belong to single pages.
    pub fn count(&self) -> usize {
        self.cards.len() + self.lines.len()
    }

    /// A card's value.
    pub fn card(&self, card: &SharedCard) -> Value {
        self.cards.get(card.fingerprint(), || self.new_card(card))
    }

    /// The values of several cards.
    pub fn cards(&self, cards: &[SharedCard]) -> Value {
        let values: Vec<Value> = cards.iter().map(|card| self.card(card)).collect();
        Value::from(values)
    }

    /// The value of a page's line in the tree of its section.
    pub fn line(&self, line: &SharedLine) -> Value {
        self.lines
            .get(line.fingerprint(), || Value::from_serializable(&line.item))
    }

    /// The values of the sections below the home page.
    pub fn sections(&self, sections: &Arc<SharedPart<Vec<SectionLink>>>) -> Vec<Value> {
        let values = self.sections.get(sections.fingerprint(), || {
            Value::from_serializable(&***sections)
        });
        values.as_array().unwrap_or_default().to_vec()
    }

    /// A card's value, which shares its parts with other cards.
    fn new_card(&self, card: &Card) -> Value {
        let mut value = object(card);
        value.insert("topics".into(), self.terms(&card.topics));
        value.insert("audience".into(), self.terms(&card.audience));
        value.insert("published".into(), self.day(card.published.as_ref()));
        value.insert("updated".into(), self.day(card.updated.as_ref()));
        add_old_names(&mut value, NameKind::TemplateValue);
        Value::from(value)
    }

    fn terms(&self, terms: &[Arc<TermLink>]) -> Value {
        let values: Vec<Value> = terms
            .iter()
            .map(|term| part(&self.terms, &**term))
            .collect();
        Value::from(values)
    }

    fn day(&self, day: Option<&DayView>) -> Value {
        day.map_or_else(Value::none, |day| part(&self.days, day))
    }
}

/// The value of a part that cards have in common.
fn part<T: Hash + Serialize>(table: &ValueTable, part: &T) -> Value {
    table.get(part.content_hash(), || Value::from_serializable(part))
}

/// A view as an object that can be added to.
pub fn object(view: &impl Serialize) -> Map {
    Value::from_serializable(view)
        .into_map()
        .unwrap_or_default()
}
