//! The manual's tables match the code: settings, front matter, kinds, components, codes.
//!
//! Each is between `<!-- table: NAME -->` and `<!-- end -->` in `content/manual/*.md`. Run with
//! `HANDSEL_UPDATE=1` to write them, and read the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use handsel::diagnostic::Code;
use handsel::document::components::ArgumentKind;
use handsel::document::front_matter::COMMON_FIELDS;
use handsel::fields::manual_table;
use handsel::kind::{self, KIND_FIELDS};
use handsel::page::templates::{TemplateFile, Templates};
use handsel::paths::SourcePath;
use handsel::pipeline::Request;
use handsel::renamed::{self, NameKind};
use handsel::settings::{SETTINGS, tokens_table};
use handsel::source::MemoryFiles;
use handsel::theme;
use handsel::tool::declaration::COMMON_FIELDS as COMMON_FIELDS_OF_TOOLS;
use handsel::tool::language::functions;
use handsel::tool::{calculator, checklist, compare, decision, inputs, quiz, tables};
use handsel::vocabulary::TERM_FIELDS;
use serde_json::Value;

/// The name of a table, and the function that makes it.
type Table = (&'static str, fn() -> String);

const TABLES: [Table; 31] = [
    ("settings", || manual_table(&SETTINGS)),
    ("tokens", tokens_table),
    ("common-fields", || manual_table(&COMMON_FIELDS)),
    ("kinds", kinds),
    ("kind-file", || manual_table(&KIND_FIELDS)),
    ("terms", || manual_table(&TERM_FIELDS)),
    ("components", components),
    ("codes", codes),
    ("checklist", || manual_table(&checklist::FIELDS)),
    ("compare", || manual_table(&compare::FIELDS)),
    ("decision", || manual_table(&decision::FIELDS)),
    ("tool", || manual_table(&COMMON_FIELDS_OF_TOOLS)),
    ("quiz", || manual_table(&quiz::FIELDS)),
    ("calculator", || {
        manual_table(&calculator::CALCULATOR_FIELDS)
    }),
    ("tool-input", || manual_table(&inputs::INPUT_FIELDS)),
    ("tool-step", || manual_table(&calculator::STEP_FIELDS)),
    ("tool-result", || manual_table(&calculator::RESULT_FIELDS)),
    ("tool-say", || manual_table(&calculator::SAY_FIELDS)),
    ("tool-example", || manual_table(&calculator::EXAMPLE_FIELDS)),
    ("tool-table", || manual_table(&tables::TABLE_FIELDS)),
    ("functions", functions::manual),
    ("renamed-settings", || {
        renamed_names(|kind| kind == NameKind::Setting)
    }),
    ("renamed-kind-keys", || {
        renamed_names(|kind| kind == NameKind::KindKey)
    }),
    ("renamed-values", renamed_values),
    ("renamed-template-values", || {
        renamed_names(|kind| kind == NameKind::TemplateValue)
    }),
    ("renamed-texts", || {
        renamed_names(|kind| kind == NameKind::Word)
    }),
    ("renamed-tokens", || {
        renamed_names(|kind| kind == NameKind::Token)
    }),
    ("renamed-templates", || {
        renamed_names(|kind| kind == NameKind::Template)
    }),
    ("renamed-blocks", || {
        renamed_names(|kind| kind == NameKind::Block)
    }),
    ("renamed-scripts", || {
        renamed_names(|kind| kind == NameKind::Script)
    }),
    ("renamed-codes", || {
        renamed_names(|kind| kind == NameKind::Code)
    }),
];

#[test]
fn tables_match_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/manual");
    let is_update = std::env::var_os("HANDSEL_UPDATE").is_some();
    let (mut found, mut stale) = (BTreeSet::new(), Vec::new());
    let manual = std::fs::read_dir(&folder).expect("the manual is part of the project");
    let mut pages: Vec<PathBuf> = manual
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    pages.push(folder.join("../../docs/THEME.md"));
    for path in pages {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the manual is UTF-8");
        let updated = update_tables(&text, &mut found);
        if updated != text && is_update {
            std::fs::write(&path, updated).expect("the manual can be written");
        } else if updated != text {
            stale.push(
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    assert!(
        stale.is_empty(),
        "{} differ from the code: run `HANDSEL_UPDATE=1 cargo test --test quick manual`",
        stale.join(", ")
    );
    let missing: Vec<&str> = TABLES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !found.contains(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "no page of the manual has a line `<!-- table: NAME -->` for {missing:?}"
    );
}

/// The example in docs/THEME.md is a site that can be built, and as short as the page says.
#[test]
fn the_example_theme_has_at_most_forty_lines() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/THEME.md"))
        .expect("it is part of the project");
    let (_, example) = text
        .split_once("## Another look in 40 lines")
        .expect("the example has its heading");
    let mut files = MemoryFiles::default();
    files.put(
        "content/index.md",
        "---\ntitle: Home\nsummary: A home.\n---\n\nWelcome.\n",
    );
    let mut lines = 0;
    for fence in example
        .split("\n```")
        .filter(|fence| fence.contains(" title=\""))
    {
        let (head, body) = fence.split_once('\n').expect("a fence has a first line");
        let (_, name) = head
            .split_once(" title=\"")
            .expect("only those with a title were kept");
        files.put(name.trim_end_matches('"'), body);
        lines += body.lines().count();
    }
    let (built, published) = crate::common::build(&files, &crate::common::request());
    assert_eq!(built.problems, Vec::new());
    assert!((20..=40).contains(&lines), "{lines} lines");
    let home = String::from_utf8_lossy(&published["index.html"]);
    assert!(
        home.contains("css/tokens.") && home.contains("css/school."),
        "{home}"
    );
}

/// The values that templates see are documented in one place, `content/manual/templates.md`. This
/// repository's own site has pages of every kind, so rendering it as JSON shows every name.
#[test]
fn every_value_of_templates_is_in_the_manual() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = MemoryFiles::default();
    for folder in ["content", "static"] {
        put_folder(&mut files, root, Path::new(folder));
    }
    files.put(
        "handsel.yaml",
        std::fs::read(root.join("handsel.yaml")).expect("it is part of the project"),
    );
    let blocks = ["title", "head", "sidebar", "main"]
        .map(|name| format!("{{% block {name} %}}{{% endblock {name} %}}"));
    let base = format!(
        "{{{{ page | json }}}}\n{{{{ site | json }}}}\n{{{{ nav | json }}}}\n{}",
        blocks.concat()
    );
    files.put("templates/base.html", base);
    let request = Request {
        is_lenient: true,
        ..crate::common::request()
    };
    let (_, published) = crate::common::build(&files, &request);

    let (mut own, mut all) = (BTreeMap::<&str, BTreeSet<String>>::new(), BTreeSet::new());
    let mut layouts = BTreeSet::<String>::new();
    for bytes in published
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(_, bytes)| bytes)
    {
        let text = std::str::from_utf8(bytes).expect("pages are UTF-8");
        for (name, line) in ["page", "site", "nav"].into_iter().zip(text.lines()) {
            // Redirects have their own template.
            let Ok(Value::Object(value)) = serde_json::from_str(line) else {
                continue;
            };
            own.entry(name).or_default().extend(value.keys().cloned());
            layouts.extend(
                value
                    .get("layout")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            names_in(&Value::Object(value), &mut all);
        }
    }
    // Old names are in content/manual/renamed.md.
    let is_old = |name: &str| renamed::new_name(NameKind::TemplateValue, name).is_some();
    own.values_mut()
        .chain([&mut all])
        .for_each(|names| names.retain(|name| !is_old(name)));
    let manual = std::fs::read_to_string(root.join("content/manual/templates.md"))
        .expect("the manual is UTF-8");
    let (_, section) = manual
        .split_once("## What a template sees")
        .expect("the page has this section");
    let (section, _) = section.split_once("\n## ").expect("more sections follow");
    let documented = names_in_code(section);
    let missing: Vec<&String> = all
        .iter()
        .filter(|name| !documented.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "content/manual/templates.md lacks {missing:?}"
    );
    for layout in &layouts {
        assert!(
            section.contains(&format!("`{layout}`")),
            "content/manual/templates.md lacks the layout `{layout}`"
        );
    }
    for name in ["page", "site"] {
        let (_, table) = section
            .split_once(&format!("### `{name}`"))
            .expect("the value has a table");
        let table = table.split("\n### ").next().unwrap_or_default();
        let cells = table.lines().filter_map(|row| {
            row.strip_prefix("| ")?
                .split_once(" |")
                .map(|(cell, _)| cell)
        });
        let rows: BTreeSet<String> = cells.flat_map(names_in_code).map(str::to_owned).collect();
        assert_eq!(
            rows, own[name],
            "the table of `{name}` in content/manual/templates.md"
        );
    }
}

/// Adds every file below a folder of the project.
fn put_folder(files: &mut MemoryFiles, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(root.join(folder)).expect("it is part of the project") {
        let entry = entry.expect("the folder can be listed");
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            put_folder(files, root, &path);
        } else {
            let bytes = std::fs::read(entry.path()).expect("files of the project can be read");
            files.put(&path.to_string_lossy().replace('\\', "/"), bytes);
        }
    }
}

