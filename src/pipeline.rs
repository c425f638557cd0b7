//! The whole build on one page: each step, what it reads, what it gives.
//!
//! Settings, theme, vocabularies and defaults are read first; then every document by itself, in
//! parallel; then the site from all entries; then every sheet is composed and drawn, in parallel,
//! and put into the sink as it is done. Problems are values of the steps and are judged together at
//! the end.

mod addresses;
pub mod build_cache;
mod documents;
pub mod file_hashes;
mod file_listing;
pub mod foreign;
mod formulas;
mod image_variants;
mod images;
mod included_files;
mod load;
pub mod load_links;
pub mod move_page;
mod outputs;
pub mod profile;
mod publish;
mod recorder;
mod renamed_files;
mod render;
pub mod retire;
mod script_audit;
mod search;
mod search_cache;
mod search_preview;
pub mod session;
mod severity;
mod site_state;
mod state;
mod unread_files;
pub mod why;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;

pub use self::addresses::{LedgerCheck, is_public};
use self::build_cache::{BuildCache, LastBuild, OutputRecords};
use self::documents::{Documents, PageNeeds};
use self::file_hashes::FileHashes;
use self::images::SiteImages;
use self::load::LoadedSite;
use self::outputs::Outputs;
use self::profile::{Profile, ReuseCount};
use self::publish::OutputWriter;
use self::renamed_files::Renames;
use self::render::OutputRenderer;
use self::site_state::SiteState;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::templates::hash_of;
use crate::paths::{OutputPath, SourcePath};
use crate::settings::{BaseUrl, Settings};
use crate::site::{self, Site};
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
    /// The build will be published where readers find it, so the address ledger takes it in.
    pub keeps_addresses: bool,
    pub is_strict: bool,
    pub is_lenient: bool,
    /// In place of the settings'.
    pub base_url: Option<BaseUrl>,
}

/// Where published files go: the disk's staging, a site in memory, nowhere.
pub trait Sink: Sync {
    /// Called by one thread before many put: a sink that has to wait for something waits here.
    fn ready(&self) {}

    /// Takes one file with the fingerprint of its bytes; called from many threads. An error ends
    /// the build.
    ///
    /// # Errors
    /// What kept the file from being taken, in words for people.
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        hash: Fingerprint,
    ) -> Result<(), String>;

    /// Whether what is put is of no use to anyone, so that what has no problems of its own need not
    /// be made.
    fn discards_output(&self) -> bool {
        false
    }

    /// Takes a file that is published as it is, read piece by piece; gives the fingerprint of what
    /// was read. `print` is what it is expected to be.
    ///
    /// # Errors
    /// Why it could not be taken or read.
    fn copy(
        &self,
        path: &OutputPath,
        file: &mut dyn io::Read,
        _print: Fingerprint,
    ) -> Result<Fingerprint, String> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| format!("{path} cannot be copied: {error}"))?;
        let hash = Fingerprint::of(&bytes);
        self.put(path, bytes.into(), hash)?;
        Ok(hash)
    }

    /// Keeps what is published at this path already, if that is ours and has this fingerprint;
    /// whether it did.
    fn keep(&self, _path: &OutputPath, _print: Fingerprint) -> bool {
        false
    }

    /// The bytes that are published at this path, if any are.
    fn published(&self, _path: &OutputPath) -> Option<Vec<u8>> {
        None
    }

    /// Keeps all that is published, if it is just what [`sum`] gave this fingerprint for; whether
    /// it did.
    fn keep_all(&self, _sum: Fingerprint) -> bool {
        false
    }

    /// Whether bytes are of use to it: where they are not, pictures are looked at and not encoded.
    fn needs_bytes(&self) -> bool {
        true
    }
}

/// The fingerprint of all outputs together, sorted by path.
pub fn sum<'a>(outputs: impl Iterator<Item = (&'a OutputPath, Fingerprint)>) -> Fingerprint {
    let mut hasher = Hasher::new();
    for (path, hash) in outputs {
        hasher.add(path.as_str()).add(hash.as_bytes());
    }
    hasher.finish()
}

