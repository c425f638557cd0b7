//! `handsel schema`: writes JSON Schemas of the settings and the front matter for editors, from the
//! same definitions as `handsel check`.

use std::io;

use clap::Args;
use serde_json::{Value, json};

use super::console::{Console, OutputStream};
use super::options::CommonOptions;
use super::site_root::SiteRoot;
use super::{CommandError, Status};
use crate::diagnostic::nearest;
use crate::disk::atomic_file;
use crate::document::front_matter::COMMON_FIELDS;
use crate::fields::schema::schema;
use crate::kind::{Kind, Kinds};
use crate::settings::SETTINGS;
use crate::source::{Files, ListingRules};
use crate::vocabulary;

/// The folder of the schemas, below the site's root. Like the rest of `.handsel/`, it can be
/// deleted at any time.
const FOLDER: &str = ".handsel/schema";

/// The name of the schema of `handsel.yaml`; the others are named after their kinds.
const SETTINGS_NAME: &str = "settings";

const EXAMPLES: &str = "\
Examples:
  handsel schema              write schemas of handsel.yaml and of each kind to .handsel/schema/
  handsel schema guide        print the schema of a guide's front matter
  handsel schema settings     print the schema of handsel.yaml
  handsel schema --editor     print settings for VS Code and compatible editors

`handsel init` and `handsel new` write the schema files too.";

/// Write JSON Schemas for editors: of handsel.yaml and of the front matter of every kind
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemaOptions {
    /// Print one schema: that of a kind, or `settings`
    #[arg(value_name = "NAME", conflicts_with = "editor")]
    pub name: Option<String>,
    /// Print the editor setting that assigns the schemas to files
    #[arg(long)]
    pub editor: bool,
}

pub fn run(
    options: &SchemaOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open(common)?;
    let kinds = super::new::kinds(&site, &site.disk.list(&ListingRules::default()).value).0;
    if options.editor {
        console.print_json(OutputStream::Output, &editor_settings(&site, &kinds));
        return Ok(Status::Done);
    }
    let schemas = schemas(&site, &kinds);
    if let Some(name) = &options.name {
        let found = schemas.iter().find(|(known, _)| known == name);
        let (_, schema) = found.ok_or_else(|| {
            let names: Vec<&str> = schemas.iter().map(|(name, _)| name.as_str()).collect();
            let near = nearest(name, names.iter().copied())
                .map(|near| format!("did you mean `{near}`? "))
                .unwrap_or_default();
            CommandError::new(format!("there is no schema `{name}`"))
                .help(format!("{near}the schemas are {}", names.join(", ")))
        })?;
        console.print_json(OutputStream::Output, &pretty(schema));
        return Ok(Status::Done);
    }
    write(&site, &kinds)
        .map_err(|error| CommandError::new(format!("the schemas cannot be written: {error}")))?;
    let shown = site.shown.join(FOLDER);
    console.answer(&format!(
        "Wrote {} schemas to {}. To set up your editor, run `handsel schema --editor`.",
        schemas.len(),
        shown.display()
    ));
    Ok(Status::Done)
}

/// Writes every schema that differs from the existing file.
///
/// # Errors
/// Those of the file system.
pub fn write(site: &SiteRoot, kinds: &Kinds) -> io::Result<()> {
    let folder = site.disk.root().join(FOLDER);
    for (name, schema) in schemas(site, kinds) {
        let (name, text) = (format!("{name}.json"), pretty(&schema) + "\n");
        if atomic_file::read(&folder, &name)?.as_deref() != Some(text.as_bytes()) {
            atomic_file::replace(&folder, &name, text.as_bytes())?;
        }
    }
    Ok(())
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("plain values can be written as JSON")
}

fn schemas(site: &SiteRoot, kinds: &Kinds) -> Vec<(String, Value)> {
    let terms = terms(site);
    let no_terms = |_: &str| None;
    let settings = schema(
        "handsel.yaml",
        "The settings of a site made with Handsel.",
        &[&SETTINGS],
        true,
        &no_terms,
    );
    let of_kind = |kind: &Kind| {
        let about = format!("The front matter of a page of the kind `{}`.", kind.name);
        let groups: [&[crate::fields::Field]; 2] = [&COMMON_FIELDS, &kind.fields];
        (
            kind.name.clone(),
            schema(&kind.name, &about, &groups, true, &|name: &str| terms(name)),
        )
    };
    std::iter::once((SETTINGS_NAME.to_owned(), settings))
        .chain(kinds.values().map(of_kind))
        .collect()
}

/// The keys and titles of the site's vocabularies, by the front-matter field that uses them.
fn terms(site: &SiteRoot) -> impl Fn(&str) -> Option<Vec<(String, String)>> {
    let content = site.content();
    let read = |name: &str| {
        let path = content.join(name).ok()?;
        let bytes = site.disk.read(&path).ok()?;
        let terms = vocabulary::read(&path, &bytes).value;
        Some(
            terms
                .values()
                .map(|term| (term.key.clone(), term.title.clone()))
                .collect::<Vec<_>>(),
        )
    };
    let (topics, audiences, authors) = (
        read("topics.yaml"),
        read("audiences.yaml"),
        read("authors.yaml"),
    );
    move |name: &str| match name {
        "topics" => topics.clone(),
        "audience" => audiences.clone(),
        "authors" => authors.clone(),
        _ => None,
    }
}

/// The editor setting that assigns the schemas to files, as JSON.
pub fn editor_settings(site: &SiteRoot, kinds: &Kinds) -> String {
    pretty(&json!({ "yaml.schemas": associations(site, kinds) }))
}

/// Each schema with the files that it is for, in the form of VS Code's YAML extension, which other
/// editors read too.
fn associations(site: &SiteRoot, kinds: &Kinds) -> Value {
    let content = site.content();
    let mut all = serde_json::Map::new();
    let path = |name: &str| format!("./{FOLDER}/{name}.json");
    all.insert(path(SETTINGS_NAME), json!([site.config.as_str()]));
    for kind in kinds.values() {
        if let Some(folder) = &kind.folder {
            let below = if content.as_str().is_empty() {
                folder.clone()
            } else {
                format!("{content}/{folder}")
            };
            all.insert(path(&kind.name), json!([format!("{below}/**/*.md")]));
        }
    }
    Value::Object(all)
}
