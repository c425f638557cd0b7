//! Classifies the target of a link by its text alone. Every link and image of a site is parsed
//! here, whether it is in Markdown, in HTML, in a field, in a setting or in a component's argument,
//! so a single function, [`refusal`], decides which addresses a published page may contain. Whether
//! a target exists is decided by the site.

use std::borrow::Cow;

use crate::diagnostic::{Code, nearest};
use crate::escape;

/// A parsed link target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedTarget {
    /// An address of another site, or a mail or telephone address.
    Outside,
    /// `//host/path`: an address on another host, with the scheme of the current page.
    ProtocolRelative,
    /// `https:host` or `https:/host`, which browsers do not read as authors expect.
    WithoutHost { scheme: String },
    /// A fragment only, decoded; empty for `#`.
    Here {
        fragment: String,
        suffix: TargetSuffix,
    },
    /// A path within this site, decoded.
    Inside {
        path: String,
        fragment: Option<String>,
        suffix: TargetSuffix,
    },
    /// An empty target.
    Empty,
    /// A scheme that is not allowed in links.
    Unsafe { scheme: String },
    /// A path on the author's own computer or network: `C:\Users\…`, `\\server\share`.
    OnDisk,
    /// An unknown scheme.
    UnknownScheme { scheme: String },
}

/// The query and the text directive of a link. Browsers need them, but the site does not interpret
/// them. Both are kept as written, because decoding could change their meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetSuffix(Option<Box<TargetParts>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct TargetParts {
    /// The query, without its `?`.
    query: Option<String>,
    /// The text directive from `:~:` on, as in `#:~:text=words` (URL Fragment Text Directives).
    directive: Option<String>,
}

impl TargetSuffix {
    fn of(query: Option<&str>, directive: Option<&str>) -> Self {
        if query.is_none() && directive.is_none() {
            return Self(None);
        }
        Self(Some(Box::new(TargetParts {
            query: query.map(str::to_owned),
            directive: directive.map(str::to_owned),
        })))
    }

    /// Appends the query with its `?`.
    pub fn write_query(&self, href: &mut String) {
        if let Some(query) = self.0.as_ref().and_then(|parts| parts.query.as_ref()) {
            href.push('?');
            write_as_written(href, query);
        }
    }

    /// Returns whether there is a text directive, which is part of a fragment.
    pub fn has_directive(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|parts| parts.directive.is_some())
    }

    /// Appends the text directive.
    pub fn write_directive(&self, href: &mut String) {
        if let Some(directive) = self.0.as_ref().and_then(|parts| parts.directive.as_ref()) {
            write_as_written(href, directive);
        }
    }
}

/// Appends a part of an address that may already be percent-encoded. Only characters that are not
/// allowed in an address are encoded.
fn write_as_written(href: &mut String, text: &str) {
    let mut bytes = [0; 4];
    for c in text.chars() {
        if c.is_ascii_graphic()
            && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        {
            href.push(c);
        } else {
            c.encode_utf8(&mut bytes)
                .bytes()
                .for_each(|byte| href.push_str(&format!("%{byte:02X}")));
        }
    }
}

/// Schemes that a page may link to: those of the web, of mail and telephone, and of programs that
/// authors link to on purpose.
pub const SCHEMES: [&str; 70] = [
    "http",
    "https",
    "mailto",
    "tel",
    "sms",
    "ftp",
    "ftps",
    "sftp",
    "ssh",
    "git",
    "irc",
    "ircs",
    "magnet",
    "geo",
    "webcal",
    "webcals",
    "xmpp",
    "matrix",
    "bitcoin",
    "ethereum",
    "lightning",
    "monero",
    "news",
    "nntp",
    "gopher",
    "gemini",
    "ipfs",
    "ipns",
    "at",
    "did",
    "nostr",
    "acct",
    "doi",
    "urn",
    "info",
    "sip",
    "sips",
    "callto",
    "skype",
    "facetime",
    "signal",
    "sgnl",
    "tg",
    "whatsapp",
    "viber",
    "threema",
    "msteams",
    "slack",
    "zoommtg",
    "maps",
    "om",
    "feed",
    "pcast",
    "podcast",
    "spotify",
    "rtsp",
    "rtmp",
    "vlc",
    "obsidian",
    "zotero",
    "vscode",
    "vscodium",
    "vscode-insiders",
    "logseq",
    "joplin",
    "notion",
    "evernote",
    "bear",
    "things",
    "omnifocus",
];

