//! Problems as a SARIF 2.1.0 log, which code hosts show at the lines of a change.
//!
//! The types contain the properties of the standard that Handsel writes, under their names there
//! (docs.oasis-open.org/sarif/sarif/v2.1.0, §3.13 to §3.58). Every code that has a problem is a
//! rule. What follows from another problem is a related location of that one, not a result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::fix_locations::FixLocations;
use crate::diagnostic::{Code, Diagnostic, Location, ProblemGroup, Severity, printable};
use crate::escape;
use crate::paths::SourcePath;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Characters of a path that need no escape in a relative URI (RFC 3986, §3.3).
const PATH_CHARS: &[u8] = b"-._~/!$&'()*+,;=@";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// Columns count characters.
    column_kind: &'static str,
    results: Vec<ResultEntry>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    default_configuration: RuleConfiguration,
}

#[derive(Debug, Serialize)]
struct RuleConfiguration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultEntry {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [PlaceEntry; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<PlaceEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixEntry>,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// A range of characters on one line; the end column is the one after the last character.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_column: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FixEntry {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// What the locations in a log need.
pub struct SarifContext<'a> {
    /// The site's folder, relative to the root of the repository.
    pub folder: &'a Path,
    /// The file at which problems are shown that belong to no file: code hosts require one.
    pub settings: &'a SourcePath,
}

/// Makes the log of these problems.
pub fn log(problems: &[Diagnostic], context: &SarifContext, fixes: &mut FixLocations) -> SarifLog {
    let own = || problems.iter().filter(|problem| !problem.is_consequence());
    let codes: BTreeSet<&'static str> = own().map(|problem| problem.code.name()).collect();
    let rules: Vec<Rule> = codes
        .iter()
        .filter_map(|name| Some(rule(name.parse().ok()?)))
        .collect();
    let index: BTreeMap<&str, usize> = codes.iter().copied().zip(0..).collect();
    let mut waiting: BTreeMap<(&str, &Location), Vec<&Diagnostic>> = BTreeMap::new();
    for problem in problems {
        if let Some((code, place)) = problem
            .cause
            .as_ref()
            .and_then(|cause| cause.error.as_ref())
        {
            let of_cause = waiting.entry((code.name(), place)).or_default();
            of_cause.push(problem);
        }
    }
    let results = own().map(|problem| {
        let place = problem.location.as_ref();
        let waiting = place.and_then(|place| waiting.get(&(problem.code.name(), place)));
        ResultEntry {
            rule_id: problem.code.name(),
            rule_index: index[problem.code.name()],
            level: level(problem.severity),
            message: Message::new(&text(problem)),
            locations: [match place {
                Some(place) => context.place(place),
                None => context.place(&Location::start_of(context.settings)),
            }],
            related_locations: related(problem, waiting.map_or(&[], Vec::as_slice), context),
            fixes: fix(problem, context, fixes).into_iter().collect(),
        }
    });
    SarifLog {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            column_kind: "unicodeCodePoints",
            results: results.collect(),
            tool: Tool {
                driver: Driver {
                    name: "Handsel",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules,
                },
            },
        }],
    }
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.name(),
        short_description: Message::new(code.meaning()),
        default_configuration: RuleConfiguration {
            level: level(code.severity()),
        },
    }
}

/// The message, with the notes and the help below it.
fn text(problem: &Diagnostic) -> String {
    let group = ProblemGroup {
        problem,
        others: Vec::new(),
    };
    let lines = std::iter::once(problem.message.clone())
        .chain(group.notes())
        .chain(problem.help.clone());
    lines.collect::<Vec<_>>().join("\n")
}

/// The places that explain a problem, then those of the problems that wait for it.
fn related(
    problem: &Diagnostic,
    waiting: &[&Diagnostic],
    context: &SarifContext,
) -> Vec<PlaceEntry> {
    let explaining = problem
        .related
        .iter()
        .map(|(place, word)| (place, word.as_str()));
    let waiting = waiting
        .iter()
        .filter_map(|problem| Some((problem.location.as_ref()?, problem.message.as_str())));
    let entries = explaining.chain(waiting).enumerate();
    entries
        .map(|(id, (place, word))| PlaceEntry {
            id: Some(id),
            message: Some(Message::new(word)),
            ..context.place(place)
        })
        .collect()
}

fn fix(problem: &Diagnostic, context: &SarifContext, fixes: &mut FixLocations) -> Option<FixEntry> {
    let (fix, place) = fixes.find(problem)?;
    Some(FixEntry {
        description: Message::new(&format!("replace `{}` with `{}`", fix.old, fix.new)),
        artifact_changes: [ArtifactChange {
            artifact_location: context.artifact(&place.path),
            replacements: [Replacement {
                deleted_region: region(&place),
                inserted_content: Message {
                    text: fix.new.clone(),
                },
            }],
        }],
    })
}

