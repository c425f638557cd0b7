//! Problems for the browser: the first ones, rendered as in the terminal but without colors.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, ProblemGroup, Severity, group_problems};
use crate::problem_renderer::ProblemRenderer;
use crate::source::Files;

/// How many problems are shown; the rest are counted.
const SHOWN_MAX: usize = 60;

/// How many problems of one code are shown.
const OF_A_CODE_MAX: usize = 20;

/// The width of the rendered text, in characters.
const WIDTH: usize = 100;

/// The number of problems of a site, and the first of them.
#[derive(Debug, Serialize)]
pub struct ShownProblems {
    pub errors: usize,
    pub warnings: usize,
    pub shown: Vec<ShownProblem>,
}

/// One problem.
#[derive(Debug, Serialize)]
pub struct ShownProblem {
    severity: Severity,
    code: &'static str,
    message: String,
    path: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<String>,
    /// Title, location, excerpt with caret, and help, on several lines.
    drawing: String,
}

/// Renders the first problems, errors before warnings. Problems that follow from another one are
/// left out; that one says how many there are. `root` is the site's folder as it is
/// printed.
pub fn render_problems(problems: &[Diagnostic], files: &dyn Files, root: &Path) -> ShownProblems {
    let mut drawing = ProblemRenderer::plain(files, root, WIDTH);
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown = Vec::new();
    let (errors, warnings): (Vec<ProblemGroup>, Vec<ProblemGroup>) = group_problems(problems)
        .into_iter()
        .partition(|group| group.problem.is_error());
    for group in errors.iter().chain(&warnings) {
        let met = met.entry(group.problem.code.name()).or_default();
        *met += 1;
        if *met <= OF_A_CODE_MAX && shown.len() < SHOWN_MAX {
            shown.push(show(group, &mut drawing));
        }
    }
    ShownProblems {
        errors: errors.len(),
        warnings: warnings.len(),
        shown,
    }
}

fn show(group: &ProblemGroup, drawing: &mut ProblemRenderer<'_>) -> ShownProblem {
    let problem = group.problem;
    let place = problem.location.as_ref();
    ShownProblem {
        severity: problem.severity,
        code: problem.code.name(),
        message: problem.message.clone(),
        path: place.map(|place| place.path.to_string()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        help: problem.help.clone(),
        drawing: drawing.draw(group),
    }
}