/// Schemes that run code, or access the reader's own disk and programs. They are not allowed in
/// links.
const UNSAFE: [&str; 34] = [
    "javascript",
    "vbscript",
    "livescript",
    "mocha",
    "data",
    "file",
    "blob",
    "filesystem",
    "view-source",
    "jar",
    "mhtml",
    "mk",
    "its",
    "ms-its",
    "res",
    "ms-msdt",
    "search-ms",
    "search",
    "ms-officecmd",
    "ms-appinstaller",
    "ms-cxh",
    "ms-cxh-full",
    "hcp",
    "shell",
    "ldap",
    "ldaps",
    "about",
    "chrome",
    "chrome-extension",
    "moz-extension",
    "resource",
    "wyciwyg",
    "intent",
    "vnd.ms.radio",
];

/// Schemes whose addresses name a host after `//`.
const WITH_HOST: [&str; 6] = ["http", "https", "ftp", "ftps", "ws", "wss"];

/// Where a text directive begins in a fragment.
const DIRECTIVE: &str = ":~:";

impl ParsedTarget {
    /// Parses a target. White space and control characters inside a scheme are skipped, as in
    /// browsers (URL Standard, §4.4).
    pub fn parse(written: &str) -> Self {
        let target = trim_ignored(written);
        if target.is_empty() {
            return ParsedTarget::Empty;
        }
        if is_on_disk(&target) {
            return ParsedTarget::OnDisk;
        }
        if let Some((scheme, rest)) = scheme(&target) {
            return if let Some(scheme) = unsafe_scheme(&scheme, rest) {
                ParsedTarget::Unsafe { scheme }
            } else if WITH_HOST.contains(&scheme.as_str()) && !begins_with_host(rest) {
                ParsedTarget::WithoutHost { scheme }
            } else if SCHEMES.contains(&scheme.as_str()) {
                ParsedTarget::Outside
            } else {
                ParsedTarget::UnknownScheme { scheme }
            };
        }
        if begins_with_host(&target) {
            return ParsedTarget::ProtocolRelative;
        }
        let (before, fragment) = match target.split_once('#') {
            Some((before, fragment)) => (before, Some(fragment)),
            None => (&*target, None),
        };
        let (fragment, directive) =
            match fragment.and_then(|fragment| Some((fragment, fragment.find(DIRECTIVE)?))) {
                Some((fragment, at)) => (Some(&fragment[..at]), Some(&fragment[at..])),
                None => (fragment, None),
            };
        let (path, query) = match before.split_once('?') {
            Some((path, query)) => (path, Some(query).filter(|query| !query.is_empty())),
            None => (before, None),
        };
        let fragment = fragment
            .map(decode)
            .filter(|fragment| directive.is_none() || !fragment.is_empty());
        let suffix = TargetSuffix::of(query, directive);
        if path.is_empty() && !before.starts_with('?') {
            return ParsedTarget::Here {
                fragment: fragment.unwrap_or_default(),
                suffix,
            };
        }
        ParsedTarget::Inside {
            path: decode(path),
            fragment,
            suffix,
        }
    }
}

/// How an address is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressUse {
    /// As a link that readers follow.
    Link,
    /// As an image that a page shows.
    Image,
    /// In a field, which may be shown as a link or as an image.
    Field,
}

