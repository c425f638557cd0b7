//! The list of the files that Handsel wrote, in the output folder itself. Each line has a
//! fingerprint and a path; the lines are sorted.
//!
//! It determines which files Handsel may replace and remove. It does not depend on the cache, and
//! each output folder has its own. A line that cannot be read is ignored, so its file is foreign
//! until a build makes the same bytes again.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use crate::cache::regular::open_regular;
use crate::fingerprint::Fingerprint;
use crate::paths::OutputPath;

/// The name of the manifest in the output folder.
pub const MANIFEST_NAME: &str = ".handsel-manifest";

/// The first line, with the version of the format.
const HEADER: &str = "# handsel-manifest 1: the files that Handsel wrote here";

/// The files that a build wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<OutputPath, Fingerprint>);

/// The largest manifest, in bytes. A larger file was not written by Handsel.
const BYTES_MAX: u64 = 512 << 20;

impl Manifest {
    /// The bytes of a manifest; empty if the file does not begin like one or is too large.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn read(path: &Path) -> io::Result<Vec<u8>> {
        let mut file = open_regular(path)?;
        let mut bytes = vec![0; HEADER.len()];
        let is_ours = file.metadata()?.len() <= BYTES_MAX
            && file.read_exact(&mut bytes).is_ok()
            && bytes == HEADER.as_bytes();
        if !is_ours {
            return Ok(Vec::new());
        }
        file.take(BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Parses a manifest; empty if its first line is wrong. Invalid lines are ignored.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line));
        if lines.next() != Some(HEADER) {
            return Self::default();
        }
        Self(lines.filter_map(parse_line).collect())
    }

    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(HEADER.len() + self.0.len() * 80);
        text.push_str(HEADER);
        text.push('\n');
        for (path, fingerprint) in &self.0 {
            text.push_str(&fingerprint.to_string());
            text.push_str("  ");
            escape_into(&mut text, path.as_str());
            text.push('\n');
        }
        text
    }

    pub fn get(&self, path: &str) -> Option<Fingerprint> {
        self.0.get(path).copied()
    }

    pub fn lists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

fn parse_line(line: &str) -> Option<(OutputPath, Fingerprint)> {
    let (fingerprint, path) = line.split_once("  ")?;
    let written = unescape(path)?;
    let path = OutputPath::new(&written).ok()?;
    let is_plain = path.as_str() == written && !written.is_empty();
    is_plain.then_some((path, fingerprint.parse().ok()?))
}

/// Escapes line breaks and backslashes, so that every path is one line.
fn escape_into(text: &mut String, path: &str) {
    if !path.contains(['\\', '\n', '\r']) {
        return text.push_str(path);
    }
    for c in path.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            c => text.push(c),
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut path = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        path.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            c => c,
        });
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        Manifest(
            paths
                .iter()
                .map(|path| {
                    (
                        OutputPath::new(path).expect("a path"),
                        Fingerprint::of(path),
                    )
                })
                .collect(),
        )
    }

    #[test]
    fn reads_what_it_wrote() {
        let written = manifest(&[
            "index.html",
            "a/index.html",
            "a b/ü  x.html",
            "odd\nname",
            "back\\slash",
            "\\n",
        ]);
        assert_eq!(Manifest::parse(written.to_text().as_bytes()), written);
    }

    #[test]
    fn what_is_damaged_is_not_listed() {
        let text = manifest(&["a", "b", "c"]).to_text();
        assert_eq!(
            Manifest::parse(&text.as_bytes()[..text.len() - 3]),
            manifest(&["a", "b"])
        );
        let hash = Fingerprint::of("x");
        for line in [
            format!("{hash}  ../../etc/passwd"),
            format!("{hash}  /etc"),
            "zz  a".into(),
            format!("{hash}  "),
            "<<<<<<<".into(),
        ] {
            assert_eq!(
                Manifest::parse(format!("{HEADER}\n{line}\n").as_bytes()),
                Manifest::default(),
                "{line}"
            );
        }
        assert_eq!(Manifest::parse(b"\0\xFFgarbage"), Manifest::default());
        assert_eq!(
            Manifest::parse(text.replace("manifest 1", "manifest 2").as_bytes()),
            Manifest::default()
        );
    }
}
