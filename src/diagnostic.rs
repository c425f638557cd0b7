//! Problems as values: a code, what is wrong, where it is, and how to fix it.
//!
//! A stage returns its result together with the problems that it found ([`Checked`]); it neither
//! stops at the first problem nor prints. Every code is defined once, in [`codes`]; the manual and
//! `--format json` use that table.

mod cause;
pub mod codes;
mod fix;
mod group;
mod nearest;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use cause::{Cause, CauseKind, Consequences, resolve_causes};
pub use codes::Code;
pub use fix::{Applicability, Fix};
pub use group::{ProblemGroup, group_problems};
pub use nearest::{CandidateName, nearest, nearest_name};

use crate::paths::SourcePath;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not reported.
    Off,
    /// Reported, but the site is still published.
    Warning,
    /// Reported, and nothing is published.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Off => "off",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A range of characters on one line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    pub path: SourcePath,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The length in characters; 0 is a position between two characters.
    pub length: u32,
}

impl Location {
    /// The position before the first character of a file.
    pub fn start_of(path: &SourcePath) -> Self {
        Self {
            path: path.clone(),
            line: 1,
            column: 1,
            length: 0,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            printable_name(self.path.as_str()),
            self.line,
            self.column
        )
    }
}

/// A problem of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    /// `None` only for a problem that belongs to no file, such as a missing folder or an argument.
    pub location: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
    /// Related places, each with a short explanation.
    pub related: Vec<(Location, String)>,
    /// What the problem is about, such as the target of a link. Problems of one code and file about
    /// the same thing are one problem in several places.
    pub subject: Option<Box<str>>,
    /// On how many more pages the same problem at the same place was found.
    pub repeated: usize,
    /// An edit that fixes the problem.
    pub fix: Option<Box<Fix>>,
    /// The file with an error of its own from which this problem follows.
    pub cause: Option<Box<Cause>>,
    /// The problems elsewhere that follow from this one.
    pub consequences: Option<Box<Consequences>>,
}

impl Diagnostic {
    /// Creates a problem with the default severity of its code. Control characters in the message
    /// are made visible.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: printable(&message.into()),
            location: None,
            help: None,
            related: Vec::new(),
            subject: None,
            repeated: 0,
            fix: None,
            cause: None,
            consequences: None,
        }
    }

    pub fn at(mut self, place: Location) -> Self {
        self.location = Some(place);
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(printable(&help.into()));
        self
    }

    /// Adds a help text if there is one.
    pub fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    pub fn with_related(mut self, place: Location, word: impl Into<String>) -> Self {
        self.related.push((place, word.into()));
        self
    }

    /// Sets what the problem is about.
    pub fn about(mut self, subject: &str) -> Self {
        self.subject = Some(subject.into());
        self
    }

    pub fn is_about(&self, subject: &str) -> bool {
        self.subject.as_deref() == Some(subject)
    }

    /// Sets the edit that fixes the problem, if there is one.
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Suggests a similar name for a misspelled word, as help and as an edit. Without a similar
    /// name, `otherwise` is the help.
    pub fn suggest(
        self,
        word: &str,
        near: Option<&str>,
        otherwise: impl FnOnce() -> String,
    ) -> Self {
        match near {
            Some(near) => self.suggest_if(word, Some(near)),
            None => self.help(otherwise()),
        }
    }

    /// Suggests a similar name if there is one.
    pub fn suggest_if(self, word: &str, near: Option<&str>) -> Self {
        let Some(near) = near else { return self };
        let fix = Fix::new(word, near, Applicability::MaybeIncorrect);
        self.help(format!("did you mean `{near}`?"))
            .fix(fix::is_plain(near).then_some(fix))
    }

    /// Sets what the problem follows from, if it follows from something.
    pub fn caused_by(mut self, cause: Option<Cause>) -> Self {
        self.cause = cause.map(Box::new);
        self
    }

    /// Returns whether the problem waits for another one to be fixed, which is reported as an
    /// error. People are shown only that error.
    pub fn is_consequence(&self) -> bool {
        self.cause
            .as_ref()
            .is_some_and(|cause| cause.error.is_some())
    }

    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Sorts problems by file, line, column and code, the order in which they are reported.
    pub fn sort(problems: &mut [Diagnostic]) {
        problems.sort_by(|a, b| {
            (&a.location, a.code.name(), &a.message).cmp(&(&b.location, b.code.name(), &b.message))
        });
    }
}

/// Returns text that is safe to print: control characters and characters that hide or reorder text
/// are escaped. Line ends and tabs are kept; for a name, such as a file's, use [`printable_name`].
pub fn printable(text: &str) -> String {
    escaped(text, |c| {
        (c.is_control() && c != '\n' && c != '\t') || is_hidden_mark(c)
    })
}

/// Returns a name for one line: like [`printable`], but line ends and tabs are escaped, too.
pub fn printable_name(name: &str) -> String {
    escaped(name, |c| c.is_control() || is_hidden_mark(c))
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> String {
    if !text.contains(&is_hidden) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_unicode())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// Returns whether a terminal does not show a character, or the character reorders or breaks the
/// text around it: the controls of Unicode Standard Annex #9 with its three implicit marks, the
/// line and paragraph separators, and characters without width that no language needs.
pub fn is_hidden_mark(c: char) -> bool {
    is_bidi_control(c)
        || matches!(
            c,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
        )
}

/// Returns whether a character changes the direction of the text after it (Unicode Standard Annex
/// #9, §2), which can make a text look different from what it is.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character is invisible but can change how the rest of a text is shown. Line
/// ends and tabs do not count.
pub fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || is_bidi_control(c)
}

/// Returns the first hidden character of a text.
pub fn first_hidden(text: &str) -> Option<char> {
    // These bytes begin both groups of control characters, and 0xE2 begins the direction marks. For
    // nearly every text, the bytes alone show that it has none.
    let is_suspect = |byte: u8| {
        (byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r'))
            || matches!(byte, 0x7F | 0xC2 | 0xE2)
    };
    text.bytes()
        .any(is_suspect)
        .then(|| text.chars().find(|c| is_hidden(*c)))
        .flatten()
}

/// Returns a text without its hidden characters.
pub fn without_hidden(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// A value together with the problems found while making it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked<T> {
    pub value: T,
    pub problems: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// Wraps a value without problems.
    pub fn ok(value: T) -> Self {
        Self {
            value,
            problems: Vec::new(),
        }
    }

    pub fn new(value: T, problems: Vec<Diagnostic>) -> Self {
        Self { value, problems }
    }

    /// Moves the problems to the end of `problems` and returns the value.
    pub fn take_into(mut self, problems: &mut Vec<Diagnostic>) -> T {
        problems.append(&mut self.problems);
        self.value
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Checked<U> {
        Checked {
            value: f(self.value),
            problems: self.problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_printed() {
        assert_eq!(printable("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(printable("a\nb\u{200f}\u{2028}"), "a\nb\\u{200f}\\u{2028}");
        assert_eq!(
            printable_name("a\nb\t\r\u{9b}.md"),
            "a\\u{a}b\\u{9}\\u{d}\\u{9b}.md"
        );
    }
}
