//! What a link's target can be, told from the target alone. Whether it exists is for the site to say.

use serde::{Deserialize, Serialize};

use super::meta::Placed;
use crate::paths::percent_decode;

/// Where on a page a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// `[text](target)`, or `href` in HTML.
    Text,
    /// `![alt](target)`, or `src` in HTML: something the page shows.
    Embed,
    /// `[[target]]`.
    Wiki,
}

/// A link as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub target: Placed<String>,
    pub role: Role,
}

/// A target taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Another site, or mail and telephone.
    Outside,
    /// `//host/path`: another site by this page's scheme.
    ProtocolRelative,
    /// Only `#fragment`, decoded; empty for `#`.
    Here(String),
    /// A path of this site, decoded.
    Inside { path: String, fragment: Option<String> },
    /// No target at all.
    Empty,
    /// A scheme that is never written as a link.
    Unsafe { scheme: String },
    /// What looks like a scheme that nobody has.
    UnknownScheme { scheme: String },
}

/// Schemes that a page may link to.
pub const SCHEMES: [&str; 19] = [
    "http", "https", "mailto", "tel", "sms", "ftp", "ftps", "sftp", "ssh", "git", "irc", "ircs", "magnet", "geo", "webcal", "xmpp",
    "matrix", "bitcoin", "news",
];

/// Schemes that run code or reach the reader's own disk.
const UNSAFE: [&str; 8] = ["javascript", "vbscript", "data", "file", "blob", "filesystem", "view-source", "jar"];

impl Target {
    /// Reads a target. White space and control characters inside a scheme are skipped, as browsers do (URL Standard, §4.4).
    pub fn parse(written: &str) -> Self {
        let target = written.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if target.is_empty() {
            return Target::Empty;
        }
        if let Some(scheme) = scheme(target) {
            return if UNSAFE.contains(&scheme.as_str()) {
                Target::Unsafe { scheme }
            } else if SCHEMES.contains(&scheme.as_str()) {
                Target::Outside
            } else {
                Target::UnknownScheme { scheme }
            };
        }
        if target.starts_with("//") {
            return Target::ProtocolRelative;
        }
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, Some(decode(fragment))),
            None => (target, None),
        };
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if path.is_empty() && !target.starts_with('?') {
            return Target::Here(fragment.unwrap_or_default());
        }
        Target::Inside { path: decode(path), fragment }
    }
}

fn decode(text: &str) -> String {
    percent_decode(text).unwrap_or_else(|| text.to_owned())
}

/// The scheme of an absolute address (RFC 3986, §3.1), in lower case.
fn scheme(target: &str) -> Option<String> {
    let (before, _) = target.split_once(':')?;
    let scheme: String = before.chars().filter(|c| !c.is_control()).collect();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

/// The origin of an absolute address: `https://example.org`.
pub fn origin(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://").or_else(|| url.strip_prefix("//").map(|rest| ("https", rest)))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(format!("{}://{}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase()))
}

/// Whether a target contacts another host when the page shows it.
pub fn is_remote(written: &str) -> bool {
    let target = written.trim();
    target.starts_with("//") || matches!(scheme(target).as_deref(), Some("http" | "https" | "ftp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_apart() {
        let inside = |path: &str, fragment: Option<&str>| Target::Inside { path: path.into(), fragment: fragment.map(str::to_owned) };
        for (written, target) in [
            ("https://example.org", Target::Outside),
            ("mailto:a@b.example", Target::Outside),
            ("//cdn.example/x.js", Target::ProtocolRelative),
            ("#set%2Dup", Target::Here("set-up".into())),
            ("", Target::Empty),
            ("../x.md#a?b", inside("../x.md", Some("a?b"))),
            ("x/?q=1", inside("x/", None)),
            ("caf%C3%A9.md", inside("café.md", None)),
            ("JaVa\tScript:alert(1)", Target::Unsafe { scheme: "javascript".into() }),
            ("data:text/html,x", Target::Unsafe { scheme: "data".into() }),
            ("hhttps://example.org", Target::UnknownScheme { scheme: "hhttps".into() }),
        ] {
            assert_eq!(Target::parse(written), target, "{written}");
        }
    }
}
