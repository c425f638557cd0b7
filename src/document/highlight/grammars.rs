//! The table of languages: the names of each, and how it is read. The queries of a grammar are
//! compiled on first use, and the names of their captures determine the classes in the page. This
//! module does not parse.
//!
//! The capture names that lead to a class (the first part of a name decides, unless the longer one
//! is listed):
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
//! Operators and punctuation keep the class around them; variables and embedded code go back to
//! none.

use std::sync::OnceLock;

use arborium::tree_sitter::{self, CaptureQuantifier, Query};

use super::spans::TokenClass;

/// Everything about a language is defined here.
pub(super) struct Language {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) reader: Reader,
}

pub(super) enum Reader {
    /// Compiled on first use, once for all threads; the inner `None` means that the queries do not
    /// compile.
    Grammar(fn() -> Option<Grammar>, OnceLock<Option<Box<Grammar>>>),
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

pub(super) static BY_HAND: [Language; 3] = [
    Language {
        name: "diff",
        aliases: &["patch", "udiff"],
        reader: Reader::Diff,
    },
    Language {
        name: "console",
        aliases: &["shell-session", "shellsession", "sh-session", "terminal"],
        reader: Reader::Session,
    },
    Language {
        name: "sql",
        aliases: &[
            "mysql",
            "postgres",
            "postgresql",
            "pgsql",
            "plpgsql",
            "sqlite",
            "sqlite3",
            "mariadb",
            "tsql",
        ],
        reader: Reader::Sql,
    },
];

pub(super) static GRAMMARS: [Language; 26] = grammars! {
    "bash" lang_bash ["sh" "shell" "zsh" "ksh" "dash" "shell-script" "shellscript" "env" "dotenv"]
    "c" lang_c ["h"]
    "clojure" lang_clojure ["clj" "cljs" "cljc" "clojurescript" "edn"]
    "cpp" lang_cpp ["c++" "cc" "cxx" "hpp" "hxx" "hh" "arduino" "ino"]
    "css" lang_css []
    "dockerfile" lang_dockerfile ["docker" "containerfile"]
    "elixir" lang_elixir ["ex" "exs" "iex"]
    "go" lang_go ["golang"]
    "html" lang_html ["htm" "xhtml" "erb" "html.erb" "html+erb" "eruby" "eex" "heex" "html.eex" "html.heex" "vue" "svelte" "jinja" "jinja2" "tera" "liquid" "njk" "twig"]
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

/// The language of a fence, by any of its names.
pub(super) fn find(name: &str) -> Option<&'static Language> {
    let name = name.trim().trim_start_matches('.');
    let name = name
        .split([',', '{', ';', ':', ' ', '\t'])
        .next()
        .unwrap_or(name);
    let is = |candidate: &&str| candidate.eq_ignore_ascii_case(name);
    BY_HAND
        .iter()
        .chain(&GRAMMARS)
        .find(|language| is(&language.name) || language.aliases.iter().any(is))
}

pub(super) struct Grammar {
    pub(super) name: &'static str,
    pub(super) language: tree_sitter::Language,
    pub(super) highlights: Query,
    pub(super) classes: Vec<Option<TokenClass>>,
    pub(super) injections: Option<Query>,
}

fn compile(
    name: &'static str,
    language: tree_sitter::Language,
    highlights: &str,
    injections: &str,
) -> Option<Grammar> {
    let mut highlights = Query::new(&language, highlights).ok()?;
    let classes: Vec<Option<TokenClass>> = highlights
        .capture_names()
        .iter()
        .map(|capture| class_of(name, capture))
        .collect();
    for pattern in 0..highlights.pattern_count() {
        let mut captures = highlights.capture_quantifiers(pattern).iter().zip(&classes);
        if captures.all(|(often, class)| *often == CaptureQuantifier::Zero || class.is_none()) {
            highlights.disable_pattern(pattern);
        }
    }
    let injections = if injections.is_empty() {
        None
    } else {
        Query::new(&language, injections).ok()
    };
    Some(Grammar {
        name,
        language,
        highlights,
        classes,
        injections,
    })
}

/// `None` if the language has no grammar, or one whose queries do not compile.
pub(super) fn grammar(language: &'static Language) -> Option<&'static Grammar> {
    match &language.reader {
        Reader::Grammar(compile, compiled) => {
            compiled.get_or_init(|| compile().map(Box::new)).as_deref()
        }
        _ => None,
    }
}

/// `None` if the capture has no class of its own, so that the class around it applies.
fn class_of(language: &str, capture: &str) -> Option<TokenClass> {
    Some(match capture {
        // In Lua, this capture is the braces of a table.
        "constructor" if language == "lua" => return None,
        "variable.builtin" => TokenClass::Keyword,
        "variable.parameter" | "variable.member" | "string.special.key" => TokenClass::Property,
        "string.special.symbol" => TokenClass::Constant,
        "text.title" | "markup.heading" => TokenClass::Heading,
        "text.uri" | "text.reference" | "markup.link" => TokenClass::Link,
        "text.literal" | "markup.raw" => TokenClass::String,
        "punctuation.special" => TokenClass::Plain,
        _ => match capture.split('.').next().unwrap_or(capture) {
            "keyword" | "conditional" | "repeat" | "exception" | "include" | "storageclass"
            | "preproc" | "at-root" | "charset" | "debug" | "each" | "extend" | "for"
            | "forward" | "import" | "keyframes" | "media" | "mixin" | "return" | "supports"
            | "use" | "warn" | "while" => TokenClass::Keyword,
            "string" | "character" | "escape" => TokenClass::String,
            "number" | "float" | "boolean" | "constant" => TokenClass::Constant,
            "comment" => TokenClass::Comment,
            "function" | "method" => TokenClass::Function,
            "type" | "constructor" | "module" | "namespace" => TokenClass::Type,
            "property" | "field" | "parameter" => TokenClass::Property,
            "tag" => TokenClass::Tag,
            "attribute" | "label" => TokenClass::Attribute,
            "variable" | "embedded" | "none" => TokenClass::Plain,
            _ => return None,
        },
    })
}
