//! Formulas: LaTeX in, MathML out.

use std::ops::Range;
use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::Event;

use super::MarkdownWalk;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::Segment;
use crate::document::mathml::{self, CleanMathml};
use crate::escape;

/// Formulas longer than this many bytes are read on a larger stack, because their depth is not
/// known before.
const SHORT_FORMULA: usize = 256;

const FORMULA_BYTES_MAX: usize = 16 << 10;

const STACK_PER_BYTE: usize = 16 << 10;

static MATH: LazyLock<LatexToMathML> = LazyLock::new(|| {
    LatexToMathML::new(MathCoreConfig::default())
        .expect("the default configuration has no macros that could be wrong")
});

/// Converts a LaTeX formula to MathML.
///
/// # Errors
/// What is wrong with the formula, in a few words.
fn convert_formula(formula: &str, display: MathDisplay) -> Result<CleanMathml, String> {
    let convert = || match MATH.convert_with_local_state(formula, display) {
        Ok(result) => Ok(mathml::clean(&result.mathml)),
        Err(error) => Err(error.error_message()),
    };
    if formula.len() <= SHORT_FORMULA {
        return convert();
    }
    if formula.len() > FORMULA_BYTES_MAX {
        return Err(format!("it is longer than {} KiB", FORMULA_BYTES_MAX >> 10));
    }
    let stack = formula.len() * STACK_PER_BYTE;
    std::thread::scope(|scope| {
        let apart = std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, convert);
        apart
            .map_err(|error| error.to_string())?
            .join()
            .unwrap_or_else(|_| Err("it is nested too deeply".to_owned()))
    })
}

impl MarkdownWalk<'_> {
    pub(super) fn math(&mut self, formula: &str, range: Range<usize>, is_block: bool) {
        let display = if is_block {
            MathDisplay::Block
        } else {
            MathDisplay::Inline
        };
        self.plain_text(formula);
        let html = match convert_formula(formula, display) {
            Ok(CleanMathml {
                html,
                refused_links,
            }) => {
                for address in refused_links {
                    let message = format!("the link to `{address}` is left out of this formula");
                    let problem = Diagnostic::new(Code::LinkScheme, message);
                    self.problem(
                        problem.help(
                            "link to an https:// address, or move the link out of the formula",
                        ),
                        range.clone(),
                    );
                }
                html
            }
            Err(message) => {
                let problem = Diagnostic::new(
                    Code::BadMath,
                    format!("this formula cannot be read: {message}"),
                );
                self.problem(
                    problem.help("correct the LaTeX; if the dollar sign is text, write `\\$`"),
                    range,
                );
                format!(
                    "<code class=\"math-error\">{}</code>",
                    escape::html(formula)
                )
            }
        };
        let placeholder = self.add_placeholder(Segment::Html(html));
        self.push(Event::InlineHtml(placeholder.into()));
    }
}
