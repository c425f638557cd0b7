//! Decides from the text alone whether code may be given to a parser. Some scanners save their
//! state at every token and have room for about 250 open blocks; with more, they abort the program.
//! The time of some parsers grows with the square of the size or depth. Code that people write for
//! readers rarely comes near these limits.

const BYTES_MAX: usize = 64_000;
/// The scanners of HTML save all open elements at every token.
const HTML_BYTES_MAX: usize = 24_000;
const XML_BYTES_MAX: usize = 48_000;
/// Elements without an end tag (`<br>`) count, too.
const OPEN_ELEMENTS_MAX: usize = 1_000;
/// Real code has a word for every three or four bytes.
const WORDS_MAX: usize = 20_000;
/// Symbols without a word between them: Clojure's parser keeps one reading for each of thousands of
/// backquotes.
const MARKS_MAX: usize = 2_000;
/// In `a<a<a<…`, each `<` may or may not open type arguments.
const ANGLES_MAX: usize = 100;
/// The maximum indentation of a line: each block takes at least one column.
const MARGIN_MAX: usize = 200;
const YAML_MARGIN_MAX: usize = 80;
const YAML_MARKS_MAX: usize = 80;

pub(super) fn is_readable(language: &str, code: &str) -> bool {
    let bytes_max = match language {
        "html" => HTML_BYTES_MAX,
        "xml" => XML_BYTES_MAX,
        _ => BYTES_MAX,
    };
    code.len() <= bytes_max
        && word_count(code) <= WORDS_MAX
        && marks_in_a_row(code) <= MARKS_MAX
        && open_angles(code) <= ANGLES_MAX
        && match language {
            "markdown" => code
                .lines()
                .all(|line| margin(line, " \t>-+*.)0123456789") <= MARGIN_MAX),
            "python" => code.lines().all(|line| margin(line, " \t") <= MARGIN_MAX),
            "html" | "xml" => open_elements(code) <= OPEN_ELEMENTS_MAX,
            // A column can contain two blocks, a list and its parent. Other blocks open at symbols
            // within the line.
            "yaml" => code.lines().all(|line| {
                margin(line, " \t") <= YAML_MARGIN_MAX && yaml_marks(line) <= YAML_MARKS_MAX
            }),
            _ => true,
        }
}

/// Words and symbols: roughly the tokens of a parser.
fn word_count(code: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts = |(before, c): (char, char)| {
        if is_word(c) {
            !is_word(before)
        } else {
            !c.is_whitespace()
        }
    };
    let before = std::iter::once(' ').chain(code.chars());
    before
        .zip(code.chars())
        .filter(|pair| starts(*pair))
        .count()
}

fn marks_in_a_row(code: &str) -> usize {
    let runs = code.split(|c: char| c.is_alphanumeric() || c == '_');
    runs.map(|run| run.chars().filter(|c| !c.is_whitespace()).count())
        .max()
        .unwrap_or(0)
}

/// The longest run of `<` with only names between them.
fn open_angles(code: &str) -> usize {
    let is_between =
        |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | ':' | '.' | '<');
    code.split(|c| !is_between(c))
        .map(|run| run.matches('<').count())
        .max()
        .unwrap_or(0)
}

fn open_elements(code: &str) -> usize {
    let is_start = |rest: &str| rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let starts = code
        .split('<')
        .skip(1)
        .filter(|rest| is_start(rest))
        .count();
    starts.saturating_sub(code.matches("</").count() + code.matches("/>").count())
}

fn margin(line: &str, blanks_and_marks: &str) -> usize {
    line.chars()
        .take_while(|c| blanks_and_marks.contains(*c))
        .count()
}

fn yaml_marks(line: &str) -> usize {
    let pairs = line.chars().zip(line.chars().skip(1).chain([' ']));
    pairs
        .filter(|(mark, after)| matches!(mark, '-' | '?' | ':') && after.is_whitespace())
        .count()
}
