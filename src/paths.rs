//! Three types of paths that must not be mixed up: the path of a source file ([`SourcePath`]), the
//! address of a page ([`Route`]), and the path of a file in the output folder ([`OutputPath`]).
//!
//! All three are text with `/` between segments on every system. A path that leaves its root cannot
//! be constructed.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::escape;
use crate::fingerprint::Fingerprint;

/// The maximum length of a slug. Longer ones are cut, so that a file name never exceeds the 255
/// bytes that file systems allow.
const SLUG_BYTES_MAX: usize = 240;

macro_rules! path_type {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

/// The path of a source file relative to the site's root, such as `content/guides/give-first.md`.
/// The root itself is the empty path.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct SourcePath(Arc<str>);

thread_local! {
    /// The path that this thread deserialized last.
    static LAST_READ: RefCell<SourcePath> = RefCell::new(SourcePath::root());
}

/// The cached record of a page contains its path once for each link and field. Equal paths in a row
/// share one allocation.
impl<'de> Deserialize<'de> for SourcePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;
        impl Visitor<'_> for AsText {
            type Value = SourcePath;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a path")
            }
            fn visit_str<E: serde::de::Error>(self, path: &str) -> Result<SourcePath, E> {
                LAST_READ.with_borrow_mut(|last| {
                    if last.as_str() != path {
                        if !path.is_empty() && !is_inside(path) {
                            return Err(E::custom(format_args!(
                                "`{}` is not a path inside the site",
                                path.escape_default()
                            )));
                        }
                        *last = SourcePath(path.into());
                    }
                    Ok(last.clone())
                })
            }
        }
        deserializer.deserialize_str(AsText)
    }
}

/// Returns whether a path that was read from a file could have been constructed here: it is
/// relative to a root and cannot leave it.
fn is_inside(path: &str) -> bool {
    !path.contains('\0')
        && path
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

/// The error for a path that could not be constructed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathOutsideRoot;

impl fmt::Display for PathOutsideRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path leaves its root")
    }
}

impl SourcePath {
    /// Returns the root folder.
    pub fn root() -> Self {
        Self("".into())
    }

    /// Creates a path relative to the root. `.` and empty segments are dropped, and `..` goes up.
    ///
    /// # Errors
    /// Returns [`PathOutsideRoot`] if `..` goes above the root, or if a segment contains a NUL
    /// character.
    pub fn new(path: &str) -> Result<Self, PathOutsideRoot> {
        Self::root().join(path)
    }

    /// Resolves `relative` against this folder. A leading `/` means the root.
    ///
    /// # Errors
    /// Returns [`PathOutsideRoot`] as [`SourcePath::new`] does.
    pub fn join(&self, relative: &str) -> Result<Self, PathOutsideRoot> {
        if relative.contains('\0') {
            return Err(PathOutsideRoot);
        }
        let mut path = String::with_capacity(self.0.len() + relative.len() + 1);
        if !relative.starts_with('/') {
            path.push_str(&self.0);
        }
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." if path.is_empty() => return Err(PathOutsideRoot),
                ".." => path.truncate(path.rfind('/').unwrap_or(0)),
                name => {
                    if !path.is_empty() {
                        path.push('/');
                    }
                    path.push_str(name);
                }
            }
        }
        Ok(Self(path.into()))
    }

    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// Returns the folder that contains this file or folder. The root's folder is the root.
    pub fn folder(&self) -> Self {
        Self(self.folder_text().into())
    }

    /// Returns the folder that contains this file or folder as plain text.
    pub fn folder_text(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns this path and its parent folders, the nearest first, without the root.
    pub fn and_folders(&self) -> impl Iterator<Item = &str> {
        let whole = (!self.0.is_empty()).then_some(&*self.0);
        std::iter::successors(whole, |path| {
            path.rsplit_once('/').map(|(folder, _)| folder)
        })
    }

    /// Returns the last segment, such as `give-first.md`.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// Returns the name without its extension, such as `give-first`.
    pub fn stem(&self) -> &str {
        match self.name().rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => self.name(),
        }
    }

    /// Returns the extension in lower case without the dot; empty if there is none.
    pub fn extension(&self) -> String {
        match self.name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    pub fn is_markdown(&self) -> bool {
        let has = |ending: &[u8]| {
            let stem = self
                .0
                .len()
                .checked_sub(ending.len())
                .map(|at| self.0.as_bytes().split_at(at));
            stem.is_some_and(|(stem, end)| {
                end.eq_ignore_ascii_case(ending) && !matches!(stem, [] | [.., b'/'])
            })
        };
        has(b".md") || has(b".markdown")
    }

    /// Returns whether this path is `folder` or is below it.
    pub fn is_within(&self, folder: &SourcePath) -> bool {
        self.below(folder).is_some()
    }

    /// Returns the rest of this path below `folder`, without a leading slash.
    pub fn below(&self, folder: &SourcePath) -> Option<&str> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*folder.0)?;
        if rest.is_empty() {
            Some("")
        } else {
            rest.strip_prefix('/')
        }
    }
}

path_type!(SourcePath);

