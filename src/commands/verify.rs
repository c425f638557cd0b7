//! `build --verify-cache`: builds again without the cache, and compares the result with the
//! published site.

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

/// How many differing files are named; the rest are counted.
const NAMED_MAX: usize = 20;

/// A sink that compares each output with the published file.
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
        let (hash, _) = Fingerprint::of_reader(file, |_| Ok(()))
            .map_err(|error| format!("{path} cannot be read: {error}"))?;
        self.note(path, published_hash(self.output, path) == Some(hash));
        Ok(hash)
    }
}

impl Comparison<'_> {
    /// Records a rendered file, and whether the published one has the same bytes.
    fn note(&self, path: &OutputPath, is_same: bool) {
        if !is_same {
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

/// Whether the published site and the reported problems are the same as those of a build without
/// the cache. Prints the differences.
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
    let has_same_problems = built.problems == reported;
    if differ.is_empty() && has_same_problems {
        console.answer(&format!(
            "Verified: {} rebuilt without the cache, all identical to the published files.",
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
    if !has_same_problems {
        console.print(
            OutputStream::Error,
            "the reported problems differ from those of a build without the cache",
        );
    }
    let advice =
        "This is a bug in Handsel; please report it. Until it is fixed, build with --no-cache.";
    console.print(OutputStream::Error, advice);
    false
}