/// Every name in a value, except those that writers choose: of a kind's fields, and below `extra`.
fn names_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                names.insert(name.clone());
                if !matches!(name.as_str(), "fields" | "extra") {
                    names_in(inner, names);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        _ => {}
    }
}

/// The names between backticks.
fn names_in_code(markdown: &str) -> BTreeSet<&str> {
    let code = markdown
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    code.flat_map(|span| span.split(|c: char| !c.is_ascii_lowercase() && c != '_'))
        .filter(|name| !name.is_empty())
        .collect()
}

/// The text with all generated tables updated.
fn update_tables(text: &str, found: &mut BTreeSet<String>) -> String {
    const OPEN: &str = "<!-- table: ";
    const CLOSE: &str = "<!-- end -->";
    let mut updated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (name, after) = after
            .split_once(" -->\n")
            .expect("the mark ends its line with `-->`");
        let (_, after) = after
            .split_once(CLOSE)
            .expect("the table is closed with `<!-- end -->`");
        let (_, make) = TABLES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("there is no table `{name}`"));
        found.insert(name.to_owned());
        let table = make();
        write!(
            updated,
            "{before}{OPEN}{name} -->\n\n{}\n\n{CLOSE}",
            table.trim_end()
        )
        .expect("writing to a string cannot fail");
        rest = after;
    }
    updated + rest
}