/// The level of a severity (§3.58.6).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "none",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn region(place: &Location) -> Region {
    Region {
        start_line: place.line,
        start_column: place.column,
        end_column: place.column.saturating_add(place.length),
    }
}

impl Message {
    fn new(text: &str) -> Self {
        Self {
            text: printable(text),
        }
    }
}

impl SarifContext<'_> {
    fn place(&self, place: &Location) -> PlaceEntry {
        PlaceEntry {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.artifact(&place.path),
                region: Some(region(place)),
            },
            message: None,
        }
    }

    /// A file as a relative URI, which counts from the root of the repository.
    fn artifact(&self, path: &SourcePath) -> ArtifactLocation {
        let file = self.folder.join(path.as_str());
        let file = file.to_string_lossy();
        let file = if cfg!(windows) {
            file.replace('\\', "/")
        } else {
            file.into_owned()
        };
        ArtifactLocation {
            uri: escape::percent(&file, PATH_CHARS),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::diagnostic::{Cause, CauseKind, resolve_causes};
    use crate::source::MemoryFiles;

    /// The properties that the standard requires of the objects with this key (the schema
    /// `sarif-schema-2.1.0.json`, `required`).
    const REQUIRED: [(&str, &[&str]); 10] = [
        ("runs", &["tool"]),
        ("tool", &["driver"]),
        ("driver", &["name"]),
        ("rules", &["id"]),
        ("results", &["message"]),
        ("fixes", &["artifactChanges"]),
        ("artifactChanges", &["artifactLocation", "replacements"]),
        ("replacements", &["deletedRegion"]),
        ("shortDescription", &["text"]),
        ("message", &["text"]),
    ];

    fn assert_valid(key: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| assert_valid(key, item)),
            Value::Object(map) => {
                let required = REQUIRED.iter().find(|(known, _)| *known == key);
                for property in required.map_or(&[][..], |(_, properties)| properties) {
                    assert!(
                        map.contains_key(*property),
                        "{key} lacks {property}: {value}"
                    );
                }
                if let Some(line) = map.get("startLine") {
                    assert!(line.as_u64() >= Some(1), "lines count from 1: {value}");
                    assert!(map["endColumn"].as_u64() >= map["startColumn"].as_u64());
                }
                map.iter().for_each(|(key, value)| assert_valid(key, value));
            }
            Value::String(text) if key == "level" => {
                assert!(["none", "note", "warning", "error"].contains(&text.as_str()));
            }
            Value::String(text) if key == "uri" => assert!(!text.contains([' ', '\\', '#', '?'])),
            _ => {}
        }
    }

    #[test]
    fn a_log_has_what_the_standard_requires() {
        let path = SourcePath::new("content/a page.md").expect("inside");
        let broken = SourcePath::new("content/b.md").expect("inside");
        let place = |line, column, length| Location {
            path: path.clone(),
            line,
            column,
            length,
        };
        let mut problems = vec![
            Diagnostic::new(Code::UnknownKey, "unknown key `titel`")
                .at(place(1, 1, 5))
                .with_related(place(2, 1, 0), "the first is here")
                .suggest_if("titel", Some("title")),
            Diagnostic::new(Code::NoPages, "there is no page"),
            Diagnostic::new(Code::BadYaml, "bad").at(Location::start_of(&broken)),
            Diagnostic::new(Code::LinkToDraft, "a link")
                .at(place(3, 2, 4))
                .caused_by(Some(Cause::new(CauseKind::UnreadPage, &broken))),
        ];
        resolve_causes(&mut problems);
        let mut files = MemoryFiles::default();
        files.put("content/a page.md", "titel: A\n\n");
        let context = SarifContext {
            folder: Path::new("docs"),
            settings: &SourcePath::new("handsel.yaml").expect("inside"),
        };
        let log = log(&problems, &context, &mut FixLocations::new(&files));
        let log = serde_json::to_value(&log).expect("plain values");
        assert_eq!(log["version"], "2.1.0");
        assert_valid("", &log);
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), 3, "a consequence is not a result of its own");
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("an index");
            let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
        }
        assert_eq!(
            results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "docs/content/a%20page.md"
        );
        let change = &results[0]["fixes"][0]["artifactChanges"][0];
        assert_eq!(
            change["replacements"][0]["insertedContent"]["text"],
            "title"
        );
        assert_eq!(change["replacements"][0]["deletedRegion"]["endColumn"], 6);
        assert_eq!(
            results[2]["relatedLocations"][0]["message"]["text"],
            "a link"
        );
    }
}
