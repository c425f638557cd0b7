//! Calculators: steps and results computed from a reader's answers, with texts on what the results
//! mean.
//!
//! The declaration is read into a [`Calculator`]: inputs, one compiled program, and the format of
//! each value. Formulas may be written in any order; each runs after those that it uses. The worked
//! examples are computed as well, and an example with an unexpected result is an error.

mod conditions;
mod examples;
mod formulas;
mod order;
mod written_values;

use std::sync::LazyLock;

pub use examples::{EXAMPLE_FIELDS, Example};
pub use formulas::{RESULT_FIELDS, STEP_FIELDS};
use serde::{Deserialize, Serialize};
pub use written_values::{WrittenValue, written};

use super::inputs::{self, Input};
use super::language::check::{KnownName, NameScope};
use super::language::code::{FormulaValue, Program};
use super::language::machine;
use super::number_format::NumberFormat;
use super::prose::ToolText;
use super::{ToolContext, declaration, tables};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{CheckContext, Field, FieldType, check};
use crate::yaml::YamlNode;

/// A compiled calculator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calculator {
    pub inputs: Vec<Input>,
    pub program: Program,
    /// The names of the program's tables.
    pub tables: Vec<String>,
    /// The format of each slot's value.
    pub shows: Vec<NumberFormat>,
    /// The steps, in the order in which they were written.
    pub steps: Vec<CalculatorLine>,
    pub results: Vec<CalculatorLine>,
    pub says: Vec<Message>,
    pub examples: Vec<Example>,
    /// The values of all slots for the inputs' defaults, if all inputs have one.
    pub at_first: Option<Vec<FormulaValue>>,
}

/// A step or a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalculatorLine {
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    pub slot: usize,
    /// The formula as readers see it.
    pub words: String,
    pub is_big: bool,
}

/// A text that is shown if its condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The slot of the condition. With `None`, the text is shown whenever no earlier one is.
    pub when: Option<usize>,
    /// The condition as readers see it.
    pub words: Option<String>,
    pub text: ToolText,
}

/// The keys of a calculator.
pub static CALCULATOR_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let anything = |name| Field::new(name, FieldType::Anything);
    vec![
        anything("inputs")
            .required()
            .about("What the reader is asked: each input is a name and a mapping."),
        anything("tables").about("Tables that formulas look numbers up in."),
        anything("steps")
            .about("Named formulas in any order: each is text, or a mapping with a label."),
        anything("results")
            .required()
            .about("The results: each is a name and a mapping."),
        anything("say").about("What the result means: the first text whose `when` holds is shown."),
        anything("examples").about("Worked examples, which are checked when the site is built."),
    ]
});

/// The keys of a text in `say:`.
pub static SAY_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("when")
            .about("A condition. A text without one is for all other cases and comes last."),
        Field::text("text")
            .required()
            .about("The text (Markdown); `{name}` is replaced by a value."),
    ]
});

/// The most formulas that a calculator may have.
const FORMULAS_MAX: usize = 500;

impl Calculator {
    pub(super) fn proses_mut(&mut self) -> Vec<&mut ToolText> {
        self.says.iter_mut().map(|say| &mut say.text).collect()
    }

    pub(super) fn labels(&self) -> Vec<&str> {
        let lines = self
            .steps
            .iter()
            .chain(&self.results)
            .map(|line| (&line.label, &line.help));
        let asked = self
            .inputs
            .iter()
            .map(|input| (&input.label, &input.help))
            .chain(lines);
        let asked =
            asked.flat_map(|(label, help)| std::iter::once(label.as_str()).chain(help.as_deref()));
        let options = self
            .inputs
            .iter()
            .flat_map(|input| input.kind.options())
            .map(|(_, label)| label.as_str());
        asked
            .chain(options)
            .chain(self.examples.iter().map(|example| example.name.as_str()))
            .collect()
    }
}

