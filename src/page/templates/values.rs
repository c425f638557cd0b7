//! Views as values that templates read.

use serde::Serialize;
use tera::{Map, Value};

use super::old_values::add_old_names;
use super::shared_values::{SharedValues, object};
use crate::page::catalog::Catalog;
use crate::page::files::FileFactsTable;
use crate::page::page_context::PageContext;
use crate::page::structured::structured_data;
use crate::page::view::{
    BranchLine, CardGroup, FeedbackView, FieldView, FieldViews, FileView, LinkView, Listing,
    NavView, PathPositionView,
};
use crate::renamed::NameKind;

/// What is needed to turn views into values.
#[derive(Clone, Copy)]
pub struct ValueMaker<'a> {
    pub catalog: &'a Catalog,
    pub shared: &'a SharedValues,
}

impl ValueMaker<'_> {
    /// The value that a template sees as `page`. `body` is finished HTML.
    pub fn page(&self, context: &PageContext, body: &str, files: &FileFactsTable) -> Value {
        let (view, shared) = (&context.content.page, self.shared);
        let mut page = object(view);
        let fields = FieldValues {
            maker: *self,
            files,
            language: &view.language,
        };
        let structured = structured_data(self.catalog, &context.output_page, view);
        for (name, value) in [
            (
                "next",
                optional(view.next.as_ref(), |card| shared.card(card)),
            ),
            ("related", shared.cards(&view.related)),
            ("backlinks", shared.cards(&view.backlinks)),
            (
                "listing",
                optional(view.listing.as_ref(), |listing| self.listing(listing)),
            ),
            ("fields", fields.map(&view.fields)),
            ("collected", shared.cards(&view.collected)),
            ("used_in", shared.cards(&view.used_in)),
            ("feedback", optional(view.feedback.as_ref(), feedback)),
            ("paths", list(&view.paths, |path| self.path_position(path))),
            ("body", Value::safe_string(body)),
            (
                "structured",
                optional(structured.as_deref(), Value::safe_string),
            ),
        ] {
            page.insert(name.into(), value);
        }
        add_old_names(&mut page, NameKind::TemplateValue);
        Value::from(page)
    }

    /// The value that a template sees as `nav`.
    pub fn nav(&self, nav: &NavView) -> Value {
        let line = |line: &BranchLine| match line {
            BranchLine::Item(item) => Value::from_serializable(item),
            BranchLine::Page(line) => self.shared.line(line),
        };
        let mut sections = self.shared.sections(&nav.sections);
        if let Some((position, section)) = &nav.open {
            sections[*position] = Value::from_serializable(section);
        }
        let mut value = Map::default();
        value.insert("sections".into(), Value::from(sections));
        value.insert("branch".into(), list(&nav.branch, line));
        Value::from(value)
    }

    fn path_position(&self, path: &PathPositionView) -> Value {
        let mut value = object(path);
        for (name, card) in [("previous", &path.previous), ("next", &path.next)] {
            let card = optional(card.as_ref(), |card| self.shared.card(card));
            value.insert(name.into(), card);
        }
        Value::from(value)
    }

    fn listing(&self, listing: &Listing) -> Value {
        let group = |group: &CardGroup| {
            let mut value = object(group);
            value.insert("items".into(), self.shared.cards(&group.items));
            Value::from(value)
        };
        let mut value = object(listing);
        value.insert("items".into(), self.shared.cards(&listing.items));
        value.insert("groups".into(), list(&listing.groups, group));
        add_old_names(&mut value, NameKind::TemplateValue);
        Value::from(value)
    }
}

/// Turns a page's fields into values, with the facts of its files.
struct FieldValues<'a> {
    maker: ValueMaker<'a>,
    files: &'a FileFactsTable,
    language: &'a str,
}

impl FieldValues<'_> {
    fn map(&self, fields: &FieldViews) -> Value {
        let fields = fields
            .iter()
            .map(|(name, value)| (name.clone().into(), self.value(value)));
        Value::from(fields.collect::<Map>())
    }

    fn value(&self, value: &FieldView) -> Value {
        match value {
            FieldView::Plain(value) => Value::from_serializable(value),
            FieldView::Date(day) => Value::from_serializable(day),
            FieldView::Minutes(number) | FieldView::Clock(number) => Value::from(*number),
            FieldView::Text(text) => Value::safe_string(&text.html),
            FieldView::List(items) => list(items, |item| self.value(item)),
            FieldView::Map(inner) => self.map(inner),
            FieldView::Link(link) => self.link(link),
        }
    }

    fn link(&self, link: &LinkView) -> Value {
        let mut value = object(link);
        let card = optional(link.card.as_ref(), |card| self.maker.shared.card(card));
        value.insert("card".into(), card);
        if let Some(file) = &link.file {
            value.insert("file".into(), self.file(file));
        }
        Value::from(value)
    }

    fn file(&self, file: &FileView) -> Value {
        let facts = file.source.as_ref().and_then(|path| self.files.get(path));
        let catalog = self.maker.catalog;
        let mut value = object(file);
        for (name, fact) in [
            ("size", optional(facts, |facts| Value::from(facts.size))),
            (
                "size_text",
                optional(facts, |facts| {
                    Value::from(catalog.size_text(self.language, facts.size))
                }),
            ),
            (
                "sha256",
                optional(facts, |facts| Value::from(facts.sha256.as_str())),
            ),
            (
                "spoken",
                optional(facts, |facts| Value::from_serializable(&facts.spoken)),
            ),
        ] {
            value.insert(name.into(), fact);
        }
        Value::from(value)
    }
}

/// The value of something that may be missing.
fn optional<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
    value.map_or_else(Value::none, make)
}

fn list<T>(items: &[T], make: impl Fn(&T) -> Value) -> Value {
    Value::from(items.iter().map(make).collect::<Vec<Value>>())
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

#[cfg(test)]
mod tests {
    use tera::value::Key;

    use super::*;
    use crate::page::output_page::{OutputPage, PageSubject};
    use crate::page::test_catalog::cards;
    use crate::page::views::listing;
    use crate::paths::Route;

    #[test]
    fn a_list_has_its_values_under_old_names_too() {
        let cards = cards(&[
            ("index.md", "# Home"),
            ("a.md", "---\nlevel: beginner\n---\n# A"),
            ("b.md", "# B"),
        ]);
        let output_page = OutputPage::single(PageSubject::AToZ, Route::page(["a-z"]));
        let listing = listing(&cards, &output_page).expect("the subject is a list");
        let maker = ValueMaker {
            catalog: &cards.index.catalog,
            shared: &SharedValues::default(),
        };
        let value = maker.listing(&listing);
        let text = |name: &'static str| {
            let values = value.as_map();
            let value = values.and_then(|values| values.get(&Key::from(name)));
            value.map(ToString::to_string).unwrap_or_default()
        };
        assert!(text("facet_links").contains("level"));
        assert_eq!(text("ways"), text("facet_links"));
    }
}
