//! Reads `handsel.yaml`. All problems are reported in one run, and a setting with a problem has its
//! default value.

mod given;
mod links;

use std::collections::BTreeMap;

use self::given::{GivenSettings, fault};
use self::links::{allowed_origins, base_url, contact, editor, feedback, menu_link, pattern_url};
use super::theme::{self, Theme};
use super::{Giving, Images, RawHtml, SETTINGS, SettingLink, Settings, severities};
use crate::diagnostic::{Checked, Code, Diagnostic, Location, Severity};
use crate::fields::{CheckContext, FieldItem, check};
use crate::html::references::decode_in_plain_text;
use crate::paths::SourcePath;
use crate::renamed::NameKind;
use crate::yaml;

/// Folders with the site's sources, which the output must not overwrite.
const SOURCE_FOLDERS: [&str; 6] = ["content", "templates", "static", "data", ".git", ".handsel"];

/// The allowed widths of images in pixels, from the size of an icon to that of the largest screens.
const WIDTH_MIN: u32 = 16;
const WIDTH_MAX: u32 = 4096;
const WIDTHS_COUNT_MAX: usize = 8;

/// The placeholders that a pattern of `permalinks:` may contain.
const PERMALINK_PARTS: [&str; 4] = ["year", "month", "day", "slug"];

/// Reads the settings of a site; `bytes` is `None` if there is no `handsel.yaml`.
pub fn read(path: &SourcePath, bytes: Option<&[u8]>) -> Checked<Settings> {
    let Some(bytes) = bytes else {
        return Checked::ok(Settings::default());
    };
    let node = match yaml::read(path, bytes) {
        Ok(Some(node)) => node,
        Ok(None) => {
            let problem = Diagnostic::new(
                Code::BadSetting,
                "the settings file is empty, so every setting has its default value",
            )
            .at(Location::start_of(path))
            .severity(Severity::Warning)
            .help("set at least `title` and `base_url`, or delete the file");
            return Checked::new(Settings::default(), vec![problem]);
        }
        Err(problems) => return Checked::new(Settings::default(), problems),
    };
    let mut problems = Vec::new();
    let context = CheckContext {
        unknown: Code::UnknownSetting,
        names: Some(NameKind::Setting),
        ..CheckContext::PAGE
    };
    let items = check(&node, &SETTINGS, context).take_into(&mut problems);
    theme::unquoted_color_help(&node, &mut problems);
    let settings = from_items(&GivenSettings(&items), &mut problems);
    Checked::new(settings, problems)
}

