//! Views as values that templates read, and the fingerprints that represent them.
//!
//! What many pages show of one page (its card, its line in the section's tree) becomes a value once
//! and is shared.

use std::collections::HashMap;
use std::sync::RwLock;

use serde::Serialize;
use tera::value::Key;
use tera::{Map, Value};

use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::fields::{self, FieldView, FieldViews};
use crate::page::files::FileFactsTable;
use crate::page::structured;
use crate::page::view::{BranchLine, Card, FeedbackView, Listing, NavView, PathPositionView};
use crate::page::{Composer, PageContext};
use crate::renamed::{NameKind, RENAMED};
use crate::site::PageId;

/// A value that many pages show, and the fingerprint of its content.
#[derive(Clone, Debug)]
pub struct SharedValue {
    pub(super) value: Value,
    pub hash: Fingerprint,
}

impl SharedValue {
    pub fn new(what: &impl Serialize) -> Self {
        Self {
            value: Value::from_serializable(what),
            hash: hash_of(what),
        }
    }
}

/// Parts that many cards have in common, such as a topic or a day. Each is one shared value.
#[derive(Default)]
pub struct CardParts {
    values: RwLock<HashMap<Fingerprint, Value>>,
}

impl CardParts {
    /// A card's value. It shares its parts with other cards.
    pub fn card(&self, mut card: Card) -> SharedValue {
        let hash = hash_of(&card);
        let topics: Vec<Value> = std::mem::take(&mut card.topics)
            .iter()
            .map(|topic| self.value(topic))
            .collect();
        let days = [
            ("published", card.published.take()),
            ("updated", card.updated.take()),
        ];
        let mut value = Value::from_serializable(&card)
            .into_map()
            .unwrap_or_default();
        value.insert("topics".into(), Value::from(topics));
        for (name, day) in days {
            value.insert(
                name.into(),
                day.map_or_else(Value::none, |day| self.value(&day)),
            );
        }
        add_old_names(&mut value, NameKind::TemplateValue);
        SharedValue {
            value: Value::from(value),
            hash,
        }
    }

    fn value(&self, what: &impl Serialize) -> Value {
        let hash = hash_of(what);
        if let Some(value) = self
            .values
            .read()
            .expect("no holder of this lock panics")
            .get(&hash)
        {
            return value.clone();
        }
        let value = Value::from_serializable(what);
        self.values
            .write()
            .expect("no holder of this lock panics")
            .entry(hash)
            .or_insert(value)
            .clone()
    }
}

/// The fingerprint of a serializable value.
pub fn hash_of(what: &impl Serialize) -> Fingerprint {
    Fingerprint::of(postcard::to_allocvec(what).expect("plain values can be written to memory"))
}

pub(super) type ValueObject = Map;

/// The value that a template sees as `page`. `body` is finished HTML.
pub(super) fn page(
    composer: &Composer,
    composed: &PageContext,
    body: &str,
    files: &FileFactsTable,
) -> Value {
    let view = &composed.page;
    let mut page = Value::from_serializable(view)
        .into_map()
        .unwrap_or_default();
    page.insert(
        "next".into(),
        view.next
            .map_or_else(Value::none, |next| composer.card(next).value.clone()),
    );
    page.insert("related".into(), cards(composer, &view.related));
    page.insert("backlinks".into(), cards(composer, &view.backlinks));
    page.insert(
        "listing".into(),
        view.listing
            .as_ref()
            .map_or_else(Value::none, |listing| list(composer, listing)),
    );
    page.insert(
        "fields".into(),
        fields(composer, &view.fields, (files, &view.language)),
    );
    page.insert("collected".into(), cards(composer, &view.collected));
    page.insert("used_in".into(), cards(composer, &view.used_in));
    page.insert(
        "feedback".into(),
        view.feedback.as_ref().map_or_else(Value::none, feedback),
    );
    let way = |path: &PathPositionView| {
        let mut value = Value::from_serializable(path)
            .into_map()
            .unwrap_or_default();
        for (name, card) in [("previous", path.previous), ("next", path.next)] {
            value.insert(
                name.into(),
                card.map_or_else(Value::none, |page| composer.card(page).value.clone()),
            );
        }
        Value::from(value)
    };
    page.insert(
        "paths".into(),
        Value::from(view.paths.iter().map(way).collect::<Vec<Value>>()),
    );
    page.insert("body".into(), Value::safe_string(body));
    let structured = structured::of(composer, &composed.output_page, view);
    page.insert(
        "structured".into(),
        structured.map_or_else(Value::none, |json| Value::safe_string(&json)),
    );
    add_old_names(&mut page, NameKind::TemplateValue);
    Value::from(page)
}

