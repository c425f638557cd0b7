//! The key `checks:` of settings and pages: the severity of a code, with an optional reason.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::fields::{Field, FieldItems, FieldType};

/// The field `checks: { CODE: SEVERITY }` or
/// `checks: { CODE: { severity: SEVERITY, reason: TEXT } }`.
pub fn checks_field() -> Field {
    let severity = FieldType::choice(&["off", "warn", "warning", "error"]);
    let in_full = FieldType::Map(vec![
        Field::new("severity", severity.clone())
            .required()
            .about("How it is reported: `off`, `warn` or `error`."),
        Field::text("reason").about("The reason, for the next author."),
    ]);
    Field::new(
        "checks",
        FieldType::map_of(FieldType::Either(vec![severity, in_full])),
    )
}

/// Returns the severities of a checked `checks:`. Unknown codes are reported.
pub fn severities(
    checks: &FieldItems,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Severity> {
    let mut severities = BTreeMap::new();
    for (name, item) in checks {
        if name.parse::<Code>().is_err() {
            let near = nearest(name, Code::ALL.iter().map(|code| code.name()));
            let otherwise = || "the manual lists all codes".to_owned();
            problems.push(
                Diagnostic::new(Code::BadValue, format!("`checks`: unknown code `{name}`"))
                    .at(item.place.clone())
                    .suggest(name, near, otherwise),
            );
            continue;
        }
        let word = item
            .as_map()
            .and_then(|map| map.get("severity"))
            .unwrap_or(item);
        if let Some(severity) = word.as_text().and_then(severity) {
            severities.insert(name.clone(), severity);
        }
    }
    severities
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "off" => Some(Severity::Off),
        "warn" | "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{CheckContext, FieldItem, check};
    use crate::paths::SourcePath;

    #[test]
    fn both_forms() {
        let text = "checks:\n  broken-link: warn\n  orphan: {severity: off, reason: it is a landing page}\n  brokn-anchor: off\n  bad-math: loud\n";
        let node = crate::yaml::parse(&SourcePath::root(), text, 0..text.len())
            .expect("valid YAML")
            .expect("there");
        let mut problems = Vec::new();
        let items = check(&node, &[checks_field()], CheckContext::PAGE).take_into(&mut problems);
        let checks = items
            .get("checks")
            .and_then(FieldItem::as_map)
            .expect("a mapping");
        let severities = severities(checks, &mut problems);
        assert_eq!(
            severities,
            BTreeMap::from([
                ("broken-link".into(), Severity::Warning),
                ("orphan".into(), Severity::Off)
            ])
        );
        assert_eq!(problems.len(), 2, "{problems:#?}");
        assert!(
            problems
                .iter()
                .any(|problem| problem.help.as_deref() == Some("did you mean `broken-anchor`?"))
        );
    }
}
