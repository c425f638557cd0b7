//! The functions and filters that templates may call. `content/manual/templates.md` documents them.

use std::borrow::Cow;
use std::sync::Arc;

use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value};

use super::dependency::Dependency;
use super::render_context::RenderContext;
use super::render_state::StateCell;
use crate::diagnostic::nearest;
use crate::document::html_sections::{HtmlSection, parts};
use crate::document::markdown::{block_html, inline_html};
use crate::escape;
use crate::html::text::without_tags;
use crate::page::files::clock;
use crate::page::index::{ORDERS, PagesQuery};
use crate::page::views::page_at;
use crate::paths::{Route, slug};
use crate::renamed::{self, NameKind, current_value};

/// Handsel's functions.
pub const FUNCTIONS: [&str; 11] = [
    "t",
    "asset",
    "pages",
    "page_at",
    "topics",
    "audiences",
    "data",
    "href",
    "icon",
    "range",
    "throw",
];

/// Handsel's filters and the most common of Tera's own.
pub const FILTERS: [&str; 43] = [
    "date",
    "slug",
    "json",
    "striptags",
    "urlencode",
    "markdown",
    "blocks",
    "sections",
    "clock",
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

/// The most numbers that one call of `range` returns, and that all calls on a page return together.
const RANGE_MAX: usize = 10_000;
pub const NUMBERS_MAX: usize = 1_000_000;

/// Registers the functions, which answer from the state of the page that is being rendered.
pub fn register_functions(tera: &mut Tera, state: &StateCell) {
    register_words(tera, state.clone());
    register_files(tera, state);
    register_queries(tera, state);
    register_range(tera, state.clone());
}

/// Records a dependency, and answers it.
fn ask<T>(
    state: &StateCell,
    dependency: Dependency,
    answer: impl FnOnce(&RenderContext) -> TeraResult<T>,
) -> TeraResult<T> {
    let render_context = state.with(|state| {
        if !state.asked.contains(&dependency) {
            state.asked.insert(dependency);
        }
        Arc::clone(&state.render_context)
    });
    answer(&render_context)
}

fn register_words(tera: &mut Tera, state: StateCell) {
    tera.register_function("t", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let key: &str = args.must_get("key")?;
        let key = renamed::new_name(NameKind::Word, key).unwrap_or(key);
        let count: Option<i64> = args.get("count")?;
        let mut fill: Vec<(&str, Cow<str>)> = Vec::new();
        for (name, value) in args.iter() {
            let name = name.as_str();
            if let Some(name) = name.filter(|name| !matches!(*name, "key" | "count")) {
                fill.push((name, value.to_string().into()));
            }
        }
        state.with(|state| {
            let catalog = state.render_context.catalog();
            let (words, language) = (&catalog.translations, &state.language);
            let own_kind = || {
                let kind = key.strip_prefix("kind_")?;
                let is_known = catalog.site.kinds.contains_key(kind);
                is_known.then(|| catalog.kind_title(language, kind))
            };
            let text = words.text(language, key, count, &fill).or_else(own_kind);
            text.ok_or_else(|| {
                Error::message(match nearest(key, words.keys()) {
                    Some(near) => format!("the theme has no word `{key}`; did you mean `{near}`?"),
                    None => format!("the theme has no word `{key}`"),
                })
            })
        })
    });
}

fn register_files(tera: &mut Tera, state: &StateCell) {
    let own = state.clone();
    tera.register_function(
        "asset",
        move |args: Kwargs, _: &State| -> TeraResult<String> {
            let path: &str = args.must_get("path")?;
            let path = path.trim_start_matches('/');
            ask(&own, Dependency::Asset(path.to_owned()), |context| {
                let asset = context.asset(path).cloned();
                existing(asset, "static/", path, context.asset_paths())
            })
        },
    );
    let own = state.clone();
    tera.register_function(
        "icon",
        move |args: Kwargs, _: &State| -> TeraResult<Value> {
            let name: &str = args.must_get("name")?;
            ask(&own, Dependency::Icon(name.to_owned()), |context| {
                let icon = context.icon(name).map(|svg| Value::safe_string(svg));
                existing(icon, "templates/icons/", name, context.icon_names())
            })
        },
    );
    let own = state.clone();
    tera.register_function(
        "data",
        move |args: Kwargs, _: &State| -> TeraResult<Value> {
            let path: &str = args.must_get("path")?;
            ask(&own, Dependency::Data(path.to_owned()), |context| {
                if context.is_unread(path) {
                    return Err(unread_data(path));
                }
                let data = context.data(path).cloned();
                existing(data, "data/", path, context.data_paths())
            })
        },
    );
}