/// Adds values under their old names, so that a site's own templates keep working.
pub(super) fn add_old_names(object: &mut ValueObject, kind: NameKind) {
    for renamed in RENAMED.iter().filter(|renamed| renamed.kind == kind) {
        if let Some(value) = object.get(&Key::from(renamed.new)).cloned() {
            object.insert(renamed.old.into(), value);
        }
    }
}

fn feedback(view: &FeedbackView) -> Value {
    #[derive(Serialize)]
    struct FeedbackValues<'a> {
        way: &'a str,
        action: Option<&'a str>,
        host: Option<String>,
        helped_href: Option<String>,
        reasons: Vec<ValueReason<'a>>,
    }
    #[derive(Serialize)]
    struct ValueReason<'a> {
        key: &'a str,
        title: &'a str,
        href: Option<String>,
    }
    let reasons = view.answers.reasons.iter();
    let reasons = reasons.map(|reason| ValueReason {
        key: reason.key,
        title: &reason.title,
        href: view.href(reason),
    });
    Value::from_serializable(&FeedbackValues {
        way: view.way.name(),
        action: view.way.endpoint(),
        host: view.way.host(),
        helped_href: view.href(&view.answers.helped),
        reasons: reasons.collect(),
    })
}

pub(super) fn cards(composer: &Composer, pages: &[PageId]) -> Value {
    Value::from(
        pages
            .iter()
            .map(|page| composer.card(*page).value.clone())
            .collect::<Vec<Value>>(),
    )
}

/// The facts of a page's files, and the language to show them in.
type LocalizedFacts<'a> = (&'a FileFactsTable, &'a str);

fn fields(composer: &Composer, fields: &FieldViews, reported: LocalizedFacts) -> Value {
    let mut object = ValueObject::default();
    for (name, value) in fields {
        object.insert(name.clone().into(), field(composer, value, reported));
    }
    Value::from(object)
}

fn field(composer: &Composer, value: &FieldView, reported: LocalizedFacts) -> Value {
    match value {
        FieldView::Plain(value) => Value::from_serializable(value),
        FieldView::Date(day) => Value::from_serializable(day),
        FieldView::Minutes(number) | FieldView::Clock(number) => Value::from(*number),
        FieldView::Text(text) => Value::safe_string(&text.html),
        FieldView::List(items) => Value::from(
            items
                .iter()
                .map(|item| field(composer, item, reported))
                .collect::<Vec<Value>>(),
        ),
        FieldView::Map(inner) => fields(composer, inner, reported),
        FieldView::Link(link) => {
            let mut object = Value::from_serializable(&**link)
                .into_map()
                .unwrap_or_default();
            object.insert(
                "card".into(),
                link.page
                    .map_or_else(Value::none, |page| composer.card(page).value.clone()),
            );
            if let Some(file) = &link.file {
                let facts = file
                    .source
                    .as_ref()
                    .and_then(|source| reported.0.get(source));
                let mut shown = Value::from_serializable(file)
                    .into_map()
                    .unwrap_or_default();
                let known = facts.map(|facts| (facts, composer.size_text(reported.1, facts.size)));
                shown.insert(
                    "size".into(),
                    known
                        .as_ref()
                        .map_or_else(Value::none, |(facts, _)| Value::from(facts.size)),
                );
                shown.insert(
                    "size_text".into(),
                    known
                        .as_ref()
                        .map_or_else(Value::none, |(_, text)| Value::from(text.as_str())),
                );
                shown.insert(
                    "sha256".into(),
                    facts.map_or_else(Value::none, |facts| Value::from(facts.sha256.as_str())),
                );
                shown.insert(
                    "spoken".into(),
                    facts.map_or_else(Value::none, |facts| Value::from_serializable(&facts.spoken)),
                );
                object.insert("file".into(), Value::from(shown));
            }
            Value::from(object)
        }
    }
}

