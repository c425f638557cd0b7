//! In a lenient build every Markdown file becomes a page, whatever is wrong with its front matter;
//! only drafts are not published.

use handsel::source::MemoryFiles;

/// Pseudorandom numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("it has 31 bits") % limit
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const LINES: [&str; 44] = [
    "title: A page",
    "title: A title: with a colon",
    "title: 'Don't touch'",
    "title: \"Look\" after",
    "title: [a, b]",
    "title:",
    "title: @home",
    "title: *anchor",
    "permalink: /same/",
    "permalink: /../up/",
    "permalink: /same.html",
    "permalink: [a]",
    "slug: same",
    "slug: a/b",
    "slug: \"\"",
    "url: //",
    "template: sidebar",
    "template: ../page",
    "kind: guide",
    "kind: nothing",
    "layout: post",
    "date: 2019-9-3",
    "date: 03/04/2019",
    "date: { created: 2019-01-01, updated: yesterday }",
    "date: 2019-02-31",
    "published: 3",
    "tags: [a, b",
    "tags: [\"\", \" \", a, A]",
    "tags: { a: b }",
    "  indented: wrong",
    "\ttab: x",
    "words that are not a key",
    "aliases: [/same/, /a/b/, ../../x]",
    "aliases: { a: b }",
    "order: first",
    "lang: en_US",
    "image: { alt: x }",
    "extra: [1]",
    "checks: { broken-link: maybe }",
    "tool: { type: calculator }",
    "x: !!python/object:os.system {}",
    "? [complex, key]",
    "- item",
    "next: { text: x }",
];

const OPENINGS: [&str; 12] = [
    "---\n",
    "\n---\n",
    "--- \n",
    " ---\n",
    "----\n",
    "---yaml\n",
    "\u{FEFF}---\n",
    "<!-- x -->\n---\n",
    "# Heading\n\n---\n",
    "",
    "+++\n",
    "\u{2014}\n",
];

const CLOSINGS: [&str; 8] = [
    "---\n",
    "---  \n",
    "...\n",
    "----\n",
    "",
    "+++\n",
    "\u{2014}\n",
    "--\n",
];

fn page(numbers: &mut Numbers) -> Vec<u8> {
    let mut text = numbers.one_of(&OPENINGS).to_owned();
    if numbers.below(3) > 0 {
        text = "---\n".to_owned();
    }
    for _ in 0..numbers.below(6) {
        text += numbers.one_of(&LINES);
        text += "\n";
    }
    text += if numbers.below(3) > 0 {
        "---\n"
    } else {
        numbers.one_of(&CLOSINGS)
    };
    text += "\nSome text of the page.\n";
    let mut bytes = text.into_bytes();
    if numbers.below(4) == 0 {
        let at = numbers.below(bytes.len());
        match numbers.below(3) {
            0 => bytes[at] = u8::try_from(numbers.below(256)).expect("it is below 256"),
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, b"\"'[]{}:#-|>&*!%@`\0\t\n\xFF"[numbers.below(21)]),
        }
    }
    bytes
}

#[test]
fn every_markdown_file_is_a_page() {
    const NAMES: [&str; 18] = [
        "index",
        "a",
        "A",
        "2020-01-01-a",
        "2021-01-01-a",
        "guides/index",
        "guides/README",
        "guides/_index",
        "guides/a",
        "same",
        "same/index",
        "b.c",
        // Their addresses would be below files that the build generates.
        "index.html",
        "robots.txt",
        "guides/index.html",
        "guides/feed.xml",
        "same/index.html/x",
        "same/index.md",
    ];
    let sites = if crate::common::random::is_long() {
        2_000
    } else {
        40
    };
    let mut numbers = Numbers(crate::common::random::seed(4));
    for site in 0..sites {
        let mut files = MemoryFiles::default();
        files.put(
            "handsel.yaml",
            "title: T\nbase_url: https://site.example/\nmarkdown_copies: true\n",
        );
        for name in ["page", "guide", "tip", "tool", "section", "home"] {
            files.put(
                &format!("templates/{name}.html"),
                "<h1>{{ page.heading }}</h1>\n{{ page.body }}",
            );
        }
        for name in NAMES {
            files.put(&format!("content/{name}.md"), page(&mut numbers));
        }
        let request = handsel::pipeline::Request {
            is_lenient: true,
            ..crate::common::request()
        };
        let (built, published) = crate::common::build(&files, &request);
        let errors: Vec<_> = built
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .collect();
        let sources = || {
            files
                .0
                .iter()
                .filter(|(path, _)| path.is_markdown())
                .map(|(path, bytes)| format!("{path}: {:?}", String::from_utf8_lossy(bytes)))
                .collect::<Vec<_>>()
        };
        assert!(
            errors.is_empty(),
            "site {site}: {errors:#?} {:#?}",
            sources()
        );
        assert_eq!(
            (built.pages, built.left_out),
            (NAMES.len(), 0),
            "site {site}: {:#?}",
            sources()
        );
        assert!(
            published
                .keys()
                .filter(|path| path.ends_with("index.html"))
                .count()
                >= NAMES.len(),
            "site {site}"
        );
    }
}
