//! The functions and filters that templates may call. `docs/TEMPLATES.md` is the contract.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::{LANGUAGE, Materials, NUMBERS_LEFT, Object, value_of};
use crate::diagnostic::nearest;
use crate::page::compose::Composer;
use crate::page::queries::{self, ORDERS, PagesQuery};
use crate::page::structured::for_script;
use crate::paths::{Route, percent_encode_into, slug};
use crate::site::topics::Term;

/// Handsel's functions.
pub const FUNCTIONS: [&str; 11] = ["t", "asset", "pages", "page_at", "topics", "audiences", "data", "href", "icon", "range", "throw"];

/// Handsel's filters and the most used of Tera's own.
pub const FILTERS: [&str; 40] = [
    "date",
    "slug",
    "json",
    "striptags",
    "urlencode",
    "markdown",
    "safe",
    "default",
    "upper",
    "lower",
    "wordcount",
    "escape",
    "newlines_to_br",
    "pluralize",
    "trim",
    "replace",
    "capitalize",
    "title",
    "truncate",
    "indent",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "split",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "join",
    "sort",
    "unique",
    "get",
    "values",
    "keys",
    "pairs",
    "group_by",
    "filter",
];

/// Numbers that one call of `range` gives at most, and all calls of a page together.
const RANGE_MAX: usize = 10_000;
pub const NUMBERS_MAX: usize = 1_000_000;

/// Makes the names known, so that templates can be loaded before there is a site; nothing is answered.
pub fn register_signatures(tera: &mut Tera) {
    for name in FUNCTIONS.iter().filter(|name| !matches!(**name, "range" | "throw")) {
        tera.register_function(*name, |_: Kwargs, _: &State| Value::none());
    }
    register_filters(tera);
}

/// Registers the functions with what they answer from.
pub fn register(tera: &mut Tera, materials: Materials) {
    let composer = materials.composer;
    register_words(tera, Arc::clone(&composer));
    register_files(tera, materials.assets, materials.icons, materials.data);
    register_queries(tera, &composer);
    let own = Arc::clone(&composer);
    tera.register_function("href", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let written: String = args.must_get("path")?;
        let (path, fragment) = written.split_once('#').map_or((written.as_str(), None), |(path, fragment)| (path, Some(fragment)));
        let route = Route::new(path).map_err(|_| Error::message(format!("`{written}` leads out of the site")))?;
        let known = [route.clone(), route.as_folder()].into_iter().find(|route| own.site.tables.by_route.contains_key(route));
        let Some(route) = known else {
            let near = nearest(route.as_str(), own.site.tables.by_route.keys().map(Route::as_str));
            return Err(Error::message(match near {
                Some(near) => format!("there is nothing at `{written}`; did you mean `{near}`?"),
                None => format!("there is nothing at `{written}`"),
            }));
        };
        Ok(match fragment {
            Some(fragment) => format!("{}#{fragment}", own.href(&route)),
            None => own.href(&route),
        })
    });
}

fn register_words(tera: &mut Tera, composer: Arc<Composer>) {
    tera.register_function("t", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let key: &str = args.must_get("key")?;
        let count: Option<i64> = args.get("count")?;
        let mut fill: Vec<(&str, Cow<str>)> = Vec::new();
        for (name, value) in args.iter() {
            if let Some(name) = name.as_str().filter(|name| !matches!(*name, "key" | "count")) {
                fill.push((name, value.to_string().into()));
            }
        }
        let said = LANGUAGE.with_borrow(|language| {
            let own_kind = || key.strip_prefix("kind_").filter(|kind| composer.site.kinds.contains_key(*kind));
            composer.words.say(language, key, count, &fill).or_else(|| own_kind().map(|kind| composer.kind_title(language, kind)))
        });
        said.ok_or_else(|| {
            Error::message(match nearest(key, composer.words.keys()) {
                Some(near) => format!("the theme has no word `{key}`; did you mean `{near}`?"),
                None => format!("the theme has no word `{key}`"),
            })
        })
    });
}

fn register_files(
    tera: &mut Tera,
    assets: BTreeMap<String, String>,
    icons: BTreeMap<String, String>,
    data: BTreeMap<String, serde_json::Value>,
) {
    tera.register_function("asset", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let path: &str = args.must_get("path")?;
        let path = path.trim_start_matches('/');
        found(assets.get(path).cloned(), "static/", path, assets.keys())
    });
    tera.register_function("icon", move |args: Kwargs, _: &State| -> TeraResult<Value> {
        let name: &str = args.must_get("name")?;
        let svg = icons.get(name).or_else(|| icons.get("page")).map(|svg| Value::safe_string(svg));
        found(svg, "templates/icons/", name, icons.keys())
    });
    let data: BTreeMap<String, Value> = data.into_iter().map(|(path, value)| (path, value_of(&value))).collect();
    tera.register_function("data", move |args: Kwargs, _: &State| -> TeraResult<Value> {
        let path: &str = args.must_get("path")?;
        found(data.get(path).cloned(), "data/", path, data.keys())
    });
}