/// Reads the declaration of a calculator. Returns `None` if it contains an error.
pub(super) fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Calculator> {
    let reported = problems.len();
    declaration::check(node, &CALCULATOR_FIELDS, problems);
    let part = |key: &str| node.get(key);
    if let Some(empty) =
        part("results").filter(|node| node.as_map().is_some_and(|map| map.is_empty()))
    {
        let problem = Diagnostic::new(Code::MissingField, "a calculator needs at least one result")
            .at(empty.place.clone());
        problems.push(problem.help("add a result: `name: { label: …, value: … }`"));
    }
    let inputs = part("inputs")
        .map(|node| inputs::read(node, problems))
        .unwrap_or_default();
    let tables = part("tables")
        .map(|node| tables::read(node, reading, problems))
        .unwrap_or_default();
    let (known_tables, tables) = tables.into_iter().unzip();
    let mut scope = NameScope {
        tables: known_tables,
        ..NameScope::default()
    };
    let known = |input: &Input| KnownName {
        name: input.name.clone(),
        of: input.kind.of(),
        span: input.kind.span(),
        is_used: false.into(),
    };
    scope.known = inputs.iter().map(known).collect();
    for (key, found) in [
        (
            "inputs",
            scope
                .known
                .iter()
                .map(|known| &known.name)
                .collect::<Vec<_>>(),
        ),
        (
            "tables",
            scope.tables.iter().map(|table| &table.name).collect(),
        ),
    ] {
        let written = part(key)
            .and_then(YamlNode::as_map)
            .into_iter()
            .flatten()
            .map(|(name, _)| name);
        let broken: Vec<String> = written
            .filter(|name| !found.contains(name))
            .cloned()
            .collect();
        scope.broken.extend(broken);
    }
    let mut made = formulas::read(node, reading, &inputs, &mut scope, problems)?;
    let (says, conditions) = read_says(node, reading, &inputs, &mut scope, &mut made, problems);
    if !problems[reported..].iter().any(Diagnostic::is_error) {
        report_unused(node, &scope, &made, problems);
    }
    let mut formulas = made.codes;
    formulas.extend(conditions);
    let program = Program {
        constants: scope.constants,
        tables,
        inputs: inputs.len(),
        formulas,
    };
    if problems[reported..].iter().any(Diagnostic::is_error) {
        return None;
    }
    let names: Vec<String> = scope.known.iter().map(|known| known.name.clone()).collect();
    let tables = scope
        .tables
        .iter()
        .map(|table| table.name.clone())
        .collect();
    let examples = part("examples")
        .map(|node| examples::read(node, &inputs, &program, &names, problems))
        .unwrap_or_default();
    let defaults: Option<Vec<FormulaValue>> =
        inputs.iter().map(|input| input.default.clone()).collect();
    let at_first = defaults.map(|defaults| machine::run(&program, &defaults));
    Some(Calculator {
        inputs,
        program,
        tables,
        shows: made.shows,
        steps: made.steps,
        results: made.results,
        says,
        examples,
        at_first,
    })
}

/// Reads the texts of `say:` and compiles their conditions, whose slots follow those of the
/// results.
fn read_says(
    node: &YamlNode,
    reading: &ToolContext,
    inputs: &[Input],
    scope: &mut NameScope,
    made: &mut formulas::CompiledFormulas,
    problems: &mut Vec<Diagnostic>,
) -> (Vec<Message>, Vec<Vec<u32>>) {
    let Some(list) = node.get("say") else {
        return (Vec::new(), Vec::new());
    };
    let names: Vec<String> = scope.known.iter().map(|known| known.name.clone()).collect();
    let first_slot = names.len();
    let (mut says, mut conditions) = (Vec::new(), Vec::new());
    for item in list.as_list().unwrap_or(std::slice::from_ref(list)) {
        check(item, &SAY_FIELDS, CheckContext::PAGE).take_into(problems);
        let when = item
            .get("when")
            .and_then(|node| conditions::condition(node, reading, scope, problems));
        let Some((text_node, text)) = item
            .get("text")
            .and_then(|node| Some((node, ToolText::of(node, reading, &names)?)))
        else {
            continue;
        };
        let offset_map = reading.offset_map(text_node);
        for (name, range) in text.placeholders() {
            match names.iter().position(|known| known == name) {
                Some(slot) => {
                    made.named.insert(slot);
                    scope.known[slot].is_used.set(true);
                }
                None if scope.broken.contains(name) => {}
                None => {
                    let near = nearest(name, names.iter().map(String::as_str));
                    let help = near.map_or_else(
                        || "write the name of an input, a step or a result".to_owned(),
                        |near| format!("did you mean `{{{near}}}`?"),
                    );
                    problems.push(
                        Diagnostic::new(
                            Code::ToolFormula,
                            format!("this tool has no value `{{{name}}}`"),
                        )
                        .at(offset_map.place(range))
                        .help(help),
                    );
                }
            }
        }
        let slot = when.map(|code| {
            conditions.push(code);
            first_slot + conditions.len() - 1
        });
        let words = slot.and_then(|_| {
            Some(conditions::condition_in_words(
                item.get("when")?.as_text()?,
                inputs,
                made,
            ))
        });
        says.push(Message {
            when: slot,
            words,
            text,
        });
    }
    let items = list.as_list().unwrap_or_default();
    if let Some(item) = items
        .iter()
        .rev()
        .skip(1)
        .find(|item| item.get("when").is_none())
    {
        let place = item.place.clone();
        let problem = Diagnostic::new(
            Code::ToolUnused,
            "this text has no `when`, so the texts after it are never shown",
        )
        .at(place);
        problems.push(problem.help("move it to the end, or add `when`"));
    }
    (says, conditions)
}

/// Reports inputs, tables and steps that no formula or text uses.
fn report_unused(
    node: &YamlNode,
    scope: &NameScope,
    made: &formulas::CompiledFormulas,
    problems: &mut Vec<Diagnostic>,
) {
    let place =
        |part: &str, name: &str| Some(node.get(part)?.as_map()?.get(name)?.key_place.clone());
    let mut report = |part: &str, what: &str, name: &str| {
        if let Some(place) = place(part, name) {
            let problem = Diagnostic::new(
                Code::ToolUnused,
                format!("no formula uses the {what} `{name}`"),
            )
            .at(place);
            problems.push(problem.help("use it, or delete it"));
        }
    };
    for known in scope.known.iter().filter(|known| !known.is_used.get()) {
        if made.results.iter().all(|result| result.name != known.name) {
            report("inputs", "input", &known.name);
            report("steps", "step", &known.name);
        }
    }
    scope
        .tables
        .iter()
        .filter(|table| !table.is_used.get())
        .for_each(|table| report("tables", "table", &table.name));
}
