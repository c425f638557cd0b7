//! The formulas of steps and results: sorted by what they depend on, checked and compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::order::in_order;
use super::{CalculatorLine, FORMULAS_MAX};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{CheckContext, Field, FieldItem, FieldType, check};
use crate::tool::ToolContext;
use crate::tool::inputs::{self, Input};
use crate::tool::language::check::{CompiledFormula, KnownName, NameScope, ValueType, compile};
use crate::tool::language::parser::{Expr, parse};
use crate::tool::language::words::words;
use crate::tool::language::{FormulaFault, name_fault};
use crate::tool::number_format::{FORMATS, NumberFormat, NumberStyle};
use crate::yaml::YamlNode;

/// The keys of a step that is written as a mapping.
pub static STEP_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::new("value", FieldType::Anything)
            .required()
            .about("The formula."),
        Field::text("label")
            .about("Its label where the working is shown.")
            .defaults_to("its name"),
        Field::text("unit")
            .about("The unit of the number.")
            .defaults_to("the unit of the formula"),
    ]
});

/// The keys of a result.
pub static RESULT_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::new("value", FieldType::Anything).required().about("The formula."),
        Field::text("label").required().about("The name that readers see."),
        Field::text("unit")
            .about("The unit of the number. Units of time and of counts may differ from the formula's; a currency may not.")
            .defaults_to("the unit of the formula"),
        Field::choice("format", &FORMATS).about("`percent` shows 0.6 as 60 %.").defaults_to("`number`"),
        Field::integer("decimals").about("How many decimals are shown, from 0 to 10.").defaults_to("2 for money, up to 2 for others"),
        Field::boolean("big").about("Whether it is the main result.").defaults_to("`true` for the first result, if no other is `big`"),
        Field::text("help").about("A further sentence below it."),
    ]
});

/// The compiled formulas of steps and results.
#[derive(Debug, Default)]
pub struct CompiledFormulas {
    pub codes: Vec<Vec<u32>>,
    pub shows: Vec<NumberFormat>,
    pub steps: Vec<CalculatorLine>,
    pub results: Vec<CalculatorLine>,
    /// The slots whose values a text shows.
    pub named: BTreeSet<usize>,
}

/// A formula as it was written.
pub(super) struct WrittenFormula<'a> {
    pub(super) name: &'a str,
    /// The mapping, or the formula itself.
    pub(super) node: &'a YamlNode,
    pub(super) formula: &'a YamlNode,
    pub(super) text: String,
    pub(super) expr: Expr,
    pub(super) is_result: bool,
}

/// Reads steps and results. Returns `None` if there are too many.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    inputs: &[Input],
    scope: &mut NameScope,
    problems: &mut Vec<Diagnostic>,
) -> Option<CompiledFormulas> {
    let mut written: Vec<WrittenFormula> = Vec::new();
    let names = ["steps", "results"]
        .into_iter()
        .filter_map(|part| node.get(part)?.as_map())
        .flatten()
        .map(|(name, _)| name);
    scope
        .broken
        .extend(names.filter(|name| name_fault(name).is_some()).cloned());
    for (part, fields, is_result) in [
        ("steps", &STEP_FIELDS, false),
        ("results", &RESULT_FIELDS, true),
    ] {
        let Some(stated) = node.get(part) else {
            continue;
        };
        let Some(map) = stated.as_map() else {
            let problem = Diagnostic::new(
                Code::WrongType,
                format!(
                    "`{part}` must be a mapping of names to formulas, found {}",
                    stated.noun()
                ),
            );
            problems.push(
                problem
                    .at(stated.place.clone())
                    .help("write one `name: formula` on each line"),
            );
            continue;
        };
        for (name, entry) in map {
            let is_taken = scope.known.iter().any(|known| known.name == *name)
                || scope.tables.iter().any(|table| table.name == *name);
            let is_twice = is_taken || written.iter().any(|other| other.name == name);
            let why = name_fault(name).or_else(|| {
                is_twice.then(|| {
                    "choose another name: an input, a table or a step already has this one"
                        .to_owned()
                })
            });
            if let Some(why) = why {
                let problem = Diagnostic::new(
                    Code::BadValue,
                    format!("`{name}` is not a valid name for a formula"),
                );
                problems.push(problem.at(entry.key_place.clone()).help(why));
                continue;
            }
            if let Some(problem) = unquoted_comma_help(&entry.node, fields) {
                problems.push(problem);
                scope.broken.insert(name.clone());
                continue;
            }
            if entry.node.as_map().is_some() {
                check(&entry.node, fields, CheckContext::PAGE).take_into(problems);
            } else if is_result {
                let problem = Diagnostic::new(
                    Code::WrongType,
                    "a result must be a mapping with `label` and `value`",
                )
                .at(entry.node.place.clone());
                problems.push(problem.help(format!("write `{name}: {{ label: …, value: … }}`")));
            }
            match parsed(name, &entry.node, is_result, reading, scope, problems) {
                Some(formula) => written.push(formula),
                None => drop(scope.broken.insert(name.clone())),
            }
        }
    }
    if written.len() > FORMULAS_MAX {
        problems.push(
            Diagnostic::new(
                Code::BadValue,
                format!("a tool has at most {FORMULAS_MAX} formulas"),
            )
            .at(node.place.clone()),
        );
        return None;
    }
    let order = in_order(&written, reading, problems);
    let without_order = (0..written.len()).filter(|at| !order.contains(at));
    scope
        .broken
        .extend(without_order.map(|at| written[at].name.to_owned()));
    Some(compiled(&written, &order, reading, inputs, scope, problems))
}

