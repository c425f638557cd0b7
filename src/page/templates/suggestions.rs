//! What to do when a template fails while a page is drawn, by the cause that the message names.

/// Words of a message, in lower case, and what to do about that cause; the first that fits counts.
const BY_CAUSE: [(&[&str], &str); 17] = [
    (
        &["this value passes the limit"],
        "look for a value that is put together with itself, in a loop or a component",
    ),
    (
        &["passes the limit", "exceeds the limit"],
        "make the loop shorter, or look for one that runs inside another",
    ),
    (
        &["recursion depth"],
        "look for a component or an include that uses itself",
    ),
    (
        &["only be done on numbers"],
        "turn the value into a number with `| int` or `| float`; where it can be absent, ask `{% if … %}` first",
    ),
    (
        &["divide by 0"],
        "ask `{% if … %}` whether the divisor is 0 first",
    ),
    (
        &["cannot compare"],
        "compare values of one type: `| int` makes a number of a text, `| str` a text of a number",
    ),
    (
        &["iteration not possible"],
        "`{% for %}` takes a list or a mapping: ask `{% if … %}` first where the value can be absent or a single one",
    ),
    (
        &["spread operator"],
        "`...` takes a list or a mapping: look at what the value after it is",
    ),
    (
        &["missing keyword argument"],
        "give it that argument by name: `name=value`",
    ),
    (
        &["invalid type for the value", "only text can be read"],
        "look at what the value is; `| str`, `| int` and `| json` turn it into another type",
    ),
    (
        &[
            "slice ",
            "cannot slice",
            "map keys must be",
            "index expression",
        ],
        "look at what is between the square brackets",
    ),
    (
        &["is not a date"],
        "give `date` a day in the form 2026-01-31",
    ),
    (
        &["no word `"],
        "use a key of templates/i18n/en.yaml, or add this one to a file of the site's own there",
    ),
    (
        &[
            "no file data/",
            "no file static/",
            "no file templates/icons/",
        ],
        "add the file; the path counts from that folder",
    ),
    (&["cannot be read: its problem"], "fix the file first"),
    (&["holds no data"], "save it as YAML, JSON or CSV"),
    (
        &["undefined", "is not defined"],
        "a value may be absent: ask `{% if … %}` before you use it, or add `| default(value=\"…\")`",
    ),
];

/// What to do about a failure; `call` is the part of the template that failed.
pub fn advice(message: &str, call: &str) -> &'static str {
    if call.trim_start().starts_with("throw") {
        return "the template itself stops here with `throw`: do what its message says";
    }
    let lower = message.to_lowercase();
    let found = BY_CAUSE
        .iter()
        .find(|(words, _)| words.iter().any(|word| lower.contains(word)));
    found.map_or(
        "look at the values that this line of the template uses",
        |(_, advice)| advice,
    )
}

/// A message of Handsel's own functions without the suggestion at its end, and that suggestion.
pub fn split_suggestion(message: &str) -> (&str, Option<String>) {
    match message.split_once("; did you mean ") {
        Some((message, near)) => (message, Some(format!("did you mean {near}"))),
        None => (message, None),
    }
}
