//! Help for a template that fails while a page is rendered, by the cause that the message names.

/// Parts of a message, in lower case, and the help for that cause. The first match counts.
const BY_CAUSE: [(&[&str], &str); 17] = [
    (
        &["this value exceeds the limit"],
        "look for a value that is joined to itself in a loop or a component",
    ),
    (
        &["exceeds the limit"],
        "make the loop shorter, or look for a loop inside another one",
    ),
    (
        &["recursion depth"],
        "look for a component or an include that uses itself",
    ),
    (
        &["only be done on numbers"],
        "convert the value to a number with `| int` or `| float`; if it can be missing, check it with `{% if … %}` first",
    ),
    (
        &["divide by 0"],
        "check with `{% if … %}` that the divisor is not 0",
    ),
    (
        &["cannot compare"],
        "compare values of the same type: `| int` converts text to a number, `| str` a number to text",
    ),
    (
        &["iteration not possible"],
        "use a list or a mapping in `{% for %}`; if the value can be missing or a single item, check it with `{% if … %}` first",
    ),
    (&["spread operator"], "use a list or a mapping after `...`"),
    (
        &["missing keyword argument"],
        "pass that argument by name: `name=value`",
    ),
    (
        &["invalid type for the value", "only text can be read"],
        "check the value's type; `| str`, `| int` and `| json` convert it",
    ),
    (
        &[
            "slice ",
            "cannot slice",
            "map keys must be",
            "index expression",
        ],
        "check the expression between the square brackets",
    ),
    (
        &["is not a date"],
        "pass `date` a day in the form 2026-01-31",
    ),
    (
        &["no word `"],
        "use a key of templates/i18n/en.yaml, or add this one to the site's own file there",
    ),
    (
        &["file data/", "file static/", "file templates/icons/"],
        "add the file; its path is relative to that folder",
    ),
    (&["cannot be read: see the problem"], "fix that file first"),
    (&["holds no data"], "save it as YAML, JSON or CSV"),
    (
        &["undefined", "is not defined"],
        "check with `{% if … %}` that the value exists, or add `| default(value=\"…\")`",
    ),
];

/// Help for a failure. `call` is the part of the template that failed.
pub fn advice(message: &str, call: &str) -> &'static str {
    if call.trim_start().starts_with("throw") {
        return "follow the message: the template stops here with `throw`";
    }
    let lower = message.to_lowercase();
    let found = BY_CAUSE
        .iter()
        .find(|(words, _)| words.iter().any(|word| lower.contains(word)));
    found.map_or(
        "check the values that this line of the template uses",
        |(_, advice)| advice,
    )
}

/// Splits a message of Handsel's own functions into the message and the suggestion at its end.
pub fn split_suggestion(message: &str) -> (&str, Option<String>) {
    match message.split_once("; did you mean ") {
        Some((message, near)) => (message, Some(format!("did you mean {near}"))),
        None => (message, None),
    }
}
