//! Colours the code of fences at build time: a language's name and the code go in, one piece of HTML a line comes
//! out. Grammars are tree-sitter's (through arborium); diffs, shell sessions and SQL are read by hand (a grammar has
//! nothing to add to the first two, and SQL's would be 9.5 MB of the binary). Left out on purpose: anything that
//! needs to know the page. Whatever goes wrong (unknown language, too large, too tangled, a fault in a grammar)
//! gives the same lines, escaped and without colour.
//!
//! The classes, and the capture names that lead to them (the first part of a name decides, unless the longer one is listed):
//!
//! | class | what | captures |
//! |---|---|---|
//! | `h-k` | keyword | keyword, conditional, repeat, exception, include, storageclass, preproc, variable.builtin (`self`), at-rules |
//! | `h-s` | string | string, character, escape, text.literal, markup.raw |
//! | `h-n` | number, constant | number, float, boolean, constant, string.special.symbol |
//! | `h-c` | comment | comment |
//! | `h-f` | function, macro | function, method |
//! | `h-t` | type, module | type, constructor, module, namespace |
//! | `h-p` | property, parameter | property, field, parameter, variable.member, variable.parameter, string.special.key |
//! | `h-g` | tag | tag |
//! | `h-a` | attribute, label | attribute, label |
//! | `h-m` | hunk header, prompt | by hand |
//! | `h-ins` `h-del` | inserted, deleted line | by hand |
//! | `h-h` | heading | text.title, markup.heading |
//! | `h-l` | link | text.uri, text.reference, markup.link |
//!
//! Operators and punctuation keep the class around them; variables and embedded code go back to none.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use arborium::tree_sitter::{self, ParseOptions, Parser, Query, QueryCursor, QueryCursorOptions, StreamingIterator};

const CODE_BYTES_MAX: usize = 200_000;
const LINE_CHARACTERS_MAX: usize = 20_000;
/// HTML holds scripts, Markdown holds HTML, a macro holds Rust: no deeper than this.
const INJECTION_DEPTH_MAX: u32 = 3;
const READ_BYTES: usize = 1024;

/// One highlighted line of code for each line of `code`: HTML without the line end; every span opened in it is closed
/// in it. Plain escaped lines if the language is unknown or the code too large. Control characters other than the tab
/// become U+FFFD. A language's first use compiles its queries (some milliseconds); later ones, on any thread, do not.
pub fn highlight(language: &str, code: &str) -> Vec<String> {
    let code = clean(code);
    let code = code.strip_suffix('\n').unwrap_or(if code.is_empty() { return Vec::new() } else { &code });
    let too_large = code.len() > CODE_BYTES_MAX
        || code.split('\n').any(|line| line.len() > LINE_CHARACTERS_MAX && line.chars().count() > LINE_CHARACTERS_MAX);
    match find(language) {
        Some(language) if !too_large => colour(language, code),
        _ => paint(code, Vec::new()),
    }
}

/// The one name a language goes by here, from any of its usual names in any case (`rs`, `JS`, `c++`; what follows a
/// comma, brace or space is not looked at). `None` if such code is shown without colour.
pub fn canonical_language(name: &str) -> Option<&'static str> {
    find(name).map(|language| language.name)
}

/// A language is defined here and nowhere else.
struct Language {
    name: &'static str,
    aliases: &'static [&'static str],
    reader: Reader,
}

enum Reader {
    /// Compiled on first use, once for all threads; `None` inside if its queries do not compile.
    Grammar(fn() -> Option<Grammar>, OnceLock<Option<Grammar>>),
    Diff,
    Session,
    Sql,
}

macro_rules! grammars {
    ($($name:literal $module:ident [$($alias:literal)*])*) => {
        [$(Language {
            name: $name,
            aliases: &[$($alias),*],
            reader: Reader::Grammar(
                || {
                    use arborium::$module::{HIGHLIGHTS_QUERY, INJECTIONS_QUERY, language};
                    compile($name, language().into(), &HIGHLIGHTS_QUERY, INJECTIONS_QUERY)
                },
                OnceLock::new(),
            ),
        }),*]
    };
}

