//! Helpers for several tests: a sink that keeps files in memory, and a build of a folder or of a
//! site in memory.

#![allow(dead_code, reason = "each test uses its own part")]

pub mod edits;
pub mod images;
pub mod random;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use handsel::fingerprint::Fingerprint;
use handsel::paths::{OutputPath, SourcePath};
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, BuildResult, Request, Sink};
use handsel::source::Files;
use proptest::prelude::*;

/// A sink that keeps the published files in memory.
#[derive(Default)]
pub struct MemorySink(pub Mutex<BTreeMap<String, Vec<u8>>>);

impl Sink for MemorySink {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        _: Fingerprint,
    ) -> Result<(), String> {
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .insert(path.to_string(), bytes.to_vec());
        Ok(())
    }
}

/// A request for a build of 2026-11-22.
pub fn request() -> Request {
    Request {
        config: SourcePath::new("handsel.yaml").expect("a name inside"),
        today: Some(jiff::civil::date(2026, 11, 22)),
        now: jiff::Timestamp::UNIX_EPOCH,
        with_drafts: false,
        with_audit: false,
        keeps_addresses: false,
        is_strict: false,
        is_lenient: false,
        base_url: None,
    }
}

/// Builds into memory.
pub fn build(files: &dyn Files, request: &Request) -> (BuildResult, BTreeMap<String, Vec<u8>>) {
    let sink = MemorySink::default();
    let built = pipeline::build(files, request, &sink, &BuildCache::of(None));
    (
        built,
        sink.0.into_inner().expect("no holder of this lock panics"),
    )
}

/// A folder of test data that is not part of this repository, such as `corpora`; `None`, with a
/// message, where it is absent. It is looked for in the folder that `HANDSEL_TEST_DATA` names, or
/// else in the folders next to this checkout.
pub fn test_data(name: &str) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = match std::env::var_os("HANDSEL_TEST_DATA") {
        Some(folder) => vec![folder.into()],
        None => std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default(),
    };
    let found = folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: set HANDSEL_TEST_DATA to a folder that contains `{name}`");
    }
    found
}

/// A page without the source lines that the preview adds.
pub fn without_lines(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(LINE) {
        out.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        rest = match after[digits..].strip_prefix('"') {
            Some(after) if digits > 0 => after,
            _ => {
                out.push_str(LINE);
                after
            }
        };
    }
    out + rest
}

const LINE: &str = " data-source-line=\"";

/// The elements that carry a source line, in order.
pub fn lines_of(html: &str) -> Vec<(&str, u32)> {
    let elements = html.match_indices(LINE).filter_map(|(at, _)| {
        let (_, element) = html[..at].rsplit_once('<')?;
        let line = html[at + LINE.len()..].split_once('"')?.0.parse().ok()?;
        element
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
            .then_some((element, line))
    });
    elements.collect()
}

/// Text in which marks of Markdown, YAML and components are frequent.
pub fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(":::"),
        Just("::"),
        Just("::::"),
        Just("note"),
        Just("{a=\"b\"}"),
        Just("{"),
        Just("}"),
        Just("\n"),
        Just("\n\n"),
        Just("---\n"),
        Just("- "),
        Just("> "),
        Just("# "),
        Just("[x](y.md)"),
        Just("[["),
        Just("]]"),
        Just("<div>"),
        Just("</div>"),
        Just("<script>"),
        Just("<!--"),
        Just("-->"),
        Just("```\n"),
        Just("`"),
        Just("    "),
        Just("é"),
        Just("日"),
        Just("\u{FDD0}"),
        Just("<?1?>"),
        Just("title: x\n"),
        Just("*"),
        Just("_"),
        Just("|"),
        Just("[^a]"),
        Just("> [!NOTE]\n"),
        Just("::note{a=b}"),
        Just("::include{file=\"x.rs\"}\n"),
        Just("\u{7f}"),
        Just("\u{85}"),
        Just("\u{202e}"),
        Just("$$\n"),
        Just("[^a]: n\n"),
        Just("![i](p.png)"),
        Just("$x$"),
        Just("\t"),
        Just("\r\n"),
        Just("\u{1b}"),
        Just("a"),
        Just(" "),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