/// A problem with an address, independent of what the site contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetProblem {
    pub code: Code,
    pub message: String,
    pub help: String,
}

/// Returns why an address must not be on a page, if it must not.
pub fn refusal(written: &str, usage: AddressUse) -> Option<TargetProblem> {
    refusal_of(&ParsedTarget::parse(written), written, usage)
}

/// Does the same as [`refusal`] for an address that is already parsed.
pub fn refusal_of(
    target: &ParsedTarget,
    written: &str,
    usage: AddressUse,
) -> Option<TargetProblem> {
    const COPY: &str = "copy the file into the content, and link to the copy";
    let because = |code, message: String, help: &str| {
        Some(TargetProblem {
            code,
            message,
            help: help.to_owned(),
        })
    };
    match target {
        ParsedTarget::Unsafe { scheme }
            if scheme == "data" && is_image_data(&trim_ignored(written), usage) =>
        {
            None
        }
        ParsedTarget::Unsafe { scheme } if scheme == "file" => because(
            Code::LinkScheme,
            "`file:` addresses are not allowed in links".to_owned(),
            COPY,
        ),
        ParsedTarget::Unsafe { scheme } => because(
            Code::LinkScheme,
            format!("`{scheme}:` addresses are not allowed in links"),
            "link to a page, a file of the site, or an https:// address",
        ),
        ParsedTarget::OnDisk => because(
            Code::LinkOutsideSite,
            format!(
                "`{}` is a path on your own computer or network",
                written.trim()
            ),
            COPY,
        ),
        ParsedTarget::WithoutHost { scheme } => {
            let rest = trim_ignored(written);
            let rest = rest
                .split_once(':')
                .map_or("", |(_, rest)| rest)
                .trim_start_matches(['/', '\\']);
            because(
                Code::LinkScheme,
                format!("`{}` has no `//` after `{scheme}:`", written.trim()),
                &format!("write {scheme}://{rest}"),
            )
        }
        _ => None,
    }
}

/// Returns the problem of an address that is nevertheless allowed on a page.
pub fn address_problem(target: &ParsedTarget) -> Option<TargetProblem> {
    let problem = |code, message: String, help: String| {
        Some(TargetProblem {
            code,
            message,
            help,
        })
    };
    match target {
        ParsedTarget::UnknownScheme { scheme } => match nearest(scheme, ["https", "http", "mailto"]) {
            Some(near) => problem(Code::LinkScheme, format!("`{scheme}:` looks like a typo"), format!("did you mean `{near}:`?")),
            // Sites may register handlers for such links in the browser.
            None if scheme.starts_with("web+") => None,
            None => problem(
                Code::AmbiguousLink,
                format!("`{scheme}:` is not a scheme that browsers know, so readers need a separate program to follow this link"),
                "if it is the name of a file or a page, write `./` before it; if it is intended, set `checks: { ambiguous-link: off }`"
                    .to_owned(),
            ),
        },
        ParsedTarget::ProtocolRelative => {
            problem(Code::AmbiguousLink, "this address has no scheme".to_owned(), "write https: in front of it".to_owned())
        }
        ParsedTarget::Inside { path, .. } if path.contains('\\') => {
            problem(Code::AmbiguousLink, "this path has backslashes".to_owned(), format!("write {}", path.replace('\\', "/")))
        }
        _ => None,
    }
}

/// Returns whether a `data:` address contains an image that cannot run code where it is used. SVG
/// is safe only when it is shown as an image.
fn is_image_data(target: &str, usage: AddressUse) -> bool {
    let Some(kind) = target
        .get(..20)
        .or(Some(target))
        .map(str::to_ascii_lowercase)
    else {
        return false;
    };
    match usage {
        AddressUse::Link => false,
        AddressUse::Image => kind.starts_with("data:image/"),
        AddressUse::Field => ["png", "jpeg", "gif", "webp", "avif"]
            .iter()
            .any(|name| kind.starts_with(&format!("data:image/{name}"))),
    }
}

