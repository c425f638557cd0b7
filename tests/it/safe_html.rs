//! No active content reaches a page under `raw_html: sanitize`, whatever a writer types, and no
//! script of the theme acts on a writer's text. The names by which scripts find elements are read
//! from the scripts themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use handsel::document::attributes::{is_theme_class, is_theme_id};
use handsel::document::links::ParsedTarget;
use handsel::source::MemoryFiles;
use handsel::theme;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use proptest::prelude::*;

struct Script {
    name: String,
    text: String,
    is_preview: bool,
}

/// The scripts of the theme and of the preview.
fn scripts() -> Vec<Script> {
    let of_theme = theme::static_files().into_iter();
    let of_theme = of_theme.map(|(name, bytes)| Script {
        name,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        is_preview: false,
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/preview/assets");
    let files = std::fs::read_dir(&folder)
        .expect("the preview's scripts are there")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let of_preview = files.filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some(Script {
            name,
            text: std::fs::read_to_string(&path).ok()?,
            is_preview: true,
        })
    });
    of_theme
        .chain(of_preview)
        .filter(|script| script.name.ends_with(".js"))
        .collect()
}

/// The selectors and ids that a script looks for, and the ids that it sets.
fn selectors(script: &str, is_preview: bool) -> Vec<String> {
    let mut found = Vec::new();
    for call in [
        ".querySelector(",
        ".querySelectorAll(",
        ".closest(",
        ".closest?.(",
        ".matches(",
    ] {
        found.extend(
            script
                .match_indices(call)
                .filter_map(|(at, _)| literal(&script[at + call.len()..])),
        );
    }
    let by_id = script
        .match_indices("getElementById(")
        .filter_map(|(at, call)| literal(&script[at + call.len()..]));
    // The preview's own elements are in a separate tree.
    let before_ids: &[&str] = if is_preview {
        &[]
    } else {
        &[".id = ", "{ id: ", " id: "]
    };
    let named = before_ids
        .iter()
        .flat_map(|before| script.match_indices(before))
        .filter_map(|(at, before)| literal(&script[at + before.len()..]));
    found.extend(by_id.chain(named).map(|id| format!("#{id}")));
    // An interpolation is not a name.
    let without_values = |selector: String| {
        selector
            .split("${")
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    found = found.into_iter().map(without_values).collect();
    // The selectors for which `site.js` loads other scripts.
    found.extend(script.lines().filter_map(|line| {
        Some(
            line.trim()
                .strip_prefix('"')?
                .split_once("\": \"")?
                .0
                .to_owned(),
        )
    }));
    found
}

/// The string at the start of a text.
fn literal(text: &str) -> Option<String> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    Some(text[1..].split_once(quote)?.0.to_owned())
}

/// The attributes, classes and ids of a selector.
fn hooks(selector: &str) -> Vec<(char, String)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut found = Vec::new();
    for (at, mark) in selector.match_indices(['[', '.', '#']) {
        let rest = &selector[at + 1..];
        let name = &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())];
        let is_value = selector[..at]
            .rfind('[')
            .is_some_and(|open| !selector[open..at].contains(']'));
        if !name.is_empty() && !is_value {
            found.push((mark.chars().next().unwrap_or_default(), name.to_owned()));
        }
    }
    found
}

/// The names in `dataset`, as attributes.
fn data_attributes(script: &str) -> BTreeSet<String> {
    let names = script.match_indices("dataset.").map(|(at, before)| {
        let rest = &script[at + before.len()..];
        &rest[..rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len())]
    });
    names
        .map(|name| {
            name.chars().fold("data-".to_owned(), |all, c| {
                if c.is_ascii_uppercase() {
                    format!("{all}-{}", c.to_ascii_lowercase())
                } else {
                    format!("{all}{c}")
                }
            })
        })
        .collect()
}

/// Attributes in selectors on which no script acts alone: they select within an element of the
/// theme, or the element is one that text cannot contain.
const HARMLESS: [&str; 14] = [
    "hidden",
    "href",
    "aria-current",
    "rel",
    "open",
    "popover",
    "lang",
    "id",
    "type",
    "contenteditable",
    "name",
    "value",
    "media",
    "autofocus",
];

