//! Tools that an author declares in front matter (`tool:`). They are checked and compiled when the
//! site is built, and run in the reader's browser.
//!
//! [`read`] takes the YAML of one declaration and returns a [`Tool`]: plain data that is stored
//! next to a page's entry, that `page::tool` turns into a view and that a template renders. Each
//! type of tool has a module here, one in `page::tool`, a template in `templates/tools/` and a
//! script in `static/js/tool/`. This module knows neither other pages nor the theme's words.

pub mod calculator;
pub mod checklist;
pub mod compare;
pub mod decision;
pub mod declaration;
pub mod inputs;
pub mod keys;
pub mod language;
pub mod number_format;
pub mod presets;
pub mod prose;
pub mod quiz;
pub mod tables;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::calculator::Calculator;
use self::checklist::Checklist;
use self::compare::Comparison;
use self::decision::Decision;
use self::declaration::CommonFields;
use self::prose::ToolText;
use self::quiz::Quiz;
use crate::diagnostic::{Checked, Code, Diagnostic, nearest};
use crate::paths::SourcePath;
use crate::source::LineStarts;
use crate::yaml::YamlNode;
use crate::yaml::offset_map::OffsetMap;

/// The values that `type:` may have.
pub const TYPES: [&str; 5] = ["calculator", "checklist", "compare", "decision", "quiz"];

/// The id of a tool on the page that declares it.
pub const ID: &str = "Tool";

/// A validated and compiled tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub common: CommonFields,
    pub form: ToolBody,
}

/// The part of a tool that depends on its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToolBody {
    Calculator(Box<Calculator>),
    Checklist(Checklist),
    Compare(Comparison),
    Decision(Decision),
    Quiz(Quiz),
}

impl ToolBody {
    /// The name of the type, one of [`TYPES`].
    pub fn type_name(&self) -> &'static str {
        match self {
            ToolBody::Calculator(_) => "calculator",
            ToolBody::Checklist(_) => "checklist",
            ToolBody::Compare(_) => "compare",
            ToolBody::Decision(_) => "decision",
            ToolBody::Quiz(_) => "quiz",
        }
    }
}

impl Tool {
    /// Whether this is a calculator without a worked example.
    pub fn lacks_example(&self) -> bool {
        matches!(&self.form, ToolBody::Calculator(calculator) if calculator.examples.is_empty())
    }

    /// Whether this is a calculator with tables that gives neither sources nor a method.
    pub fn lacks_source(&self) -> bool {
        let has_tables =
            matches!(&self.form, ToolBody::Calculator(calculator) if !calculator.tables.is_empty());
        has_tables && self.common.sources.is_empty() && self.common.method.is_none()
    }

    /// All Markdown texts of the tool.
    pub fn texts_mut(&mut self) -> Vec<&mut ToolText> {
        let own: Vec<&mut ToolText> = match &mut self.form {
            ToolBody::Calculator(calculator) => calculator.proses_mut(),
            ToolBody::Checklist(checklist) => checklist.proses_mut(),
            ToolBody::Compare(comparison) => comparison.proses_mut(),
            ToolBody::Decision(decision) => decision.proses_mut(),
            ToolBody::Quiz(quiz) => quiz.proses_mut(),
        };
        self.common.proses_mut().chain(own).collect()
    }

    /// All texts that readers see and that are not Markdown.
    pub fn labels(&self) -> Vec<&str> {
        let own = match &self.form {
            ToolBody::Calculator(calculator) => calculator.labels(),
            ToolBody::Checklist(checklist) => checklist.labels(),
            ToolBody::Compare(comparison) => comparison.labels(),
            ToolBody::Decision(decision) => decision.labels(),
            ToolBody::Quiz(quiz) => quiz.labels(),
        };
        own.into_iter()
            .chain(
                self.common
                    .sources
                    .iter()
                    .map(|source| source.title.as_str()),
            )
            .collect()
    }
}

/// What reading a declaration depends on in addition to its YAML.
pub struct ToolContext<'a> {
    pub path: &'a SourcePath,
    /// The text of the whole file, which all locations refer to.
    pub text: &'a str,
    pub lines: &'a LineStarts<'a>,
    /// Returns the content of a file in `data/`, by its path below that folder.
    pub data: &'a dyn Fn(&str) -> Option<&'a Json>,
    /// The files of `data/` that the tool requested, whether they exist or not.
    pub asked: RefCell<BTreeSet<String>>,
}

impl<'a> ToolContext<'a> {
    /// The content of a file in `data/`. The request is recorded, because the tool depends on the
    /// result.
    pub fn data(&self, name: &str) -> Option<&'a Json> {
        self.asked.borrow_mut().insert(name.to_owned());
        (self.data)(name)
    }

    /// The positions of a text's characters in the file.
    pub fn offset_map(&self, node: &YamlNode) -> OffsetMap<'_> {
        OffsetMap::new(self.text, self.lines, node)
    }
}

/// Reads a declaration. Returns no tool if the declaration contains an error.
pub fn read(node: &YamlNode, reading: &ToolContext) -> Checked<Option<Tool>> {
    let mut problems = Vec::new();
    let form = read_form(node, reading, &mut problems);
    let tool = form.map(|form| Tool {
        common: declaration::common(node, reading),
        form,
    });
    let is_whole = !problems.iter().any(Diagnostic::is_error);
    Checked::new(tool.filter(|_| is_whole), problems)
}

fn read_form(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<ToolBody> {
    let types = || TYPES.map(|name| format!("`{name}`")).join(", ");
    let Some(stated) = node.get("type") else {
        let (message, place) = match node.as_map() {
            Some(_) => ("a tool needs a `type`".to_owned(), node.place.clone()),
            None => (
                format!(
                    "a tool must be a mapping that begins with `type`, found {}",
                    node.noun()
                ),
                node.place.clone(),
            ),
        };
        problems.push(
            Diagnostic::new(Code::MissingField, message)
                .at(place)
                .help(format!("add `type:` with one of {}", types())),
        );
        return None;
    };
    match stated.as_text().unwrap_or_default() {
        "calculator" => calculator::read(node, reading, problems)
            .map(|calculator| ToolBody::Calculator(Box::new(calculator))),
        "checklist" => checklist::read(node, reading, problems).map(ToolBody::Checklist),
        "compare" => compare::read(node, reading, problems).map(ToolBody::Compare),
        "decision" => decision::read(node, reading, problems).map(ToolBody::Decision),
        "quiz" => quiz::read(node, reading, problems).map(ToolBody::Quiz),
        other => {
            let message = format!("`type`: unknown tool type `{other}`");
            let near = nearest(other, TYPES);
            let otherwise = || format!("write one of {}", types());
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(stated.place.clone())
                    .suggest(other, near, otherwise),
            );
            None
        }
    }
}

/// Returns a problem if `count` is greater than `max`, the most that readers and their browsers can
/// handle.
fn too_many(node: &YamlNode, what: &str, count: usize, max: usize) -> Option<Diagnostic> {
    let problem = || {
        Diagnostic::new(
            Code::BadValue,
            format!("{count} {what}; at most {max} are allowed"),
        )
        .at(node.place.clone())
    };
    (count > max).then(|| problem().help("split it into two tools"))
}