/// Returns a target without the characters that browsers skip: blanks around it, and control
/// characters anywhere in it.
fn trim_ignored(written: &str) -> Cow<'_, str> {
    let trimmed = written.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if trimmed.contains(char::is_control) {
        trimmed.chars().filter(|c| !c.is_control()).collect()
    } else {
        trimmed.into()
    }
}

/// Returns whether a target begins with `//` or with a form that browsers treat the same.
fn begins_with_host(target: &str) -> bool {
    let bytes = target.as_bytes();
    bytes.len() >= 2 && bytes[..2].iter().all(|byte| matches!(byte, b'/' | b'\\'))
}

/// Returns whether a target is on a drive (`C:\x`, `C:/x`, `/C:/x`) or a share (`\\server\share`).
/// No scheme has only one letter.
fn is_on_disk(target: &str) -> bool {
    let is_drive = |path: &str| {
        path.len() >= 2 && path.as_bytes()[0].is_ascii_alphabetic() && path.as_bytes()[1] == b':'
    };
    target.starts_with("\\\\")
        || is_drive(target)
        || target
            .strip_prefix('/')
            .is_some_and(|path| is_drive(path) && path.contains(":/"))
}

fn decode(text: &str) -> String {
    escape::percent_decode(text).unwrap_or_else(|| text.to_owned())
}

