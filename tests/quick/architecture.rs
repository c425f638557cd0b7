//! Tests of the code's structure: which module may use which, which modules may reach outside the
//! program, and a few habits that would erode without a check. The tables here are those of
//! docs/ARCHITECTURE.md.
//!
//! The scanner reads `src/` as text with comments, literals and test modules blanked. It follows
//! written paths (`crate::…`, `super::…`, `std::…`), which is all that a rule about imports needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layer of each module. A module may use modules of its own layer and of the layers below.
const LAYERS: &[(u8, &[&str])] = &[
    (0, &["fingerprint", "cache"]),
    (
        1,
        &[
            "source",
            "paths",
            "renamed",
            "link_target",
            "diagnostic",
            "settings",
            "kind",
            "fields",
            "escape",
            "html",
            "yaml",
            "vocabulary",
            "i18n",
            "theme",
            "data",
            "moment",
            "images",
        ],
    ),
    (2, STAGES),
    (3, &["pipeline"]),
    (4, &["disk", "watch", "problem_renderer", "preview"]),
    (5, &["commands", "main"]),
];

/// The stages, in the order in which a site is built. Each may use those before it.
const STAGES: &[&str] = &["tool", "document", "site", "page", "output"];

/// Names that only a few files may use: the names, those files (a path that begins with one of
/// these), and what other files do instead.
const RESTRICTED: &[(&[&str], &[&str], &str)] = &[
    (
        &["std::fs", "walkdir", "tempfile", "rustix"],
        &["disk", "cache/spill", "cache/regular", "cache/store"],
        "take a `&dyn Files`, or give the bytes to a `Sink`",
    ),
    (
        &["notify"],
        &["watch"],
        "let `watch` report which paths may have changed",
    ),
    (
        &["axum", "hyper", "hyper_util", "tokio"],
        &["preview", "commands"],
        "return plain values; only `preview` knows HTTP",
    ),
    (
        &["std::net"],
        &["preview", "commands", "settings/base_url"],
        "return plain values; only `preview` opens sockets, and `settings/base_url` only reads addresses as text",
    ),
    (
        &["tera"],
        &["page/templates"],
        "put what templates need into the view, or add a function in page/templates/functions.rs",
    ),
    (
        &["pulldown_cmark"],
        &["document/markdown"],
        "let `document::markdown` return what you need as a value",
    ),
    (
        &["serde_yaml", "saphyr"],
        &["yaml"],
        "read with `yaml::read`: its nodes have positions",
    ),
    (
        &["annotate_snippets"],
        &["problem_renderer", "commands"],
        "return a `Diagnostic`; the shells render it",
    ),
    (
        &["arborium"],
        &["document/highlight"],
        "call `document::highlight`",
    ),
    (
        &[
            "image",
            "fast_image_resize",
            "webp",
            "ravif",
            "tiny_skia",
            "ttf_parser",
        ],
        &["images"],
        "use `images`, which checks the size in the header against the limits before it decodes",
    ),
    (
        &["html5gum"],
        &["html"],
        "read HTML with `html`: its tokens cover every byte, and have positions",
    ),
    (
        &["ammonia"],
        &["document/raw_html"],
        "call `document::raw_html::sanitize`",
    ),
    (
        &["cache"],
        &["cache", "pipeline", "preview", "commands", "disk"],
        "stages are pure: let `pipeline` cache their results",
    ),
    (
        &["std::env", "std::process"],
        &["main", "commands", "preview", "disk", "cache/version"],
        "take it as an argument",
    ),
    (
        &[
            "std::time::SystemTime",
            "Timestamp::now",
            "jiff::Timestamp::now",
            "Zoned::now",
            "jiff::Zoned::now",
        ],
        &["main", "commands", "preview", "disk", "cache", "watch"],
        "take `today` as an input",
    ),
];