fn from_items(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Settings {
    let unset = Settings::default();
    let giving = |name: &str| {
        given
            .map("giving")
            .and_then(|map| map.get(name))
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let theme = given
        .map("theme")
        .map(|items| theme::read(items, problems))
        .unwrap_or_default();
    Settings {
        title: given.text("title").map(decode_in_plain_text),
        summary: given.text("summary").map(decode_in_plain_text),
        language: language(given, problems).unwrap_or(unset.language),
        base_url: base_url(given, problems),
        timezone: timezone(given, problems).unwrap_or(unset.timezone),
        output: output(given, problems).unwrap_or(unset.output),
        license: given.text("license"),
        copyright: given.text("copyright"),
        logo: given.of_theme("logo").and_then(image),
        favicon: given.of_theme("favicon").and_then(image),
        giving: Giving {
            who: giving("who"),
            why: giving("why"),
            pays: giving("pays"),
            contact: contact(given, problems),
        },
        feedback: feedback(given, problems),
        discuss: given.text("discuss"),
        menu: given.list("menu").iter().filter_map(menu_link).collect(),
        permalinks: permalinks(given, problems),
        ignore: patterns(given, problems),
        external_paths: given
            .texts("external_paths")
            .iter()
            .map(|path| format!("/{}", path.trim_start_matches('/')))
            .collect(),
        retired: retired(given, problems),
        raw_html: match given.text("raw_html").as_deref() {
            Some("allow") => RawHtml::Allow,
            Some("escape") => RawHtml::Escape,
            _ => RawHtml::Sanitize,
        },
        smart_punctuation: given.flag("smart_punctuation", unset.smart_punctuation),
        math: given.flag("math", unset.math),
        highlight: given.flag("highlight", unset.highlight),
        search: given.flag("search", unset.search),
        page_size: count(given, "page_size", problems).unwrap_or(unset.page_size),
        feed_limit: count(given, "feed_limit", problems).unwrap_or(unset.feed_limit),
        markdown_copies: given.flag("markdown_copies", unset.markdown_copies),
        images: images(given, &theme, problems),
        theme,
        social_cards: given.flag("social_cards", unset.social_cards),
        edit_url: pattern_url(given, "edit_url", &["{path}"], problems),
        report_url: pattern_url(given, "report_url", &[], problems),
        editor: editor(given, problems),
        allow_origins: allowed_origins(given, problems),
        checks: given
            .map("checks")
            .map(|checks| severities(checks, problems))
            .unwrap_or_default(),
        extra: given.map("extra").cloned().unwrap_or_default(),
    }
}

fn images(
    given: &GivenSettings<'_>,
    theme: &Theme,
    problems: &mut Vec<Diagnostic>,
) -> Option<Images> {
    let mut images = Images::default();
    // The browser chooses an image before it knows the style sheet's custom properties.
    if let Some(measure) = theme
        .values
        .get("measure")
        .filter(|measure| !measure.contains("var("))
    {
        images.sizes = Images::sizes_of(measure);
    }
    let Some(item) = given.item("images") else {
        return Some(images);
    };
    if item.as_bool() == Some(false) {
        return None;
    }
    let Some(map) = item.as_map() else {
        return Some(images);
    };
    if let Some(widths) = map.get("widths") {
        let mut wanted: Vec<u32> = widths
            .as_list()
            .iter()
            .filter_map(|width| u32::try_from(width.as_integer()?).ok())
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        match wanted.iter().all(|width| (WIDTH_MIN..=WIDTH_MAX).contains(width)) && widths.as_list().len() <= WIDTHS_COUNT_MAX {
            true => images.widths = wanted,
            false => problems.push(fault(
                widths,
                "`images.widths`: a width is out of range, or there are too many widths".to_owned(),
                format!("write up to {WIDTHS_COUNT_MAX} widths from {WIDTH_MIN} to {WIDTH_MAX} pixels, such as [480, 800, 1200]"),
            )),
        }
    }
    if let Some(quality) = map.get("quality") {
        match quality
            .as_integer()
            .and_then(|quality| u8::try_from(quality).ok())
            .filter(|quality| (1..=100).contains(quality))
        {
            Some(wanted) => images.quality = wanted,
            None => problems.push(fault(
                quality,
                "`images.quality` is out of range".to_owned(),
                "write a number from 1 to 100; 80 is usual",
            )),
        }
    }
    if let Some(sizes) = map.get("sizes").and_then(FieldItem::as_text) {
        images.sizes = sizes.trim().to_owned();
    }
    if let Some(avif) = map.get("avif").filter(|avif| avif.as_bool() == Some(true)) {
        images.avif = cfg!(feature = "avif");
        if !images.avif {
            let message = "`images.avif`: AVIF support is not compiled in".to_owned();
            problems.push(fault(
                avif,
                message,
                "remove it, or build Handsel with the feature `avif`",
            ));
        }
    }
    Some(images)
}

fn language(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.item("language")?;
    let text = item.as_text()?;
    match language_fault(text) {
        None => Some(text.to_owned()),
        Some(help) => {
            problems.push(fault(
                item,
                format!("`language`: `{text}` is not a valid language tag"),
                help,
            ));
            None
        }
    }
}

/// Returns help if a text does not look like a language tag (RFC 5646, §2.1), and `None` if it
/// does.
pub fn language_fault(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let is_language = parts.next().is_some_and(|part| {
        matches!(part.len(), 2 | 3) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let is_rest = parts.all(|part| {
        matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    match () {
        () if is_language && is_rest => None,
        () if text.contains('_') && language_fault(&text.replace('_', "-")).is_none() => {
            Some(format!("write `{}`", text.replace('_', "-")))
        }
        () => Some("write a tag such as `en`, `de` or `pt-BR`".into()),
    }
}

fn timezone(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.item("timezone")?;
    let name = item.as_text()?;
    if jiff::tz::TimeZone::get(name).is_ok() {
        return Some(name.to_owned());
    }
    let known: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect();
    let near = crate::diagnostic::nearest(name, known.iter().map(String::as_str));
    let help = near.map_or_else(
        || "write an IANA name such as `Europe/Berlin`, or `UTC`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    problems.push(fault(
        item,
        format!("`timezone`: unknown time zone `{name}`"),
        help,
    ));
    None
}

/// Reads the output folder. Files that are no longer published are deleted from it, so it must not
/// contain anything else.
fn output(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<SourcePath> {
    let item = given.item("output")?;
    let text = item.as_text()?;
    match output_folder(text) {
        Ok(path) => Some(path),
        Err(fault_is) => {
            let help = "write a separate folder inside the site, such as `public`; the option `--output` may name one elsewhere";
            problems.push(fault(item, format!("`output`: `{text}` {fault_is}"), help));
            None
        }
    }
}

/// Parses the output folder, relative to the site's root.
///
/// # Errors
/// The reason why the folder is not allowed, as the end of a sentence.
pub fn output_folder(text: &str) -> Result<SourcePath, &'static str> {
    const OUTSIDE: &str = "is outside the site's folder";
    if text.starts_with(['/', '\\', '~']) || text.contains(':') {
        return Err(OUTSIDE);
    }
    let path = SourcePath::new(&text.replace('\\', "/")).map_err(|_| OUTSIDE)?;
    let Some(top) = path.segments().next().map(str::to_lowercase) else {
        return Err("is the site's folder itself, which would be overwritten");
    };
    if SOURCE_FOLDERS.contains(&top.as_str()) {
        return Err("contains the site's sources, which would be overwritten");
    }
    Ok(path)
}

fn image(item: &FieldItem) -> Option<SettingLink> {
    let text = |name: &str| {
        item.as_map()
            .and_then(|map| map.get(name))
            .and_then(FieldItem::as_text)
    };
    let (title, target) = if item.as_map().is_some() {
        (text("alt"), text("src")?)
    } else {
        (None, item.as_text()?)
    };
    Some(SettingLink {
        title: title.unwrap_or_default().to_owned(),
        target: target.to_owned(),
        place: item.place.clone(),
    })
}

fn permalinks(
    given: &GivenSettings<'_>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    let mut patterns = BTreeMap::new();
    for (kind, item) in given.map("permalinks").into_iter().flatten() {
        let pattern = item.as_text().unwrap_or_default();
        let parts = || {
            pattern
                .split('/')
                .filter_map(|segment| segment.strip_prefix(':'))
        };
        let help = "write a pattern that begins with `/` and consists of `:year`, `:month`, `:day`, `:slug` and plain words, such as `/:year/:slug/`";
        if let Some(part) = parts().find(|part| !PERMALINK_PARTS.contains(part)) {
            problems.push(fault(
                item,
                format!("`permalinks.{kind}`: unknown placeholder `:{part}`"),
                help,
            ));
        } else if !pattern.starts_with('/') || !parts().any(|part| part == "slug") {
            problems.push(fault(
                item,
                format!("`permalinks.{kind}`: `{pattern}` gives several pages the same address, because `/` or `:slug` is missing"),
                help,
            ));
        } else {
            patterns.insert(kind.clone(), pattern.to_owned());
        }
    }
    patterns
}

fn patterns(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut patterns = Vec::new();
    for item in given.list("ignore") {
        let Some(text) = item.as_text() else { continue };
        match globset::Glob::new(text.trim_start_matches('!')) {
            Ok(_) => patterns.push(text.to_owned()),
            Err(error) => {
                let message = format!(
                    "`ignore`: `{text}` is not a valid pattern: {}",
                    error.kind()
                );
                problems.push(fault(
                    item,
                    message,
                    "write a pattern as in `.gitignore`: `drafts/`, `*.tmp`, `/notes/**`",
                ));
            }
        }
    }
    patterns
}

fn retired(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut addresses = Vec::new();
    for item in given.list("retired") {
        let Some(text) = item.as_text() else { continue };
        if text.starts_with('/') {
            addresses.push(text.to_owned());
        } else {
            let message = format!("`retired`: `{text}` is not an address from the site's root");
            problems.push(fault(
                item,
                message,
                "write the address that readers had, such as `/old/`, or `/old/**` for everything below it",
            ));
        }
    }
    addresses
}

fn count(given: &GivenSettings<'_>, name: &str, problems: &mut Vec<Diagnostic>) -> Option<usize> {
    let item = given.item(name)?;
    let stated = item.as_integer()?;
    let count = usize::try_from(stated).ok().filter(|count| *count >= 1);
    if count.is_none() {
        problems.push(fault(
            item,
            format!("`{name}`: {stated} is too small"),
            "write a whole number of at least 1",
        ));
    }
    count
}

#[cfg(test)]
mod tests;