fn list(composer: &Composer, listing: &Listing) -> Value {
    let mut value = Value::from_serializable(listing)
        .into_map()
        .unwrap_or_default();
    value.insert("items".into(), cards(composer, &listing.items));
    let group = |group: &crate::page::view::CardGroup| {
        let mut value = Value::from_serializable(group)
            .into_map()
            .unwrap_or_default();
        value.insert("items".into(), cards(composer, &group.items));
        Value::from(value)
    };
    value.insert(
        "groups".into(),
        Value::from(listing.groups.iter().map(group).collect::<Vec<Value>>()),
    );
    Value::from(value)
}

/// The value that a template sees as `nav`.
pub(super) fn nav(composer: &Composer, nav: &NavView) -> Value {
    let line = |line: &BranchLine| match line {
        BranchLine::Item(item) => Value::from_serializable(item),
        BranchLine::Page(page, depth) => composer.branch_line(*page, *depth).value.clone(),
    };
    let mut value = ValueObject::default();
    let mut sections: Vec<Value> = composer
        .top_sections()
        .links
        .iter()
        .map(|link| link.value.clone())
        .collect();
    if let Some((place, section)) = &nav.open {
        sections[*place] = Value::from_serializable(section);
    }
    value.insert("sections".into(), Value::from(sections));
    value.insert(
        "branch".into(),
        Value::from(nav.branch.iter().map(line).collect::<Vec<Value>>()),
    );
    Value::from(value)
}

/// The fingerprint of everything that an output page shows except its body's text: its own view,
/// and what it shows of other pages.
pub fn fingerprint(composer: &Composer, composed: &PageContext) -> Fingerprint {
    let mut own = Vec::with_capacity(2 << 10);
    write(&composed.page, &mut own);
    write(&composed.nav.open, &mut own);
    own.extend(composer.top_sections().hash.as_bytes());
    write(&composed.page.fields, &mut own);
    write(
        &(
            &composed.links,
            &composed.wiki_titles,
            &composed.template,
            &composed.embedded,
            structured::of_site(composer),
        ),
        &mut own,
    );
    let mut shown: Vec<u8> = Vec::with_capacity(1 << 10);
    let show = |pages: &[PageId], shown: &mut Vec<u8>| {
        shown.extend((pages.len() as u64).to_le_bytes());
        pages
            .iter()
            .for_each(|page| shown.extend(composer.card(*page).hash.as_bytes()));
    };
    let view = &composed.page;
    write(
        &(
            &view.paths,
            &view.feedback,
            composed.term_places,
            composed.terms.len(),
        ),
        &mut own,
    );
    composed
        .terms
        .iter()
        .for_each(|term| own.extend(term.as_ref().map_or(&[0; 16], |term| term.hash.as_bytes())));
    let ways: Vec<PageId> = view
        .paths
        .iter()
        .flat_map(|path| path.previous.into_iter().chain(path.next))
        .collect();
    let linked: Vec<PageId> = fields::links(&view.fields)
        .into_iter()
        .filter_map(|link| link.page)
        .collect();
    for pages in [
        view.next.as_slice(),
        &view.related,
        &view.backlinks,
        &view.collected,
        &view.used_in,
        &linked,
        &ways,
    ] {
        show(pages, &mut shown);
    }
    if let Some(listing) = &view.listing {
        write(listing, &mut own);
        show(&listing.items, &mut shown);
        for group in &listing.groups {
            write(group, &mut own);
            show(&group.items, &mut shown);
        }
    }
    for line in &composed.nav.branch {
        match line {
            BranchLine::Item(item) => write(item, &mut own),
            BranchLine::Page(page, depth) => {
                shown.extend(composer.branch_line(*page, *depth).hash.as_bytes())
            }
        }
    }
    Hasher::new().add(own).add(shown).finish()
}

fn write(what: &impl Serialize, bytes: &mut Vec<u8>) {
    postcard::to_io(what, bytes).expect("plain values can be written to memory");
}