/// Up to one page in so many is few.
const FEW: usize = 8;

/// Takes files and forgets them.
pub struct NullSink;

impl Sink for NullSink {
    fn discards_output(&self) -> bool {
        true
    }

    fn put(&self, _: &OutputPath, _: Cow<'static, [u8]>, _: Fingerprint) -> Result<(), String> {
        Ok(())
    }

    fn copy(
        &self,
        _: &OutputPath,
        _: &mut dyn io::Read,
        hash: Fingerprint,
    ) -> Result<Fingerprint, String> {
        Ok(hash)
    }

    fn keep(&self, _: &OutputPath, _: Fingerprint) -> bool {
        true
    }

    fn keep_all(&self, _: Fingerprint) -> bool {
        true
    }

    fn needs_bytes(&self) -> bool {
        false
    }
}

/// What a build gives.
#[derive(Debug)]
pub struct BuildResult {
    /// Judged by the settings, sorted.
    pub problems: Vec<Diagnostic>,
    pub settings: Settings,
    /// Markdown files that could be pages.
    pub sources: usize,
    /// Published pages, lists not counted.
    pub pages: usize,
    pub left_out: usize,
    /// What is published where; `None` when it is all as the last build left it.
    pub addresses: Option<LedgerCheck>,
    /// Help for broken links to files that seem to have another name now, by the place of the link.
    pub renamed: Vec<(Location, String)>,
    /// What is not wrong but worth a line.
    pub notes: Vec<String>,
    /// What the sink refused.
    pub failure: Option<String>,
    pub profile: Profile,
}

