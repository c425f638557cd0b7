//! `build --verify-cache`: everything is made once more from nothing, and held against what was
//! published.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;

use super::console::{Console, OutputStream};
use super::format::count;
use super::site_root::SiteRoot;
use crate::diagnostic::{Diagnostic, printable_name};
use crate::disk::publish::{listed, published_bytes, published_hash};
use crate::fingerprint::Fingerprint;
use crate::paths::OutputPath;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::{self, Request, Sink};

/// Differences that are named before the rest is counted.
const NAMED_MAX: usize = 20;

/// Holds what is made against what is published.
struct Comparison<'a> {
    output: &'a Path,
    made: Mutex<BTreeSet<OutputPath>>,
    differ: Mutex<BTreeSet<OutputPath>>,
}

impl Sink for Comparison<'_> {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        _: Fingerprint,
    ) -> Result<(), String> {
        self.note(
            path,
            published_bytes(self.output, path).is_some_and(|published| published == *bytes),
        );
        Ok(())
    }

    fn copy(
        &self,
        path: &OutputPath,
        file: &mut dyn Read,
        _: Fingerprint,
    ) -> Result<Fingerprint, String> {
        let (print, _) = Fingerprint::of_reader(file, |_| Ok(()))
            .map_err(|error| format!("{path} cannot be read: {error}"))?;
        self.note(path, published_hash(self.output, path) == Some(print));
        Ok(print)
    }
}

impl Comparison<'_> {
    /// Notes a file that was made, and whether the published one has these bytes.
    fn note(&self, path: &OutputPath, is_alike: bool) {
        if !is_alike {
            self.differ
                .lock()
                .expect("no holder of this lock panics")
                .insert(path.clone());
        }
        self.made
            .lock()
            .expect("no holder of this lock panics")
            .insert(path.clone());
    }
}

/// Whether the published site, and the problems told, are those of a build that remembers nothing;
/// says what is not.
pub fn verify(
    site: &SiteRoot,
    request: &Request,
    output: &Path,
    reported: &[Diagnostic],
    console: &Console,
) -> bool {
    let comparison = Comparison {
        output,
        made: Mutex::default(),
        differ: Mutex::default(),
    };
    let built = pipeline::build(&site.disk, request, &comparison, &BuildCache::of(None));
    let made = comparison
        .made
        .into_inner()
        .expect("no holder of this lock panics");
    let mut differ = comparison
        .differ
        .into_inner()
        .expect("no holder of this lock panics");
    differ.extend(
        listed(output)
            .into_iter()
            .filter(|path| !made.contains(path)),
    );
    let is_told_alike = built.problems == reported;
    if differ.is_empty() && is_told_alike {
        console.answer(&format!(
            "Verified: {} made anew, byte for byte as published.",
            count(made.len(), "file")
        ));
        return true;
    }
    for path in differ.iter().take(NAMED_MAX) {
        console.print(
            OutputStream::Error,
            &format!(
                "differs from a build without the cache: {}",
                printable_name(path.as_str())
            ),
        );
    }
    if differ.len() > NAMED_MAX {
        console.print(
            OutputStream::Error,
            &format!("and {} more", differ.len() - NAMED_MAX),
        );
    }
    if !is_told_alike {
        console.print(
            OutputStream::Error,
            "the problems that were told are not those of a build without the cache",
        );
    }
    let advice = "This is our mistake, not yours: please report it. Until it is mended, build with --no-cache.";
    console.print(OutputStream::Error, advice);
    false
}
