//! A calculator as its template sees it, and the data for its script.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::format::{Locale, SlotFormat, unit_word};
use crate::escape;
use crate::page::text::TextFinisher;
use crate::tool::calculator::{Calculator, CalculatorLine};
use crate::tool::inputs::{Input, InputKind, NumberLimits, TEXT_CHARACTERS_MAX, day};
use crate::tool::language::code::{FigureTable, FormulaValue, Program};
use crate::tool::language::machine;
use crate::tool::number_format::NumberFormat;

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct CalculatorView {
    pub inputs: Vec<InputView>,
    pub results: Vec<LineView>,
    /// The intermediate steps of the calculation.
    pub steps: Vec<LineView>,
    pub says: Vec<MessageView>,
    pub examples: Option<ExamplesView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct InputView {
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    /// `number`, `money`, `percent`, `choice`, `choices`, `date`, `text`, `toggle`
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// The unit of the number, as a word or a sign.
    pub unit: Option<String>,
    /// The field's initial value.
    pub value: String,
    pub is_on: bool,
    pub options: Vec<OptionView>,
    /// The limit, written as in the field.
    pub min: Option<String>,
    pub max: Option<String>,
    pub is_private: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct OptionView {
    pub key: String,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct LineView {
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    pub slot: usize,
    /// The formula in readable form.
    pub words: String,
    /// Its value for the defaults.
    pub value: String,
    /// Whether the value is a number with its sign and unit, which stays on one line.
    pub is_number: bool,
    /// The number of characters to reserve space for.
    pub size: usize,
    pub is_big: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct MessageView {
    /// HTML.
    pub text: String,
    pub is_shown: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct ExamplesView {
    pub columns: Vec<String>,
    /// How many of the columns are answers. The others are results.
    pub answers: usize,
    /// Whether each column holds numbers.
    pub numbers: Vec<bool>,
    pub rows: Vec<ExampleView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct ExampleView {
    pub name: String,
    pub cells: Vec<String>,
}

/// The view of a calculator, and its data. Start values from the embedding page replace defaults.
pub(super) fn view(
    calculator: &Calculator,
    may_share: bool,
    finish: &TextFinisher,
) -> (CalculatorView, Json) {
    let preset = with_presets(calculator, finish);
    let calculator = preset.as_ref().unwrap_or(calculator);
    let words = &finish.catalog.translations;
    let locale = Locale::new(words, finish.language);
    let shapes: Vec<SlotFormat> = calculator
        .shows
        .iter()
        .map(|show| SlotFormat::of(show, words, finish.language))
        .collect();
    let at_first = |slot: usize| {
        calculator.at_first.as_ref().map_or_else(
            || FormulaValue::Number(f64::NAN),
            |values| values[slot].clone(),
        )
    };
    let shown = |slot: usize| locale.shown(&at_first(slot), &shapes[slot]);
    let line = |line: &CalculatorLine| {
        let value = shown(line.slot);
        LineView {
            name: line.name.clone(),
            label: line.label.clone(),
            help: line.help.clone(),
            slot: line.slot,
            words: line.words.clone(),
            is_number: shapes[line.slot].is_number(),
            size: Locale::size(&value),
            value,
            is_big: line.is_big,
        }
    };
    let first_said = calculator.says.iter().position(|say| {
        say.when
            .is_none_or(|slot| at_first(slot) == FormulaValue::Boolean(true))
    });
    let value = |slot: u32| {
        let class = if shapes[slot as usize].is_number() {
            " class=\"no-wrap\""
        } else {
            ""
        };
        let mut html = format!("<span data-slot=\"{slot}\"{class}>");
        escape::html_into(&mut html, &shown(slot as usize));
        html + "</span>"
    };
    let says = calculator.says.iter().enumerate();
    let says = says.map(|(index, say)| MessageView {
        text: finish.html(&say.text, &value),
        is_shown: calculator.at_first.is_some() && first_said == Some(index),
    });
    let view = CalculatorView {
        inputs: calculator
            .inputs
            .iter()
            .map(|input| input_view(input, &locale, finish))
            .collect(),
        results: calculator.results.iter().map(line).collect(),
        steps: calculator.steps.iter().map(line).collect(),
        says: says.collect(),
        examples: examples(calculator, &locale, &shapes),
    };
    let data = data(calculator, &locale, &shapes, may_share, finish);
    (view, data)
}

/// The calculator with start values from an embedding page, or `None` if there are none.
fn with_presets(calculator: &Calculator, finish: &TextFinisher) -> Option<Calculator> {
    let mut preset = None;
    for (slot, input) in calculator.inputs.iter().enumerate() {
        if let Some(value) = finish
            .given(&input.name)
            .and_then(|text| input.kind.given(text).ok())
        {
            preset.get_or_insert_with(|| calculator.clone()).inputs[slot].default = Some(value);
        }
    }
    let mut preset = preset?;
    let defaults: Option<Vec<FormulaValue>> = preset
        .inputs
        .iter()
        .map(|input| input.default.clone())
        .collect();
    preset.at_first = defaults.map(|defaults| machine::run(&preset.program, &defaults));
    Some(preset)
}

/// The most columns of answers that fit next to the results.
const ANSWERS_MAX: usize = 4;

fn examples(
    calculator: &Calculator,
    locale: &Locale,
    shapes: &[SlotFormat],
) -> Option<ExamplesView> {
    if calculator.examples.is_empty() {
        return None;
    }
    let stated = |slot: &usize| {
        calculator
            .examples
            .iter()
            .any(|example| example.stated.contains(slot))
    };
    let answers: Vec<usize> = (0..calculator.inputs.len())
        .filter(stated)
        .take(ANSWERS_MAX)
        .collect();
    let results = calculator.results.iter();
    let slots: Vec<usize> = answers
        .iter()
        .copied()
        .chain(results.clone().map(|result| result.slot))
        .collect();
    let labels = answers
        .iter()
        .map(|slot| calculator.inputs[*slot].label.clone());
    let row = |example: &crate::tool::calculator::Example| ExampleView {
        name: example.name.clone(),
        cells: slots
            .iter()
            .map(|slot| locale.shown(&example.values[*slot], &shapes[*slot]))
            .collect(),
    };
    Some(ExamplesView {
        columns: labels
            .chain(results.map(|result| result.label.clone()))
            .collect(),
        answers: answers.len(),
        numbers: slots.iter().map(|slot| shapes[*slot].is_number()).collect(),
        rows: calculator.examples.iter().map(row).collect(),
    })
}

fn input_view(input: &Input, locale: &Locale, finish: &TextFinisher) -> InputView {
    let words = &finish.catalog.translations;
    let unit = match &input.kind {
        InputKind::Number(..) | InputKind::Money(..) => Some(unit_word(
            &NumberFormat::of_input(input),
            words,
            finish.language,
        ))
        .filter(|word| !word.is_empty()),
        InputKind::Percent(_) => Some("%".to_owned()),
        _ => None,
    };
    let number = |number: f64| match &input.kind {
        InputKind::Percent(_) => locale.in_field(number * 100.0),
        InputKind::Date(_) => day(number).map(|day| day.to_string()).unwrap_or_default(),
        _ => locale.in_field(number),
    };
    let chosen = |key: &str| match &input.default {
        Some(FormulaValue::Text(default)) => default == key,
        Some(FormulaValue::Choices(keys)) => keys.iter().any(|chosen| chosen == key),
        _ => false,
    };
    let options = match &input.kind {
        InputKind::Choice(options) | InputKind::Choices(options) => options.as_slice(),
        _ => &[],
    };
    let limits = limits(&input.kind);
    InputView {
        name: input.name.clone(),
        label: input.label.clone(),
        help: input.help.clone(),
        type_name: type_name(&input.kind),
        unit,
        value: match &input.default {
            Some(FormulaValue::Number(value)) => number(*value),
            Some(FormulaValue::Text(text)) => text.clone(),
            _ => String::new(),
        },
        is_on: input.default == Some(FormulaValue::Boolean(true)),
        options: options
            .iter()
            .map(|(key, label)| OptionView {
                key: key.clone(),
                label: label.clone(),
                is_chosen: chosen(key),
            })
            .collect(),
        min: limits.min.map(number),
        max: limits.max.map(number),
        is_private: input.is_private,
    }
}

fn type_name(kind: &InputKind) -> &'static str {
    match kind {
        InputKind::Number(..) => "number",
        InputKind::Money(..) => "money",
        InputKind::Percent(_) => "percent",
        InputKind::Choice(_) => "choice",
        InputKind::Choices(_) => "choices",
        InputKind::Date(_) => "date",
        InputKind::Text => "text",
        InputKind::Toggle => "toggle",
    }
}

fn limits(kind: &InputKind) -> NumberLimits {
    match kind {
        InputKind::Number(limits, _)
        | InputKind::Money(limits, _)
        | InputKind::Percent(limits)
        | InputKind::Date(limits) => *limits,
        _ => NumberLimits::default(),
    }
}

/// The data for the script. Names are values in it, never keys.
fn data(
    calculator: &Calculator,
    locale: &Locale,
    shapes: &[SlotFormat],
    may_share: bool,
    finish: &TextFinisher,
) -> Json {
    let say = |key: &str| {
        finish
            .catalog
            .translations
            .text(finish.language, key, None, &[])
            .unwrap_or_default()
    };
    let input = |input: &Input| {
        let limits = limits(&input.kind);
        let options = match &input.kind {
            InputKind::Choice(options) | InputKind::Choices(options) => json!(options),
            _ => Json::Null,
        };
        json!({
            "name": input.name, "label": input.label, "kind": type_name(&input.kind), "default": input.default.as_ref().map(plain),
            "min": limits.min, "max": limits.max, "step": limits.step, "options": options, "private": input.is_private,
        })
    };
    let mut locale = json!(locale);
    if !shapes.iter().any(|shape| shape.0 == "date") {
        locale["months"] = json!([]);
    }
    let mut data = program(&calculator.program);
    data["inputs"] = calculator.inputs.iter().map(input).collect();
    data["shows"] = json!(shapes);
    data["results"] = calculator
        .results
        .iter()
        .map(|result| json!([result.label, result.slot]))
        .collect();
    data["says"] = calculator.says.iter().map(|say| json!(say.when)).collect();
    data["locale"] = locale;
    data["words"] = json!({
        "empty": say("tool_enter_value"), "no_number": say("tool_enter_number"), "no_date": say("tool_enter_date"),
        "too_small": say("tool_too_small"), "too_large": say("tool_too_large"), "faults": say("tool_errors"),
    });
    data["share"] = json!(may_share);
    data["textMax"] = json!(TEXT_CHARACTERS_MAX);
    data
}

/// A program in the form that the interpreter in the browser reads.
pub fn program(program: &Program) -> Json {
    let table = |table: &FigureTable| match table {
        FigureTable::Rows(rows) => json!(rows),
        FigureTable::Brackets(brackets) => brackets
            .iter()
            .map(|(end, rate)| json!([Some(*end).filter(|end| end.is_finite()), rate]))
            .collect(),
    };
    json!({
        "constants": program.constants.iter().map(plain).collect::<Vec<Json>>(),
        "tables": program.tables.iter().map(table).collect::<Vec<Json>>(),
        "formulas": program.formulas,
    })
}

/// A value as JSON.
pub fn plain(value: &FormulaValue) -> Json {
    match value {
        FormulaValue::Number(number) => json!(number),
        FormulaValue::Text(text) => json!(text),
        FormulaValue::Boolean(boolean) => json!(boolean),
        FormulaValue::Choices(keys) => json!(keys),
    }
}
