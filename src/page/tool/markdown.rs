//! A tool as Markdown, for the Markdown copy of its page: the inputs, the method, the tables, the
//! examples and the sources.
//!
//! Texts are as they were written, with links that work from the copy, like the page's own text.

use super::calculator::{CalculatorView, InputView, LineView};
use super::compare::CompareView;
use super::own_tool;
use super::view::{ToolBodyView, ToolView};
use crate::document::markdown;
use crate::page::catalog::Catalog;
use crate::page::views::copied_links;
use crate::site::PageId;
use crate::tool::calculator::Calculator;
use crate::tool::checklist::Checklist;
use crate::tool::compare::Comparison;
use crate::tool::decision::Decision;
use crate::tool::language::code::FigureTable;
use crate::tool::prose::ToolText;
use crate::tool::quiz::Quiz;
use crate::tool::{Tool, ToolBody};

/// The tool that a page declares, as Markdown, or `None` if it has no tool.
pub fn tool_markdown(catalog: &Catalog, id: PageId) -> Option<String> {
    let tool: &Tool = catalog.facts(id).tool.as_deref()?;
    let view = own_tool::tool(catalog, id)?;
    let page = catalog.site.page(id);
    let language = catalog.site.language(page);
    let word = |key: &str| {
        let text = catalog.translations.text(language, key, None, &[]);
        text.unwrap_or_default()
    };
    let mut out = Vec::new();
    match (&tool.form, &view.form) {
        (ToolBody::Calculator(calculator), ToolBodyView::Calculator(view)) => {
            self::calculator(calculator, view, &word, &mut out)
        }
        (ToolBody::Compare(comparison), ToolBodyView::Compare(view)) => {
            compare(comparison, view, &word, &mut out)
        }
        (ToolBody::Checklist(checklist), _) => self::checklist(checklist, &mut out),
        (ToolBody::Decision(decision), _) => self::decision(decision, &mut out),
        (ToolBody::Quiz(quiz), _) => self::quiz(quiz, &word, &mut out),
        _ => {}
    }
    notes(tool, &view, &word, &mut out);
    let hrefs = copied_links(catalog, id).hrefs;
    let href = |target: &str| {
        let mut links = page.entry.links.iter();
        let position = links.position(|link| link.target.value == target)?;
        hrefs[position].clone()
    };
    let math = catalog.site.settings().math;
    Some(markdown::with_links(&out.join("\n\n"), math, href))
}

type ToolWord<'a> = &'a dyn Fn(&str) -> String;