/// Splits an absolute address (RFC 3986, §3.1) into its scheme in lower case and the text after the
/// colon.
fn scheme(target: &str) -> Option<(String, &str)> {
    let (scheme, rest) = target.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// Returns the scheme of an address if it is not allowed in links. Some schemes contain a whole
/// address, which is checked as well.
fn unsafe_scheme(outer: &str, rest: &str) -> Option<String> {
    if UNSAFE.contains(&outer) {
        return Some(outer.to_owned());
    }
    if WITH_HOST.contains(&outer) || matches!(outer, "mailto" | "tel" | "sms") {
        return None;
    }
    let mut rest = rest;
    while let Some((inner, behind)) =
        scheme(rest.trim_start_matches(|c: char| c == '/' || c.is_whitespace()))
    {
        if matches!(inner.as_str(), "javascript" | "vbscript" | "data" | "file") {
            return Some(inner);
        }
        rest = behind;
    }
    None
}

/// Returns the origin of an absolute address, such as `https://example.org`.
pub fn origin(url: &str) -> Option<String> {
    let url = trim_ignored(url);
    let (scheme, rest) = scheme(&url).unwrap_or_else(|| ("https".to_owned(), &url));
    let rest = rest.trim_start_matches(['/', '\\']);
    let is_absolute = is_remote(&url);
    let host = rest
        .split(['/', '\\', '?', '#'])
        .next()
        .filter(|host| is_absolute && !host.is_empty())?;
    Some(format!("{scheme}://{}", host.to_ascii_lowercase()))
}

/// Returns whether showing a target contacts another host.
pub fn is_remote(written: &str) -> bool {
    let target = trim_ignored(written);
    begins_with_host(&target)
        || matches!(scheme(&target), Some((scheme, _)) if WITH_HOST.contains(&scheme.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(path: &str, fragment: Option<&str>) -> ParsedTarget {
        ParsedTarget::Inside {
            path: path.into(),
            fragment: fragment.map(str::to_owned),
            suffix: TargetSuffix::default(),
        }
    }

    #[test]
    fn targets_are_distinguished() {
        let unsafe_scheme = |scheme: &str| ParsedTarget::Unsafe {
            scheme: scheme.into(),
        };
        for (written, target) in [
            ("https://example.org", ParsedTarget::Outside),
            ("mailto:a@b.example", ParsedTarget::Outside),
            ("//cdn.example/x.js", ParsedTarget::ProtocolRelative),
            ("/\\cdn.example/x.js", ParsedTarget::ProtocolRelative),
            ("/\t/cdn.example/x.js", ParsedTarget::ProtocolRelative),
            (
                "https:cdn.example/x.js",
                ParsedTarget::WithoutHost {
                    scheme: "https".into(),
                },
            ),
            (
                "#set%2Dup",
                ParsedTarget::Here {
                    fragment: "set-up".into(),
                    suffix: TargetSuffix::default(),
                },
            ),
            ("", ParsedTarget::Empty),
            ("../x.md#a?b", inside("../x.md", Some("a?b"))),
            ("x/?", inside("x/", None)),
            ("caf%c3%a9.md", inside("café.md", None)),
            ("JaVa\tScript:alert(1)", unsafe_scheme("javascript")),
            (" \u{1}javascript\n:alert(1)", unsafe_scheme("javascript")),
            ("data:text/html,x", unsafe_scheme("data")),
            (
                "hhttps://example.org",
                ParsedTarget::UnknownScheme {
                    scheme: "hhttps".into(),
                },
            ),
            ("C:\\Users\\x.png", ParsedTarget::OnDisk),
            ("c:/x.png", ParsedTarget::OnDisk),
            ("/C:/x.png", ParsedTarget::OnDisk),
            ("\\\\server\\share\\x.png", ParsedTarget::OnDisk),
        ] {
            assert_eq!(ParsedTarget::parse(written), target, "{written}");
        }
    }

    #[test]
    fn queries_and_directives_are_kept_as_written() {
        let suffix = |written: &str| {
            let (path, suffix) = match ParsedTarget::parse(written) {
                ParsedTarget::Inside { path, suffix, .. } => (path, suffix),
                ParsedTarget::Here { fragment, suffix } => (fragment, suffix),
                other => panic!("{other:?}"),
            };
            let mut href = format!("{path}|");
            suffix.write_query(&mut href);
            suffix.write_directive(&mut href);
            href
        };
        assert_eq!(suffix("x/?q=a%20b&c=d e#y"), "x/|?q=a%20b&c=d%20e");
        assert_eq!(suffix("x.md#y:~:text=a%2Cb,c"), "x.md|:~:text=a%2Cb,c");
        assert_eq!(suffix("#:~:text=a"), "|:~:text=a");
    }

    #[test]
    fn what_is_refused_depends_on_the_use() {
        let is_refused = |written: &str, usage| refusal(written, usage).is_some();
        assert!(
            is_refused("data:image/png;base64,x", AddressUse::Link)
                && !is_refused("data:image/png;base64,x", AddressUse::Field)
        );
        assert!(
            is_refused("data:image/svg+xml,x", AddressUse::Field)
                && !is_refused(" data:image/svg+xml,x", AddressUse::Image)
        );
        assert!(
            is_refused("data:text/html,x", AddressUse::Image)
                && is_refused("file:///x.png", AddressUse::Image)
        );
        assert!(
            !is_refused("obsidian://x", AddressUse::Link)
                && !is_refused("tel:+1", AddressUse::Link)
        );
        assert_eq!(
            refusal("http:/a.example/x", AddressUse::Link)
                .map(|refusal| refusal.help)
                .as_deref(),
            Some("write http://a.example/x")
        );
    }

    #[test]
    fn hosts() {
        for written in [
            "https://A.example/x",
            "//a.example",
            "https:a.example/x",
            "\\\\a.example\\x",
            "https:/\\a.example",
            " //a.example?x",
        ] {
            assert_eq!(
                origin(written).as_deref(),
                Some("https://a.example"),
                "{written}"
            );
            assert!(is_remote(written), "{written}");
        }
        for written in [
            "/a",
            "a:b",
            "mailto:a@b.example",
            "a.example/x",
            "#//a",
            "?//a",
        ] {
            assert!(
                !is_remote(written) && origin(written).is_none(),
                "{written}"
            );
        }
    }
}
