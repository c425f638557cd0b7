//! Highlighting as readers see it: which words get which class, and how long the longest input may
//! take.

use std::collections::BTreeMap;

use super::grammars::{BY_HAND, GRAMMARS};
use super::span_cache::CodeSpansTable;
use super::*;

/// The text that a reader sees. Panics if a span is opened or closed in another line, is nested, or
/// contains only white space.
fn text(line: &str) -> String {
    let mut text = String::new();
    for (index, piece) in line.split("<span class=\"h-").enumerate() {
        let plain = if index == 0 {
            piece
        } else {
            let (inside, after) = piece
                .split_once("\">")
                .and_then(|(_, rest)| rest.split_once("</span>"))
                .expect(line);
            assert!(!inside.trim().is_empty() && !inside.contains('<'), "{line}");
            text.push_str(inside);
            after
        };
        assert!(!plain.contains('<'), "{line}");
        text.push_str(plain);
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn texts(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| text(line))
        .collect::<Vec<_>>()
        .join("\n")
}

const SAMPLES: [(&str, &str); 29] = [
    (
        "bash",
        "# hi\nfor f in \"$HOME\"/*; do\n  echo \"a\n$(ls -l $f)\" | wc -l\ndone",
    ),
    (
        "c",
        "/* two\nlines */\n#include <stdio.h>\nint main(void) { return printf(\"%d\\n\", 3 < 4); }",
    ),
    ("clojure", "; hi\n(defn f [x] {:a 1 :b \"é\"})"),
    (
        "cpp",
        "template <typename T> class A : public B<T> { std::string s = R\"(a\nb)\"; };",
    ),
    (
        "css",
        "/* a\nb */\n:root { --x: #fff; }\na:hover > .b { margin: 1px calc(2px + var(--x)); }",
    ),
    (
        "dockerfile",
        "FROM rust:1 AS b\nRUN cargo build \\\n  && echo \"x\"\nCOPY --from=b /a /b",
    ),
    (
        "elixir",
        "defmodule A do\n  @doc \"\"\"\n  Hé & <b>\n  \"\"\"\n  def f(x), do: x |> IO.inspect(label: \"#{x}\")\nend",
    ),
    (
        "go",
        "package main\n\nfunc f(a *T) (int, error) {\n\treturn `a\nb`, nil // c\n}",
    ),
    (
        "html",
        "<!-- a\nb --><p class=\"x\">é &amp; y</p>\n<script>let a = `1\n2`;</script><style>a { b: c }</style>",
    ),
    ("ini", "; hi\n[a]\nb = c"),
    (
        "java",
        "/** Doc\n * more */\npublic class A<T> { @Override int f() { return 1; } }",
    ),
    (
        "javascript",
        "// é\nconst f = async (x) => `a ${x + 1}\n b`;\nreturn <A b={1}>t</A>;",
    ),
    ("json", "{\n  \"a\": [1, true, null, \"\\n\"]\n}"),
    (
        "lua",
        "--[[ a\nb ]]\nlocal t = { x = 1 }\nfunction t:f() return [[a\nb]] end",
    ),
    (
        "markdown",
        "# Hi\n\n* a\n* [b](c)\n\n```rust\nfn f() {}\n```\n\n<p>\nx</p>",
    ),
    ("nix", "{ pkgs }: ''\n  a ${pkgs.b}\n'' # c"),
    (
        "php",
        "/* a\nb */\nfunction f(int $x): ?string { return \"a $x\"; }",
    ),
    (
        "python",
        "@d\ndef f(x: int) -> str:\n    \"\"\"Two\n    lines\"\"\"\n    return f\"{x!r} é\"",
    ),
    (
        "ruby",
        "class A < B\n  def f = puts(<<~X)\n    a #{b}\n  X\n  attr :c\nend",
    ),
    (
        "rust",
        "/* a\n\n b */\nfn f<'a>(x: &'a str) -> Vec<u8> { println!(\"{}\n\", x.len() as u8); vec![1] }",
    ),
    ("scss", "// a\n$b: 1px;\n@mixin c { &:hover { d: $b; } }"),
    ("toml", "# a\n[b]\nc = \"\"\"\nd\n\"\"\"\ne = 2026-01-01"),
    (
        "tsx",
        "const A: FC<P> = ({ a }) => <b c=\"d\">{a as string}</b>;",
    ),
    (
        "typescript",
        "interface A<T> { readonly a?: T }\nconst b = <T,>(x: T): x is T => true; /* c\nd */",
    ),
    (
        "xml",
        "<?xml version=\"1.0\"?>\n<a b=\"c\"><!-- d\ne --><![CDATA[<f>]]></a>",
    ),
    ("yaml", "# a\nb: &c |\n  d\n  e\nf: [1, true, *c]"),
    ("console", "$ ls -l \"a\n<b>\n$ echo hi\nhi & more\n> x"),
    (
        "sql",
        "-- a\nSELECT count(*), 'it''s\ntwo' FROM \"t\" WHERE a <> 1.5 /* b\nc",
    ),
    ("diff", "@@ -1 +1 @@\n-a <b>\n+a & c\n d"),
];

#[test]
fn every_language_is_colored_and_its_text_kept() {
    assert_eq!(SAMPLES.len(), BY_HAND.len() + GRAMMARS.len());
    for (language, code) in SAMPLES {
        let lines = highlight(language, code, &HighlightCache::default());
        assert_eq!(texts(&lines), code, "{language}");
        assert!(
            lines.iter().any(|line| line.contains("<span")),
            "{language} has no colors"
        );
        // However the code is cut or mixed up, the text stays the same.
        for (end, _) in code.char_indices() {
            let cut = code[..end].trim_end_matches('\n');
            assert_eq!(
                texts(&highlight(language, cut, &HighlightCache::default())),
                cut,
                "{language}"
            );
        }
        for (_, foreign) in SAMPLES {
            assert_eq!(
                texts(&highlight(language, foreign, &HighlightCache::default())),
                foreign,
                "{language}"
            );
        }
    }
}

#[test]
fn a_few_lines_in_full() {
    let cases = [
        (
            "rust",
            "pub fn f(x: u8) {}",
            r#"<span class="h-k">pub fn</span> <span class="h-f">f</span>(<span class="h-p">x</span>: <span class="h-t">u8</span>) {}"#,
        ),
        (
            "json",
            r#"{"a": 1}"#,
            r#"{<span class="h-p">"a"</span>: <span class="h-n">1</span>}"#,
        ),
        ("diff", "+ a", r#"<span class="h-ins">+ a</span>"#),
        (
            "sh",
            "$ ls",
            r#"<span class="h-m">$</span> <span class="h-f">ls</span>"#,
        ),
        (
            "sql",
            "select max(a)",
            r#"<span class="h-k">select</span> <span class="h-f">max</span>(a)"#,
        ),
        (
            "html",
            "<b a=c>",
            r#"&lt;<span class="h-g">b</span> <span class="h-a">a</span>=<span class="h-s">c</span>&gt;"#,
        ),
        (
            "js",
            "`${a}`",
            r#"<span class="h-s">`</span>${a}<span class="h-s">`</span>"#,
        ),
    ];
    for (language, code, html) in cases {
        assert_eq!(
            highlight(language, code, &HighlightCache::default()),
            [html]
        );
    }
}

#[test]
fn lines_and_characters() {
    assert_eq!(highlight("rust", "", &HighlightCache::default()), [""; 0]);
    assert_eq!(highlight("text", "\n", &HighlightCache::default()), [""]);
    assert_eq!(
        highlight("text", "a\r\n\r\nb\n", &HighlightCache::default()),
        ["a", "", "b"]
    );
    assert_eq!(
        highlight("nu", "\t<a> & \u{1b}[0m\u{0}", &HighlightCache::default()),
        ["\t&lt;a&gt; &amp; \u{FFFD}[0m\u{FFFD}"]
    );
    assert_eq!(
        texts(&highlight(
            "rust",
            "/* a\r\nb */\r\n",
            &HighlightCache::default()
        )),
        "/* a\nb */"
    );
}

#[test]
fn names() {
    for (name, language) in [
        ("rs", "rust"),
        ("JS", "javascript"),
        ("jsx", "javascript"),
        ("sh", "bash"),
        ("shell", "bash"),
        ("yml", "yaml"),
        ("py", "python"),
        ("c++", "cpp"),
        ("ts", "typescript"),
        ("html.erb", "html"),
        (" rust,ignore", "rust"),
        ("console", "console"),
        ("patch", "diff"),
        ("docker", "dockerfile"),
        ("postgresql", "sql"),
    ] {
        assert_eq!(canonical_language(name), Some(language), "{name}");
    }
    for name in ["", "text", "nu", "nushell", "mermaid", ",", "\u{e9}"] {
        assert_eq!(canonical_language(name), None, "{name}");
    }
    let mut names: Vec<_> = BY_HAND
        .iter()
        .chain(&GRAMMARS)
        .flat_map(|l| [&[l.name], l.aliases].concat())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name belongs to two languages");
}

#[test]
fn large_code_is_plain() {
    for code in [
        "let x = 1;\n".repeat(20_000),
        format!("let x = \"{}\";", "é".repeat(20_000)),
    ] {
        assert!(
            !highlight("rust", &code, &HighlightCache::default())
                .concat()
                .contains('<')
        );
    }
    assert!(
        highlight(
            "rust",
            &format!("let x = \"{}\";", "é".repeat(19_000)),
            &HighlightCache::default()
        )
        .concat()
        .contains("<span")
    );
}

/// Neither what was read before, nor the thread, nor the time changes the result.
#[test]
fn tangled_code_is_always_the_same() {
    let codes = [
        "\"", "{", "$(", "<a>", "a::<", "fn f() {", "\"$(", "__é__\n",
    ]
    .map(|piece| piece.repeat(1_900));
    let read = |language: &str| {
        codes
            .iter()
            .map(|code| highlight(language, code, &HighlightCache::default()))
            .collect::<Vec<_>>()
    };
    for language in ["rust", "javascript", "json", "html", "bash", "scss"] {
        let first = read(language);
        for (code, lines) in codes.iter().zip(&first) {
            assert_eq!(texts(lines), code.trim_end(), "{language}");
        }
        assert!(first == read(language), "{language}");
        assert!(
            first
                == std::thread::scope(|scope| scope
                    .spawn(|| read(language))
                    .join()
                    .expect("reading never panics")),
            "{language}"
        );
    }
}

/// Cached spans are the same as those of code that is read, and nothing is read again.
#[test]
fn what_was_read_before_is_colored_without_reading() {
    let tangled = ("rust", "fn f() { ".repeat(1_900));
    let samples = SAMPLES
        .iter()
        .map(|(language, code)| (*language, (*code).to_owned()))
        .chain([tangled]);
    for (language, code) in samples {
        let first = HighlightCache::default();
        let lines = highlight(language, &code, &first);
        let read: BTreeMap<usize, CodeSpansTable> = first.changed().into_iter().collect();
        assert_eq!(first.changed(), [], "{language} is remembered once");
        let again =
            HighlightCache::with_cached(move |part| read.get(&part).cloned().unwrap_or_default());
        assert_eq!(highlight(language, &code, &again), lines, "{language}");
        assert_eq!(again.changed(), [], "{language} was read again");
    }
    let hash = HighlightCache::default();
    highlight("json", "[1]", &hash);
    let spoiled: BTreeMap<usize, CodeSpansTable> = hash
        .changed()
        .into_iter()
        .map(|(part, readings)| {
            (
                part,
                readings.into_keys().map(|hash| (hash, None)).collect(),
            )
        })
        .collect();
    let spoiled =
        HighlightCache::with_cached(move |part| spoiled.get(&part).cloned().unwrap_or_default());
    assert_eq!(
        highlight("json", "[1]", &spoiled),
        ["[1]"],
        "what is remembered counts"
    );
}

#[test]
fn much_real_code_is_colored() {
    let code = include_str!("grammars.rs").repeat(6);
    assert!(
        highlight("rust", &code, &HighlightCache::default())
            .concat()
            .contains("<span")
    );
    let code = format!("[{}1]", "{\"a\": [1, true, null]},\n".repeat(1_000));
    assert!(
        highlight("json", &code, &HighlightCache::default())
            .concat()
            .contains("<span")
    );
}

/// Scanners that would write beyond their buffer.
#[test]
fn deep_blocks_are_plain() {
    let steps = |piece: &str| {
        (0..300)
            .map(|depth| format!("{}{piece}\n", " ".repeat(depth)))
            .collect::<String>()
    };
    for (language, code) in [
        ("yaml", "- ".repeat(300)),
        ("yaml", "? ".repeat(300)),
        ("yaml", steps("a:")),
        ("yaml", steps("- a:")),
        ("markdown", "> ".repeat(300)),
        ("markdown", ">".repeat(300)),
        ("markdown", "* ".repeat(300)),
        ("markdown", steps("- a")),
        ("python", format!("f'{{{}", steps("if a:"))),
        ("java", "a<".repeat(300)),
    ] {
        assert_eq!(
            texts(&highlight(language, &code, &HighlightCache::default())),
            code.strip_suffix('\n').unwrap_or(&code),
            "{language}"
        );
    }
}