fn notes(tool: &Tool, view: &ToolView, word: ToolWord, out: &mut Vec<String>) {
    if let Some(method) = &tool.common.method {
        out.extend([heading(&word("tool_method")), text(method)]);
    }
    out.extend(tool.common.disclaimer.as_ref().map(text));
    if !view.sources.is_empty() {
        let source = |source: &crate::page::view::SourceView| {
            let title = match &source.url {
                Some(url) => format!("[{}]({url})", source.title),
                None => source.title.clone(),
            };
            let checked = source
                .checked
                .as_ref()
                .map(|day| format!(" ({})", day.iso))
                .unwrap_or_default();
            format!("- {title}{checked}")
        };
        out.push(word("tool_sources"));
        out.push(
            view.sources
                .iter()
                .map(source)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
}

fn calculator(
    calculator: &Calculator,
    view: &CalculatorView,
    word: ToolWord,
    out: &mut Vec<String>,
) {
    out.push(heading(&word("tool_inputs")));
    out.push(
        view.inputs
            .iter()
            .map(|input| asked(input, word))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    if !calculator.tables.is_empty() {
        out.push(heading(&word("tool_figures")));
        let figures = calculator.tables.iter().zip(&calculator.program.tables);
        out.extend(figures.map(|(name, table)| figures_of(name, table)));
    }
    let line = |line: &LineView| format!("- **{}** = {} = {}", line.label, line.words, line.value);
    for (key, lines) in [("tool_steps", &view.steps), ("tool_result", &view.results)] {
        if !lines.is_empty() {
            out.extend([
                heading(&word(key)),
                lines.iter().map(line).collect::<Vec<_>>().join("\n"),
            ]);
        }
    }
    let labels = |name: &str| {
        let inputs = calculator
            .inputs
            .iter()
            .map(|input| (&input.name, &input.label));
        let lines = calculator
            .steps
            .iter()
            .chain(&calculator.results)
            .map(|line| (&line.name, &line.label));
        inputs
            .chain(lines)
            .find(|(known, _)| *known == name)
            .map(|(_, label)| label.clone())
    };
    let says = calculator.says.iter().map(|say| {
        let when = say
            .words
            .as_ref()
            .map(|words| format!("{words}: "))
            .unwrap_or_default();
        item(&format!("{when}{}", with_labels(&say.text, &labels)))
    });
    let says: Vec<String> = says.collect();
    out.extend((!says.is_empty()).then(|| says.join("\n")));
    if let Some(examples) = &view.examples {
        let head = std::iter::once(word("tool_example")).chain(examples.columns.iter().cloned());
        let rows = examples.rows.iter().map(|row| {
            std::iter::once(row.name.clone())
                .chain(row.cells.iter().cloned())
                .collect()
        });
        out.extend([
            heading(&word("tool_examples")),
            table(&head.collect::<Vec<_>>(), &rows.collect::<Vec<_>>()),
        ]);
    }
}

/// One input that the reader fills in.
fn asked(input: &InputView, word: ToolWord) -> String {
    let value = match input.type_name {
        "toggle" => word(if input.is_on { "yes" } else { "no" }),
        "choice" | "choices" => {
            let label = |option: &super::calculator::OptionView| {
                if option.is_chosen {
                    format!("**{}**", option.label)
                } else {
                    option.label.clone()
                }
            };
            input
                .options
                .iter()
                .map(label)
                .collect::<Vec<_>>()
                .join(", ")
        }
        _ => [Some(input.value.as_str()), input.unit.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
            .trim()
            .to_owned(),
    };
    let limits = match (&input.min, &input.max) {
        (Some(min), Some(max)) => format!(" ({min} … {max})"),
        (Some(min), None) => format!(" (≥ {min})"),
        (None, Some(max)) => format!(" (≤ {max})"),
        (None, None) => String::new(),
    };
    let help = input
        .help
        .as_ref()
        .map(|help| format!(" {help}"))
        .unwrap_or_default();
    format!("- **{}**: {value}{limits}.{help}", input.label)
}

/// A table that formulas look values up in, with the name that they use for it.
fn figures_of(name: &str, figures: &FigureTable) -> String {
    let rows: Vec<Vec<String>> = match figures {
        FigureTable::Rows(rows) => rows
            .iter()
            .map(|(key, value)| vec![key.clone(), value.to_string()])
            .collect(),
        FigureTable::Brackets(brackets) => {
            let end = |end: f64| {
                if end.is_finite() {
                    format!("≤ {end}")
                } else {
                    "…".to_owned()
                }
            };
            brackets
                .iter()
                .map(|(up_to, rate)| vec![end(*up_to), rate.to_string()])
                .collect()
        }
    };
    table(&[name.to_owned(), String::new()], &rows)
}

fn compare(comparison: &Comparison, view: &CompareView, word: ToolWord, out: &mut Vec<String>) {
    out.extend(comparison.disclosure.as_ref().map(text));
    let scores = |at: usize| {
        comparison
            .options
            .iter()
            .filter_map(move |option| option.scores.get(at))
    };
    let head = std::iter::once(String::new()).chain(comparison.options.iter().map(|option| {
        let ours = if option.is_ours {
            format!(" ({})", word("tool_ours"))
        } else {
            String::new()
        };
        format!("{}{ours}", option.label)
    }));
    let rows = comparison
        .criteria
        .iter()
        .enumerate()
        .map(|(at, criterion)| {
            let cell = |score: &crate::tool::compare::Score| {
                let why = score
                    .why
                    .as_ref()
                    .map(|why| format!(": {}", text(why)))
                    .unwrap_or_default();
                format!("{}{why}", score.score)
            };
            let help = criterion
                .help
                .as_ref()
                .map(|help| format!(": {}", text(help)))
                .unwrap_or_default();
            std::iter::once(format!("**{}**{help}", criterion.label))
                .chain(scores(at).map(cell))
                .collect()
        });
    let totals = std::iter::once(word("tool_total"))
        .chain(view.options.iter().map(|option| option.text.clone()))
        .collect();
    out.push(table(
        &head.collect::<Vec<_>>(),
        &rows.chain([totals]).collect::<Vec<_>>(),
    ));
    let about = comparison.options.iter().filter_map(|option| {
        Some(item(&format!(
            "**{}**: {}",
            option.label,
            text(option.about.as_ref()?)
        )))
    });
    let about: Vec<String> = about.collect();
    out.extend((!about.is_empty()).then(|| about.join("\n")));
}

fn checklist(checklist: &Checklist, out: &mut Vec<String>) {
    for group in &checklist.groups {
        out.extend(group.title.as_deref().map(heading));
        out.extend(group.about.as_ref().map(text));
        let point = |point: &crate::tool::checklist::ChecklistPoint| {
            let why = point
                .why
                .as_ref()
                .map(|why| format!("\n\n{}", text(why)))
                .unwrap_or_default();
            item(&format!("[ ] {}{why}", text(&point.text)))
        };
        out.push(
            group
                .points
                .iter()
                .map(point)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    out.extend(checklist.done.as_ref().map(text));
}

fn decision(decision: &Decision, out: &mut Vec<String>) {
    let first = std::iter::once(decision.start);
    for at in first.chain((0..decision.questions.len()).filter(|at| *at != decision.start)) {
        let question = &decision.questions[at];
        out.push(heading(&question.ask));
        out.extend(question.help.as_ref().map(text));
        let answer = |answer: &crate::tool::decision::DecisionAnswer| {
            format!("- {} → {}", answer.text, decision.text(answer.to))
        };
        out.push(
            question
                .answers
                .iter()
                .map(answer)
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    for outcome in &decision.outcomes {
        out.push(heading(&outcome.title));
        out.extend(outcome.text.as_ref().map(text));
    }
}

fn quiz(quiz: &Quiz, word: ToolWord, out: &mut Vec<String>) {
    for (number, question) in quiz.questions.iter().enumerate() {
        out.push(heading(&format!("{}. {}", number + 1, text(&question.ask))));
        let answer = |answer: &crate::tool::quiz::QuizAnswer| {
            let note = answer
                .note
                .as_ref()
                .map(|note| format!("\n\n{}", text(note)))
                .unwrap_or_default();
            item(&format!(
                "[{}] {}{note}",
                if answer.is_right { "x" } else { " " },
                text(&answer.text)
            ))
        };
        out.push(
            question
                .answers
                .iter()
                .map(answer)
                .collect::<Vec<_>>()
                .join("\n"),
        );
        out.extend(question.because.as_ref().map(text));
    }
    if quiz.bands.is_empty() {
        return;
    }
    let band = |band: &crate::tool::quiz::ScoreBand| {
        let title = band
            .title
            .as_ref()
            .map(|title| format!("**{title}** "))
            .unwrap_or_default();
        item(&format!("≥ {}: {title}{}", band.from, text(&band.text)))
    };
    out.extend([
        heading(&word("tool_result")),
        quiz.bands.iter().map(band).collect::<Vec<_>>().join("\n"),
    ]);
}

fn heading(words: &str) -> String {
    format!("## {words}")
}

/// A text as it was written.
fn text(prose: &ToolText) -> String {
    prose.markdown.trim().to_owned()
}

/// A text as it was written, with the label of each value in place of its name.
fn with_labels(prose: &ToolText, label: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut out, mut done) = (String::new(), 0);
    for (name, range) in prose.placeholders() {
        let Some(label) = label(name) else { continue };
        out.push_str(&prose.markdown[done..range.start]);
        out.push_str(&label);
        done = range.end;
    }
    out.push_str(&prose.markdown[done..]);
    out.trim().to_owned()
}

/// An item of a list. Lines after the first are indented.
fn item(text: &str) -> String {
    let mut out = String::from("- ");
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push_str(if line.is_empty() { "\n" } else { "\n  " });
        }
        out.push_str(line);
    }
    out
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let cell = |text: &String| {
            text.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace('|', "\\|")
        };
        format!(
            "| {} |",
            cells.iter().map(cell).collect::<Vec<_>>().join(" | ")
        )
    };
    let rule = vec!["---".to_owned(); head.len()];
    let rows = rows.iter().map(|row| line(row));
    [line(head), line(&rule)]
        .into_iter()
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}
