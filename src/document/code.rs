//! Fenced code: the options in its info string, and its HTML.
//!
//! An example is ```` ```rust title="src/main.rs" numbers start=10 mark="2,4-6" ````. The notations
//! of other tools (`{2,4-6}`, `linenos`, `hl_lines="2 4-6"`, `showLineNumbers`) are understood, too.
//! Without any options, the HTML is CommonMark's, with spans in the code.

use std::ops::RangeInclusive;

use super::highlight::{self, span_cache::HighlightCache};
use crate::escape;
use crate::fields::boolean_word;

/// The options of a fence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// The first word, as written.
    pub language: String,
    pub title: Option<String>,
    /// The number of the first line, if lines are numbered.
    pub numbers: Option<usize>,
    /// Highlighted lines, counted from 1 whatever line numbers are shown.
    pub marks: Vec<RangeInclusive<usize>>,
}

impl Fence {
    /// Reads an info string. Unknown options are ignored, because other tools have many.
    pub fn parse(info: &str) -> Self {
        let info = info.trim();
        let split = info
            .find(|c: char| c.is_whitespace() || c == '{' || c == ',')
            .unwrap_or(info.len());
        let mut fence = Fence {
            language: info[..split].to_owned(),
            ..Fence::default()
        };
        for (key, value) in attributes(&info[split..]) {
            match (key.as_str(), value) {
                ("title" | "filename" | "file" | "name", Some(value)) => fence.title = Some(value),
                (
                    "numbers" | "linenos" | "linenums" | "showLineNumbers" | "line_numbers",
                    value,
                ) if value.as_deref().and_then(boolean_word) != Some(false) => {
                    let first = value.and_then(|value| value.parse().ok());
                    fence.numbers.get_or_insert(first.unwrap_or(1));
                }
                ("start" | "linenostart" | "linenumstart", Some(value)) => {
                    fence.numbers = value.parse().ok().or(fence.numbers)
                }
                ("mark" | "hl_lines" | "highlight" | "lines", Some(value)) => {
                    fence.marks = ranges(&value)
                }
                ("{}", Some(value)) if fence.marks.is_empty() => fence.marks = ranges(&value),
                _ => {}
            }
        }
        fence
    }

    fn is_plain(&self) -> bool {
        self.title.is_none() && self.numbers.is_none() && self.marks.is_empty()
    }
}

/// Reads `key=value`, `key="value"`, `key` and `{…}` (named `{}`), in order.
fn attributes(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(first) = rest.chars().next() else {
            return found;
        };
        if first == '{' {
            let end = rest.find('}').unwrap_or(rest.len());
            let inner = &rest[1..end];
            if inner.contains('=') || inner.contains(char::is_alphabetic) {
                found.extend(attributes(inner));
            } else {
                found.push(("{}".into(), Some(inner.to_owned())));
            }
            rest = rest.get(end + 1..).unwrap_or("");
            continue;
        }
        let key_end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | ',' | '{'))
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        let key = rest[..key_end].to_owned();
        rest = &rest[key_end..];
        let Some(value) = rest.strip_prefix('=') else {
            found.push((key, None));
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        found.push((key, Some(value.to_owned())));
        rest = after;
    }
}

/// Reads `2,4-6` or `2 4-6`.
fn ranges(text: &str) -> Vec<RangeInclusive<usize>> {
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(from.trim().parse().ok()?..=to.trim().parse().ok()?)
    };
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .filter_map(range)
        .collect()
}

/// The HTML of a code block. `code` ends with a line end unless it is empty.
pub fn render(fence: &Fence, code: &str, colors: Option<&HighlightCache>) -> String {
    let mut out = String::with_capacity(code.len() * 2);
    if fence.is_plain() {
        open_code(&mut out, fence);
        match colors.filter(|_| highlight::canonical_language(&fence.language).is_some()) {
            Some(colors) => {
                for line in highlight::highlight(&fence.language, code, colors) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
            None => escape::html_into(&mut out, code),
        }
        out.push_str("</code></pre>\n");
        return out;
    }
    out.push_str(if fence.numbers.is_some() {
        "<figure class=\"code numbered\" data-code"
    } else {
        "<figure class=\"code\" data-code"
    });
    if let Some(first) = fence.numbers.filter(|first| *first != 1) {
        out.push_str(&format!(" data-start=\"{first}\""));
    }
    out.push('>');
    if let Some(title) = &fence.title {
        out.push_str("<figcaption>");
        escape::html_into(&mut out, title);
        out.push_str("</figcaption>");
    }
    open_code(&mut out, fence);
    let lines = match colors {
        Some(colors) => highlight::highlight(&fence.language, code, colors),
        None => highlight::plain(code),
    };
    for (index, line) in lines.iter().enumerate() {
        let is_marked = fence.marks.iter().any(|range| range.contains(&(index + 1)));
        out.push_str(if is_marked {
            "<span class=\"line mark\""
        } else {
            "<span class=\"line\""
        });
        if let Some(first) = fence.numbers {
            out.push_str(&format!(" data-line=\"{}\"", first + index));
        }
        out.push('>');
        out.push_str(line);
        out.push_str("</span>\n");
    }
    out.push_str("</code></pre></figure>\n");
    out
}

fn open_code(out: &mut String, fence: &Fence) {
    if fence.language.trim().is_empty() {
        out.push_str("<pre><code>");
    } else {
        out.push_str("<pre><code class=\"language-");
        // Only the first word, so that it is one class.
        escape::html_into(
            out,
            fence.language.split_whitespace().next().unwrap_or_default(),
        );
        out.push_str("\">");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_strings() {
        let fence = Fence::parse("rust title=\"src/main.rs\" numbers start=10 mark=\"2,4-6\"");
        assert_eq!(
            (
                fence.language.as_str(),
                fence.title.as_deref(),
                fence.numbers
            ),
            ("rust", Some("src/main.rs"), Some(10))
        );
        assert_eq!(fence.marks, [2..=2, 4..=6]);
        assert_eq!(Fence::parse("js {1,3-4}").marks, [1..=1, 3..=4]);
        assert_eq!(Fence::parse("js{1}").language, "js");
        assert_eq!(
            Fence::parse("python {linenos=true hl_lines=\"2 4-5\"}").marks,
            [2..=2, 4..=5]
        );
        assert_eq!(Fence::parse("rust,ignore").language, "rust");
        assert!(Fence::parse("nu run { a: 1 }").is_plain());
        assert_eq!(Fence::parse("").language, "");
    }
}