static BY_HAND: [Language; 3] = [
    Language { name: "diff", aliases: &["patch", "udiff"], reader: Reader::Diff },
    Language {
        name: "console",
        aliases: &["shell-session", "shellsession", "sh-session", "terminal"],
        reader: Reader::Session,
    },
    Language {
        name: "sql",
        aliases: &["mysql", "postgres", "postgresql", "pgsql", "plpgsql", "sqlite", "sqlite3", "mariadb", "tsql"],
        reader: Reader::Sql,
    },
];

static GRAMMARS: [Language; 26] = grammars! {
    "bash" lang_bash ["sh" "shell" "zsh" "ksh" "dash" "shell-script" "shellscript" "env" "dotenv"]
    "c" lang_c ["h"]
    "clojure" lang_clojure ["clj" "cljs" "cljc" "clojurescript" "edn"]
    "cpp" lang_cpp ["c++" "cc" "cxx" "hpp" "hxx" "hh" "arduino" "ino"]
    "css" lang_css []
    "dockerfile" lang_dockerfile ["docker" "containerfile"]
    "elixir" lang_elixir ["ex" "exs" "iex"]
    "go" lang_go ["golang"]
    "html" lang_html ["htm" "xhtml" "erb" "html.erb" "html+erb" "eruby" "eex" "heex" "html.eex" "html.heex" "vue" "svelte"]
    "ini" lang_ini ["cfg" "conf" "dosini" "editorconfig" "gitconfig" "properties" "desktop" "systemd"]
    "java" lang_java []
    "javascript" lang_javascript ["js" "mjs" "cjs" "jsx" "node" "ecmascript"]
    "json" lang_json ["jsonc" "json5" "jsonl" "ndjson" "geojson" "webmanifest"]
    "lua" lang_lua ["luau"]
    "markdown" lang_markdown ["md" "mdx" "gfm" "mkd"]
    "nix" lang_nix []
    "php" lang_php ["php5" "php7" "php8"]
    "python" lang_python ["py" "py3" "python3" "pyi"]
    "ruby" lang_ruby ["rb" "irb" "rake" "rakefile" "gemfile" "gemspec"]
    "rust" lang_rust ["rs"]
    "scss" lang_scss ["less"]
    "toml" lang_toml []
    "tsx" lang_tsx []
    "typescript" lang_typescript ["ts" "mts" "cts"]
    "xml" lang_xml ["svg" "xsl" "xslt" "xsd" "rss" "atom" "plist"]
    "yaml" lang_yaml ["yml"]
};

fn find(name: &str) -> Option<&'static Language> {
    let name = name.trim().trim_start_matches('.');
    let name = name.split([',', '{', ';', ':', ' ', '\t']).next().unwrap_or(name);
    let is = |candidate: &&str| candidate.eq_ignore_ascii_case(name);
    BY_HAND.iter().chain(&GRAMMARS).find(|language| is(&language.name) || language.aliases.iter().any(|alias| is(alias)))
}

/// Line ends become `\n`, and what no reader should be sent becomes U+FFFD.
fn clean(code: &str) -> Cow<'_, str> {
    let is_unwanted = |c: char| c.is_control() && c != '\t' && c != '\n';
    if !code.contains(is_unwanted) {
        return Cow::Borrowed(code);
    }
    let code = code.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(code.replace(is_unwanted, "\u{FFFD}"))
}