/// Explains a value that was cut off at a comma. Between braces, a comma ends a value:
/// `{ value: min(a, b) }` gives a formula `min(a` and a key `b)` without a value. The same happens
/// to a label that contains a comma.
fn unquoted_comma_help(node: &YamlNode, fields: &[Field]) -> Option<Diagnostic> {
    let rest = |(key, entry): &(&String, &crate::yaml::YamlEntry)| {
        entry.node.is_none() && fields.iter().all(|field| field.name != **key)
    };
    let (key, entry) = node.as_map()?.iter().find(rest)?;
    let (owner, text) =
        crate::fields::unquoted_comma_help(node.as_map()?, key).unwrap_or(("value", String::new()));
    let problem = if owner == "value" {
        let message =
            format!("`{key}` is cut off from its formula: a comma between `{{ }}` ends a value");
        Diagnostic::new(Code::ToolFormula, message).help("put the formula in quotes")
    } else {
        let message =
            format!("`{key}` is cut off from `{owner}`: a comma between `{{ }}` ends a value");
        Diagnostic::new(Code::BadValue, message)
            .help(format!("put the text in quotes: `{owner}: \"{text}\"`"))
    };
    Some(problem.at(entry.key_place.clone()))
}

/// Parses the formula of a step or result. A formula that uses a name with a reported problem is
/// skipped without another message.
fn parsed<'a>(
    name: &'a str,
    node: &'a YamlNode,
    is_result: bool,
    reading: &ToolContext,
    scope: &NameScope,
    problems: &mut Vec<Diagnostic>,
) -> Option<WrittenFormula<'a>> {
    let formula = if node.as_map().is_some() {
        node.get("value")?
    } else {
        node
    };
    let text = text_of(formula, problems).filter(|text| !scope.uses_invalid_name(text))?;
    match parse(&text) {
        Ok(expr) => Some(WrittenFormula {
            name,
            node,
            formula,
            text,
            expr,
            is_result,
        }),
        Err(fault) => {
            report(fault, formula, reading, problems);
            None
        }
    }
}

/// The text of a formula, which is written as text or as a single number.
pub(super) fn text_of(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.as_text().map(str::to_owned);
    if text.is_none() {
        let problem = Diagnostic::new(
            Code::WrongType,
            format!("expected a formula, found {}", node.noun()),
        )
        .at(node.place.clone());
        problems.push(problem.help("put a formula that begins with `{`, `[` or a quote in quotes"));
    }
    text
}

pub(super) fn report(
    fault: FormulaFault,
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) {
    let place = reading.offset_map(node).place(fault.range);
    let code = if fault.is_doubt {
        Code::DivisionByZero
    } else {
        Code::ToolFormula
    };
    problems.push(
        Diagnostic::new(code, fault.message)
            .at(place)
            .help_if(fault.help),
    );
}

fn compiled(
    written: &[WrittenFormula],
    order: &[usize],
    reading: &ToolContext,
    inputs: &[Input],
    scope: &mut NameScope,
    problems: &mut Vec<Diagnostic>,
) -> CompiledFormulas {
    let mut made = CompiledFormulas {
        shows: inputs.iter().map(NumberFormat::of_input).collect(),
        ..CompiledFormulas::default()
    };
    let labels: BTreeMap<&str, String> = inputs
        .iter()
        .map(|input| (input.name.as_str(), input.label.clone()))
        .chain(written.iter().map(|formula| (formula.name, label(formula))))
        .collect();
    let mut lines: BTreeMap<usize, CalculatorLine> = BTreeMap::new();
    for at in order {
        let formula = &written[*at];
        match one(formula, reading, scope, problems) {
            Some((compiled, show)) => {
                let line = CalculatorLine {
                    name: formula.name.to_owned(),
                    label: labels[formula.name].clone(),
                    help: formula
                        .node
                        .get("help")
                        .and_then(YamlNode::as_text)
                        .map(str::to_owned),
                    slot: scope.known.len(),
                    words: words(&formula.text, &|name| labels.get(name).cloned()),
                    is_big: formula
                        .node
                        .get("big")
                        .and_then(crate::fields::boolean)
                        .unwrap_or(false),
                };
                lines.insert(*at, line);
                let show = with_labels(show, &compiled.of, &formula.text, scope, &made.shows);
                let is_used = formula.is_result.into();
                scope.known.push(KnownName {
                    name: formula.name.to_owned(),
                    of: compiled.of,
                    span: compiled.span,
                    is_used,
                });
                made.codes.push(compiled.code);
                made.shows.push(show);
            }
            None => drop(scope.broken.insert(formula.name.to_owned())),
        }
    }
    for (at, line) in lines {
        if written[at].is_result {
            made.results.push(line)
        } else {
            made.steps.push(line)
        }
    }
    // There is always a main result.
    let has_big = made.results.iter().any(|result| result.is_big);
    if let Some(first) = made.results.first_mut() {
        first.is_big |= !has_big;
    }
    made
}

