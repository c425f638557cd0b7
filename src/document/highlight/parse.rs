//! Reads code with a grammar, including injected languages.
//!
//! A parser is fast with code and with most other text, but not with all. In broken code, the work
//! for each token can grow with the tokens before it; in trees that are very deep or very wide, the
//! steps of a query can do the same. So the shape of the code and the number of steps are limited.
//! Time is not, because the page would then depend on the machine. See DECISIONS: “Limits on work,
//! not on size”.

use std::cell::Cell;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use arborium::tree_sitter::{
    self, ParseOptions, Parser, Query, QueryCursor, QueryCursorOptions, StreamingIterator,
};

use super::grammars::{Grammar, Language, find, grammar};
use super::shape::is_readable;
use super::span_cache::HighlightCache;
use super::spans::{CodeSpan, TokenClass, paint};

/// The lines of `code`; without colors if it is too large or too tangled, or if the grammar fails.
pub(super) fn paint_parsed(
    language: &'static Language,
    code: &str,
    colors: &HighlightCache,
) -> Vec<String> {
    let read = || {
        catch_unwind(AssertUnwindSafe(|| read_all(language, code)))
            .ok()
            .flatten()
    };
    paint(
        code,
        colors.spans(language.name, code, read).unwrap_or_default(),
    )
}

fn read_all(language: &'static Language, code: &str) -> Option<Vec<CodeSpan>> {
    let grammar = grammar(language)?;
    // Taken out while in use, so that a panic drops them and the next fence starts with new ones.
    let mut tools = TOOLS.take().unwrap_or_else(|| {
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCHES_MAX);
        ParserTools {
            parser: Parser::new(),
            cursor,
        }
    });
    let effort = Rc::new(WorkBudget::for_code(code));
    tools
        .parser
        .set_logger((code.len() > UNWATCHED_BYTES_MAX).then(|| {
            let effort = Rc::clone(&effort);
            Box::new(move |_, log_line: &str| effort.check_budget(log_line)) as _
        }));
    let mut spans = Vec::new();
    let outcome = read(
        &mut tools,
        grammar,
        InjectedPart {
            code,
            offset: 0,
            depth: 0,
        },
        &effort,
        &mut spans,
    );
    TOOLS.set(Some(tools));
    outcome.map(|()| spans)
}

/// What a thread reuses to read code.
struct ParserTools {
    parser: Parser,
    cursor: QueryCursor,
}

thread_local! {
    static TOOLS: Cell<Option<ParserTools>> = const { Cell::new(None) };
}

/// The maximum number of matches in progress. Without it, tangled code would make a query
/// quadratic.
const MATCHES_MAX: u32 = 256;
/// HTML contains scripts, Markdown contains HTML, a macro contains Rust; this is the maximum depth.
const INJECTION_DEPTH_MAX: u32 = 3;
const READ_BYTES: usize = 128;

/// The work that one fence may cost, counted in steps of the parser and the queries (a hundred
/// operations each) and in pieces of code read. Real code needs 20 to 150 for each kB.
///
/// A parser that goes back to before an error copies the tokens that it has skipped since, and one
/// that follows many readings at once looks at each character many times. Its steps show neither.
/// In short code that does no harm; in long code, both are counted, too. Only the parser's log
/// shows them: it has a line for each character that is looked at, and a few more.
struct WorkBudget {
    left: Cell<usize>,
    log_lines_left: Cell<usize>,
    copies_left: Cell<usize>,
    skipped: Cell<usize>,
}

const EFFORT_BASE: usize = 2_000;
const EFFORT_PER_KB: usize = 50;
const UNWATCHED_BYTES_MAX: usize = 3_000;
const LOG_LINES_BASE: usize = 100_000;
/// Real code has 3 to 11.
const LOG_LINES_PER_BYTE: usize = 15;
const COPIES_MAX: usize = 1_000_000;
/// The cost of considering, at an error, everything that might have been meant.
const COPIES_PER_ERROR: usize = 300;

impl WorkBudget {
    fn for_code(code: &str) -> WorkBudget {
        WorkBudget {
            left: Cell::new(EFFORT_BASE + code.len() / 1024 * EFFORT_PER_KB),
            log_lines_left: Cell::new(LOG_LINES_BASE + code.len() * LOG_LINES_PER_BYTE),
            copies_left: Cell::new(COPIES_MAX),
            skipped: Cell::new(0),
        }
    }

    fn spend(&self) -> ControlFlow<()> {
        let is_watched_out = self.copies_left.get() == 0 || self.log_lines_left.get() == 0;
        self.left.set(if is_watched_out {
            0
        } else {
            self.left.get().saturating_sub(1)
        });
        if self.is_exhausted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn check_budget(&self, log_line: &str) {
        self.log_lines_left
            .set(self.log_lines_left.get().saturating_sub(1));
        let copies = if log_line.starts_with("recover_to_previous") {
            self.skipped.get()
        } else if log_line.starts_with("detect_error") {
            COPIES_PER_ERROR
        } else {
            self.skipped
                .set(self.skipped.get() + usize::from(log_line.starts_with("skip_token")));
            return;
        };
        self.copies_left
            .set(self.copies_left.get().saturating_sub(copies));
    }

    fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }
}