fn found<'a, T>(value: Option<T>, folder: &str, path: &str, names: impl Iterator<Item = &'a String>) -> TeraResult<T> {
    value.ok_or_else(|| {
        Error::message(match nearest(path, names.map(String::as_str)) {
            Some(near) => format!("there is no file {folder}{path}; did you mean {near}?"),
            None => format!("there is no file {folder}{path}"),
        })
    })
}

fn register_queries(tera: &mut Tera, composer: &Arc<Composer>) {
    let own = Arc::clone(composer);
    tera.register_function("pages", move |args: Kwargs, _: &State| -> TeraResult<Value> {
        let query = PagesQuery {
            kind: args.get("kind")?,
            topic: args.get("topic")?,
            audience: args.get("audience")?,
            level: args.get("level")?,
            section: args.get("section")?,
            order: args.get("order")?,
            limit: args.get("limit")?,
        };
        if let Some(order) = query.order.as_deref().filter(|order| !ORDERS.contains(order)) {
            return Err(Error::message(format!("`{order}` is no order; there are {}", ORDERS.join(", "))));
        }
        Ok(value_of(&queries::pages(&own, &query)))
    });
    let own = Arc::clone(composer);
    tera.register_function("page_at", move |args: Kwargs, _: &State| -> TeraResult<Value> {
        let path: &str = args.must_get("path")?;
        queries::page_at(&own, path).map(|card| value_of(&card)).map_err(Error::message)
    });
    let own = Arc::clone(composer);
    tera.register_function("topics", move |_: Kwargs, _: &State| terms(&own, &own.site.topics));
    let own = Arc::clone(composer);
    tera.register_function("audiences", move |_: Kwargs, _: &State| terms(&own, &own.site.audiences));
}

fn terms(composer: &Composer, all: &[Term]) -> Value {
    let with_start = |(view, start): (crate::page::view::TermView, Vec<crate::page::view::Card>)| {
        let mut term: Object = value_of(&view).into_map().unwrap_or_default();
        term.insert("start".into(), value_of(&start));
        Value::from(term)
    };
    Value::from(queries::terms(composer, all).into_iter().map(with_start).collect::<Vec<Value>>())
}

/// A list of whole numbers, as Tera's own, but that one page gets only so many of them: a loop without end is an error, not a hang.
fn register_range(tera: &mut Tera) {
    tera.register_function("range", |args: Kwargs, _: &State| -> TeraResult<Vec<i64>> {
        let start: i64 = args.get("start")?.unwrap_or(0);
        let end: i64 = args.must_get("end")?;
        let step: i64 = args.get("step_by")?.unwrap_or(1);
        if step == 0 {
            return Err(Error::message("`range` wants a `step_by` that is not 0"));
        }
        let distance = if step > 0 { end.saturating_sub(start) } else { start.saturating_sub(end) };
        let count = usize::try_from(distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs())).unwrap_or(usize::MAX);
        let left = NUMBERS_LEFT.get();
        if count > RANGE_MAX || count > left {
            let message =
                format!("this loop passes the limit: one `range` gives at most {RANGE_MAX} numbers, a page at most {NUMBERS_MAX}");
            return Err(Error::message(message));
        }
        NUMBERS_LEFT.set(left - count);
        Ok((0..count).map(|index| start + step * i64::try_from(index).unwrap_or(0)).collect())
    });
}

fn register_filters(tera: &mut Tera) {
    register_range(tera);
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| slug(text));
    tera.register_filter("json", |value: &Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        let json = serde_json::to_value(value).map_err(|error| Error::message(format!("this value has no JSON: {error}")))?;
        Ok(Value::safe_string(&for_script(&json)))
    });
    tera.register_filter("urlencode", |text: &str, _: Kwargs, _: &State| {
        let mut encoded = String::new();
        percent_encode_into(&mut encoded, text);
        encoded.replace('&', "%26").replace('+', "%2B").replace('=', "%3D").replace('/', "%2F")
    });
    tera.register_filter("striptags", |text: &str, _: Kwargs, _: &State| strip_tags(text));
    tera.register_filter("markdown", |text: &str, _: Kwargs, _: &State| Value::safe_string(&crate::document::markdown::inline_html(text)));
    tera.register_filter("date", |text: &str, args: Kwargs, _: &State| -> TeraResult<String> {
        let date: jiff::civil::Date =
            text.parse().map_err(|_| Error::message(format!("`{text}` is no date; dates look like 2026-01-31")))?;
        let format: Option<String> = args.get("format")?;
        jiff::fmt::strtime::format(format.as_deref().unwrap_or("%Y-%m-%d"), date).map_err(|error| Error::message(error.to_string()))
    });
}

/// The text of HTML, its elements taken out.
fn strip_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => text.push(c),
            _ => {}
        }
    }
    text
}