/// The fields of the built-in kinds that have any.
fn kinds() -> String {
    let mut table = String::new();
    for (name, bytes) in theme::templates()
        .into_iter()
        .filter(|(name, _)| name.starts_with("kinds/"))
    {
        let path = SourcePath::new(&format!("templates/{name}"))
            .expect("an embedded name is a path inside");
        let kind = kind::read(&path, &bytes)
            .value
            .expect("the built-in kinds can be read");
        if !kind.fields.is_empty() {
            write!(
                table,
                "**{}**\n\n{}\n",
                kind.name,
                manual_table(&kind.fields)
            )
            .expect("writing to a string cannot fail");
        }
    }
    table
}

/// Every component of the theme with its arguments.
fn components() -> String {
    let is_component = |name: &str| name.starts_with("components/");
    let file = |(name, bytes): (String, std::borrow::Cow<'static, [u8]>)| TemplateFile {
        path: SourcePath::new(&format!("templates/{name}"))
            .expect("an embedded name is a path inside"),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        name,
        is_own: false,
    };
    let built_in = theme::templates()
        .into_iter()
        .filter(|(name, _)| is_component(name))
        .map(file)
        .collect();
    let templates = Templates::load(built_in, Vec::new(), BTreeSet::new());
    assert_eq!(templates.problems, Vec::new());
    let mut table = String::from("| component | needs | may have |\n|---|---|---|\n");
    for (name, signature) in templates
        .value
        .signatures
        .iter()
        .filter(|(name, _)| *name != "alert")
    {
        let list = |is_required: bool| {
            let fitting = signature
                .arguments
                .iter()
                .filter(|argument| argument.is_required == is_required);
            let formatted = fitting.map(|argument| match argument.kind {
                ArgumentKind::Text | ArgumentKind::Anything => format!("`{}`", argument.name),
                ArgumentKind::Integer | ArgumentKind::Number => {
                    format!("`{}` (a number)", argument.name)
                }
                ArgumentKind::Boolean => format!("`{}` (true or false)", argument.name),
            });
            formatted.collect::<Vec<_>>().join(", ")
        };
        writeln!(
            table,
            "| `{}` | {} | {} |",
            name.replace('_', "-"),
            list(true),
            list(false)
        )
        .expect("writing to a string cannot fail");
    }
    table
        + "| `include` | `file` | `region`, `lines`, `language`, `title`, `numbers` (true or false) |\n| `tool` | `page` | what the tool takes |\n"
}

/// Old and new names of some kinds.
fn renamed_names(is_wanted: impl Fn(NameKind) -> bool) -> String {
    let mut table = String::from("| old | new |\n|---|---|\n");
    for renamed in renamed::RENAMED
        .iter()
        .filter(|renamed| is_wanted(renamed.kind))
    {
        writeln!(table, "| `{}` | `{}` |", renamed.old, renamed.new)
            .expect("writing to a string cannot fail");
    }
    table
}

/// Old and new values, with the keys that have them.
fn renamed_values() -> String {
    let mut table = String::from("| key | old | new |\n|---|---|---|\n");
    for renamed in renamed::RENAMED {
        if let NameKind::Value(key) = renamed.kind {
            writeln!(table, "| `{key}` | `{}` | `{}` |", renamed.old, renamed.new)
                .expect("writing to a string cannot fail");
        }
    }
    table
}

/// Every code, with an id that other pages link to and an id for its old name.
fn codes() -> String {
    let mut table = String::from("| code | default | meaning |\n|---|---|---|\n");
    for code in Code::ALL {
        let (name, severity, meaning) = (
            code.name(),
            code.severity(),
            code.meaning().replace('|', "\\|"),
        );
        let old: String = renamed::RENAMED
            .iter()
            .filter(|renamed| renamed.kind == NameKind::Code && renamed.new == name)
            .map(|renamed| format!("<span id=\"{}\"></span>", renamed.old))
            .collect();
        writeln!(
            table,
            "| <span id=\"{name}\"></span>{old}`{name}` | {severity} | {meaning} |"
        )
        .expect("writing to a string cannot fail");
    }
    table
}
