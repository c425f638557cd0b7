//! Random edits of a small site, as a writer makes them: one after another, each of which may leave
//! a site with errors.

use std::sync::Arc;

use handsel::paths::SourcePath;
use handsel::source::MemoryFiles;

use super::images::sample_image;

/// Pseudorandom numbers from a seed (xorshift, Marsaglia 2003).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides.max(1)
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// The site that every sequence of edits starts with.
pub fn site() -> MemoryFiles {
    let mut site = MemoryFiles::default();
    for (path, text) in [
        (
            "handsel.yaml",
            "title: A site\nbase_url: https://example.org/kit/\n",
        ),
        (
            "content/index.md",
            "---\ntitle: Home\nsummary: Begin here.\n---\nSee [one](guides/one.md) and [all guides](/guides/).\n",
        ),
        (
            "content/guides/one.md",
            "---\ntitle: One\ntopics: [first]\n---\nA sentence. See [two](two.md#part) and ![it](pic.svg).\n",
        ),
        (
            "content/guides/two.md",
            "---\ntitle: Two\ntopics: [first, second]\nnext: one.md\n---\n## Part\n\n[[one]] and more.\n",
        ),
        (
            "content/guides/pic.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ),
        (
            "content/tips/small.md",
            "---\ntitle: Small\npublished: 2026-01-02\ntopics: [second]\n---\n:::note\nShort.\n:::\n",
        ),
        (
            "content/tips/shown.md",
            "---\ntitle: Shown\n---\n::include{file=\"code.rs\"}\n",
        ),
        ("content/tips/code.rs", "fn main() {}\n"),
        ("static/robots-extra.txt", "x\n"),
        (
            "content/glossary/alpha.md",
            "---\ntitle: Alpha\nshort: The first letter.\nalso: [longer phrase]\n---\nText.\n",
        ),
        (
            "content/downloads/file.md",
            "---\ntitle: A file\nfile: list.txt\n---\nTake it.\n",
        ),
        ("content/downloads/list.txt", "one\n"),
        (
            "content/paths/way.md",
            "---\ntitle: A way\noutcome: There.\nsteps: [{ page: ../guides/one.md }, { page: ../guides/two.md, optional: true }]\n---\nGo.\n",
        ),
        (
            "content/events/day.md",
            "---\ntitle: A day\nstart: 2026-12-01T10:00\ncost: free\nplace: Here\n---\nCome.\n",
        ),
    ] {
        site.put(path, text);
    }
    site.put("content/guides/hen.jpg", sample_image("jpeg 40x30"));
    site.put("static/img/still.png", sample_image("png 24x18"));
    site
}

const NAMES: [&str; 6] = ["one", "two", "three", "four", "index", "README"];
const ASSETS: [&str; 4] = [
    "static/css/own.css",
    "content/tips/code.rs",
    "content/guides/pic.svg",
    "content/downloads/list.txt",
];
const IMAGES: [&str; 3] = [
    "content/guides/hen.jpg",
    "content/guides/cow.png",
    "static/img/still.png",
];
const FOLDERS: [&str; 7] = [
    "",
    "guides/",
    "tips/",
    "guides/deep/",
    "tools/",
    "glossary/",
    "events/",
];
const WORDS: [&str; 8] = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "größe",
    "日本",
    "x",
    "a longer phrase of several words",
];