/// The address of a page or file within the site, without the base path and before
/// percent-encoding, such as `/guides/give-first/`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Box<str>")]
pub struct Route(Arc<str>);

impl TryFrom<Box<str>> for Route {
    type Error = PathOutsideRoot;

    /// Accepts an address that was read from a file if it could have been constructed here.
    fn try_from(address: Box<str>) -> Result<Self, PathOutsideRoot> {
        let is_route = address.strip_prefix('/').is_some_and(|path| {
            path.is_empty() || is_inside(path.strip_suffix('/').unwrap_or(path))
        });
        if is_route {
            Ok(Self(address.into()))
        } else {
            Err(PathOutsideRoot)
        }
    }
}

impl Route {
    /// Returns the address of the home page.
    pub fn home() -> Self {
        Self("/".into())
    }

    /// Creates a page's address from slugs. It ends with `/`.
    pub fn page<'a>(segments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut address = String::from("/");
        for segment in segments {
            address.push_str(segment);
            address.push('/');
        }
        Self(address.into())
    }

    /// Creates an address from text relative to the site's root. `.` and `..` are resolved, and a
    /// final slash is kept.
    ///
    /// # Errors
    /// Returns [`PathOutsideRoot`] if `..` goes above the root.
    pub fn new(address: &str) -> Result<Self, PathOutsideRoot> {
        Self::home().join(address)
    }

    /// Resolves `relative` against this page's address, by the rules of RFC 3986 §5.3 for paths,
    /// except that going above the root is refused.
    ///
    /// # Errors
    /// Returns [`PathOutsideRoot`] if `..` goes above the root, or if there is a NUL character.
    pub fn join(&self, relative: &str) -> Result<Self, PathOutsideRoot> {
        if relative.contains('\0') {
            return Err(PathOutsideRoot);
        }
        let mut segments: Vec<&str> = Vec::new();
        if !relative.starts_with('/') {
            let folder = self.0.rsplit_once('/').map_or("", |(folder, _)| folder);
            segments.extend(folder.split('/').filter(|segment| !segment.is_empty()));
        }
        let mut ends_in_folder = relative.is_empty() && self.0.ends_with('/');
        for segment in relative.split('/') {
            ends_in_folder = matches!(segment, "" | "." | "..");
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or(PathOutsideRoot)?;
                }
                name => segments.push(name),
            }
        }
        let mut address = format!("/{}", segments.join("/"));
        if ends_in_folder && !segments.is_empty() {
            address.push('/');
        }
        Ok(Self(address.into()))
    }

    /// Returns the same address with a final `/`.
    pub fn as_folder(&self) -> Self {
        if self.0.ends_with('/') {
            self.clone()
        } else {
            Self(format!("{}/", self.0).into())
        }
    }

    /// Returns the file that a static host serves at this address.
    pub fn output_path(&self) -> OutputPath {
        let path = self.0.trim_start_matches('/');
        if path.is_empty() || path.ends_with('/') {
            OutputPath([path, "index.html"].concat().into())
        } else {
            OutputPath(path.into())
        }
    }

    /// Returns the address as written in a link: percent-encoded, after `base_path` (which ends
    /// with `/`).
    pub fn href(&self, base_path: &str) -> String {
        let mut href = String::with_capacity(base_path.len() + self.0.len());
        href.push_str(base_path);
        escape::percent_into(&mut href, self.0.trim_start_matches('/'), escape::IN_PATH);
        href
    }

    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }
}

path_type!(Route);

/// The path of a file relative to the output folder, such as `guides/give-first/index.html`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Box<str>")]
pub struct OutputPath(Arc<str>);

impl TryFrom<Box<str>> for OutputPath {
    type Error = PathOutsideRoot;

    /// Accepts a path that was read from a file if it could have been constructed here.
    fn try_from(path: Box<str>) -> Result<Self, PathOutsideRoot> {
        if is_inside(&path) {
            Ok(Self(path.into()))
        } else {
            Err(PathOutsideRoot)
        }
    }
}

impl OutputPath {
    /// # Errors
    /// Returns [`PathOutsideRoot`] if `..` goes above the output folder.
    pub fn new(path: &str) -> Result<Self, PathOutsideRoot> {
        SourcePath::new(path.trim_start_matches('/')).map(|path| Self(path.0))
    }

    /// Returns the address at which a host serves this file.
    pub fn route(&self) -> Route {
        let address = match self.0.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => &self.0,
        };
        Route(format!("/{address}").into())
    }
}

path_type!(OutputPath);