/// Classes of elements that a script created, or looks for in an element without writers' text.
const CREATED_BY_SCRIPTS: [&str; 3] = ["count", "exact", "shown"];

#[test]
fn scripts_find_elements_by_names_that_only_the_theme_can_write() {
    let mut faults = Vec::new();
    for Script {
        name: script,
        text,
        is_preview,
    } in scripts()
    {
        for selector in selectors(&text, is_preview) {
            for (mark, name) in hooks(&selector) {
                let is_safe = match mark {
                    '[' => name.starts_with("data-") || HARMLESS.contains(&name.as_str()),
                    '.' => is_theme_class(&name) || CREATED_BY_SCRIPTS.contains(&name.as_str()),
                    _ => is_theme_id(&name),
                };
                if !is_safe {
                    faults.push(format!(
                        "{script}: `{selector}`: text can write `{mark}{name}`"
                    ));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{}\nlook for a `data-` attribute, or add the name to `document::attributes`",
        faults.join("\n")
    );
}

#[test]
fn ids_of_the_theme_are_reserved() {
    for (template, bytes) in theme::templates() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for (at, before) in text.match_indices(" id=\"") {
            let id = text[at + before.len()..]
                .split('"')
                .next()
                .unwrap_or_default();
            if id.starts_with(|c: char| c.is_ascii_uppercase()) && !id.contains("{{") {
                assert!(
                    is_theme_id(id),
                    "{template}: `{id}` is missing in `document::attributes`"
                );
            }
        }
    }
}

#[test]
fn text_cannot_contain_the_names_that_scripts_look_for() {
    let (mut attributes, mut classes, mut ids) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Script {
        text, is_preview, ..
    } in scripts()
    {
        attributes.extend(data_attributes(&text));
        for (mark, name) in selectors(&text, is_preview)
            .iter()
            .flat_map(|selector| hooks(selector))
        {
            match mark {
                '[' if name.starts_with("data-") => attributes.insert(name),
                '.' if !CREATED_BY_SCRIPTS.contains(&name.as_str()) => classes.insert(name),
                '#' => ids.insert(name),
                _ => false,
            };
        }
    }
    assert!(
        attributes.len() > 60 && attributes.contains("data-random") && ids.contains("Keys"),
        "{attributes:?} {ids:?}"
    );
    let mut body = String::new();
    for name in &attributes {
        body.push_str(&format!("<p {name}=\"x\">a</p>\n\n## H {{{name}=x}}\n\n"));
    }
    for name in &classes {
        body.push_str(&format!(
            "<p class=\"{name} own\">a</p>\n\n## H {{.{name}}}\n\n"
        ));
    }
    for name in &ids {
        body.push_str(&format!("<p id=\"{name}\">a</p>\n\n## H {{#{name}}}\n\n"));
    }
    let mut files = MemoryFiles::default();
    files.put("templates/page.html", "{{ page.body }}");
    files.put("content/a.md", format!("# A\n\n{body}"));
    let (built, published) = crate::common::build(&files, &crate::common::request());
    let html = String::from_utf8_lossy(&published["a/index.html"]).into_owned();
    for tag in tags(&html) {
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("data-"), "{name}: {html}");
            assert!(name != "id" || !ids.contains(value), "{value}: {html}");
            assert!(
                name != "class" || value.split(' ').all(|class| !classes.contains(class)),
                "{value}: {html}"
            );
        }
    }
    let expected = 2 * (attributes.len() + classes.len() + ids.len());
    let reported = built
        .problems
        .iter()
        .filter(|problem| problem.code.name() == "dropped-attribute")
        .count();
    assert_eq!(reported, expected, "each of them is reported");
}

/// A start tag.
#[derive(Debug, Clone)]
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

fn tags(html: &str) -> Vec<Tag> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tokens = Tokenizer::new_with_emitter(html, emitter).filter_map(|token| {
        let Ok(Token::StartTag(tag)) = token else {
            return None;
        };
        Some(Tag {
            name: lossy(&tag.name),
            attributes: tag
                .attributes
                .iter()
                .map(|(key, value)| (lossy(key), lossy(value)))
                .collect(),
        })
    });
    tokens.collect()
}