/// The most lines that a source file may have. A longer file usually contains a second idea that
/// needs a file of its own.
const LINES_MAX: usize = 650;
/// The most lines that a file may have in the modules where every file is this short already.
const LINES_MAX_IN_DIVIDED: usize = 500;
const DIVIDED: [&str; 10] = [
    "disk", "document", "escape", "fields", "html", "images", "kind", "settings", "tool", "yaml",
];

/// The reason for the higher limit of files that only a narrower format made longer.
const WIDER: &str = "it was within the limit at 140 columns a line; to be divided";
/// Files that may be longer, with their limit and the reason.
const LONG: &[(&str, usize, &str)] = &[
    ("pipeline/images.rs", 800, WIDER),
    ("pipeline/move_page.rs", 680, WIDER),
    ("pipeline/render.rs", 740, WIDER),
    ("pipeline/state.rs", 780, WIDER),
];

/// A file of `src/`.
struct Source {
    /// The path from `src/`, with `/`.
    path: String,
    text: String,
    /// The text with comments, literals and test modules blanked; it has the same lines as `text`.
    code: String,
}

impl Source {
    /// The top-level module that the file belongs to.
    fn top(&self) -> &str {
        self.path
            .split('/')
            .next()
            .unwrap_or(&self.path)
            .trim_end_matches(".rs")
    }

    /// How many modules deep the file's own module is.
    fn depth(&self) -> usize {
        self.path.trim_end_matches("/mod.rs").split('/').count()
    }

    fn is_within(&self, place: &str) -> bool {
        self.path
            .strip_prefix(place)
            .is_some_and(|rest| rest.starts_with(['/', '.']))
    }

    /// The line numbers where `wanted` occurs in the code as whole words.
    fn lines_with(&self, wanted: &str) -> Vec<usize> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let found = self.code.match_indices(wanted).filter(|(at, _)| {
            let before = self.code[..*at].chars().next_back();
            let after = self.code[at + wanted.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        });
        found.map(|(at, _)| line_of(&self.code, at)).collect()
    }

    /// The names that follow `head::` (one, or several in braces), with their line numbers.
    fn names_after(&self, head: &str) -> Vec<(usize, &str)> {
        let mut names = Vec::new();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        for (at, _) in self.code.match_indices(head) {
            if self.code[..at]
                .chars()
                .next_back()
                .is_some_and(|c| is_word(c) || c == ':' || c == '$')
            {
                continue;
            }
            let Some(rest) = self.code[at + head.len()..].strip_prefix("::") else {
                continue;
            };
            let offset = |part: &str| part.as_ptr().addr() - self.code.as_ptr().addr();
            let mut take = |part: &'_ str| {
                let start = offset(part) + part.len() - part.trim_start().len();
                let name = &self.code[start..];
                let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
                names.push((line_of(&self.code, start), name));
            };
            match rest.strip_prefix('{') {
                Some(group) => top_parts(group).into_iter().for_each(&mut take),
                None => take(rest),
            }
        }
        names
    }

    /// The lines where a crate or a path of `std` is used.
    fn names_of(&self, wanted: &str) -> Vec<usize> {
        match wanted.rsplit_once("::") {
            Some((head, last)) => self
                .names_after(head)
                .into_iter()
                .filter(|(_, name)| *name == last)
                .map(|(line, _)| line)
                .collect(),
            None => {
                let paths = self.names_after(wanted).into_iter().map(|(line, _)| line);
                let uses = self.lines_with(&format!("use {wanted}"));
                let ours = ["crate", "handsel"]
                    .iter()
                    .flat_map(|head| self.names_after(head));
                let modules = ours
                    .filter(|(_, name)| *name == wanted)
                    .map(|(line, _)| line);
                let mut lines: Vec<usize> = paths.chain(uses).chain(modules).collect();
                lines.sort_unstable();
                lines.dedup();
                lines
            }
        }
    }

    /// The top-level modules of this package that the file uses.
    fn modules_named(&self) -> Vec<(usize, &str)> {
        let climbing = format!("{}super", "super::".repeat(self.depth().saturating_sub(1)));
        let mut named = self.names_after("crate");
        named.extend(self.names_after(&climbing));
        if self.path == "main.rs" {
            named.extend(self.names_after("handsel"));
        }
        named
            .into_iter()
            .filter(|(_, name)| layer(name).is_some())
            .collect()
    }
}