/// The format of a formula whose value is the key of an option: the option's label is shown, as it
/// is in the choice that the formula uses.
fn with_labels(
    show: NumberFormat,
    of: &ValueType,
    formula: &str,
    scope: &NameScope,
    shows: &[NumberFormat],
) -> NumberFormat {
    let (NumberStyle::Text, ValueType::Text(Some(keys))) = (&show.format, of) else {
        return show;
    };
    let is_named = |name: &str| {
        formula
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let choices = scope
        .known
        .iter()
        .zip(shows)
        .filter(|(known, _)| is_named(&known.name));
    let options: Vec<&(String, String)> = choices
        .filter_map(|(_, show)| match &show.format {
            NumberStyle::Options(options) => Some(options),
            _ => None,
        })
        .flatten()
        .collect();
    let label = |key: &String| {
        options
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, label)| label.clone())
    };
    if keys.iter().all(|key| label(key).is_none()) {
        return show;
    }
    let labels = keys
        .iter()
        .map(|key| (key.clone(), label(key).unwrap_or_else(|| key.clone())))
        .collect();
    NumberFormat {
        format: NumberStyle::Options(labels),
        ..show
    }
}

fn label(formula: &WrittenFormula) -> String {
    let stated = formula
        .node
        .get("label")
        .and_then(YamlNode::as_text)
        .map(str::to_owned);
    stated.unwrap_or_else(|| {
        let words = formula.name.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    })
}

/// Checks and compiles one formula, and converts its value to the stated unit, if there is one.
fn one(
    formula: &WrittenFormula,
    reading: &ToolContext,
    scope: &mut NameScope,
    problems: &mut Vec<Diagnostic>,
) -> Option<(CompiledFormula, NumberFormat)> {
    let mut faults = Vec::new();
    let compiled = compile(&formula.text, &formula.expr, scope, &mut faults);
    faults
        .into_iter()
        .for_each(|fault| report(fault, formula.formula, reading, problems));
    let mut compiled = compiled?;
    let node = formula.node;
    if let Some(stated) = node.get("unit") {
        let unit = inputs::unit(node, problems)?;
        if let Err(own) = compiled.state(&unit, scope) {
            let message = format!(
                "the formula gives {}, which cannot be converted to `{unit}`",
                if own.contains(' ') {
                    own
                } else {
                    format!("`{own}`")
                }
            );
            let help = "state the unit of the formula, or multiply by a rate in the formula";
            problems.push(
                Diagnostic::new(Code::ToolFormula, message)
                    .at(stated.place.clone())
                    .help(help),
            );
            return None;
        }
    }
    if let ValueType::Choices(_) = compiled.of {
        let fault = FormulaFault::new(
            0..formula.text.len(),
            "a formula must give one value, not a set of choices",
        );
        report(
            fault.help("use `has`, `count` or `total`"),
            formula.formula,
            reading,
            problems,
        );
        return None;
    }
    let mut show =
        NumberFormat::of(&compiled.of).written(node.get("unit").and_then(YamlNode::as_text));
    if let Some(decimals) = decimals(node, problems) {
        show.decimals = Some(decimals);
    }
    if node.get("format").and_then(YamlNode::as_text) == Some("percent")
        && show.format == NumberStyle::Number
    {
        show.format = NumberStyle::Percent;
    }
    Some((compiled, show))
}

fn decimals(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<u8> {
    let stated = node.get("decimals")?;
    let items = check(
        node,
        &[Field::integer("decimals")],
        CheckContext {
            unknown: Code::UnknownKey,
            missing: crate::diagnostic::Severity::Off,
            ..CheckContext::PAGE
        },
    );
    let number = items
        .value
        .get("decimals")
        .and_then(FieldItem::as_integer)
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| *number <= 10);
    if number.is_none() {
        problems.push(
            Diagnostic::new(
                Code::BadValue,
                "`decimals` must be a whole number from 0 to 10",
            )
            .at(stated.place.clone()),
        );
    }
    number
}
