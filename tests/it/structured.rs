//! The structured data of every page of this repository's own site, compared with the parts of
//! schema.org that it uses.
//!
//! The table states, from schema.org's definitions, each type's parent, its properties, the values
//! they take, and which are required. A property on the wrong type, a value of another form and a
//! missing property fail. A type of the table that no page uses fails too, because its row would
//! not be tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::{build, request};
use handsel::disk::Disk;
use handsel::pipeline::Request;
use serde_json::{Map, Value};

/// `Type < Parent: property form, property! form|Type`; `!` marks required properties.
const SCHEMA: &str = "
Thing: name text, url url, description text, image url, alternateName text
CreativeWork < Thing: headline text, inLanguage language, isAccessibleForFree flag, datePublished day, dateModified day, license url, timeRequired duration, author Person|Organization, publisher Organization, teaches text, educationalLevel text, encodingFormat text, version text, encoding MediaObject, thumbnailUrl url, hasPart Clip, associatedMedia MediaObject, creditText text, mainEntity Thing
Article < CreativeWork: headline! text, url! url
LearningResource < CreativeWork: name! text
Course < LearningResource: name! text, description! text, provider Organization
WebPage < CreativeWork: name! text, url! url
AboutPage < WebPage:
SearchResultsPage < WebPage:
CollectionPage < WebPage:
FAQPage < WebPage: mainEntity! Question
WebSite < CreativeWork: name! text, url! url, description! text
WebApplication < CreativeWork: name! text, applicationCategory text, operatingSystem text, offers! Offer
DigitalDocument < CreativeWork: name! text, encoding! MediaObject
Clip < CreativeWork: name! text, startOffset! number
MediaObject < CreativeWork: contentUrl! url, encodingFormat! text
ImageObject < CreativeWork: contentUrl! url, caption text, encodingFormat text
VideoObject < CreativeWork: name! text, uploadDate! day, duration! duration, contentUrl url, embedUrl url
Question < CreativeWork: name! text, acceptedAnswer! Answer
Answer < CreativeWork: url! url
Event < Thing: name! text, startDate! moment, endDate moment, eventStatus url, location! Place, organizer Organization, recordedIn CreativeWork
Place < Thing: name! text, address text
DefinedTerm < Thing: name! text, description! text
Service < Thing: name! text, provider! Organization, offers! Offer, termsOfService text
Offer < Thing: price number
Organization < Thing: name! text
Person < Thing: name! text
ItemList < Thing: itemListElement! ListItem
BreadcrumbList < ItemList:
ListItem < Thing: position number, item url
";

/// A property, the values it takes, and whether it is required.
type Property = (&'static str, Vec<&'static str>, bool);

struct Type {
    parent: Option<&'static str>,
    properties: Vec<Property>,
}

fn schema() -> BTreeMap<&'static str, Type> {
    let line = |line: &'static str| {
        let (head, properties) = line.split_once(':').expect("a colon ends the type");
        let (name, parent) = head
            .split_once(" < ")
            .map_or((head, None), |(name, parent)| (name, Some(parent)));
        let property = |text: &'static str| -> Property {
            let (name, forms) = text.trim().split_once(' ').expect("a property has a form");
            (
                name.trim_end_matches('!'),
                forms.split('|').collect(),
                name.ends_with('!'),
            )
        };
        let properties = properties
            .split(',')
            .filter(|text| !text.trim().is_empty())
            .map(property)
            .collect();
        (name, Type { parent, properties })
    };
    SCHEMA
        .lines()
        .filter(|text| !text.is_empty())
        .map(line)
        .collect()
}

/// Collects the faults of one page's structured data and the types that it uses.
struct Validator<'a> {
    schema: &'a BTreeMap<&'static str, Type>,
    faults: Vec<String>,
    seen: BTreeSet<String>,
}

