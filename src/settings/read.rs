//! Reads `handsel.yaml`. All problems are reported in one run, and a setting with a problem has its
//! default value.

use std::collections::BTreeMap;

use super::theme::{self, Theme};
use super::{
    BaseUrl, Editor, FeedbackWay, Giving, Images, RawHtml, SETTINGS, SettingLink, Settings,
    severities,
};
use crate::diagnostic::{Checked, Code, Diagnostic, Location, Severity};
use crate::fields::{CheckContext, FieldItem, FieldItems, check};
use crate::html::references::decode_in_plain_text;
use crate::link_target::{AddressUse, origin, refusal};
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

/// The settings that are present and valid.
struct GivenSettings<'a>(&'a FieldItems);

impl GivenSettings<'_> {
    fn item(&self, name: &str) -> Option<&FieldItem> {
        self.0.get(name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.item(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        self.item(name)
            .and_then(FieldItem::as_bool)
            .unwrap_or(default)
    }

    fn list(&self, name: &str) -> &[FieldItem] {
        self.item(name).map(FieldItem::as_list).unwrap_or_default()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.list(name)
            .iter()
            .filter_map(FieldItem::as_text)
            .map(str::to_owned)
            .collect()
    }

    /// Returns a setting of the theme, either under `theme:` or at the top level.
    fn of_theme(&self, name: &str) -> Option<&FieldItem> {
        self.map("theme")
            .and_then(|theme| theme.get(name))
            .or_else(|| self.item(name))
    }

    fn map(&self, name: &str) -> Option<&FieldItems> {
        self.item(name).and_then(FieldItem::as_map)
    }
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

fn fault(item: &FieldItem, message: String, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BadSetting, message)
        .at(item.place.clone())
        .help(help)
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

fn base_url(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<BaseUrl> {
    let item = given.item("base_url")?;
    let text = item.as_text()?;
    BaseUrl::parse(text)
        .map_err(|fault_is| {
            problems.push(fault(
                item,
                format!("`base_url`: `{text}` {fault_is}"),
                "write `base_url: https://example.org/`",
            ))
        })
        .ok()
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

/// Reads the contact: plain text, an email address, or a link that a page may have.
fn contact(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.map("giving")?.get("contact")?;
    let text = item.as_text()?;
    // Plain text may contain a colon, too, so only unsafe links are refused.
    match refusal(text, AddressUse::Link).filter(|refusal| refusal.code == Code::LinkScheme) {
        None => Some(text.to_owned()),
        Some(refusal) => {
            let problem = Diagnostic::new(
                refusal.code,
                format!("`giving.contact`: {}", refusal.message),
            );
            problems.push(
                problem
                    .at(item.place.clone())
                    .help("write an email address, or an address that begins with https://"),
            );
            None
        }
    }
}

/// Reads the origins for the policy of the pages. Each must be exactly one origin, because the
/// policy is a list of origins.
fn allowed_origins(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut origins = Vec::new();
    for item in given.list("allow_origins") {
        let Some(text) = item.as_text() else { continue };
        let bare = text.trim_end_matches('/');
        let host = bare.strip_prefix("https://").unwrap_or_default();
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        let host = host.strip_prefix("*.").unwrap_or(host);
        if !host.is_empty() && host.chars().all(is_host) {
            origins.push(bare.to_owned());
            continue;
        }
        let message = match bare.strip_prefix("http://") {
            Some(_) => format!(
                "`allow_origins`: `{text}` is not encrypted, so anyone on the network path could change what it sends"
            ),
            None => format!("`allow_origins`: `{text}` is not an origin"),
        };
        let named = origin(text)
            .and_then(|origin| Some(origin.split_once("://")?.1.to_owned()))
            .filter(|host| host.chars().all(is_host));
        let help = format!(
            "write `https://{}`: https and a host, with nothing after it",
            named.as_deref().unwrap_or("cdn.example.org")
        );
        problems.push(fault(item, message, help));
    }
    origins
}

fn menu_link(item: &FieldItem) -> Option<SettingLink> {
    let map = item.as_map()?;
    let link = map.get("link")?;
    let title = map.get("title")?.as_text()?;
    Some(SettingLink {
        title: title.to_owned(),
        target: link.as_text()?.to_owned(),
        place: link.place.clone(),
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

/// Reads the one way in which readers give feedback. Only one is allowed, so that all answers
/// arrive in one place.
fn feedback(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<FeedbackWay> {
    let map = given.map("feedback")?;
    let item = given.item("feedback")?;
    let text = |name: &str| {
        map.get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let ways = [
        text("mail").map(FeedbackWay::Mail),
        text("issues").map(FeedbackWay::Issues),
        text("endpoint").map(FeedbackWay::Endpoint),
    ];
    let mut stated = ways.into_iter().flatten();
    let first = stated.next();
    if first.is_none() || stated.next().is_some() {
        let help =
            "write only `mail: you@example.org`, or only `issues:` or `endpoint:` with an address";
        problems.push(fault(
            item,
            "`feedback` must have exactly one of `mail`, `issues` and `endpoint`".to_owned(),
            help,
        ));
    }
    match &first {
        Some(FeedbackWay::Mail(address))
            if !address.contains('@') || address.contains([' ', ':', '?', '&', '"']) =>
        {
            problems.push(fault(
                item,
                format!("`feedback`: `{address}` is not a valid email address"),
                "write `mail: you@example.org`",
            ));
            None
        }
        _ => first,
    }
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

/// Reads an address with placeholders in braces for values of the page. All of `needed` must occur
/// in it.
fn pattern_url(
    given: &GivenSettings<'_>,
    name: &str,
    needed: &[&str],
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let item = given.item(name)?;
    let text = item.as_text()?;
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    if is_url && needed.iter().all(|part| text.contains(part)) {
        return Some(text.to_owned());
    }
    let with = if needed.is_empty() {
        String::new()
    } else {
        format!(" with `{}` in it", needed.join("`, `"))
    };
    let help = format!(
        "write `{name}: https://example.org/…{}`",
        needed
            .first()
            .map_or_else(|| "?title={title}".to_owned(), |part| format!("/{part}"))
    );
    problems.push(fault(
        item,
        format!("`{name}`: `{text}` is not an https:// address{with}"),
        help,
    ));
    None
}

/// Reads the editor, which must be a known one. Settings may come from anyone, so they must not
/// decide which program runs.
fn editor(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.item("editor")?;
    let name = item.as_text()?;
    if Editor::named(name).is_some() {
        return Some(name.to_owned());
    }
    let names: Vec<&str> = Editor::ALL.iter().map(|editor| editor.name).collect();
    let near = crate::diagnostic::nearest(name, names.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let help = format!(
        "{near}use one of {}; to use another program, set the environment variable VISUAL",
        names.join(", ")
    );
    problems.push(fault(
        item,
        format!("`editor`: unknown editor `{name}`"),
        help,
    ));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> (Settings, Vec<String>) {
        let path = SourcePath::new("handsel.yaml").expect("inside");
        let checked = read(&path, Some(text.as_bytes()));
        let reported = checked.problems.iter().map(|problem| {
            let place = problem.location.as_ref().expect("placed");
            format!(
                "{} {}:{} {} ({})",
                problem.code,
                place.line,
                place.column,
                problem.message,
                problem.help.as_deref().unwrap_or("")
            )
        });
        (checked.value, reported.collect())
    }

    #[test]
    fn everything_set() {
        let (settings, reported) = settings(
            "title: A\nlanguage: pt-BR\nbase_url: https://example.org/docs\ntimezone: Europe/Berlin\noutput: dist/site\n\
             logo: {src: logo.svg, alt: A}\nfavicon: icon.png\ngiving: {who: us}\nmenu:\n  - {title: Guides, href: /guides/}\n\
             permalinks: {tip: /:year/:slug/}\nignore: ['*.tmp', '!keep.tmp']\nexternal_paths: shop\nraw_html: allow\npage_size: 5\n\
             checks: {orphan: off}\nallow_origins: [https://a.example/]\nextra: {a: 1}\nedit_url: 'https://example.org/e/{path}'\n",
        );
        assert_eq!(reported, Vec::<String>::new());
        assert_eq!(settings.base_path(), "/docs/");
        assert_eq!(settings.output.as_str(), "dist/site");
        assert_eq!(
            (
                settings.menu[0].title.as_str(),
                settings.menu[0].target.as_str()
            ),
            ("Guides", "/guides/")
        );
        assert_eq!(settings.external_paths, ["/shop"]);
        assert_eq!(settings.severity(Code::Orphan), Severity::Off);
        assert_eq!(settings.logo.map(|logo| logo.title).as_deref(), Some("A"));
    }

    #[test]
    fn faults() {
        for (text, expected) in [
            (
                "output: .",
                "bad-setting 1:9 `output`: `.` is the site's folder itself",
            ),
            (
                "output: Content/x",
                "bad-setting 1:9 `output`: `Content/x` contains the",
            ),
            ("output: content/../templates", "bad-setting 1:9"),
            (
                "output: /tmp/x",
                "bad-setting 1:9 `output`: `/tmp/x` is outside",
            ),
            ("output: 'C:\\x'", "bad-setting 1:9"),
            (
                "language: en_US",
                "bad-setting 1:11 `language`: `en_US` is not a valid language tag (write `en-US`)",
            ),
            (
                "timezone: Europe/Berln",
                "bad-setting 1:11 `timezone`: unknown time zone `Europe/Berln` (did you mean `Europe/Berlin`?)",
            ),
            ("page_size: 0", "bad-setting 1:12"),
            (
                "ignore: ['a[b']",
                "bad-setting 1:10 `ignore`: `a[b` is not a valid pattern",
            ),
            ("permalinks: {tip: /:yaer/:slug/}", "bad-setting 1:19"),
            ("permalinks: {tip: /:year/}", "bad-setting 1:19"),
            (
                "raw_html: clean",
                "bad-value 1:11 `raw_html`: `clean` is not one of",
            ),
            (
                "menu: [{title: x}]",
                "missing-field 1:8 `link` is missing in `menu`",
            ),
            ("edit_url: https://a/b", "bad-setting 1:11"),
            (
                "editor: cod",
                "bad-setting 1:9 `editor`: unknown editor `cod` (did you mean `code`?",
            ),
            ("editor: /tmp/evil", "bad-setting 1:9"),
            (
                "retired: [/a/, b/]",
                "bad-setting 1:16 `retired`: `b/` is not an address",
            ),
            ("- a", "wrong-type 1:1"),
        ] {
            let (_, reported) = settings(text);
            assert!(
                reported.len() == 1 && reported[0].starts_with(expected),
                "{text}: {reported:#?}"
            );
        }
    }

    #[test]
    fn languages() {
        for tag in [
            "en",
            "no",
            "zh-Hans-CN",
            "de-CH-1996",
            "haw",
            "en-a-bbb-x-private",
        ] {
            assert_eq!(language_fault(tag), None, "{tag}");
        }
        for tag in ["english", "e", "en_US", "en-", "", "12"] {
            assert!(language_fault(tag).is_some(), "{tag}");
        }
    }
}