/// Returns a name as used in an address: lower case and NFC. Letters, marks and numbers of any
/// script and `_ . + ~ -` are kept, spaces become `-`, and other characters are dropped; repeated
/// `-` are merged, and dots and dashes at the ends are removed. If nothing remains, the name is
/// written by its code points (`[` is `u5b`).
pub fn slug(name: &str) -> String {
    if is_slug(name) {
        return name.to_owned();
    }
    let mut slug = String::with_capacity(name.len());
    let mut push = |c: char| {
        if c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '~') || is_combining_mark(c) {
            slug.push(c);
        } else if (c == '-' || c.is_whitespace()) && !slug.ends_with('-') {
            slug.push('-');
        }
    };
    // Normalization is the most expensive step, and most names do not need it.
    if name.is_ascii() {
        name.chars()
            .map(|c| c.to_ascii_lowercase())
            .for_each(&mut push);
    } else {
        name.nfc()
            .flat_map(char::to_lowercase)
            .nfc()
            .for_each(&mut push);
    }
    // Dropping a character can bring marks together that it separated, so their order must be
    // normalized again.
    if !slug.is_ascii() {
        slug = slug.nfc().collect();
    }
    let trimmed = slug.trim_matches(['-', '.']);
    if trimmed.is_empty() {
        return name
            .chars()
            .take(32)
            .map(|c| format!("u{:x}", u32::from(c)))
            .collect::<Vec<_>>()
            .join("-");
    }
    if trimmed.len() <= SLUG_BYTES_MAX {
        return trimmed.to_owned();
    }
    let mut cut = SLUG_BYTES_MAX - 9;
    while !trimmed.is_char_boundary(cut) {
        cut -= 1;
    }
    format!(
        "{}-{}",
        trimmed[..cut].trim_end_matches(['-', '.']),
        Fingerprint::of(trimmed).short()
    )
}

/// Returns whether a name is certainly its own slug, by a quick test.
fn is_slug(name: &str) -> bool {
    let bytes = name.as_bytes();
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| !matches!(byte, b'-' | b'.'));
    is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.len() <= SLUG_BYTES_MAX
        && bytes.iter().all(
            |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'+' | b'~'),
        )
        && !bytes.windows(2).any(|pair| pair == b"--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (name, expected) in [
            ("Give First", "give-first"),
            ("café", "café"),
            ("cafe\u{301}", "café"),
            ("हिन्दी", "हिन्दी"),
            ("C++ & you", "c++-you"),
            ("[", "u5b"),
            ("]]", "u5d-u5d"),
            ("..", "u2e-u2e"),
            ("v1.10", "v1.10"),
            ("-dash-", "dash"),
            ("a--b", "a-b"),
            ("one.two_3+4~5-6", "one.two_3+4~5-6"),
            ("ends.", "ends"),
            ("%2e%2e%2fup", "2e2e2fup"),
            ("ÄÖ", "äö"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert!(slug(&"x".repeat(1000)).len() <= SLUG_BYTES_MAX);
    }

    #[test]
    fn joins_stay_inside() {
        let guides = SourcePath::new("content/guides").unwrap_or_else(|_| panic!("inside"));
        assert_eq!(
            guides.join("../tips/y.md").map(|p| p.to_string()),
            Ok("content/tips/y.md".into())
        );
        assert_eq!(
            guides.join("/img/a.png").map(|p| p.to_string()),
            Ok("img/a.png".into())
        );
        assert_eq!(guides.join("../../../etc/passwd"), Err(PathOutsideRoot));
        let page = Route::page(["ar", "x"]);
        assert_eq!(
            page.join("../legal/").map(|r| r.to_string()),
            Ok("/ar/legal/".into())
        );
        assert_eq!(
            page.join("../../../").map(|r| r.to_string()),
            Err(PathOutsideRoot)
        );
        assert_eq!(page.join("").map(|r| r.to_string()), Ok("/ar/x/".into()));
        assert_eq!(page.join("/a/b").map(|r| r.to_string()), Ok("/a/b".into()));
    }

    #[test]
    fn routes_and_files() {
        assert_eq!(Route::home().output_path().as_str(), "index.html");
        assert_eq!(
            Route::page(["a", "é"]).output_path().as_str(),
            "a/é/index.html"
        );
        assert_eq!(Route::page(["a", "é"]).href("/docs/"), "/docs/a/%C3%A9/");
        assert_eq!(
            Route::new("/feed.xml").map(|r| r.output_path().to_string()),
            Ok("feed.xml".into())
        );
        assert_eq!(
            OutputPath::new("a/index.html").map(|p| p.route().to_string()),
            Ok("/a/".into())
        );
    }

    #[test]
    fn paths_read_from_files_are_parsed() {
        fn reads<T: serde::de::DeserializeOwned>(text: &str) -> bool {
            serde_json::from_value::<T>(text.into()).is_ok()
        }
        for climbing in [
            "..",
            "../victim",
            "a/../../victim",
            "/etc/passwd",
            "a/./b",
            "a//b",
            "a/",
            "a\0b",
        ] {
            assert!(!reads::<SourcePath>(climbing), "{climbing}");
            assert!(!reads::<OutputPath>(climbing), "{climbing}");
        }
        for climbing in [
            "",
            "a",
            "/..",
            "/../victim",
            "/a/../../victim/",
            "//etc",
            "/a/./",
            "/a//",
        ] {
            assert!(!reads::<Route>(climbing), "{climbing}");
        }
        assert!(
            reads::<SourcePath>("")
                && reads::<SourcePath>("content/a.b/..c")
                && !reads::<OutputPath>("")
        );
        assert!(
            reads::<OutputPath>("guides/index.html")
                && reads::<Route>("/")
                && reads::<Route>("/a/b/")
                && reads::<Route>("/a.txt")
        );
    }
}