impl Validator<'_> {
    fn thing(&mut self, thing: &Map<String, Value>, expected: &[&str]) {
        let types: Vec<&str> = match thing.get("@type") {
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
            name => name.and_then(Value::as_str).into_iter().collect(),
        };
        self.seen
            .extend(types.iter().map(|name| (*name).to_owned()));
        let lineage: Vec<&str> = types.iter().flat_map(|name| self.lineage(name)).collect();
        if lineage.is_empty()
            || !(expected.is_empty() || expected.iter().any(|name| lineage.contains(name)))
        {
            self.faults
                .push(format!("{types:?} is used where {expected:?} is expected"));
        }
        let schema = self.schema;
        let known: Vec<&Property> = lineage
            .iter()
            .flat_map(|name| &schema[name].properties)
            .collect();
        let missing = known
            .iter()
            .filter(|(name, _, is_needed)| *is_needed && !thing.contains_key(*name));
        self.faults
            .extend(missing.map(|(name, ..)| format!("{types:?} lacks {name}")));
        for (name, value) in thing.iter().filter(|(name, _)| *name != "@type") {
            // A type's own row for a property takes precedence over its parent's.
            match known.iter().find(|(own, ..)| own == name) {
                None => self.faults.push(format!("{types:?} has no {name}")),
                Some((_, forms, _)) => self.value(&format!("{types:?}.{name}"), value, forms),
            }
        }
    }

    fn value(&mut self, place: &str, value: &Value, forms: &[&str]) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                items.iter().for_each(|item| self.value(place, item, forms))
            }
            Value::Object(thing) if forms.iter().all(|form| self.schema.contains_key(form)) => {
                self.thing(thing, forms)
            }
            plain if forms.iter().any(|form| is_of(form, plain)) => {}
            other => self
                .faults
                .push(format!("{place} is not one of {forms:?}: {other}")),
        }
    }

    /// A type and its ancestors, nearest first.
    fn lineage(&self, name: &str) -> Vec<&'static str> {
        let first = self.schema.get_key_value(name).map(|(name, _)| *name);
        std::iter::successors(first, |name| self.schema[name].parent).collect()
    }
}

fn is_of(form: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return match form {
            "number" => value.is_number(),
            "flag" => value.is_boolean(),
            _ => false,
        };
    };
    match form {
        "text" => !text.trim().is_empty(),
        "url" => text.starts_with("https://") && !text.contains([' ', '"']),
        "language" => text.len() == 2,
        "day" => text.parse::<jiff::civil::Date>().is_ok(),
        "moment" => {
            text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::Date>().is_ok()
        }
        "duration" => text.starts_with('P') && text.parse::<jiff::Span>().is_ok(),
        _ => false,
    }
}

#[test]
fn structured_data_of_every_page_follows_schema_org() {
    let disk =
        Disk::open(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("this repository is a folder");
    // On this day, every page of the site is published.
    let request = Request {
        today: Some(jiff::civil::date(2027, 6, 1)),
        ..request()
    };
    let (built, published) = build(&disk, &request);
    assert!(
        !built
            .problems
            .iter()
            .any(handsel::diagnostic::Diagnostic::is_error),
        "{:?}",
        built.problems
    );
    let schema = schema();
    let (mut faults, mut seen, mut pages) = (Vec::new(), BTreeSet::new(), 0);
    for (path, bytes) in published.iter().filter(|(path, _)| path.ends_with(".html")) {
        let html = String::from_utf8_lossy(bytes);
        let Some((_, rest)) = html.split_once("<script type=\"application/ld+json\">") else {
            continue;
        };
        let data: Value = serde_json::from_str(rest.split_once("</script>").expect("it ends").0)
            .expect("it is JSON");
        assert_eq!(data["@context"], "https://schema.org", "{path}");
        let mut validator = Validator {
            schema: &schema,
            faults: Vec::new(),
            seen: BTreeSet::new(),
        };
        for thing in data["@graph"]
            .as_array()
            .expect("a page has a list of things")
        {
            validator.thing(thing.as_object().expect("a thing has properties"), &[]);
        }
        faults.extend(
            validator
                .faults
                .into_iter()
                .map(|fault| format!("{path}: {fault}")),
        );
        seen.extend(validator.seen);
        pages += 1;
    }
    assert!(
        faults.is_empty(),
        "{} faults on {pages} pages:\n{}",
        faults.len(),
        faults.join("\n")
    );
    // Types that are only parents of others.
    let parents = ["Thing", "CreativeWork"];
    let unseen: Vec<&&str> = schema
        .keys()
        .filter(|name| !seen.contains(**name) && !parents.contains(name))
        .collect();
    assert!(
        unseen.is_empty(),
        "no page is {unseen:?}: the table has rows that the site does not test"
    );
    assert!(pages > 40, "only {pages} pages");
}
