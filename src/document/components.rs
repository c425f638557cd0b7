//! Components in Markdown: `:::name{key="value"}` … `:::` with a Markdown body, or `::name{…}`
//! without one. This module checks the arguments of a call against the component's signature;
//! [`component_markers`] finds the calls.

pub mod component_markers;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::component_markers::name_at;
pub use self::component_markers::{ComponentMarker, ComponentMarkers, MarkerKind};
use super::links::LinkRole;
use crate::diagnostic::nearest;
use crate::fields::boolean_word;

/// The arguments that a component takes, read from its definition in `templates/components/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub arguments: Vec<Argument>,
    /// Whether the definition cannot be read, so that the arguments are unknown. The problem is
    /// reported at the definition's file.
    pub is_broken: bool,
    /// The arguments that the template writes as a whole address, `href="{{ name }}"`, and the role
    /// of each as a link.
    pub addresses: BTreeMap<String, LinkRole>,
}

impl Signature {
    /// The role of an argument that is a link, by its name or by its use in the template.
    pub fn link_role(&self, name: &str) -> Option<LinkRole> {
        match name {
            "href" | "page" => Some(LinkRole::Text),
            "src" | "image" | "poster" => Some(LinkRole::Embed),
            name => self.addresses.get(name).copied(),
        }
    }
}

/// The arguments that a component's template writes as a whole address.
pub fn addresses_in(template: &str) -> BTreeMap<String, LinkRole> {
    let written = template.match_indices("{{").filter_map(|(at, _)| {
        let (before, rest) = (&template[..at], &template[at + 2..]);
        let (inner, after) = rest.split_once("}}")?;
        let quote = before
            .chars()
            .next_back()
            .filter(|c| matches!(c, '"' | '\''))?;
        let attribute = before[..before.len() - 1].strip_suffix('=')?;
        let name = inner.trim().trim_matches('-').trim();
        let is_of = |wanted: &str| {
            let rest = attribute
                .len()
                .checked_sub(wanted.len())
                .filter(|at| attribute.is_char_boundary(*at));
            rest.is_some_and(|at| {
                attribute[at..].eq_ignore_ascii_case(wanted)
                    && attribute[..at].ends_with(char::is_whitespace)
            })
        };
        let role = match () {
            () if is_of("href") || is_of("action") || is_of("formaction") => LinkRole::Text,
            () if is_of("src") || is_of("poster") => LinkRole::Embed,
            () => return None,
        };
        (after.starts_with(quote) && name_at(name).is_some_and(|found| found.len() == name.len()))
            .then(|| (name.to_owned(), role))
    });
    written.collect()
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    pub name: String,
    pub kind: ArgumentKind,
    pub is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgumentKind {
    Text,
    Integer,
    Number,
    Boolean,
    Anything,
}

/// All components of a site, by name.
pub type Signatures = BTreeMap<String, Signature>;

/// A checked argument's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ArgumentValue {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// The final address of a link, by its index in the page's links.
    Link(u32),
}

/// A written argument: `key="value"`, `key=3`, or `key` alone for true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenArgument {
    pub name: String,
    pub name_range: Range<usize>,
    pub value: Option<String>,
    pub value_range: Range<usize>,
}

/// A problem of a call, at a range of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentError {
    pub range: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Reads the arguments between the braces of a marker. `start` is the offset of `text` in the page.
pub fn read_arguments(text: &str, start: usize) -> Result<Vec<WrittenArgument>, ArgumentError> {
    let mut written = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start_matches([' ', '\t', ',']).len();
        if at == text.len() {
            return Ok(written);
        }
        let Some(name) = name_at(&text[at..]) else {
            let end = text[at..]
                .find([' ', '\t'])
                .map_or(text.len(), |length| at + length);
            return Err(ArgumentError {
                range: start + at..start + end,
                message: format!("`{}` is not a valid argument", &text[at..end]),
                help: Some("write arguments as key=\"value\"".into()),
            });
        };
        let name_range = start + at..start + at + name.len();
        at += name.len();
        let (value, value_range) = match text[at..].strip_prefix('=') {
            None => (None, name_range.clone()),
            Some(rest) => {
                let (value, length) = read_value(rest).ok_or_else(|| ArgumentError {
                    range: start + at + 1..start + text.len(),
                    message: "this quote is never closed".into(),
                    help: Some("close it with the same quotation mark".into()),
                })?;
                let begin = at + 1;
                at = begin + length;
                (Some(value), start + begin..start + at)
            }
        };
        written.push(WrittenArgument {
            name: name.replace('-', "_"),
            name_range,
            value,
            value_range,
        });
    }
}