fn colour(language: &'static Language, code: &str) -> Vec<String> {
    match &language.reader {
        Reader::Diff => diff(code),
        Reader::Session => session(code),
        Reader::Sql => paint(code, sql(code)),
        // A prompt is no shell syntax: such a fence shows a session, whatever it is called.
        Reader::Grammar(..) if language.name == "bash" && code.starts_with("$ ") => session(code),
        Reader::Grammar(..) if language.name == "php" && !code.contains("<?") => {
            // Without its opening tag PHP is plain text to the grammar, and writers leave the tag out.
            let mut lines = paint_parsed(language, &format!("<?php\n{code}"));
            lines.remove(0);
            lines
        }
        Reader::Grammar(..) => paint_parsed(language, code),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Class {
    Plain,
    Keyword,
    String,
    Constant,
    Comment,
    Function,
    Type,
    Property,
    Tag,
    Attribute,
    Meta,
    Inserted,
    Deleted,
    Heading,
    Link,
}

impl Class {
    fn opening(self) -> &'static str {
        match self {
            Class::Plain => "",
            Class::Keyword => "<span class=\"h-k\">",
            Class::String => "<span class=\"h-s\">",
            Class::Constant => "<span class=\"h-n\">",
            Class::Comment => "<span class=\"h-c\">",
            Class::Function => "<span class=\"h-f\">",
            Class::Type => "<span class=\"h-t\">",
            Class::Property => "<span class=\"h-p\">",
            Class::Tag => "<span class=\"h-g\">",
            Class::Attribute => "<span class=\"h-a\">",
            Class::Meta => "<span class=\"h-m\">",
            Class::Inserted => "<span class=\"h-ins\">",
            Class::Deleted => "<span class=\"h-del\">",
            Class::Heading => "<span class=\"h-h\">",
            Class::Link => "<span class=\"h-l\">",
        }
    }

    /// `None`: the capture says nothing, and the class around it stays.
    fn of_capture(language: &str, capture: &str) -> Option<Class> {
        Some(match capture {
            // Braces of a table, not a constructor.
            "constructor" if language == "lua" => return None,
            "variable.builtin" => Class::Keyword,
            "variable.parameter" | "variable.member" | "string.special.key" => Class::Property,
            "string.special.symbol" => Class::Constant,
            "text.title" | "markup.heading" => Class::Heading,
            "text.uri" | "text.reference" | "markup.link" => Class::Link,
            "text.literal" | "markup.raw" => Class::String,
            "punctuation.special" => Class::Plain,
            _ => match capture.split('.').next().unwrap_or(capture) {
                "keyword" | "conditional" | "repeat" | "exception" | "include" | "storageclass" | "preproc" | "at-root"
                | "charset" | "debug" | "each" | "extend" | "for" | "forward" | "import" | "keyframes" | "media"
                | "mixin" | "return" | "supports" | "use" | "warn" | "while" => Class::Keyword,
                "string" | "character" | "escape" => Class::String,
                "number" | "float" | "boolean" | "constant" => Class::Constant,
                "comment" => Class::Comment,
                "function" | "method" => Class::Function,
                "type" | "constructor" | "module" | "namespace" => Class::Type,
                "property" | "field" | "parameter" => Class::Property,
                "tag" => Class::Tag,
                "attribute" | "label" => Class::Attribute,
                "variable" | "embedded" | "none" => Class::Plain,
                _ => return None,
            },
        })
    }
}

struct Span {
    range: Range<usize>,
    class: Class,
    /// Among spans of one range the greatest wins: injected over host, later patterns over earlier; but before that any
    /// class over none, and over string any other (JSON's keys are strings too, and its query says so last).
    rank: (u8, u32, usize),
}

struct Grammar {
    language: tree_sitter::Language,
    highlights: Query,
    classes: Vec<Option<Class>>,
    injections: Option<Query>,
}

fn compile(name: &str, language: tree_sitter::Language, highlights: &str, injections: &str) -> Option<Grammar> {
    let highlights = Query::new(&language, highlights).ok()?;
    let classes = highlights.capture_names().iter().map(|capture| Class::of_capture(name, capture)).collect();
    let injections = if injections.is_empty() { None } else { Query::new(&language, injections).ok() };
    Some(Grammar { language, highlights, classes, injections })
}

fn grammar(language: &'static Language) -> Option<&'static Grammar> {
    match &language.reader {
        Reader::Grammar(compile, compiled) => compiled.get_or_init(compile).as_ref(),
        _ => None,
    }
}

/// What a thread keeps to read code with.
struct Tools {
    parser: Parser,
    cursor: QueryCursor,
}

thread_local! {
    static TOOLS: Cell<Option<Tools>> = const { Cell::new(None) };
}

fn paint_parsed(language: &'static Language, code: &str) -> Vec<String> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let grammar = grammar(language)?;
        // Taken out while in use, so that a panic drops them and the next fence starts with new ones.
        let mut tools = TOOLS.take().unwrap_or_else(|| {
            let mut cursor = QueryCursor::new();
            cursor.set_match_limit(MATCHES_MAX);
            Tools { parser: Parser::new(), cursor }
        });
        let effort = Effort::for_code(code);
        let mut spans = Vec::new();
        let outcome = read(&mut tools, grammar, Part { code, offset: 0, depth: 0 }, &effort, &mut spans);
        TOOLS.set(Some(tools));
        outcome.map(|()| paint(code, spans))
    }));
    attempt.ok().flatten().unwrap_or_else(|| paint(code, Vec::new()))
}

