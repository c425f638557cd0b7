//! `handsel new KIND TITLE`: creates a page from its kind's scaffold, in the folder of that kind.
//! An existing file is never overwritten.

use std::io::ErrorKind;

use clap::Args;

use super::console::{Console, OutputStream};
use super::options::{CommonOptions, current_time};
use super::site_root::SiteRoot;
use super::{CommandError, Status, problem_output, schema};
use crate::diagnostic::{Diagnostic, nearest};
use crate::disk::new_file::create_new;
use crate::kind::{self, Kind, Kinds};
use crate::paths::{SourcePath, slug};
use crate::source::{Files, ListingRules};
use crate::theme;

const KINDS_FOLDER: &str = "templates/kinds";

const EXAMPLES: &str = "\
Examples:
  handsel new guide \"How to choose a first gift\"    content/guides/how-to-choose-a-first-gift.md
  handsel new page About                            content/about.md";

/// Create a page from the scaffold of its kind
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct NewOptions {
    /// guide, tip, tool, page, or your own kind (templates/kinds/)
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// The page's title; its address is made from it
    #[arg(value_name = "TITLE")]
    pub title: String,
}

pub fn run(
    options: &NewOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open(common)?;
    let title = title(&options.title)?;
    let files = site.disk.list(&ListingRules::default()).value;
    let (kinds, mut problems) = kinds(&site, &files);
    // Errors in other kinds' files do not matter here; a build reports them.
    problems.retain(|problem| {
        problem
            .location
            .as_ref()
            .is_some_and(|place| place.path.stem() == options.kind)
            && problem.is_error()
    });
    if !problems.is_empty() {
        problem_output::problems(console, &site, &mut problems, OutputStream::Error);
        return Ok(Status::ContentErrors);
    }
    let kind = kinds
        .get(&options.kind)
        .ok_or_else(|| unknown(&options.kind, &kinds))?;
    let path = path(&site, kind, &title)?;
    let folder_page = path
        .folder()
        .join(&format!("{}/index.md", path.stem()))
        .ok();
    if let Some(taken) = files
        .iter()
        .find(|file| Some(*file) == folder_page.as_ref())
    {
        return Err(
            CommandError::new(format!("{} already has that address", site.show(taken)))
                .help("choose another title"),
        );
    }
    let today = match common.today {
        Some(today) => today,
        None => current_time()?
            .to_zoned(zone(&site.settings().timezone))
            .date(),
    };
    create_new(
        site.disk.root(),
        &path,
        fill(
            &kind.scaffold,
            &title,
            &today.to_string(),
            &site.settings().timezone,
        )
        .as_bytes(),
    )
    .map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            CommandError::new(format!("{} already exists", site.show(&path)))
                .help("choose another title, or edit that file")
        }
        _ => CommandError::new(format!("{} cannot be created: {error}", site.show(&path))),
    })?;
    console.answer(&format!("Created {}", site.show(&path)));
    // The page exists by now, so a failure to write the schemas is only a note.
    if site.disk.read(&site.config).is_ok() && schema::write(&site, &kinds).is_err() {
        console.write_note("Note: the schemas for editors could not be written.");
    }
    console.answer(next(&kind.scaffold));
    Ok(Status::Done)
}

/// The title as one line of text.
///
/// # Errors
/// When it is empty or has control characters.
fn title(given: &str) -> Result<String, CommandError> {
    let title = given.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(CommandError::new("the title is empty")
            .help("write it in quotes: handsel new guide \"How to …\""));
    }
    if title.contains(char::is_control) {
        return Err(CommandError::new("the title contains control characters")
            .help("write it as plain text on one line"));
    }
    Ok(title)
}

/// The kinds of the theme and of the site, which override those of the theme, with the problems in
/// their files.
pub(super) fn kinds(site: &SiteRoot, files: &[SourcePath]) -> (Kinds, Vec<Diagnostic>) {
    let folder = SourcePath::new(KINDS_FOLDER).expect("a plain path is valid");
    let built_in = theme::templates().into_iter().filter_map(|(name, bytes)| {
        let path = SourcePath::new(&format!("templates/{name}")).ok()?;
        (path.folder() == folder).then(|| (path, bytes.into_owned()))
    });
    // In a plain folder of Markdown, `templates/` has no special meaning.
    let has_own = !site.content().as_str().is_empty();
    let is_own = |path: &&SourcePath| {
        has_own && path.folder() == folder && matches!(path.extension().as_str(), "yaml" | "yml")
    };
    let own = files
        .iter()
        .filter(is_own)
        .filter_map(|path| Some((path.clone(), site.disk.read(path).ok()?.to_vec())));
    let mut problems = Vec::new();
    let mut kinds = Kinds::new();
    for (path, bytes) in built_in.chain(own) {
        if let Some(kind) = kind::read(&path, &bytes).take_into(&mut problems) {
            kinds.insert(kind.name.clone(), kind);
        }
    }
    (kinds, problems)
}

fn unknown(name: &str, kinds: &Kinds) -> CommandError {
    let names: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let near = nearest(name, names.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    CommandError::new(format!("there is no kind `{name}`")).help(format!(
        "{near}this site has the kinds {}",
        names.join(", ")
    ))
}

fn path(site: &SiteRoot, kind: &Kind, title: &str) -> Result<SourcePath, CommandError> {
    let folder = kind.folder.as_deref().unwrap_or_default();
    let outside = |_| {
        CommandError::new(format!(
            "the folder `{folder}` of the kind `{}` is outside the site",
            kind.name
        ))
    };
    site.content()
        .join(&format!("./{folder}/{}.md", slug(title)))
        .map_err(outside)
}

fn zone(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC)
}

/// The scaffold with its placeholders filled in. The title is quoted as YAML in the front matter
/// and inserted unchanged in the body.
fn fill(scaffold: &str, title: &str, today: &str, timezone: &str) -> String {
    let quoted =
        serde_json::to_string(title).expect("text can be written as JSON, which is valid YAML");
    let body = scaffold
        .strip_prefix("---\n")
        .and_then(|rest| rest.find("\n---\n"))
        .map_or(0, |end| "---\n".len() + end);
    let (front, body) = scaffold.split_at(body);
    let front = front.replace("{timezone}", timezone);
    let front = front
        .replace("\"{title}\"", "{title}")
        .replace("'{title}'", "{title}")
        .replace("{today}", today);
    front.replace("{title}", &quoted) + &body.replace("{today}", today).replace("{title}", title)
}

fn next(scaffold: &str) -> &'static str {
    if scaffold.contains("\ndraft: true") {
        "It is a draft. To include it, run `handsel build --drafts`; to publish it, delete `draft: true`."
    } else {
        "The next build publishes it."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaffolds_are_filled() {
        let scaffold = "---\ntitle: {title}\npublished: {today}\n---\n\n# {title}\n";
        let filled = fill(scaffold, "Say \"no\": a {today} guide", "2026-01-31", "UTC");
        assert_eq!(
            filled,
            "---\ntitle: \"Say \\\"no\\\": a {today} guide\"\npublished: 2026-01-31\n---\n\n# Say \"no\": a {today} guide\n"
        );
        assert_eq!(
            fill("---\ntitle: '{title}'\n---\n", "a\\b", "", ""),
            "---\ntitle: \"a\\\\b\"\n---\n"
        );
        assert_eq!(fill("# {title}\n", "A", "", ""), "# A\n");
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(
            title("  Give\n first ").map_err(|error| error.message),
            Ok("Give first".into())
        );
        assert!(title(" \t").is_err());
        assert!(title("a\u{1b}[31m").is_err());
    }
}
