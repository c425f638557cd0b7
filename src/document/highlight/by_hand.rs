//! Languages that are read without a grammar: diffs and shell sessions line by line, SQL word by
//! word.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::grammars::find;
use super::parse::paint_parsed;
use super::span_cache::HighlightCache;
use super::spans::{CodeSpan, TokenClass, paint_lines};

pub(super) fn diff(code: &str) -> Vec<String> {
    let class = |line: &str| {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| line.starts_with(prefix));
        if starts(&["@@", "+++ ", "--- ", "diff ", "index "]) {
            TokenClass::Meta
        } else if starts(&["+"]) {
            TokenClass::Inserted
        } else if starts(&["-"]) {
            TokenClass::Deleted
        } else {
            TokenClass::Plain
        }
    };
    paint_lines(code, class)
}

/// Reads a shell session. A command follows each prompt; everything else is output. Without any
/// prompt, the code is a script. The commands are read together, so that one may continue after a
/// `>`.
pub(super) fn session(code: &str, colors: &HighlightCache) -> Vec<String> {
    let is_command = |line: &str| {
        ["$ ", "% ", "> "]
            .iter()
            .any(|prompt| line.starts_with(prompt))
    };
    let bash = find("bash").expect("bash is in the table of grammars");
    let commands: Vec<&str> = code
        .split('\n')
        .filter(|line| is_command(line))
        .map(|line| &line[2..])
        .collect();
    if commands.is_empty() {
        return paint_parsed(bash, code, colors);
    }
    let mut commands = paint_parsed(bash, &commands.join("\n"), colors).into_iter();
    let mut lines = paint_lines(code, |line| {
        if is_command(line) {
            TokenClass::Meta
        } else {
            TokenClass::Plain
        }
    });
    for (line, painted) in code.split('\n').zip(&mut lines) {
        if is_command(line) {
            let rest = commands.next().expect("a line came back for each command");
            *painted = paint_lines(&line[..1], |_| TokenClass::Meta).concat() + " " + &rest;
        }
    }
    lines
}

const SQL_KEYWORDS: &str = "add all alter analyze and any as asc autoincrement auto_increment before begin between by \
    cascade case cast check coalesce collate column commit concurrently conflict constraint create cross current cursor \
    database declare default deferrable delete desc describe distinct do drop each else end escape except execute exists \
    explain extension fetch filter first following for foreign from full function generated grant group having if ignore \
    ilike in index inner insert instead intersect interval into is isnull join key language last lateral left like limit \
    lock materialized natural no not nothing notnull null nulls of offset on only or order outer over partition plan \
    pragma preceding primary procedure query recursive references reindex release rename replace restrict return \
    returning returns revoke right rollback row rows savepoint schema select sequence set show some table temp temporary \
    then to transaction trigger truncate type unbounded union unique unlogged update use using vacuum values view \
    virtual when where window with without";
const SQL_TYPES: &str = "bigint bigserial binary bit blob bool boolean bytea char character cidr citext date datetime \
    decimal double enum float inet int int4 int8 integer json jsonb longtext mediumtext money numeric nvarchar real \
    regclass serial smallint text time timestamp timestamptz tinyint uuid varchar";

pub(super) fn sql(code: &str) -> Vec<CodeSpan> {
    static WORDS: LazyLock<HashMap<&str, TokenClass>> = LazyLock::new(|| {
        let keywords = SQL_KEYWORDS
            .split_whitespace()
            .map(|word| (word, TokenClass::Keyword));
        let types = SQL_TYPES
            .split_whitespace()
            .map(|word| (word, TokenClass::Type));
        keywords
            .chain(types)
            .chain([
                ("true", TokenClass::Constant),
                ("false", TokenClass::Constant),
            ])
            .collect()
    });
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let until = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        let word = |more: &str| {
            rest.find(|c: char| !c.is_alphanumeric() && !more.contains(c))
                .unwrap_or(rest.len())
        };
        let (length, class) = match first {
            _ if rest.starts_with("--") || rest.starts_with("# ") => {
                (until("\n"), TokenClass::Comment)
            }
            _ if rest.starts_with("/*") => (until("*/"), TokenClass::Comment),
            // A quote that is never closed is an apostrophe in the database's output.
            '\'' => rest[1..]
                .find('\'')
                .map_or((1, TokenClass::Plain), |end| (end + 2, TokenClass::String)),
            '"' | '`' => (
                rest[1..].find(first).map_or(1, |end| end + 2),
                TokenClass::Plain,
            ),
            '0'..='9' => (word("_."), TokenClass::Constant),
            _ if first.is_alphabetic() || first == '_' => {
                let length = word("_$");
                let known = WORDS
                    .get(rest[..length].to_ascii_lowercase().as_str())
                    .copied();
                let called = if rest[length..].starts_with('(') {
                    TokenClass::Function
                } else {
                    TokenClass::Plain
                };
                (length, known.unwrap_or(called))
            }
            _ => (first.len_utf8(), TokenClass::Plain),
        };
        if class != TokenClass::Plain {
            spans.push(CodeSpan {
                range: at..at + length,
                class,
                rank: (2, 0, 0),
            });
        }
        at += length;
    }
    spans
}