/// Elements that run, load or send something, or replace a part of the theme.
const ACTIVE: [&str; 24] = [
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "applet",
    "form",
    "button",
    "select",
    "textarea",
    "link",
    "meta",
    "base",
    "dialog",
    "template",
    "slot",
    "frame",
    "frameset",
    "portal",
    "noscript",
    "foreignobject",
    "annotation-xml",
    "use",
    "animate",
];

/// An active element as the theme renders it: its name and its attributes, without those that
/// differ from page to page.
fn signature(tag: &Tag) -> String {
    let is_same = |name: &str| {
        !matches!(
            (tag.name.as_str(), name),
            ("meta", "content") | ("link", "href")
        )
    };
    let attributes = tag
        .attributes
        .iter()
        .filter(|(name, _)| is_same(name))
        .map(|(name, value)| format!(" {name}={value}"));
    format!("{}{}", tag.name, attributes.collect::<String>())
}

/// The active elements of a page that are not on the `known` pages.
fn active(html: &str, known: &Known) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for tag in tags(html) {
        let is_active =
            ACTIVE.contains(&tag.name.as_str()) && !known.signatures.contains(&signature(&tag));
        let stylesheet = tag.attributes.get("href").filter(|_| tag.name == "link");
        if is_active || stylesheet.is_some_and(|href| !href.starts_with('/')) {
            found.push(format!("<{}>: {tag:?}", tag.name));
        }
        for (name, value) in &tag.attributes {
            let is_address = matches!(
                name.as_str(),
                "href"
                    | "src"
                    | "action"
                    | "formaction"
                    | "data"
                    | "poster"
                    | "xlink:href"
                    | "cite"
                    | "srcset"
                    | "ping"
                    | "background"
            );
            let scheme = ParsedTarget::parse(value);
            let is_script_address = matches!(&scheme, ParsedTarget::Unsafe { scheme } if scheme != "data" || !value.trim().to_ascii_lowercase().starts_with("data:image/"));
            let is_hook = name.starts_with("data-")
                && !known.hooks.contains(&(tag.name.clone(), name.clone()));
            let is_second = name == "id" && is_theme_id(value) && !ids.insert(value.clone());
            if name.starts_with("on")
                || name == "style"
                || name == "srcdoc"
                || (is_address && is_script_address)
                || is_hook
                || is_second
            {
                found.push(format!("`{name}={value}` in {tag:?}"));
            }
        }
    }
    found
}

/// What the theme itself renders.
struct Known {
    signatures: BTreeSet<String>,
    /// Elements with their `data-` attributes.
    hooks: BTreeSet<(String, String)>,
}

/// Pages that contain every part of the theme that text can produce, and nothing else.
const PLAIN: &str = "# A\n\nText[^1] with $x$ and `code`.\n\n## One\n\n```rust title=\"x\" numbers start=4 mark=2\nfn main() {}\n```\n\n## Two\n\n\
    ![p](p.png)\n\n- [ ] box\n- [x] box\n\n:::tabs\n:::tab{title=\"A\"}\na\n:::\n:::tab{title=\"B\"}\nb\n:::\n:::\n\n\
    :::details{summary=\"S\"}\nt\n:::\n\n::card{title=\"C\" kind=\"tip\"}\n\n> [!NOTE]\n> n\n\n[^1]: Note.\n";