/// Explains why an existing file of `data/` has no value.
fn unread_data(path: &str) -> Error {
    let is_data = [".yaml", ".yml", ".json", ".csv"]
        .iter()
        .any(|ending| path.to_ascii_lowercase().ends_with(ending));
    Error::message(if is_data {
        format!("data/{path} cannot be read: see the problem reported for that file")
    } else {
        format!("data/{path} is not a YAML, JSON or CSV file, so it holds no data")
    })
}

/// The value of a file, or an error that names the nearest file.
fn existing<'a, T>(
    value: Option<T>,
    folder: &str,
    path: &str,
    names: impl Iterator<Item = &'a String>,
) -> TeraResult<T> {
    value.ok_or_else(|| {
        Error::message(match nearest(path, names.map(String::as_str)) {
            Some(near) => format!("file {folder}{path} does not exist; did you mean {near}?"),
            None => format!("file {folder}{path} does not exist"),
        })
    })
}

fn register_queries(tera: &mut Tera, state: &StateCell) {
    let own = state.clone();
    tera.register_function(
        "href",
        move |args: Kwargs, _: &State| -> TeraResult<String> {
            let written: String = args.must_get("path")?;
            ask(&own, Dependency::Href(written.clone()), |context| {
                let href = context.href(&written);
                href.ok_or_else(|| invalid_address(context, &written))
            })
        },
    );
    let own = state.clone();
    tera.register_function(
        "pages",
        move |args: Kwargs, _: &State| -> TeraResult<Value> {
            let query = query(&args)?;
            ask(&own, Dependency::Pages(query.clone()), |context| {
                Ok(context.pages(&query))
            })
        },
    );
    let own = state.clone();
    tera.register_function(
        "page_at",
        move |args: Kwargs, _: &State| -> TeraResult<Value> {
            let path: &str = args.must_get("path")?;
            ask(&own, Dependency::PageAt(path.to_owned()), |context| {
                let page = page_at(context.catalog(), path).map_err(Error::message)?;
                Ok(context.card(page))
            })
        },
    );
    let own = state.clone();
    tera.register_function("topics", move |_: Kwargs, _: &State| {
        ask(&own, Dependency::Topics, |context| {
            Ok(context.terms(&context.catalog().site.topics))
        })
    });
    let own = state.clone();
    tera.register_function("audiences", move |_: Kwargs, _: &State| {
        ask(&own, Dependency::Audiences, |context| {
            Ok(context.terms(&context.catalog().site.audiences))
        })
    });
}

/// The query in the arguments of `pages()`.
fn query(args: &Kwargs) -> TeraResult<PagesQuery> {
    let query = PagesQuery {
        kind: args.get("kind")?,
        topic: args.get("topic")?,
        audience: args.get("audience")?,
        level: args
            .get("level")?
            .map(|level| current_value("level", level)),
        section: args.get("section")?,
        order: args
            .get("order")?
            .map(|order| current_value("order", order)),
        limit: args.get("limit")?,
    };
    match query
        .order
        .as_deref()
        .filter(|order| !ORDERS.contains(order))
    {
        Some(order) => Err(Error::message(format!(
            "`{order}` is not a valid order; use one of {}",
            ORDERS.join(", ")
        ))),
        None => Ok(query),
    }
}

/// Explains what is wrong with an address in a template.
fn invalid_address(context: &RenderContext, written: &str) -> Error {
    let path = written.split_once('#').map_or(written, |(path, _)| path);
    let Ok(route) = Route::new(path) else {
        return Error::message(format!("`{written}` is outside the site"));
    };
    Error::message(
        match nearest(
            route.as_str(),
            context
                .catalog()
                .site
                .tables
                .by_route
                .keys()
                .map(Route::as_str),
        ) {
            Some(near) => format!("address `{written}` does not exist; did you mean `{near}`?"),
            None => format!("address `{written}` does not exist"),
        },
    )
}

