//! A limit on the values that the writer's templates build. Repeating `a ~ a` forty times would
//! exhaust memory, and Tera has no limit of its own.
//!
//! Before rendering, the writer's templates get a filter at each place where a value can grow:
//! before a `~`, on the value of a `set`, and in the filters that make text longer. So each value
//! is at most a few times as large as the limit. Messages give positions in the file as it was
//! written.

use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

/// The most bytes that one value of a template may have as text.
const VALUE_BYTES_MAX: usize = 16 << 20;

/// The filter that measures a value and returns it.
const FILTER: &str = "_within_limit";

/// A template's text with the checks, and their positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedTemplate {
    pub text: String,
    /// Line and column in the written text, and the number of characters inserted before it, in
    /// ascending order.
    inserted: Vec<(usize, usize, usize)>,
}

impl CheckedTemplate {
    /// The column in the file as it was written. Lines and columns count from 1.
    pub fn written_column(&self, line: usize, column: usize) -> usize {
        let mut shift = 0;
        for (_, at, length) in self.inserted.iter().filter(|(of, ..)| *of == line) {
            if column <= at + shift {
                break;
            }
            shift += (*length).min(column - at - shift);
        }
        column - shift
    }
}

/// Registers the filters that measure values.
pub fn register(tera: &mut Tera) {
    tera.register_filter(FILTER, |value: &Value, _: Kwargs, _: &State| {
        measured(value).map(|()| value.clone())
    });
    tera.register_filter("replace", replace);
    tera.register_filter("join", join);
}

fn too_large() -> Error {
    Error::message(format!(
        "this value exceeds the limit: a value of a template has at most {} MiB",
        VALUE_BYTES_MAX >> 20
    ))
}

/// The bytes that an item of a list takes in addition to its text.
const ITEM_BYTES: usize = 16;

/// The deepest nesting of a value.
const DEPTH_MAX: usize = 64;

/// Rejects a value whose text is longer than the limit. An item that a list holds twice counts
/// twice, as it is printed twice.
fn measured(value: &Value) -> TeraResult<()> {
    let (mut left, mut ahead) = (VALUE_BYTES_MAX, vec![(value, 0)]);
    while let Some((value, depth)) = ahead.pop() {
        let length = ITEM_BYTES + value.as_str().map_or(0, str::len);
        left = left
            .checked_sub(length)
            .filter(|_| depth <= DEPTH_MAX)
            .ok_or_else(too_large)?;
        if let Some(values) = value.as_array() {
            ahead.extend(values.iter().map(|value| (value, depth + 1)));
        } else if let Some(map) = value.as_map() {
            ahead.extend(map.values().map(|value| (value, depth + 1)));
        }
    }
    Ok(())
}

/// Tera's own `replace`, within the limit.
#[expect(
    clippy::needless_pass_by_value,
    reason = "Tera gives filters their arguments by value"
)]
fn replace(value: StringInput, args: Kwargs, state: &State) -> TeraResult<Value> {
    let from: &str = args.must_get("from")?;
    let to: StringInput = args.must_get("to")?;
    let is_safe = state.autoescaping_enabled() && (value.is_safe() || to.is_safe());
    let (text, to) = if is_safe {
        (value.rendered(state)?, to.rendered(state)?)
    } else {
        (value.as_str().into(), to.as_str().into())
    };
    let found = text.matches(from).count();
    if found.saturating_mul(to.len()).saturating_add(text.len()) > VALUE_BYTES_MAX * 2 {
        return Err(too_large());
    }
    let out = text.replace(from, &to);
    Ok(if is_safe {
        Value::safe_string(&out)
    } else {
        Value::from(out)
    })
}

/// Tera's own `join`, within the limit.
#[expect(
    clippy::needless_pass_by_value,
    reason = "Tera gives filters their arguments by value"
)]
fn join(values: &[Value], args: Kwargs, state: &State) -> TeraResult<Value> {
    let separator: Option<StringInput> = args.get("sep")?;
    let is_text_safe = values
        .iter()
        .any(|value| value.is_string() && value.is_safe());
    let is_safe = state.autoescaping_enabled()
        && (is_text_safe || separator.as_ref().is_some_and(StringInput::is_safe));
    let between = match &separator {
        Some(separator) if is_safe => separator.rendered(state)?.into_owned(),
        Some(separator) => separator.as_str().to_owned(),
        None => String::new(),
    };
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push_str(&between);
        }
        if value.is_undefined() && is_safe {
            continue;
        }
        measured(value)?;
        if is_safe {
            out.push_str(&state.escape_if_needed(value)?);
        } else {
            out.push_str(&value.to_string());
        }
        if out.len() > VALUE_BYTES_MAX * 2 {
            return Err(too_large());
        }
    }
    Ok(if is_safe {
        Value::safe_string(&out)
    } else {
        Value::from(out)
    })
}

