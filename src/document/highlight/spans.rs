//! Turns spans, which may be nested, into the HTML of each line. Each span becomes a `<span>` with
//! its class, and every span is closed in the line that opens it. This module knows nothing about
//! languages.

use std::cmp::Reverse;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::escape;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum TokenClass {
    Plain,
    Keyword,
    String,
    Constant,
    Comment,
    Function,
    Type,
    Property,
    Tag,
    Attribute,
    Meta,
    Inserted,
    Deleted,
    Heading,
    Link,
}

impl TokenClass {
    fn opening(self) -> &'static str {
        match self {
            TokenClass::Plain => "",
            TokenClass::Keyword => "<span class=\"h-k\">",
            TokenClass::String => "<span class=\"h-s\">",
            TokenClass::Constant => "<span class=\"h-n\">",
            TokenClass::Comment => "<span class=\"h-c\">",
            TokenClass::Function => "<span class=\"h-f\">",
            TokenClass::Type => "<span class=\"h-t\">",
            TokenClass::Property => "<span class=\"h-p\">",
            TokenClass::Tag => "<span class=\"h-g\">",
            TokenClass::Attribute => "<span class=\"h-a\">",
            TokenClass::Meta => "<span class=\"h-m\">",
            TokenClass::Inserted => "<span class=\"h-ins\">",
            TokenClass::Deleted => "<span class=\"h-del\">",
            TokenClass::Heading => "<span class=\"h-h\">",
            TokenClass::Link => "<span class=\"h-l\">",
        }
    }
}

pub(super) struct CodeSpan {
    pub(super) range: Range<usize>,
    pub(super) class: TokenClass,
    /// The precedence among spans of one range; the greatest wins. Injected languages win over the
    /// host, and later patterns over earlier ones. Before that, any class wins over none, and any
    /// other class over string, because JSON's keys are strings, too, and its query says so last.
    pub(super) rank: (u8, u32, usize),
}

impl CodeSpan {
    /// Sorts outer spans before inner ones, and the winner of one range last.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (self.range.start, Reverse(self.range.end), self.rank)
    }
}

/// The lines of `code`. If spans are nested, the innermost decides.
pub(super) fn paint(code: &str, mut spans: Vec<CodeSpan>) -> Vec<String> {
    spans.sort_unstable_by_key(CodeSpan::order);
    let mut lines = CodeLines::default();
    let mut around: Vec<(usize, TokenClass)> = vec![(code.len(), TokenClass::Plain)];
    let mut at = 0;
    let mut advance = |to: usize, class: TokenClass| {
        if to > at {
            lines.add(&code[at..to], class);
            at = to;
        }
    };
    for CodeSpan { range, class, .. } in spans {
        while let Some((end, class)) = around.pop_if(|(end, _)| *end <= range.start) {
            advance(end, class);
        }
        advance(
            range.start,
            around.last().map_or(TokenClass::Plain, |(_, class)| *class),
        );
        around.push((range.end, class));
    }
    while let Some((end, class)) = around.pop() {
        advance(end, class);
    }
    lines.finish()
}

#[derive(Default)]
struct CodeLines {
    done: Vec<String>,
    line: String,
    open: Option<TokenClass>,
    /// White space without a class, which is held back until the next word shows whether the span
    /// continues.
    space: String,
}

impl CodeLines {
    fn add(&mut self, text: &str, class: TokenClass) {
        for part in text.split_inclusive(['\n', ' ', '\t']) {
            let word = part.trim_end_matches(['\n', ' ', '\t']);
            if !word.is_empty() {
                self.open(class);
                escape::html_text_into(&mut self.line, word);
            }
            match part.as_bytes().last() {
                Some(b'\n') => self.end_line(),
                Some(space @ (b' ' | b'\t')) => self.space.push(char::from(*space)),
                _ => {}
            }
        }
    }

    fn open(&mut self, class: TokenClass) {
        let wanted = Some(class).filter(|class| *class != TokenClass::Plain);
        if self.open == wanted {
            self.line.push_str(&self.space);
        } else {
            self.close();
            self.line.push_str(&self.space);
            self.line.push_str(class.opening());
            self.open = wanted;
        }
        self.space.clear();
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.line.push_str("</span>");
        }
    }

    fn end_line(&mut self) {
        self.close();
        self.line.push_str(&self.space);
        self.space.clear();
        self.done.push(std::mem::take(&mut self.line));
    }

    fn finish(mut self) -> Vec<String> {
        self.end_line();
        self.done
    }
}

/// The HTML of lines that have one class each.
pub(super) fn paint_lines(code: &str, class: impl Fn(&str) -> TokenClass) -> Vec<String> {
    let mut lines = CodeLines::default();
    for line in code.split_inclusive('\n') {
        lines.add(line, class(line));
    }
    lines.finish()
}