/// Matches in progress at a time; tangled code would otherwise make a query quadratic.
const MATCHES_MAX: u32 = 256;

/// The work one fence may cost, counted in steps of the parser and the queries and in reads, so that a slow machine
/// gives the same page as a fast one. The clock is only the last resort, for broken code whose single steps grow with
/// the code: real code, even 200 kB of it, ends long before.
struct Effort {
    left: Cell<usize>,
    deadline: Instant,
}

impl Effort {
    fn for_code(code: &str) -> Effort {
        let left = Cell::new(EFFORT_BASE + code.len() / 1024 * EFFORT_PER_KB);
        Effort { left, deadline: Instant::now() + TIME_MAX }
    }

    fn spend(&self) -> ControlFlow<()> {
        let left = if Instant::now() < self.deadline { self.left.get().saturating_sub(1) } else { 0 };
        self.left.set(left);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

const EFFORT_BASE: usize = 5_000;
const EFFORT_PER_KB: usize = 200;
const TIME_MAX: Duration = Duration::from_millis(700);

#[derive(Clone, Copy)]
struct Part<'a> {
    code: &'a str,
    offset: usize,
    depth: u32,
}

/// Adds the spans of one part, injected languages included. `None` if the effort is spent.
fn read(tools: &mut Tools, grammar: &Grammar, part: Part, effort: &Effort, spans: &mut Vec<Span>) -> Option<()> {
    let bytes = part.code.as_bytes();
    tools.parser.set_language(&grammar.language).ok()?;
    // Handing out the code in small pieces makes a scanner that looks far ahead pay for it.
    let mut piece = |from: usize, _| match effort.spend() {
        ControlFlow::Continue(()) => &bytes[from.min(bytes.len())..(from + READ_BYTES).min(bytes.len())],
        ControlFlow::Break(()) => &[],
    };
    let mut progress = |_: &tree_sitter::ParseState| effort.spend();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = tools.parser.parse_with_options(&mut piece, None, Some(options))?;
    if effort.is_spent() || is_tangled(&tree) {
        return None;
    }

    let mut progress = |_: &tree_sitter::QueryCursorState| effort.spend();
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches = tools.cursor.matches_with_options(&grammar.highlights, tree.root_node(), bytes, options);
    while let Some(found) = matches.next() {
        for capture in found.captures {
            let Some(class) = grammar.classes[capture.index as usize] else { continue };
            let range = capture.node.byte_range();
            if !range.is_empty() && part.code.get(range.clone()).is_some() {
                let strength = match class {
                    Class::Plain => 0,
                    Class::String => 1,
                    _ => 2,
                };
                let rank = (strength, part.depth, found.pattern_index);
                spans.push(Span { range: range.start + part.offset..range.end + part.offset, class, rank });
            }
        }
    }
    drop(matches);

    if let Some(query) = grammar.injections.as_ref().filter(|_| part.depth < INJECTION_DEPTH_MAX) {
        for (range, language) in injections(tools, query, &tree, part.code, effort) {
            let Some((grammar, code)) = self::grammar(language).zip(part.code.get(range.clone())) else { continue };
            let inner = Part { code, offset: part.offset + range.start, depth: part.depth + 1 };
            read(tools, grammar, inner, effort, spans)?;
        }
    }
    (!effort.is_spent()).then_some(())
}

/// For each node a query looks up the whole line of parents, and along the siblings to the next named one; so trees
/// that are very deep, or broken into very long runs of bare tokens, would cost it quadratic time.
fn is_tangled(tree: &tree_sitter::Tree) -> bool {
    let mut cursor = tree.walk();
    let (mut depth, mut bare_run) = (0, 0);
    loop {
        bare_run = if cursor.node().is_named() { 0 } else { bare_run + 1 };
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
    tools: &mut Tools,
    query: &Query,
    tree: &tree_sitter::Tree,
    code: &str,
    effort: &Effort,
) -> Vec<(Range<usize>, &'static Language)> {
    let content = query.capture_index_for_name("injection.content");
    let named = query.capture_index_for_name("injection.language");
    let mut progress = |_: &tree_sitter::QueryCursorState| effort.spend();
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches = tools.cursor.matches_with_options(query, tree.root_node(), code.as_bytes(), options);
    let mut parts = Vec::new();
    while let Some(found) = matches.next() {
        let range = |index: Option<u32>| {
            let capture = found.captures.iter().find(|capture| Some(capture.index) == index);
            capture.map(|capture| capture.node.byte_range())
        };
        let set = query.property_settings(found.pattern_index);
        let set = set.iter().find(|property| &*property.key == "injection.language").and_then(|property| property.value.as_deref());
        let language = set.or_else(|| code.get(range(named)?)).and_then(find);
        parts.extend(range(content).zip(language));
    }
    parts
}

/// Lines from spans that may hold one another; the innermost decides.
fn paint(code: &str, mut spans: Vec<Span>) -> Vec<String> {
    spans.sort_unstable_by_key(|span| (span.range.start, Reverse(span.range.end), span.rank));
    let mut lines = Lines::default();
    let mut around: Vec<(usize, Class)> = vec![(code.len(), Class::Plain)];
    let mut at = 0;
    let mut advance = |to: usize, class: Class| {
        if to > at {
            lines.add(&code[at..to], class);
            at = to;
        }
    };
    for Span { range, class, .. } in spans {
        while let Some((end, class)) = around.pop_if(|(end, _)| *end <= range.start) {
            advance(end, class);
        }
        advance(range.start, around.last().map_or(Class::Plain, |(_, class)| *class));
        around.push((range.end, class));
    }
    while let Some((end, class)) = around.pop() {
        advance(end, class);
    }
    lines.finish()
}

#[derive(Default)]
struct Lines {
    done: Vec<String>,
    line: String,
    open: Option<Class>,
    /// White space has no class: it is held back until the next word shows whether the span goes on.
    space: String,
}

impl Lines {
    fn add(&mut self, text: &str, class: Class) {
        for character in text.chars() {
            match character {
                '\n' => self.end_line(),
                ' ' | '\t' => self.space.push(character),
                _ => {
                    self.open(class);
                    match character {
                        '<' => self.line.push_str("&lt;"),
                        '>' => self.line.push_str("&gt;"),
                        '&' => self.line.push_str("&amp;"),
                        _ => self.line.push(character),
                    }
                }
            }
        }
    }

    fn open(&mut self, class: Class) {
        let wanted = Some(class).filter(|class| *class != Class::Plain);
        if self.open == wanted {
            self.line.push_str(&self.space);
        } else {
            self.close();
            self.line.push_str(&self.space);
            self.line.push_str(class.opening());
            self.open = wanted;
        }
        self.space.clear();
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.line.push_str("</span>");
        }
    }

    fn end_line(&mut self) {
        self.close();
        self.line.push_str(&self.space);
        self.space.clear();
        self.done.push(std::mem::take(&mut self.line));
    }

    fn finish(mut self) -> Vec<String> {
        self.end_line();
        self.done
    }
}

fn diff(code: &str) -> Vec<String> {
    let class = |line: &str| {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| line.starts_with(prefix));
        if starts(&["@@", "+++ ", "--- ", "diff ", "index "]) {
            Class::Meta
        } else if starts(&["+"]) {
            Class::Inserted
        } else if starts(&["-"]) {
            Class::Deleted
        } else {
            Class::Plain
        }
    };
    paint_lines(code, class)
}