/// The parts of a braced group at its top level, up to its closing brace.
fn top_parts(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn layer(module: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(_, modules)| modules.contains(&module))
        .map(|(layer, _)| *layer)
}

fn sources() -> Vec<Source> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut sources = Vec::new();
    gather(&root, &root, &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 10, "src/ was not found");
    sources
}

fn gather(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("src/ can be listed") {
        let path = entry.expect("src/ can be listed").path();
        if path.is_dir() {
            gather(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is UTF-8");
            let relative = path
                .strip_prefix(root)
                .expect("a walk stays below its root")
                .to_string_lossy()
                .replace('\\', "/");
            let is_test = relative.ends_with("/tests.rs") || relative.contains("/tests/");
            let code = if is_test {
                String::new()
            } else {
                without_tests(&blanked(&text))
            };
            sources.push(Source {
                path: relative,
                text,
                code,
            });
        }
    }
}

/// The text with comments and the contents of literals replaced by spaces.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal_length(rest, code.chars().next_back()).unwrap_or(0);
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(
                rest[..length]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' }),
            );
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the comment or literal at the start of `rest`.
fn literal_length(rest: &str, before: Option<char>) -> Option<usize> {
    let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if rest.starts_with('"') {
        return quoted_length(rest, '"');
    }
    if let Some(raw) = rest
        .strip_prefix('r')
        .filter(|_| !is_word || before == Some('b'))
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let begin = 1 + hashes + 1;
            return Some(
                rest[begin..]
                    .find(&close)
                    .map_or(rest.len(), |end| begin + end + close.len()),
            );
        }
    }
    // This is a character unless it is a lifetime.
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        quoted_length(rest, '\'')
    } else {
        inner[first.len_utf8()..]
            .starts_with('\'')
            .then(|| first.len_utf8() + 2)
    }
}

fn quoted_length(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// The code with everything that follows `#[cfg(test)]` blanked.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    while let Some(start) = kept.find("#[cfg(test)]") {
        let (mut depth, mut end) = (0_usize, kept.len());
        for (at, c) in kept[start..].char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if matches!(c, '}' | ';') && depth == 0 {
                end = start + at + 1;
                break;
            }
        }
        let blank: String = kept[start..end]
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        kept.replace_range(start..end, &blank);
    }
    kept
}