fn known() -> Known {
    let mut files = MemoryFiles::default();
    files.put("handsel.yaml", "math: true\n");
    files.put(
        "content/p.png",
        crate::common::images::sample_image("png 40x30"),
    );
    put_own_kind(&mut files);
    files.put(
        "content/x/thing.md",
        "---\ntitle: T\nkind: thing\nstory: Text with $x$.\n---\n\nText.\n",
    );
    files.put("content/x/list.md", checklist("Text"));
    // Enough pages for a list of several pages.
    for number in 0..40 {
        files.put(
            &format!("content/x/more-{number}.md"),
            "---\ntitle: T\n---\n\nText.\n",
        );
    }
    for kind in KINDS {
        files.put(
            &format!("content/x/{kind}.md"),
            format!("---\ntitle: T\nsummary: S\nkind: {kind}\n---\n\n{PLAIN}"),
        );
        files.put(
            &format!("content/x/short-{kind}.md"),
            format!("---\ntitle: T\nkind: {kind}\n---\n\nText.\n"),
        );
    }
    let mut known = Known {
        signatures: BTreeSet::new(),
        hooks: BTreeSet::new(),
    };
    let (_, published) = crate::common::build(&files, &lenient());
    let pages = published.iter().filter(|(name, _)| name.ends_with(".html"));
    for tag in pages.flat_map(|(_, bytes)| tags(&String::from_utf8_lossy(bytes))) {
        let hooks = tag
            .attributes
            .keys()
            .filter(|name| name.starts_with("data-"));
        known
            .hooks
            .extend(hooks.map(|name| (tag.name.clone(), name.clone())));
        known
            .signatures
            .extend(ACTIVE.contains(&tag.name.as_str()).then(|| signature(&tag)));
    }
    known
}

/// Adds a kind that has a Markdown field.
fn put_own_kind(files: &mut MemoryFiles) {
    files.put(
        "templates/kinds/thing.yaml",
        "template: thing.html\nfields:\n  story: { type: markdown }\n",
    );
    files.put(
        "templates/thing.html",
        "{% extends \"entry.html\" %}{% block body %}{{ page.fields.story }}{{ page.body }}{% endblock body %}",
    );
}

/// A page with a tool that has `text` in several places, quoted as YAML.
fn checklist(text: &str) -> String {
    let text = text.replace('\'', "''").replace('\n', " ");
    let group = format!(
        "{{ title: '{text}', about: '{text}', items: ['{text}', {{ text: 'q {text}', why: '{text}' }}] }}"
    );
    format!(
        "---\ntitle: '{text}'\nkind: tool\ntool:\n  type: checklist\n  done: '{text}'\n  groups:\n    - {group}\n---\n\nText.\n"
    )
}

fn lenient() -> handsel::pipeline::Request {
    handsel::pipeline::Request {
        is_lenient: true,
        ..crate::common::request()
    }
}

const KINDS: [&str; 5] = ["page", "guide", "tip", "faq", "term"];