/// A template with its checks, or `None` if nothing in it can grow.
pub fn with_checks(text: &str) -> Option<CheckedTemplate> {
    if !text.contains('~') && !text.contains("set") {
        return None;
    }
    let mut inserts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|open| at + open) {
        at = match text[open + 1..].chars().next() {
            Some('#') => text[open..]
                .find("#}")
                .map_or(text.len(), |end| open + end + 2),
            Some('%') if word(&text[open + 2..]).0 == "raw" => text[open..]
                .find("endraw")
                .map_or(text.len(), |end| open + end),
            Some('%' | '{') => tag(text, open, &mut inserts),
            _ => open + 1,
        };
    }
    if inserts.is_empty() {
        return None;
    }
    let mut checked = CheckedTemplate::default();
    let (mut done, mut line, mut line_start) = (0, 1, 0);
    for (at, insert) in inserts {
        let piece = &text[done..at];
        if let Some(last) = piece.rfind('\n') {
            line += piece.matches('\n').count();
            line_start = done + last + 1;
        }
        checked.text.push_str(piece);
        checked.text.push_str(insert);
        checked.inserted.push((
            line,
            text[line_start..at].chars().count() + 1,
            insert.chars().count(),
        ));
        done = at;
    }
    checked.text.push_str(&text[done..]);
    Some(checked)
}

/// The first word inside a tag, and the rest.
fn word(inside: &str) -> (&str, &str) {
    let inside = inside.trim_start_matches('-').trim_start();
    inside.split_at(
        inside
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(inside.len()),
    )
}

const CHECK: &str = "|_within_limit";
const CHECK_AROUND: &str = ")|_within_limit";

/// Reads the tag that begins at `open`, and returns the offset of its end.
fn tag<'a>(text: &'a str, open: usize, inserts: &mut Vec<(usize, &'a str)>) -> usize {
    let is_statement = text[open..].starts_with("{%");
    let (first, rest) = word(&text[open + 2..]);
    let is_set = is_statement && matches!(first, "set" | "set_global");
    let name_at = text.len() - rest.len();
    let (mut assigned, mut can_grow, mut depth, mut quote) = (None, false, 0_usize, None);
    let first_insert = inserts.len();
    let bytes = text.as_bytes();
    let mut at = open + 2;
    while at < bytes.len() {
        let byte = bytes[at];
        match (quote, byte) {
            (Some(end), _) if byte == end => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'~') => {
                inserts.push((at, CHECK));
                can_grow = true;
            }
            (None, b'=') if is_set && assigned.is_none() && depth == 0 => assigned = Some(at + 1),
            (None, b'%') if is_statement && depth == 0 && bytes.get(at + 1) == Some(&b'}') => break,
            (None, b'}') if !is_statement && depth == 0 && bytes.get(at + 1) == Some(&b'}') => {
                break;
            }
            (None, b'{' | b'[' | b'(') => {
                // A bracket after a value indexes it; any other bracket makes a list or a mapping.
                let before = text[..at].trim_end().chars().next_back();
                let is_index = before.is_some_and(|c| {
                    c.is_alphanumeric() || matches!(c, '_' | ']' | ')' | '"' | '\'' | '`')
                });
                can_grow |= byte != b'(' && !is_index;
                depth += 1;
            }
            (None, b'}' | b']' | b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    let end = if at > open + 2 && bytes.get(at - 1) == Some(&b'-') {
        at - 1
    } else {
        at
    };
    match assigned {
        Some(from) if can_grow => {
            inserts.insert(first_insert, (from, "("));
            inserts.push((end, CHECK_AROUND));
        }
        // A block: filters or nothing follow its name.
        None if is_set => {
            let name = word(&text[name_at..]).0;
            let behind_name = name.as_ptr() as usize - text.as_ptr() as usize + name.len();
            inserts.push((behind_name, CHECK));
        }
        _ => {}
    }
    (at + 2).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_put_where_values_grow() {
        for (written, checked) in [
            ("{{ a ~ b }}", "{{ a |_within_limit~ b }}"),
            (
                "{% set a = a ~ a -%}",
                "{% set a =( a |_within_limit~ a )|_within_limit-%}",
            ),
            (
                "{% set a %}x{% endset %}",
                "{% set a|_within_limit %}x{% endset %}",
            ),
            (
                "{% set_global a = [...a, ...a] %}",
                "{% set_global a =( [...a, ...a] )|_within_limit%}",
            ),
            (
                "{{ {\"a\": {\"b\": x ~ y}} }}~",
                "{{ {\"a\": {\"b\": x |_within_limit~ y}} }}~",
            ),
        ] {
            assert_eq!(
                with_checks(written).map(|made| made.text).as_deref(),
                Some(checked),
                "{written}"
            );
        }
        for plain in [
            "a ~ b",
            "{{ \"a ~ b\" }}",
            "{# a ~ b #}",
            "{% raw %}{{ a ~ b }}{% endraw %}",
            "{% set a = b %}",
            "{% set a = b[0][\"c\"] %}",
            "{{ a }}",
            "{",
            "{{",
        ] {
            assert_eq!(with_checks(plain), None, "{plain}");
        }
    }

    #[test]
    fn columns_are_those_of_the_file() {
        let written = "ü\n{% set a = a ~ a %}{{ b }}";
        let made = with_checks(written).expect("it grows");
        let column = |text: &str, word: &str| {
            text.lines()
                .nth(1)
                .and_then(|line| line.find(word))
                .map_or(0, |at| at + 1)
        };
        for word in ["set", "~", "b }}"] {
            assert_eq!(
                made.written_column(2, column(&made.text, word)),
                column(written, word),
                "{word}"
            );
        }
        assert_eq!(made.written_column(1, 1), 1);
    }
}