fn paint_lines(code: &str, class: impl Fn(&str) -> Class) -> Vec<String> {
    let mut lines = Lines::default();
    for line in code.split_inclusive('\n') {
        lines.add(line, class(line));
    }
    lines.finish()
}

/// A shell session: after a prompt comes a command, everything else is what the machine answered. Without any prompt
/// it is a script. The commands are read together, so that one may go on after a `>`.
fn session(code: &str) -> Vec<String> {
    let is_command = |line: &str| ["$ ", "% ", "> "].iter().any(|prompt| line.starts_with(prompt));
    let bash = find("bash").expect("bash is in the table of grammars");
    let commands: Vec<&str> = code.split('\n').filter(|line| is_command(line)).map(|line| &line[2..]).collect();
    if commands.is_empty() {
        return paint_parsed(bash, code);
    }
    let mut commands = paint_parsed(bash, &commands.join("\n")).into_iter();
    let mut lines = paint_lines(code, |line| if is_command(line) { Class::Meta } else { Class::Plain });
    for (line, painted) in code.split('\n').zip(&mut lines) {
        if is_command(line) {
            let rest = commands.next().expect("a line came back for each command");
            *painted = paint_lines(&line[..1], |_| Class::Meta).concat() + " " + &rest;
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

fn sql(code: &str) -> Vec<Span> {
    static WORDS: LazyLock<HashMap<&str, Class>> = LazyLock::new(|| {
        let keywords = SQL_KEYWORDS.split_whitespace().map(|word| (word, Class::Keyword));
        let types = SQL_TYPES.split_whitespace().map(|word| (word, Class::Type));
        keywords.chain(types).chain([("true", Class::Constant), ("false", Class::Constant)]).collect()
    });
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let until = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        let word = |more: &str| rest.find(|c: char| !c.is_alphanumeric() && !more.contains(c)).unwrap_or(rest.len());
        let (length, class) = match first {
            _ if rest.starts_with("--") || rest.starts_with("# ") => (until("\n"), Class::Comment),
            _ if rest.starts_with("/*") => (until("*/"), Class::Comment),
            // A quote that is never closed is an apostrophe in what the database answered.
            '\'' => rest[1..].find('\'').map_or((1, Class::Plain), |end| (end + 2, Class::String)),
            '"' | '`' => (rest[1..].find(first).map_or(1, |end| end + 2), Class::Plain),
            '0'..='9' => (word("_."), Class::Constant),
            _ if first.is_alphabetic() || first == '_' => {
                let length = word("_$");
                let known = WORDS.get(rest[..length].to_ascii_lowercase().as_str()).copied();
                let called = if rest[length..].starts_with('(') { Class::Function } else { Class::Plain };
                (length, known.unwrap_or(called))
            }
            _ => (first.len_utf8(), Class::Plain),
        };
        if class != Class::Plain {
            spans.push(Span { range: at..at + length, class, rank: (2, 0, 0) });
        }
        at += length;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text a reader sees; panics if a span is opened or closed in another line, nested, or holds white space only.
    fn text(line: &str) -> String {
        let mut text = String::new();
        for (index, piece) in line.split("<span class=\"h-").enumerate() {
            let plain = if index == 0 {
                piece
            } else {
                let (inside, after) = piece.split_once("\">").and_then(|(_, rest)| rest.split_once("</span>")).expect(line);
                assert!(!inside.trim().is_empty() && !inside.contains('<'), "{line}");
                text.push_str(inside);
                after
            };
            assert!(!plain.contains('<'), "{line}");
            text.push_str(plain);
        }
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    fn texts(lines: &[String]) -> String {
        lines.iter().map(|line| text(line)).collect::<Vec<_>>().join("\n")
    }

    const SAMPLES: [(&str, &str); 29] = [
        ("bash", "# hi\nfor f in \"$HOME\"/*; do\n  echo \"a\n$(ls -l $f)\" | wc -l\ndone"),
        ("c", "/* two\nlines */\n#include <stdio.h>\nint main(void) { return printf(\"%d\\n\", 3 < 4); }"),
        ("clojure", "; hi\n(defn f [x] {:a 1 :b \"é\"})"),
        ("cpp", "template <typename T> class A : public B<T> { std::string s = R\"(a\nb)\"; };"),
        ("css", "/* a\nb */\n:root { --x: #fff; }\na:hover > .b { margin: 1px calc(2px + var(--x)); }"),
        ("dockerfile", "FROM rust:1 AS b\nRUN cargo build \\\n  && echo \"x\"\nCOPY --from=b /a /b"),
        ("elixir", "defmodule A do\n  @doc \"\"\"\n  Hé & <b>\n  \"\"\"\n  def f(x), do: x |> IO.inspect(label: \"#{x}\")\nend"),
        ("go", "package main\n\nfunc f(a *T) (int, error) {\n\treturn `a\nb`, nil // c\n}"),
        ("html", "<!-- a\nb --><p class=\"x\">é &amp; y</p>\n<script>let a = `1\n2`;</script><style>a { b: c }</style>"),
        ("ini", "; hi\n[a]\nb = c"),
        ("java", "/** Doc\n * more */\npublic class A<T> { @Override int f() { return 1; } }"),
        ("javascript", "// é\nconst f = async (x) => `a ${x + 1}\n b`;\nreturn <A b={1}>t</A>;"),
        ("json", "{\n  \"a\": [1, true, null, \"\\n\"]\n}"),
        ("lua", "--[[ a\nb ]]\nlocal t = { x = 1 }\nfunction t:f() return [[a\nb]] end"),
        ("markdown", "# Hi\n\n* a\n* [b](c)\n\n```rust\nfn f() {}\n```\n\n<p>\nx</p>"),
        ("nix", "{ pkgs }: ''\n  a ${pkgs.b}\n'' # c"),
        ("php", "/* a\nb */\nfunction f(int $x): ?string { return \"a $x\"; }"),
        ("python", "@d\ndef f(x: int) -> str:\n    \"\"\"Two\n    lines\"\"\"\n    return f\"{x!r} é\""),
        ("ruby", "class A < B\n  def f = puts(<<~X)\n    a #{b}\n  X\n  attr :c\nend"),
        ("rust", "/* a\n\n b */\nfn f<'a>(x: &'a str) -> Vec<u8> { println!(\"{}\n\", x.len() as u8); vec![1] }"),
        ("scss", "// a\n$b: 1px;\n@mixin c { &:hover { d: $b; } }"),
        ("toml", "# a\n[b]\nc = \"\"\"\nd\n\"\"\"\ne = 2026-01-01"),
        ("tsx", "const A: FC<P> = ({ a }) => <b c=\"d\">{a as string}</b>;"),
        ("typescript", "interface A<T> { readonly a?: T }\nconst b = <T,>(x: T): x is T => true; /* c\nd */"),
        ("xml", "<?xml version=\"1.0\"?>\n<a b=\"c\"><!-- d\ne --><![CDATA[<f>]]></a>"),
        ("yaml", "# a\nb: &c |\n  d\n  e\nf: [1, true, *c]"),
        ("console", "$ ls -l \"a\n<b>\n$ echo hi\nhi & more\n> x"),
        ("sql", "-- a\nSELECT count(*), 'it''s\ntwo' FROM \"t\" WHERE a <> 1.5 /* b\nc"),
        ("diff", "@@ -1 +1 @@\n-a <b>\n+a & c\n d"),
    ];

    #[test]
    fn every_language_is_coloured_and_its_text_kept() {
        assert_eq!(SAMPLES.len(), BY_HAND.len() + GRAMMARS.len());
        for (language, code) in SAMPLES {
            let lines = highlight(language, code);
            assert_eq!(texts(&lines), code, "{language}");
            assert!(lines.iter().any(|line| line.contains("<span")), "{language} has no colour");
            // Whatever is cut off or mixed up: the text stays.
            for (end, _) in code.char_indices() {
                let cut = code[..end].trim_end_matches('\n');
                assert_eq!(texts(&highlight(language, cut)), cut, "{language}");
            }
            for (_, foreign) in SAMPLES {
                assert_eq!(texts(&highlight(language, foreign)), foreign, "{language}");
            }
        }
    }

    #[test]
    fn a_few_lines_in_full() {
        let cases = [
            ("rust", "pub fn f(x: u8) {}", r#"<span class="h-k">pub fn</span> <span class="h-f">f</span>(<span class="h-p">x</span>: <span class="h-t">u8</span>) {}"#),
            ("json", r#"{"a": 1}"#, r#"{<span class="h-p">"a"</span>: <span class="h-n">1</span>}"#),
            ("diff", "+ a", r#"<span class="h-ins">+ a</span>"#),
            ("sh", "$ ls", r#"<span class="h-m">$</span> <span class="h-f">ls</span>"#),
            ("sql", "select max(a)", r#"<span class="h-k">select</span> <span class="h-f">max</span>(a)"#),
            ("html", "<b a=c>", r#"&lt;<span class="h-g">b</span> <span class="h-a">a</span>=<span class="h-s">c</span>&gt;"#),
            ("js", "`${a}`", r#"<span class="h-s">`</span>${a}<span class="h-s">`</span>"#),
        ];
        for (language, code, html) in cases {
            assert_eq!(highlight(language, code), [html]);
        }
    }

    #[test]
    fn lines_and_characters() {
        assert_eq!(highlight("rust", ""), [""; 0]);
        assert_eq!(highlight("text", "\n"), [""]);
        assert_eq!(highlight("text", "a\r\n\r\nb\n"), ["a", "", "b"]);
        assert_eq!(highlight("nu", "\t<a> & \u{1b}[0m\u{0}"), ["\t&lt;a&gt; &amp; \u{FFFD}[0m\u{FFFD}"]);
        assert_eq!(texts(&highlight("rust", "/* a\r\nb */\r\n")), "/* a\nb */");
    }

    #[test]
    fn names() {
        for (name, language) in [
            ("rs", "rust"), ("JS", "javascript"), ("jsx", "javascript"), ("sh", "bash"), ("shell", "bash"), ("yml", "yaml"),
            ("py", "python"), ("c++", "cpp"), ("ts", "typescript"), ("html.erb", "html"), (" rust,ignore", "rust"),
            ("console", "console"), ("patch", "diff"), ("docker", "dockerfile"), ("postgresql", "sql"),
        ] {
            assert_eq!(canonical_language(name), Some(language), "{name}");
        }
        for name in ["", "text", "nu", "nushell", "mermaid", ",", "\u{e9}"] {
            assert_eq!(canonical_language(name), None, "{name}");
        }
        let mut names: Vec<_> = BY_HAND.iter().chain(&GRAMMARS).flat_map(|l| [&[l.name], l.aliases].concat()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a name belongs to two languages");
    }

    #[test]
    fn large_code_is_plain() {
        for code in ["let x = 1;\n".repeat(20_000), format!("let x = \"{}\";", "é".repeat(20_000))] {
            assert!(!highlight("rust", &code).concat().contains('<'));
        }
        assert!(highlight("rust", &format!("let x = \"{}\";", "é".repeat(19_000))).concat().contains("<span"));
    }
}