/// Reads, checks and draws a site, and puts every file into the sink; what `memory` holds of it
/// already is not made again.
pub fn build(
    files: &dyn Files,
    request: &Request,
    sink: &dyn Sink,
    memory: &BuildCache,
) -> BuildResult {
    let mut profile = Profile::default();
    let mut problems = Vec::new();

    let known = memory.files();
    let mut ledger = FileHashes::new(files, known.clone());
    let way = build_mode(request);
    // The disk is asked for the sources by one thread, and for what is remembered by another.
    let (loaded, mut before) = rayon::join(
        || load::load(&ledger, request, None),
        || memory.output_records(way),
    );
    let mut loaded = loaded.take_into(&mut problems);
    loaded.colors = Arc::new(memory.colors());
    ledger.stamp(&loaded.listed.sources);
    let listing = hash_of(&(
        &problems,
        loaded.today,
        loaded.hashes.reading,
        loaded.hashes.assembling,
    ));
    let read = read_sum(&ledger, &loaded, listing);
    profile.stage("list and load", loaded.listed.sources.len());

    if let Some(mut built) = as_before(&before, request, read, sink, files, &loaded) {
        memory.keep_files(&ledger.into_known(&loaded.listed.sources), &known);
        profile.stage("nothing changed", built.pages);
        (
            profile.documents.remembered,
            profile.output_pages.remembered,
        ) = (loaded.listed.pages.len(), before.outputs.len());
        built.profile = profile;
        return built;
    }

    let remembered = memory.pages();
    let wanted = PageNeeds {
        bodies: Some(memory),
        digests: loaded.settings.search && !sink.discards_output(),
    };
    let mut documents = Documents::read(
        &ledger,
        &loaded,
        request,
        |path| ledger.known(path),
        remembered,
        wanted,
    );
    problems.extend(documents.problems().cloned());
    profile.stage("read and parse", documents.parsed);
    profile.documents = ReuseCount {
        made: documents.parsed,
        remembered: documents.pages.len().saturating_sub(documents.parsed),
    };

    let site = site_state::assemble(&loaded, &documents, request, &mut problems);
    problems.extend(site.link_problems());
    if request.with_audit {
        audit(&site, &loaded, &documents, request, &mut problems);
    }
    profile.stage("assemble", site.pages().len());

    let site_hash = site_state::site_hash(&loaded, &documents);
    let render_context = Arc::new(site_state::render_context(
        &loaded, &documents, site, request,
    ));
    let outputs = Outputs::plan(&loaded, &render_context.composer, &mut problems);
    let addresses = addresses::check_ledger(
        files,
        request,
        &loaded,
        &render_context.composer,
        &outputs,
        &mut problems,
    );
    profile.stage("plan", outputs.all().len());

    let digests = std::mem::take(&mut documents.digests);
    let images = SiteImages::new(&loaded, &render_context.composer, memory);
    let whole = SiteState {
        loaded,
        documents,
        render_context,
        outputs,
        images,
        site_hash,
    };
    let stops = |problems: &[Diagnostic]| {
        sink.needs_bytes()
            && severity::is_any_error(
                problems,
                &whole.loaded.settings,
                &whole.render_context.composer.site,
                request,
            )
    };
    // Where a problem stops the build, nobody waits for images to be encoded.
    let pieces = (sink.needs_bytes() && !stops(&problems)).then_some(memory);
    let renderer = OutputRenderer {
        files: &ledger,
        request,
        whole: &whole,
        pieces,
    };
    sink.ready();
    let digested = digests.len();
    let reader = renderer.reader();
    let index = || match sink.discards_output() {
        true => Ok(before.search.clone()),
        false => search::publish(
            &whole,
            reader,
            memory,
            before.search.as_ref(),
            &digests,
            sink,
        ),
    };
    let writer = OutputWriter::new(renderer, sink, &ledger, &before, memory);
    // Where most pages are new, both want all threads, and much memory; else one thread does for
    // the index.
    let (index, mut published) = if digested > whole.documents.pages.len() / FEW {
        let index = index();
        profile.stage("search index", digested);
        let published = writer.pages();
        profile.stage("draw and publish", published.took.len());
        (index, published)
    } else {
        let (index, published) = rayon::join(index, || writer.pages());
        profile.stage("search index, draw and publish", published.took.len());
        (index, published)
    };
    if !stops(&problems) && !stops(&published.problems) {
        let images = writer.write_image_variants(&mut published);
        profile.stage("images", images);
    }
    let mut published = writer.finish(published);
    problems.extend(published.problems.iter().cloned());
    match index {
        Ok(index) => published.add_search(index),
        Err(failure) => published.failure = Some(failure),
    }
    profile.output_pages = ReuseCount {
        made: published.took.len(),
        remembered: whole
            .outputs
            .output_pages
            .len()
            .saturating_sub(published.took.len()),
    };
    profile.drawn(std::mem::take(&mut published.took));

    let site = &*whole.render_context.composer.site;
    let left_out = if request.is_lenient {
        severity::report_skipped(site, &mut problems)
    } else {
        0
    };
    let problems = severity::apply(problems, &whole.loaded.settings, site, request);
    let pages = site.pages().len();
    let renamed = Renames::find(&known, &ledger, &whole.loaded.listed.sources).help(site);

    let is_sound = memory.is_kept()
        && published.failure.is_none()
        && !problems.iter().any(Diagnostic::is_error);
    if is_sound {
        let read = read_sum(&ledger, &whole.loaded, listing);
        let sum = sum(published.outputs.iter().map(|(path, hash)| (path, *hash)));
        let (asked, problems) = (asked(request), problems.clone());
        let last = LastBuild {
            asked,
            read,
            published: sum,
            addresses: addresses.hash,
            problems,
            pages,
            left_out,
        };
        before.store_build(last, &whole, published.records, published.asked);
        before.search = published.search;
    }
    rayon::join(
        || memory.keep_pages(&whole.documents.pages, &whole.documents.differ),
        || is_sound.then(|| memory.keep_drawn(way, &before)),
    );
    memory.keep_colours(&whole.loaded.colors);
    memory.keep_files(
        &renamed_files::with_gone(
            ledger.into_known(&whole.loaded.listed.sources),
            &known,
            is_sound,
        ),
        &known,
    );
    let settings = Settings::clone(&whole.loaded.settings);
    let sources = whole.loaded.listed.pages.len();
    let notes = notes(&whole.loaded);
    let SiteState {
        loaded,
        documents,
        render_context,
        outputs,
        images,
        ..
    } = whole;
    images.save_headers(memory);
    profile.stage("remember", 0);
    // Many small things are given back to the system beside what follows; nobody waits for that.
    rayon::spawn(move || drop((loaded, documents, render_context, outputs, before, digests)));

    let notes = notes.into_iter().chain(memory.notes()).collect();
    BuildResult {
        problems,
        settings,
        sources,
        pages,
        left_out,
        addresses: Some(addresses),
        renamed,
        notes,
        failure: published.failure,
        profile,
    }
}