/// Makes one edit; returns a description of it.
pub fn edit(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let path = match dice.roll(21) {
        0..=4 => return rewrite(site, dice),
        5..=7 => return delete(site, dice),
        8 | 9 => return rename(site, dice),
        10 => return move_folder(site, dice),
        11 => put(
            site,
            "templates/partials/extra-head.html",
            format!("<meta name=\"x\" content=\"{}\">", dice.pick(&WORDS)),
        ),
        12 => put(site, "templates/tip.html", tip_template(dice)),
        13 => put(site, "templates/components/note.html", note_component(dice)),
        14 => put(
            site,
            "data/prices.yaml",
            format!("coffee: {}\n", dice.roll(4)),
        ),
        15 => put(site, "handsel.yaml", settings(dice)),
        16 => put(
            site,
            "content/guides/_defaults.yaml",
            format!("level: {}\n", dice.pick(&["starter", "expert", "nonsense"])),
        ),
        19 => return change_image(site, dice),
        17 => put(
            site,
            "content/topics.yaml",
            format!("first: {{ title: {} }}\n", dice.pick(&WORDS)),
        ),
        18 => put(
            site,
            ASSETS[dice.roll(ASSETS.len())],
            format!("/* {} */", dice.roll(3)),
        ),
        _ => put(
            site,
            "templates/i18n/en.yaml",
            format!("related: {}\n", dice.pick(&WORDS)),
        ),
    };
    format!("put {path}")
}

/// Another image of another size, a broken one, or none.
fn change_image(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let path = *dice.pick(&IMAGES);
    let format = if path.ends_with(".jpg") {
        "jpeg"
    } else {
        "png"
    };
    let description = match dice.roll(6) {
        0 => "gif 20x10 moving".to_owned(),
        1 => format!("{format} 30x20 cut"),
        2 => format!("{format} 40x30 turned=6 gps"),
        seed => format!("{format} {}x30 seed={seed}", 20 + seed * 10),
    };
    site.put(path, sample_image(&description));
    format!("put {path}: {description}")
}

fn put(site: &mut MemoryFiles, path: &str, text: String) -> String {
    site.put(path, text);
    path.to_owned()
}

fn settings(dice: &mut Dice) -> String {
    let mut text = format!(
        "title: {}\nbase_url: https://example.org/kit/\n",
        dice.pick(&WORDS)
    );
    if dice.roll(2) == 0 {
        let widths = 10 + dice.roll(3) * 10;
        text.push_str(&if widths == 10 {
            "images: false\n".to_owned()
        } else {
            format!("images: {{ widths: [{widths}], quality: 60 }}\n")
        });
    }
    for line in [
        "copyright: Us\n",
        "page_size: 2\n",
        "highlight: false\n",
        "markdown_copies: true\n",
        "social_cards: true\n",
        "unknown_key: 1\n",
    ] {
        if dice.roll(4) == 0 {
            text.push_str(line);
        }
    }
    text
}

fn tip_template(dice: &mut Dice) -> String {
    let queries = [
        "{{ pages(kind=\"guide\") | length }}",
        "{% for card in pages(topic=\"first\") %}{{ card.title }}{% endfor %}",
        "{{ page.words }}",
        "",
    ];
    format!(
        "{{% extends \"entry.html\" %}}{{% block toolbar %}}{}{{% endblock toolbar %}}",
        dice.pick(&queries)
    )
}

fn note_component(dice: &mut Dice) -> String {
    let title = *dice.pick(&["", "title: string = \"\"", "open: bool = false"]);
    format!(
        "{{% component note({title}) %}}<aside>{}{{{{ body }}}}</aside>{{% endcomponent note %}}",
        dice.pick(&WORDS)
    )
}

fn pages(site: &MemoryFiles) -> Vec<SourcePath> {
    site.0
        .keys()
        .filter(|path| path.is_markdown())
        .cloned()
        .collect()
}

/// Writes a page, new or in place of an existing one.
fn rewrite(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let existing = pages(site);
    let path = if dice.roll(3) == 0 || existing.is_empty() {
        SourcePath::new(&format!(
            "content/{}{}.md",
            dice.pick(&FOLDERS),
            dice.pick(&NAMES)
        ))
        .expect("inside")
    } else {
        dice.pick(&existing).clone()
    };
    let old = site
        .0
        .get(&path)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let text = match (old, dice.roll(4)) {
        // Changes a sentence of an existing page and nothing else.
        (Some(old), 0 | 1) => format!("{old}\nMore {}.\n", dice.pick(&WORDS)),
        (Some(old), 2) => old.replacen(
            "title: ",
            &format!("title: {} ", dice.pick(&["New", "Old"])),
            1,
        ),
        _ => page(dice),
    };
    site.0.insert(path.clone(), Arc::from(text.as_bytes()));
    format!("write {path}: {text:?}")
}