/// A value and the number of bytes that it takes; `None` for a quote that is never closed.
fn read_value(text: &str) -> Option<(String, usize)> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)?;
        return Some((text[1..=end].to_owned(), end + 2));
    }
    let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
    Some((text[..end].to_owned(), end))
}

/// A valid argument: its name, its value, and the range of the value.
pub type CheckedArgument = (String, ArgumentValue, Range<usize>);

/// Checks written arguments against a signature. Returns the valid arguments, and the errors of the
/// others and of those that are missing.
pub fn check(
    component: &str,
    signature: &Signature,
    written: &[WrittenArgument],
    call: &Range<usize>,
) -> (Vec<CheckedArgument>, Vec<ArgumentError>) {
    let mut valid: Vec<CheckedArgument> = Vec::new();
    let mut errors = Vec::new();
    for given in written {
        let Some(argument) = signature
            .arguments
            .iter()
            .find(|argument| argument.name == given.name)
        else {
            errors.push(unknown_argument(component, signature, given));
            continue;
        };
        if valid.iter().any(|(name, ..)| *name == given.name) {
            errors.push(ArgumentError {
                range: given.name_range.clone(),
                message: format!("`{}` is given twice", given.name),
                help: Some("keep one of the two".into()),
            });
            continue;
        }
        match convert(argument.kind, given.value.as_deref()) {
            Some(value) => valid.push((given.name.clone(), value, given.value_range.clone())),
            None => errors.push(ArgumentError {
                range: given.value_range.clone(),
                message: format!(
                    "`{}` of `{component}` must be {}",
                    given.name,
                    argument.kind.words()
                ),
                help: None,
            }),
        }
    }
    for missing in signature.arguments.iter().filter(|argument| {
        argument.is_required && !written.iter().any(|given| given.name == argument.name)
    }) {
        errors.push(ArgumentError {
            range: call.clone(),
            message: format!("`{component}` needs `{}`", missing.name),
            help: Some(format!("add `{}=…` between the braces", missing.name)),
        });
    }
    (valid, errors)
}

fn unknown_argument(
    component: &str,
    signature: &Signature,
    given: &WrittenArgument,
) -> ArgumentError {
    let names: Vec<&str> = signature
        .arguments
        .iter()
        .map(|argument| argument.name.as_str())
        .collect();
    let help = match nearest(&given.name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "it takes no arguments".into(),
        None => format!("it takes {}", names.join(", ")),
    };
    ArgumentError {
        range: given.name_range.clone(),
        message: format!("`{component}` has no argument `{}`", given.name),
        help: Some(help),
    }
}

fn convert(kind: ArgumentKind, value: Option<&str>) -> Option<ArgumentValue> {
    let Some(value) = value else {
        return matches!(kind, ArgumentKind::Boolean | ArgumentKind::Anything)
            .then_some(ArgumentValue::Boolean(true));
    };
    match kind {
        ArgumentKind::Text | ArgumentKind::Anything => Some(ArgumentValue::Text(value.to_owned())),
        ArgumentKind::Integer => value.parse().ok().map(ArgumentValue::Integer),
        ArgumentKind::Number => value
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(ArgumentValue::Number),
        ArgumentKind::Boolean => boolean_word(value).map(ArgumentValue::Boolean),
    }
}

impl ArgumentKind {
    fn words(self) -> &'static str {
        match self {
            ArgumentKind::Text => "text in quotation marks",
            ArgumentKind::Integer => "a whole number",
            ArgumentKind::Number => "a number",
            ArgumentKind::Boolean => "true or false",
            ArgumentKind::Anything => "a value",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let read = |text: &str| {
            read_arguments(text, 0).map(|all| {
                all.into_iter()
                    .map(|one| (one.name, one.value))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(
            read("title=\"a b\" open n=3"),
            Ok(vec![
                ("title".into(), Some("a b".into())),
                ("open".into(), None),
                ("n".into(), Some("3".into()))
            ])
        );
        assert!(read("title=\"a").is_err_and(|error| error.message.contains("never closed")));
        assert!(read("=x").is_err());
    }

    #[test]
    fn whole_addresses_are_links() {
        let template = "<a class=\"{{ kind }}\" href=\"{{ to }}\" data-href=\"{{ no }}\">{{ words }}</a><img src='{{pic}}'><a href=\"{{ base }}/x\">";
        let found = addresses_in(template);
        assert_eq!(
            found,
            BTreeMap::from([
                ("to".into(), LinkRole::Text),
                ("pic".into(), LinkRole::Embed)
            ])
        );
    }
}