/// What only a check looks at.
fn audit(
    site: &Site,
    loaded: &LoadedSite,
    documents: &Documents,
    request: &Request,
    problems: &mut Vec<Diagnostic>,
) {
    problems.extend(documents.advice().cloned());
    let facts = |page| {
        documents
            .pages
            .get(&site.page(page).entry.source)
            .map(|page| &*page.facts)
    };
    site::audit::run(site, facts, problems);
    // Settings that cannot be read say nothing; what they lack is not known.
    let is_unread = |problem: &Diagnostic| {
        matches!(problem.code, Code::BadYaml | Code::NotUtf8)
            && problem
                .location
                .as_ref()
                .is_some_and(|place| place.path == request.config)
    };
    if loaded.has_settings && !problems.iter().any(is_unread) {
        site::giving_check::run(site, &request.config, problems);
    }
}

/// Builds of one way make the same outputs.
pub fn build_mode(request: &Request) -> Fingerprint {
    let base_url = request
        .base_url
        .as_ref()
        .map(|base| (&base.origin, &base.path));
    hash_of(&(
        &request.config,
        request.with_drafts,
        request.is_lenient,
        base_url,
    ))
}

/// What else a build is asked for: it tells other problems, or judges them otherwise.
fn asked(request: &Request) -> Fingerprint {
    hash_of(&(
        request.with_audit,
        request.is_strict,
        request.keeps_addresses,
    ))
}

/// The fingerprint of all that a build can have read; `listing` stands for what is no file's bytes.
fn read_sum(ledger: &FileHashes, loaded: &LoadedSite, listing: Fingerprint) -> Fingerprint {
    hash_of(&(listing, ledger.sum(&loaded.listed.sources)))
}

/// What an earlier build gave, when it read the same and all that it published is in its place.
fn as_before(
    before: &OutputRecords,
    request: &Request,
    read: Fingerprint,
    sink: &dyn Sink,
    files: &dyn Files,
    loaded: &LoadedSite,
) -> Option<BuildResult> {
    let asked = asked(request);
    let last = before
        .lasts
        .iter()
        .find(|last| last.asked == asked && last.read == read)?;
    if request.keeps_addresses && !addresses::is_as_left(files, last.addresses) {
        return None;
    }
    sink.keep_all(last.published).then(|| BuildResult {
        problems: last.problems.clone(),
        settings: Settings::clone(&loaded.settings),
        sources: loaded.listed.pages.len(),
        pages: last.pages,
        left_out: last.left_out,
        addresses: None,
        renamed: Vec::new(),
        notes: notes(loaded),
        failure: None,
        profile: Profile::default(),
    })
}

fn notes(loaded: &LoadedSite) -> Vec<String> {
    let mut notes = Vec::new();
    if loaded.settings.base_url.is_none() {
        notes.push(
            "no `base_url` is set, so the sitemap, the feeds and canonical links are left out: they need absolute addresses".to_owned(),
        );
    }
    notes
}