/// Parts of hostile texts.
const PIECES: &[&str] = &[
    "a ",
    "\n",
    "\n\n",
    "# ",
    "## H ",
    "{onclick=alert(1)}",
    "{#Keys .prose style=color:red}",
    "{.term data-random}",
    "- ",
    "> ",
    "1. ",
    "    ",
    "`",
    "```",
    "```x/onmouseover=alert(1)//\n",
    "```rust title=\"",
    "``` {onload=alert(1)}\n",
    "<p ",
    "<a ",
    "<img ",
    "<div ",
    "<svg ",
    "<math ",
    "<td ",
    "<b>",
    "</b>",
    "onclick=alert(1) ",
    "onerror='alert(1)' ",
    "ONLOAD=\"alert(1)\" ",
    "/onfocus=alert(1)/",
    "style=\"color:red\" ",
    "href=javascript:alert(1) ",
    "href=\"java&#10;script:alert(1)\" ",
    "src=x ",
    "srcset=\"javascript:x 1x, data:text/html,x 2x\" ",
    "title=\"&#xFDD0;0&#xFDD1;\" ",
    "title='",
    "alt=\"",
    "\" ",
    "' ",
    "data-random ",
    "data-embed=https://a.example ",
    "data-path-steps=x data-step=y ",
    "id=Keys ",
    "id=Copied ",
    "class=\"prose term\" ",
    "class=tool data-tool=quiz ",
    ">",
    "/>",
    "<",
    "</p>",
    "</a>",
    "</div>",
    "</main>",
    "</body>",
    "<script>alert(1)</script>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<iframe src=javascript:alert(1)>",
    "<iframe src=https://a.example></iframe>",
    "<form action=x><button formaction=javascript:x>",
    "<textarea>",
    "</textarea>",
    "<title>",
    "</title>",
    "<xmp>",
    "</xmp>",
    "<noscript>",
    "</noscript>",
    "<template>",
    "<select>",
    "<option>",
    "<table>",
    "<tr>",
    "<plaintext>",
    "<noembed>",
    "<!--",
    "-->",
    "--!>",
    "<![CDATA[",
    "]]>",
    "<?php ",
    "?>",
    "<base href=https://a.example>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=x>",
    "<object data=data:text/html,x>",
    "<embed src=x>",
    "<dialog open>",
    "<a href=\"vbscript:x\">",
    "[x](javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "![x](data:text/html,x)",
    "<javascript:alert(1)>",
    "[x](y \"&#xFDD0;1&#xFDD1;\")",
    "![x\" onerror=alert(1)](y)",
    "[[x\" onclick=alert(1)]]",
    "[^1]",
    "[^1]: note\n",
    "[r]: javascript:x\n\n[r]",
    "$\\operatorname{<script/src=/evil.js></script>}$",
    "$\\text{<b onclick=x>}$",
    "$\\operatorname*{</mo></math><img src=x onerror=alert(1)>}$",
    "$\\href{javascript:x}{y}$",
    "$\\operatorname{",
    "}$",
    "$$\\begin{align}a&=b\\label{\"onclick=x}\\end{align}$$",
    "$a\\!b$",
    "$",
    ":::note\n",
    ":::\n",
    ":::note{title=\"",
    ":::tabs\n:::tab{title=\"\\\" onclick=x\"}\n",
    "::badge{text=\"<b onclick=x>\" tone=\"a term\\\" onclick=x\"}",
    "::card{title=x href=\"javascript:x\"}",
    "::button{label=x href=\"data:text/html,x\"}",
    "::figure{src=\"javascript:x\" alt=\"\\\" onerror=x\"}",
    "\"}",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&quot; onclick=x ",
    "&#xFDD0;",
    "&#xFDD1;",
    "\u{FDD0}0\u{FDD1}",
    "<?0?>",
    "<x00>",
    "::badge{text=a}",
    "|a|b|\n|-|-|\n|",
    "|",
    "Term\n: def ",
    "é",
    "\t",
];

fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

const PAGES_PER_CASE: usize = 24;

#[test]
fn no_active_content_reaches_a_page() {
    let known = known();
    let config = ProptestConfig {
        max_shrink_iters: 200,
        ..crate::common::random::property(6, 120)
    };
    proptest!(config, |(texts in prop::collection::vec((hostile(), hostile()), PAGES_PER_CASE), is_escaped in prop::bool::weighted(0.2))| {
        let mut files = MemoryFiles::default();
        files.put("handsel.yaml", if is_escaped { "math: true\nraw_html: escape\n" } else { "math: true\n" });
        put_own_kind(&mut files);
        for (number, (body, title)) in texts.iter().enumerate() {
            let quoted = title.replace(|c: char| c.is_control() || c == '"' || c == '\\', "'");
            let kind = KINDS[number % KINDS.len()];
            if number % 6 == 5 {
                let text = body.replace(|c: char| c.is_control() && c != '\n', " ");
                files.put(&format!("content/x/t{number}.md"), checklist(&text));
                let story = text.replace('\'', "''").replace('\n', "\n\n  ");
                files.put(&format!("content/x/f{number}.md"), format!("---\ntitle: F\nkind: thing\nstory: 'S {story}'\n---\n\nText.\n"));
            }
            files.put(&format!("content/x/p{number}.md"), format!("---\ntitle: \"T{quoted}\"\nsummary: \"S{quoted}\"\nkind: {kind}\n---\n\n{body}\n"));
        }
        let (_, published) = crate::common::build(&files, &lenient());
        let rendered = published.keys().filter(|name| name.starts_with("x/p") && name.ends_with("/index.html")).count();
        prop_assert!(rendered >= PAGES_PER_CASE / 2, "only {} pages were rendered", rendered);
        for (name, bytes) in published.iter().filter(|(name, _)| name.ends_with(".html")) {
            let html = String::from_utf8_lossy(bytes);
            let found = active(&html, &known);
            let main = html.find("<main").map_or("", |at| &html[at..]);
            prop_assert!(found.is_empty(), "{}: {:#?}\n{}", name, found, main);
        }
    });
}