/// Fails with all violations, one on each line.
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn imports_point_down() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        let own = source.top();
        let Some(own_layer) = layer(own) else {
            violations.push(format!(
                "src/{}: `{own}` has no layer: add it to one in tests/quick/architecture.rs and in docs/ARCHITECTURE.md",
                source.path
            ));
            continue;
        };
        let rank = |module: &str| STAGES.iter().position(|stage| *stage == module);
        for (line, other) in source.modules_named() {
            if layer(other) > Some(own_layer) {
                violations.push(format!(
                    "src/{}:{line}: `{own}` uses `{other}`, which is in a higher layer: take what you need as an argument, or move it down",
                    source.path
                ));
            } else if rank(other) > rank(own) && rank(own).is_some() {
                violations.push(format!(
                    "src/{}:{line}: the stage `{own}` uses `{other}`, a later one: let the later stage use this one, or move it to layer 1",
                    source.path
                ));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn restricted_names_are_used_only_where_allowed() {
    let mut violations = Vec::new();
    for source in sources() {
        for (words, places, instead) in RESTRICTED {
            if places.iter().any(|place| source.is_within(place)) || source.path == "lib.rs" {
                continue;
            }
            for word in *words {
                for line in source.names_of(word) {
                    violations.push(format!(
                        "src/{}:{line}: only {} may use `{word}`: {instead}",
                        source.path,
                        places.join(", ")
                    ));
                }
            }
        }
    }
    assert_none(&violations);
}

/// Code that looks for tags by hand.
const TAG_SEARCHES: [&str; 11] = [
    "find('<')",
    "find(\"<",
    "split('<')",
    "split(\"<",
    "split_once('<')",
    "split_once(\"<",
    "memchr(b'<'",
    "memrchr(b'<'",
    "memchr_iter(b'<'",
    "'<' =>",
    "find_iter(bytes, \"<",
];

/// Files that may look for `<` by themselves, because what they read is not HTML, and the language
/// that they read.
const OTHER_LANGUAGES: [(&str, &str); 5] = [
    ("document/front_matter/locate", "Markdown"),
    ("document/highlight", "code"),
    ("images/svg/text", "XML entities"),
    ("page/files", "WebVTT"),
    ("page/templates/template_deps", "templates"),
];

#[test]
fn only_html_reads_tags() {
    let mut violations = Vec::new();
    for source in sources() {
        let is_exempt = |place: &str| source.is_within(place);
        if is_exempt("html")
            || is_exempt("escape")
            || OTHER_LANGUAGES.iter().any(|(place, _)| is_exempt(place))
        {
            continue;
        }
        for search in TAG_SEARCHES {
            for (at, _) in source.text.match_indices(search) {
                let code = source.code.get(at..at + search.len()).unwrap_or_default();
                if !code.trim().is_empty() {
                    violations.push(format!(
                        "src/{}:{}: `{search}`: read HTML with `html`",
                        source.path,
                        line_of(&source.text, at)
                    ));
                }
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn no_code_asks_for_the_name_of_a_kind() {
    let kinds = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/kinds"))
        .expect("templates/kinds/ can be listed");
    let names: Vec<String> = kinds
        .map(|entry| entry.expect("templates/kinds/ can be listed").path())
        .filter_map(|path| Some(format!("\"{}\"", path.file_stem()?.to_str()?)))
        .collect();
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| !source.is_within("kind")) {
        for (number, (line, code)) in source.text.lines().zip(source.code.lines()).enumerate() {
            let named = names.iter().find(|name| line.contains(name.as_str()));
            if let Some(name) = named.filter(|_| code.contains("kind")) {
                violations.push(format!(
                    "src/{}:{}: {name}: give kinds a property in src/kind.rs that says it, so that a site's own kind can have it too",
                    source.path,
                    number + 1
                ));
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn only_commands_print() {
    let mut violations = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !source.is_within("commands"))
    {
        for word in ["println!", "eprintln!", "print!", "eprint!", "dbg!"] {
            for at in source.code.match_indices(word).map(|(at, _)| at) {
                if !source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    let line = line_of(&source.code, at);
                    violations.push(format!(
                        "src/{}:{line}: `{word}`: return it as a value (a `Diagnostic`, a note); `commands` prints",
                        source.path
                    ));
                }
            }
        }
    }
    assert_none(&violations);
}

#[test]
fn forbidden_forms_are_absent() {
    let forbidden: &[(&str, &str)] = &[
        (
            ".unwrap()",
            "write `expect(\"why this cannot happen\")`, or return the error",
        ),
        ("todo!", "implement it, or remove it"),
        ("unimplemented!", "implement it, or remove it"),
        (
            "#[allow(",
            "write `#[expect(…, reason = \"…\")]`, which reports when it is no longer needed",
        ),
        (
            "#![allow(",
            "write `#[expect(…, reason = \"…\")]` where it is needed",
        ),
        ("unsafe ", "find a safe way, or a library that has one"),
    ];
    let mut violations = Vec::new();
    for source in sources() {
        for (word, instead) in forbidden {
            for (at, _) in source.code.match_indices(word) {
                violations.push(format!(
                    "src/{}:{}: `{}`: {instead}",
                    source.path,
                    line_of(&source.code, at),
                    word.trim()
                ));
            }
        }
        for word in ["TODO", "FIXME", "XXX"] {
            for (at, _) in source.text.match_indices(word) {
                let line = line_of(&source.text, at);
                violations.push(format!(
                    "src/{}:{line}: `{word}`: do it now, or open an issue and remove the comment",
                    source.path
                ));
            }
        }
        for (at, _) in source.text.match_indices("#[expect(") {
            let attribute = source.text[at..].split(")]").next().unwrap_or_default();
            if !source.code[at..].starts_with("#[expect(") || attribute.contains("reason") {
                continue;
            }
            violations.push(format!(
                "src/{}:{}: `#[expect]` without a reason: add `reason = \"…\"`",
                source.path,
                line_of(&source.text, at)
            ));
        }
    }
    assert_none(&violations);
}

#[test]
fn every_file_begins_with_its_purpose_and_is_short() {
    let mut violations = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            violations.push(format!(
                "src/{}:1: begin with `//!`: what the file is for, and what goes in and out",
                source.path
            ));
        }
        let lines = source.text.lines().count();
        let exception = LONG.iter().find(|(path, ..)| *path == source.path);
        let limit = if DIVIDED.contains(&source.top()) {
            LINES_MAX_IN_DIVIDED
        } else {
            LINES_MAX
        };
        let lines_max = exception.map_or(limit, |(_, lines, _)| *lines);
        if lines > lines_max {
            violations.push(format!(
                "src/{}:{lines}: {lines} lines, {lines_max} at most: move its second idea to another file, or add it to LONG with a reason",
                source.path
            ));
        }
        if exception.is_some() && lines <= LINES_MAX {
            violations.push(format!(
                "src/{}: short enough now: remove it from LONG in tests/quick/architecture.rs",
                source.path
            ));
        }
    }
    for (path, _, reason) in LONG {
        assert!(
            !reason.is_empty() && sources().iter().any(|source| source.path == *path),
            "{path} in LONG does not exist or has no reason"
        );
    }
    assert_none(&violations);
}

#[test]
fn the_scanner_skips_comments_literals_and_tests() {
    let text = "use crate::{data, site::{self, Site}};\n// use crate::page;\nlet a = \"crate::output\"; let b = 'x'; let c = r#\"tera::\"#;\n\
                use std::{env, fs};\nfn f<'a>() { super::super::disk::x() }\n#[cfg(test)]\nmod tests { use crate::preview; }\nuse crate::cache;\n";
    let source = Source {
        path: "site/x.rs".into(),
        text: text.into(),
        code: without_tests(&blanked(text)),
    };
    assert_eq!(source.code.len(), text.len());
    assert_eq!(
        source.modules_named(),
        [(1, "data"), (1, "site"), (8, "cache"), (5, "disk")]
    );
    assert_eq!(source.names_of("std::fs"), [4]);
    assert_eq!(source.names_of("tera"), Vec::<usize>::new());
    assert_eq!(source.names_of("cache"), [8]);
}

/// A module's path from the crate: `["page", "catalog"]`.
type ModulePath = Vec<String>;

/// Modules that still have circles of files, each with the reason. A circle makes its files one
/// piece: none of them can be read, tested or moved without the others.
const CIRCLES: &[(&[&str], &str)] = &[
    (&["commands"], PARENTS),
    (&["diagnostic", "renamed", "source"], CODES),
    (&["disk"], PARENTS),
    (&["document"], PARENTS),
    (
        &["fields", "kind"],
        "a kind checks fields, and fields refer to kinds; to be divided",
    ),
    (&["html"], PARENTS),
    (&["images"], PARENTS),
    (&["pipeline"], PARENTS),
    (&["preview"], PARENTS),
    (&["site"], PARENTS),
    (&["tool"], PARENTS),
    (&["yaml"], PARENTS),
];

/// Why most circles are still there.
const PARENTS: &str =
    "the module's first file defines what the others use, and uses them; to be divided";

/// Why files on problems are a circle.
const CODES: &str = "the codes of problems have old names, which are reported as problems";

/// Which file uses which, by the paths that the files contain.
struct FileGraph {
    /// The modules, each a file.
    modules: BTreeMap<ModulePath, usize>,
    names: Vec<String>,
    /// The names that each file re-exports, with what they stand for.
    exported: Vec<BTreeMap<String, ModulePath>>,
    /// The paths that each file uses.
    used: Vec<Vec<ModulePath>>,
}

impl FileGraph {
    fn of(sources: &[Source]) -> Self {
        let is_module = |source: &&Source| {
            !matches!(source.path.as_str(), "lib.rs" | "main.rs") && !source.code.is_empty()
        };
        let sources: Vec<&Source> = sources.iter().filter(is_module).collect();
        let module = |source: &&Source| -> ModulePath {
            let path = source.path.trim_end_matches(".rs");
            let path = path.strip_suffix("/mod").unwrap_or(path);
            path.split('/').map(str::to_owned).collect()
        };
        let mut graph = FileGraph {
            modules: sources.iter().map(module).zip(0..).collect(),
            names: sources.iter().map(|source| source.path.clone()).collect(),
            exported: Vec::new(),
            used: Vec::new(),
        };
        for source in &sources {
            let (exported, used) = graph.paths(&module(source), &source.code);
            graph.exported.push(exported);
            graph.used.push(used);
        }
        graph
    }

    /// The names that a file re-exports, and the paths that it uses.
    fn paths(
        &self,
        module: &ModulePath,
        code: &str,
    ) -> (BTreeMap<String, ModulePath>, Vec<ModulePath>) {
        let (mut exported, mut used) = (BTreeMap::new(), Vec::new());
        let mut rest = String::with_capacity(code.len());
        for statement in code.split(';') {
            let Some(at) = use_keyword(statement) else {
                rest.push_str(statement);
                rest.push(';');
                continue;
            };
            rest.push_str(&statement[..at]);
            let is_export = statement[..at].trim_end().ends_with("pub")
                || statement[..at].trim_end().ends_with(')');
            for (path, name) in expanded(&statement[at + "use ".len()..], &[]) {
                let Some(mut path) = self.absolute(module, &path) else {
                    continue;
                };
                let name = if path.last().is_some_and(|last| last == "self") {
                    path.pop();
                    path.last().cloned().unwrap_or_default()
                } else {
                    name
                };
                if is_export {
                    exported.insert(name, path);
                } else {
                    used.push(path);
                }
            }
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let written = rest.split(|c: char| !is_word(c));
        for path in written.filter(|path| path.contains("::") && !path.starts_with(':')) {
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            used.extend(self.absolute(module, &path));
        }
        (exported, used)
    }

    /// A path as it is seen from the crate, or `None` if it leads to another crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<ModulePath> {
        let climbs = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path.first()?.as_str() {
            "crate" => (&module[..0], &path[1..]),
            "self" => (module, &path[1..]),
            "super" => (
                &module[..module.len().checked_sub(climbs)?],
                &path[climbs..],
            ),
            first => {
                let child = [module, &[first.to_owned()]].concat();
                self.modules.get(&child)?;
                (module, path)
            }
        };
        Some([base, rest].concat())
    }

    /// The file that defines what a path names, through re-exports.
    fn defining(&self, path: &[String], depth: usize) -> Option<usize> {
        let (length, file) = (1..=path.len())
            .rev()
            .find_map(|length| Some((length, *self.modules.get(&path[..length])?)))?;
        let exported = path
            .get(length)
            .and_then(|name| self.exported[file].get(name));
        match exported.filter(|_| depth < 8) {
            Some(target) => self.defining(&[&target[..], &path[length + 1..]].concat(), depth + 1),
            None => Some(file),
        }
    }

    /// The files that each file uses.
    fn edges(&self) -> Vec<BTreeSet<usize>> {
        let edges = |(file, paths): (usize, &Vec<ModulePath>)| {
            let targets = paths.iter().filter_map(|path| self.defining(path, 0));
            targets.filter(|target| *target != file).collect()
        };
        self.used.iter().enumerate().map(edges).collect()
    }

    /// The circles: sets of files of which each can be reached from each other one.
    fn circles(&self) -> Vec<Vec<&str>> {
        let edges = self.edges();
        let reached: Vec<BTreeSet<usize>> = (0..edges.len())
            .map(|file| {
                let (mut reached, mut open) = (BTreeSet::new(), vec![file]);
                while let Some(file) = open.pop() {
                    open.extend(edges[file].iter().filter(|next| reached.insert(**next)));
                }
                reached
            })
            .collect();
        let mut circles: Vec<Vec<&str>> = Vec::new();
        for file in (0..edges.len()).filter(|file| reached[*file].contains(file)) {
            let circle =
                |other: &usize| reached[file].contains(other) && reached[*other].contains(&file);
            let files: Vec<usize> = (0..edges.len()).filter(circle).collect();
            if files[0] == file {
                circles.push(
                    files
                        .iter()
                        .map(|file| self.names[*file].as_str())
                        .collect(),
                );
            }
        }
        circles
    }
}

/// The position of the keyword `use` in a statement that is an import.
fn use_keyword(statement: &str) -> Option<usize> {
    let at = statement.rfind("use ")?;
    let is_start = statement[..at]
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace());
    let tree = &statement[at..];
    let is_tree = tree.matches('{').count() == tree.matches('}').count() && !tree.contains('<');
    (is_start && is_tree).then_some(at)
}

/// The paths in the tree of an import, each with the name that it introduces.
fn expanded(tree: &str, before: &[String]) -> Vec<(ModulePath, String)> {
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split("::").map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let tree = tree.trim();
    match tree.split_once('{') {
        Some((head, group)) => {
            let head = [before, &parts(head)].concat();
            let group = top_parts(group).into_iter();
            group
                .filter(|part| !part.trim().is_empty())
                .flat_map(|part| expanded(part, &head))
                .collect()
        }
        None => {
            let (path, name) = tree.split_once(" as ").unwrap_or((tree, tree));
            let name = parts(name).pop().unwrap_or_default();
            vec![([before, &parts(path)].concat(), name)]
        }
    }
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let sources = sources();
    let graph = FileGraph::of(&sources);
    let circles = graph.circles();
    let is_within = |circle: &[&str], modules: &[&str]| {
        let top = |file: &str| file.split(['/', '.']).next().unwrap_or_default().to_owned();
        circle.iter().all(|file| modules.contains(&&*top(file)))
    };
    let mut violations = Vec::new();
    for circle in &circles {
        if !CIRCLES
            .iter()
            .any(|(modules, _)| is_within(circle, modules))
        {
            violations.push(format!(
                "these files use each other in a circle: {}: move what two of them need into a file of its own",
                circle.join(", ")
            ));
        }
    }
    for (modules, _) in CIRCLES {
        if !circles.iter().any(|circle| is_within(circle, modules)) {
            violations.push(format!(
                "{} has no circle any more: take it out of CIRCLES in tests/architecture.rs",
                modules.join(", ")
            ));
        }
    }
    assert_none(&violations);
}

#[test]
fn circles_are_found_through_re_exports() {
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: text.into(),
        code: without_tests(&blanked(text)),
    };
    let circles = |user: &str| {
        let sources = [
            source("a/mod.rs", "mod one;\nmod two;\npub use self::one::One;"),
            source(
                "a/one.rs",
                "use super::two::{Two, Three as Other};\npub struct One;",
            ),
            source("a/two.rs", user),
        ];
        FileGraph::of(&sources).circles().len()
    };
    assert_eq!(circles("pub struct Two;"), 0);
    assert_eq!(circles("use super::One;"), 1);
    assert_eq!(circles("fn f() -> crate::a::One { crate::a::one::f() }"), 1);
    assert_eq!(
        circles("#[cfg(test)]\nmod tests { use super::super::One; }"),
        0
    );
    assert_eq!(circles("// use super::One;"), 0);
}