#[derive(Clone, Copy)]
struct InjectedPart<'a> {
    code: &'a str,
    offset: usize,
    depth: u32,
}

/// Adds the spans of one part, including injected languages. `None` if the budget is used up.
fn read(
    tools: &mut ParserTools,
    grammar: &Grammar,
    part: InjectedPart,
    effort: &WorkBudget,
    spans: &mut Vec<CodeSpan>,
) -> Option<()> {
    let bytes = part.code.as_bytes();
    if !is_readable(grammar.name, part.code) {
        return Some(());
    }
    tools.parser.set_language(&grammar.language).ok()?;
    effort.skipped.set(0);
    // The code is passed in small pieces, so that a scanner that looks far ahead uses up its
    // budget. A piece contains whole characters: when the lexer asks for the rest of a character,
    // it fails if the code ends there.
    let mut piece = |from: usize, _| match effort.spend() {
        ControlFlow::Continue(()) => {
            let end = part
                .code
                .floor_char_boundary((from + READ_BYTES).min(part.code.len()));
            part.code.get(from..end).unwrap_or_default()
        }
        ControlFlow::Break(()) => "",
    };
    let mut progress = |_: &tree_sitter::ParseState| effort.spend();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = tools
        .parser
        .parse_with_options(&mut piece, None, Some(options))?;
    if effort.is_exhausted() || is_tangled(&tree) {
        return None;
    }

    let mut progress = |_: &tree_sitter::QueryCursorState| effort.spend();
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches =
        tools
            .cursor
            .matches_with_options(&grammar.highlights, tree.root_node(), bytes, options);
    while let Some(found) = matches.next() {
        for capture in found.captures {
            let Some(class) = grammar.classes[capture.index as usize] else {
                continue;
            };
            let range = capture.node.byte_range();
            if !range.is_empty() && part.code.get(range.clone()).is_some() {
                let strength = match class {
                    TokenClass::Plain => 0,
                    TokenClass::String => 1,
                    _ => 2,
                };
                let rank = (strength, part.depth, found.pattern_index);
                spans.push(CodeSpan {
                    range: range.start + part.offset..range.end + part.offset,
                    class,
                    rank,
                });
            }
        }
    }
    drop(matches);

    if let Some(query) = grammar
        .injections
        .as_ref()
        .filter(|_| part.depth < INJECTION_DEPTH_MAX)
    {
        for (range, language) in injections(tools, query, &tree, part.code, effort) {
            let Some((grammar, code)) = self::grammar(language).zip(part.code.get(range.clone()))
            else {
                continue;
            };
            let inner = InjectedPart {
                code,
                offset: part.offset + range.start,
                depth: part.depth + 1,
            };
            read(tools, grammar, inner, effort, spans)?;
        }
    }
    (!effort.is_exhausted()).then_some(())
}

/// For each node, a query walks up all of its parents, and along its siblings to the next named
/// one. In trees that are very deep, or broken into very long runs of unnamed tokens, this would
/// take quadratic time.
fn is_tangled(tree: &tree_sitter::Tree) -> bool {
    if tree.root_node().descendant_count() <= TREE_DEPTH_MAX.min(BARE_RUN_MAX) {
        return false;
    }
    let mut cursor = tree.walk();
    let (mut depth, mut bare_run) = (0, 0);
    loop {
        bare_run = if cursor.node().is_named() {
            0
        } else {
            bare_run + 1
        };
        if depth > TREE_DEPTH_MAX || bare_run > BARE_RUN_MAX {
            return true;
        }
        if cursor.goto_first_child() {
            depth += 1;
            bare_run = 0;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
            depth -= 1;
            bare_run = 0;
        }
    }
}

const TREE_DEPTH_MAX: usize = 500;
const BARE_RUN_MAX: usize = 500;

fn injections(
    tools: &mut ParserTools,
    query: &Query,
    tree: &tree_sitter::Tree,
    code: &str,
    effort: &WorkBudget,
) -> Vec<(Range<usize>, &'static Language)> {
    let content = query.capture_index_for_name("injection.content");
    let named = query.capture_index_for_name("injection.language");
    let mut progress = |_: &tree_sitter::QueryCursorState| effort.spend();
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches =
        tools
            .cursor
            .matches_with_options(query, tree.root_node(), code.as_bytes(), options);
    let mut parts = Vec::new();
    while let Some(found) = matches.next() {
        let range = |index: Option<u32>| {
            let capture = found
                .captures
                .iter()
                .find(|capture| Some(capture.index) == index);
            capture.map(|capture| capture.node.byte_range())
        };
        let set = query.property_settings(found.pattern_index);
        let set = set
            .iter()
            .find(|property| &*property.key == "injection.language")
            .and_then(|property| property.value.as_deref());
        let language = set.or_else(|| code.get(range(named)?)).and_then(find);
        parts.extend(range(content).zip(language));
    }
    parts
}
