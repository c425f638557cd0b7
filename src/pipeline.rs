//! The whole build on one page: each step, what it reads, what it gives.
//!
//! Settings, theme, vocabularies and defaults are read first; then every document by itself, in parallel; then the site
//! from all entries; then every sheet is composed and drawn, in parallel, and put into the sink as it is done. Problems
//! are values of the steps and are judged together at the end.

mod documents;
mod judge;
pub mod live;
mod load;
mod make;
mod outputs;
mod publish;
mod whole;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;

use self::documents::{Pages, Reader};
use self::load::Loaded;
use self::make::Workshop;
use self::outputs::Outputs;
use self::whole::Whole;
use crate::diagnostic::Diagnostic;
use crate::paths::{OutputPath, SourcePath};
use crate::settings::{BaseUrl, Settings};
use crate::site;
use crate::source::Files;

/// What a build is asked for, besides what stands in the site's own files.
#[derive(Clone, Debug)]
pub struct Request {
    /// The settings file, from the root.
    pub config: SourcePath,
    /// What day it is; unless given, the day of `now` in the site's time zone.
    pub today: Option<Date>,
    pub now: jiff::Timestamp,
    /// Drafts and pages still to come are shown too.
    pub with_drafts: bool,
    /// What only `check` looks at is looked at too.
    pub with_audit: bool,
    pub is_strict: bool,
    pub is_lenient: bool,
    /// In place of the settings'.
    pub base_url: Option<BaseUrl>,
}

/// Where published files go: the disk's staging, a site in memory, nowhere.
pub trait Sink: Sync {
    /// Takes one file; called from many threads. An error ends the build.
    ///
    /// # Errors
    /// What kept the file from being taken, in words for people.
    fn put(&self, path: &OutputPath, bytes: &[u8]) -> Result<(), String>;
}

/// Takes files and forgets them.
pub struct Nowhere;

impl Sink for Nowhere {
    fn put(&self, _: &OutputPath, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

/// What a build gives.
#[derive(Debug)]
pub struct Built {
    /// Judged by the settings, sorted.
    pub problems: Vec<Diagnostic>,
    pub settings: Settings,
    /// Published pages, lists not counted.
    pub pages: usize,
    pub left_out: usize,
    /// What is not wrong but worth a line.
    pub notes: Vec<String>,
    /// What the sink refused.
    pub failure: Option<String>,
    /// Stage, time, and how many things it worked on.
    pub profile: Vec<(&'static str, Duration, usize)>,
}

/// Reads, checks and draws a site, and puts every file into the sink.
pub fn build(files: &dyn Files, request: &Request, sink: &dyn Sink) -> Built {
    let mut profile = Profile::default();
    let mut problems = Vec::new();

    let loaded = load::load(files, request).unload(&mut problems);
    profile.stage("list and load", loaded.sources.len());

    let reader = Reader { files, loaded: &loaded, request };
    let documents = reader.all(|_| None, Pages::new(), true);
    problems.extend(documents.problems().cloned());
    profile.stage("parse", documents.pages.len());

    let site = whole::assemble(&loaded, &documents, request, &mut problems);
    if request.with_audit {
        let words = |page| documents.pages.get(&site.page(page).entry.source).map_or(0, |page| page.facts.words);
        site::audit::run(&site, words, &mut problems);
    }
    profile.stage("assemble", site.pages().len());

    let site_print = whole::site_print(&loaded, &documents);
    let materials = Arc::new(whole::materials(&loaded, &documents, site));
    let outputs = Outputs::plan(&loaded, &materials.composer, &mut problems);
    profile.stage("plan", outputs.sheets.len());

    let whole = Whole { loaded, documents, materials, outputs, site_print };
    let drawn = publish::all(&Workshop { files, request, whole: &whole }, sink);
    problems.extend(drawn.problems);
    profile.stage("draw and publish", drawn.files);

    let Whole { loaded, materials, .. } = whole;
    let site = &*materials.composer.site;
    let left_out = if request.is_lenient { judge::left_out(site, &mut problems) } else { 0 };
    let problems = judge::judge(problems, &loaded.settings, &page_checks(site), request);
    let notes = notes(&loaded);
    let settings = Settings::clone(&loaded.settings);
    Built { problems, settings, pages: site.pages().len(), left_out, notes, failure: drawn.failure, profile: profile.stages }
}

fn notes(loaded: &Loaded) -> Vec<String> {
    let mut notes = Vec::new();
    if loaded.settings.base_url.is_none() {
        notes.push(
            "no `base_url` is set, so the sitemap, the feeds and canonical links are left out: they need absolute addresses".to_owned(),
        );
    }
    notes
}

/// The severities that pages set for themselves.
fn page_checks(site: &site::Site) -> BTreeMap<SourcePath, BTreeMap<String, crate::diagnostic::Severity>> {
    let with_checks = site.pages().iter().filter(|page| !page.entry.meta.checks.is_empty());
    with_checks.map(|page| (page.entry.source.clone(), page.entry.meta.checks.clone())).collect()
}

/// Times the stages. Durations are told to people and never read by a stage.
struct Profile {
    started: Instant,
    stages: Vec<(&'static str, Duration, usize)>,
}

impl Default for Profile {
    fn default() -> Self {
        Profile { started: Instant::now(), stages: Vec::new() }
    }
}

impl Profile {
    fn stage(&mut self, name: &'static str, count: usize) {
        self.stages.push((name, self.started.elapsed(), count));
        self.started = Instant::now();
    }
}