fn page(dice: &mut Dice) -> String {
    let mut text = format!("---\ntitle: {} {}\n", dice.pick(&WORDS), dice.roll(9));
    for line in [
        "draft: true\n",
        "unlisted: true\n",
        "topics: [first]\n",
        "topics: [second, third]\n",
        "published: 2026-03-04\n",
        "published: 2027-01-01\n",
        "related: [one.md]\n",
        "aliases: [/old/]\n",
        "slug: taken\n",
        "summary: What it gives.\n",
        "order: 2\n",
        "nonsense: 1\n",
        "lang: de\n",
        "kind: term\n",
        "short: In a few words.\n",
        "also: [beta]\n",
        "time: 7 min\n",
        "level: advanced\n",
        "start: 2026-11-21\n",
        "glossary: false\n",
    ] {
        if dice.roll(6) == 0 {
            text.push_str(line);
        }
    }
    if dice.roll(4) == 0 {
        text.push_str(&format!(
            "kind: tool\ntool: {{ type: checklist, items: [{}, b] }}\n",
            dice.pick(&WORDS)
        ));
    }
    if dice.roll(8) == 0 {
        text.push_str("kind: path\noutcome: You can.\nsteps: [{ page: ../guides/one.md }, { page: ../guides/two.md }]\n");
    }
    text.push_str("---\n");
    if dice.roll(6) == 0 {
        text.push_str(&"These are many words. ".repeat(260));
        text.push_str("\n\n");
    }
    for part in [
        "See [two](../guides/two.md#part).\n\n",
        "See [[one]] and [nowhere](gone.md).\n\n",
        "## Part\n\nText with `code`.\n\n",
        ":::note\nA note.\n:::\n\n",
        ":::unknown\nA note.\n:::\n\n",
        "```rust\nfn main() {}\n```\n\n",
        "![it](../guides/pic.svg)\n\n",
        "![a hen](../guides/hen.jpg) ![a cow](../guides/cow.png)\n\n",
        "<img src=\"/img/still.png\" alt=\"\" width=\"9\">\n\n",
        "::include{file=\"../tips/code.rs\"}\n\n",
        "::tool{page=\"../guides/one.md\"}\n\n",
        "::tool{page=\"../tools/two.md\" done=\"b\"}\n\n",
        "- a\n- b\n\n",
    ] {
        if dice.roll(4) == 0 {
            text.push_str(part);
        }
    }
    text.push_str(dice.pick::<&str>(&WORDS));
    text
}

fn delete(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let paths: Vec<SourcePath> = site.0.keys().cloned().collect();
    if paths.len() < 4 {
        return "nothing".to_owned();
    }
    let path = dice.pick(&paths);
    site.0.remove(path);
    format!("delete {path}")
}

fn rename(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let existing = pages(site);
    if existing.is_empty() {
        return "nothing".to_owned();
    }
    let from = dice.pick(&existing).clone();
    let to = SourcePath::new(&format!(
        "content/{}{}.md",
        dice.pick(&FOLDERS),
        dice.pick(&NAMES)
    ))
    .expect("inside");
    let bytes = site.0.remove(&from).expect("it was listed");
    site.0.insert(to.clone(), bytes);
    format!("rename {from} to {to}")
}

fn move_folder(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let (from, to) = (
        *dice.pick(&["content/guides/", "content/tips/"]),
        *dice.pick(&["content/guides/deep/", "content/tips/", "content/moved/"]),
    );
    let inside: Vec<SourcePath> = site
        .0
        .keys()
        .filter(|path| path.as_str().starts_with(from))
        .cloned()
        .collect();
    for path in inside {
        let target = SourcePath::new(&path.as_str().replacen(from, to, 1)).expect("inside");
        let bytes = site.0.remove(&path).expect("it was listed");
        site.0.insert(target, bytes);
    }
    format!("move {from} to {to}")
}
