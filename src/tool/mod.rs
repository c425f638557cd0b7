//! Tools that a writer declares in front matter (`tool:`): checked and compiled when the site is
//! built, run in the reader's browser.
//!
//! In goes the YAML of one declaration with its places, out comes a [`Tool`]: plain data that
//! travels beside a page's entry, that `page::tool` makes a view of and that a template draws. A
//! type of tool is one module here, one in `page::tool`, one template in `templates/tools/` and one
//! script in `static/js/tool/`. Nothing here knows another page, or the words of the theme.

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

/// The words that `type:` may have.
pub const TYPES: [&str; 5] = ["calculator", "checklist", "compare", "decision", "quiz"];

/// The id of a tool on the page that declares it.
pub const ID: &str = "Tool";

/// A tool, checked and compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub common: CommonFields,
    pub form: ToolBody,
}

/// What a tool of each type is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToolBody {
    Calculator(Box<Calculator>),
    Checklist(Checklist),
    Compare(Comparison),
    Decision(Decision),
    Quiz(Quiz),
}

impl ToolBody {
    /// The word of its type, one of [`TYPES`].
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
    /// Whether nothing shows that its figures are right.
    pub fn lacks_example(&self) -> bool {
        matches!(&self.form, ToolBody::Calculator(calculator) if calculator.examples.is_empty())
    }

    /// Whether it takes figures from a table and says neither where they come from nor how it
    /// works.
    pub fn lacks_source(&self) -> bool {
        let has_tables =
            matches!(&self.form, ToolBody::Calculator(calculator) if !calculator.tables.is_empty());
        has_tables && self.common.sources.is_empty() && self.common.method.is_none()
    }

    /// Every text in it that is Markdown.
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

    /// Every text in it that readers see and that is no Markdown.
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

/// What reading a declaration depends on besides its YAML.
pub struct ToolContext<'a> {
    pub path: &'a SourcePath,
    /// The whole file, which the places count in.
    pub text: &'a str,
    pub lines: &'a LineStarts<'a>,
    /// A file of `data/` by its path below that folder.
    pub data: &'a dyn Fn(&str) -> Option<&'a Json>,
    /// The files of `data/` that were asked for, found or not.
    pub asked: RefCell<BTreeSet<String>>,
}

impl<'a> ToolContext<'a> {
    /// What a file of `data/` holds. The question is noted: the tool depends on the answer.
    pub fn data(&self, name: &str) -> Option<&'a Json> {
        self.asked.borrow_mut().insert(name.to_owned());
        (self.data)(name)
    }

    /// Where the characters of a text stand in the file.
    pub fn offset_map(&self, node: &YamlNode) -> OffsetMap<'_> {
        OffsetMap::new(self.text, self.lines, node)
    }
}

/// Reads a declaration. There is no tool when something in it is wrong.
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
                    "a tool is a mapping that begins with `type`; {} found",
                    node.noun()
                ),
                node.place.clone(),
            ),
        };
        problems.push(
            Diagnostic::new(Code::MissingField, message)
                .at(place)
                .help(format!("add `type:`, one of {}", types())),
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
            let message = format!("`type`: there is no tool of the type `{other}`");
            let help = nearest(other, TYPES).map_or_else(
                || format!("there are {}", types()),
                |near| format!("did you mean `{near}`?"),
            );
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(stated.place.clone())
                    .help(help),
            );
            None
        }
    }
}

/// A problem when there are more of them than readers, or their browsers, can bear.
fn too_many(node: &YamlNode, what: &str, count: usize, max: usize) -> Option<Diagnostic> {
    let problem = || {
        Diagnostic::new(
            Code::BadValue,
            format!("{count} {what}: there may be {max}"),
        )
        .at(node.place.clone())
    };
    (count > max).then(|| problem().help("make two tools of it"))
}
