//! What several tests need: a sink that keeps files in memory, and a build of a folder or of a site in memory.

#![allow(dead_code, reason = "each test uses its own part")]

pub mod edits;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use handsel::fingerprint::Fingerprint;
use handsel::paths::{OutputPath, SourcePath};
use handsel::pipeline::memory::Memory;
use handsel::pipeline::{self, Built, Request, Sink};
use handsel::source::Files;

/// Keeps what is published.
#[derive(Default)]
pub struct Kept(pub Mutex<BTreeMap<String, Vec<u8>>>);

impl Sink for Kept {
    fn put(&self, path: &OutputPath, bytes: Cow<'static, [u8]>, _: Fingerprint) -> Result<(), String> {
        self.0.lock().expect("no holder of this lock panics").insert(path.to_string(), bytes.to_vec());
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
        is_strict: false,
        is_lenient: false,
        base_url: None,
    }
}

/// Builds into memory.
pub fn build(files: &dyn Files, request: &Request) -> (Built, BTreeMap<String, Vec<u8>>) {
    let sink = Kept::default();
    let built = pipeline::build(files, request, &sink, &Memory::of(None));
    (built, sink.0.into_inner().expect("no holder of this lock panics"))
}

/// A folder of the shared test material; `None`, said clearly, where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: the shared folder {name} is not beside this checkout");
    None
}