/// Registers `range`: a list of whole numbers, like Tera's own function, but limited per page. So
/// an endless loop is an error instead of a hang.
fn register_range(tera: &mut Tera, state: StateCell) {
    let range = move |args: Kwargs, _: &State| -> TeraResult<Vec<i64>> {
        let start: i64 = args.get("start")?.unwrap_or(0);
        let end: i64 = args.must_get("end")?;
        let step: i64 = args.get("step_by")?.unwrap_or(1);
        if step == 0 {
            return Err(Error::message("`step_by` of `range` must not be 0"));
        }
        let distance = if step > 0 {
            end.saturating_sub(start)
        } else {
            start.saturating_sub(end)
        };
        let count = distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs());
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let is_too_much = state.with(|state| {
            let is_too_much = count > RANGE_MAX || count > state.numbers_left;
            state.numbers_left -= if is_too_much { 0 } else { count };
            is_too_much
        });
        if is_too_much {
            return Err(Error::message(format!(
                "this loop exceeds the limit: one `range` returns at most {RANGE_MAX} numbers, \
                 a page at most {NUMBERS_MAX}"
            )));
        }
        let numbers = (0..count).map(|index| start + step * i64::try_from(index).unwrap_or(0));
        Ok(numbers.collect())
    };
    tera.register_function("range", range);
}

/// Registers the filters.
pub fn register_filters(tera: &mut Tera) {
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| slug(text));
    tera.register_filter(
        "json",
        |value: &Value, _: Kwargs, _: &State| -> TeraResult<Value> {
            let json = serde_json::to_value(value).map_err(|error| {
                Error::message(format!("this value cannot be written as JSON: {error}"))
            })?;
            Ok(Value::safe_string(&escape::json_in_script(&json)))
        },
    );
    tera.register_filter("urlencode", |text: &str, _: Kwargs, _: &State| {
        escape::percent(text, escape::IN_SEGMENT)
    });
    tera.register_filter("striptags", |text: &str, _: Kwargs, _: &State| {
        without_tags(text)
    });
    tera.register_filter("markdown", |text: &Value, _: Kwargs, _: &State| {
        markdown(text, inline_html)
    });
    tera.register_filter("blocks", |text: &Value, _: Kwargs, _: &State| {
        markdown(text, block_html)
    });
    tera.register_filter("clock", |seconds: i64, _: Kwargs, _: &State| clock(seconds));
    tera.register_filter("sections", |html: &str, _: Kwargs, _: &State| {
        let part = |part: HtmlSection| {
            let mut object = Map::default();
            object.insert(
                "label".into(),
                Value::safe_string(&part.heading_without_link()),
            );
            object.insert("id".into(), part.id.map_or_else(Value::none, Value::from));
            object.insert("heading".into(), Value::safe_string(&part.heading));
            object.insert("body".into(), Value::safe_string(&part.body));
            Value::from(object)
        };
        Value::from(parts(html).into_iter().map(part).collect::<Vec<Value>>())
    });
    tera.register_filter(
        "date",
        |text: &str, args: Kwargs, _: &State| -> TeraResult<String> {
            let date: jiff::civil::Date = text
                .parse()
                .map_err(|_| Error::message(format!("`{text}` is not a date")))?;
            let format: Option<String> = args.get("format")?;
            jiff::fmt::strtime::format(format.as_deref().unwrap_or("%Y-%m-%d"), date)
                .map_err(|error| Error::message(error.to_string()))
        },
    );
}

/// Renders Markdown as HTML. A value that is HTML already, such as a field in Markdown, is
/// unchanged.
fn markdown(value: &Value, html: fn(&str) -> String) -> TeraResult<Value> {
    match value.as_str() {
        Some(_) if value.is_safe() => Ok(value.clone()),
        Some(text) => Ok(Value::safe_string(&html(text))),
        None => Err(Error::message("only text can be read as Markdown")),
    }
}
