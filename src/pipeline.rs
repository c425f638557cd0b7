//! The whole build in one place: each step, with its inputs and outputs.
//!
//! Settings, theme, vocabularies and defaults are read first. Then every document is parsed by
//! itself, in parallel. The site is assembled from all entries, and then every page is rendered, in
//! parallel, and put into the sink as soon as it is done. Each step returns its problems as values,
//! and their severities are decided at the end.

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
pub mod unpublished;
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
use self::unpublished::UnpublishedCounts;
use crate::diagnostic::{Diagnostic, Location};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::templates::hash_of;
use crate::paths::{OutputPath, SourcePath};
use crate::settings::{BaseUrl, Settings};
use crate::site::unread_pages::UnreadPages;
use crate::site::{self, Site};
use crate::source::Files;

/// The options of a build that are not part of the site's own files.
#[derive(Clone, Debug)]
pub struct Request {
    /// The path of the settings file, from the root.
    pub config: SourcePath,
    /// The date of the build; by default, the date of `now` in the site's time zone.
    pub today: Option<Date>,
    pub now: jiff::Timestamp,
    /// Whether drafts and scheduled pages are published too.
    pub with_drafts: bool,
    /// Whether to run the checks that only `check` runs.
    pub with_audit: bool,
    /// Whether the build will be published where readers find it, so that its addresses are added
    /// to the address ledger.
    pub keeps_addresses: bool,
    pub is_strict: bool,
    pub is_lenient: bool,
    /// Replaces the `base_url` of the settings.
    pub base_url: Option<BaseUrl>,
}

/// Where published files go: the staging folder on disk, a site in memory, or nowhere.
pub trait Sink: Sync {
    /// Called by one thread before a series of `put` calls, so that a sink can do any waiting here.
    fn ready(&self) {}

    /// Takes one file with the fingerprint of its bytes. Called from many threads; an error ends
    /// the build.
    ///
    /// # Errors
    /// An explanation, for people, of why the file could not be taken.
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        hash: Fingerprint,
    ) -> Result<(), String>;

    /// Whether the sink discards all files, so that an output without problems of its own need not
    /// be rendered.
    fn discards_output(&self) -> bool {
        false
    }

    /// Takes a file that is published unchanged, read piece by piece. `print` is the expected
    /// fingerprint; the result is the fingerprint of the bytes that were read.
    ///
    /// # Errors
    /// An explanation of why it could not be taken or read.
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

    /// Keeps the file that is already published at this path, if a build wrote it and it has this
    /// fingerprint. Returns whether it was kept.
    fn keep(&self, _path: &OutputPath, _print: Fingerprint) -> bool {
        false
    }

    /// The bytes that are published at this path, if any.
    fn published(&self, _path: &OutputPath) -> Option<Vec<u8>> {
        None
    }

    /// Keeps everything that is published, if [`sum`] of it equals this fingerprint. Returns
    /// whether it was kept.
    fn keep_all(&self, _sum: Fingerprint) -> bool {
        false
    }

    /// Whether the sink uses the bytes of files. If not, images are read but not encoded.
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

/// If at most one in this many pages is new, few pages are new.
const FEW: usize = 8;

/// Discards all files.
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

/// The result of a build.
#[derive(Debug)]
pub struct BuildResult {
    /// The reported problems with their final severities, sorted.
    pub problems: Vec<Diagnostic>,
    pub settings: Settings,
    /// The number of Markdown files that could be pages.
    pub sources: usize,
    /// The number of published pages, without lists.
    pub pages: usize,
    pub left_out: usize,
    /// The pages that are left out on purpose.
    pub unpublished: UnpublishedCounts,
    /// The published addresses; `None` if everything is as the last build left it.
    pub addresses: Option<LedgerCheck>,
    /// Help for broken links to files that seem to have been renamed, by the place of the link.
    pub renamed: Vec<(Location, String)>,
    /// Remarks that are not problems.
    pub notes: Vec<String>,
    /// The error of the sink, if any.
    pub failure: Option<String>,
    pub profile: Profile,
}

/// Reads, checks and renders a site, and puts every file into the sink. Results that are in
/// `memory` are reused.
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
    // One thread lists the sources while another reads the cache.
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

    let site = site_state::assemble(&loaded, &documents, request, None, &mut problems);
    let unread = documents.unread_pages(&site);
    problems.extend(site.link_problems(&unread));
    if request.with_audit {
        audit(&site, &loaded, &documents, &unread, request, &mut problems);
    }
    profile.stage("assemble", site.pages().len());

    let site_hash = site_state::site_hash(&loaded, &documents);
    let render_context = Arc::new(site_state::render_context(
        &loaded, &documents, site, request,
    ));
    let outputs = Outputs::plan(&loaded, render_context.builder.index(), None);
    problems.extend(outputs.problems.iter().cloned());
    let addresses = addresses::check_ledger(
        files,
        request,
        &loaded,
        render_context.catalog(),
        &outputs,
        &unread,
        &mut problems,
    );
    profile.stage("plan", outputs.all().len());

    let digests = std::mem::take(&mut documents.digests);
    let images = SiteImages::new(&loaded, render_context.catalog(), memory);
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
                &whole.render_context.catalog().site,
                request,
            )
    };
    // If a problem stops the build, images are not encoded.
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
    // If most pages are new, the index and the pages both need all threads and much memory, so they
    // are made one after the other. Otherwise one thread makes the index meanwhile.
    let (index, mut published) = if digested > whole.documents.pages.len() / FEW {
        let index = index();
        profile.stage("search index", digested);
        let published = writer.pages();
        profile.stage("render and publish", published.took.len());
        (index, published)
    } else {
        let (index, published) = rayon::join(index, || writer.pages());
        profile.stage("search index, render and publish", published.took.len());
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

    let site = &*whole.render_context.catalog().site;
    let left_out = if request.is_lenient {
        severity::report_skipped(site, &mut problems)
    } else {
        0
    };
    let problems = severity::apply(problems, &whole.loaded.settings, site, request);
    let pages = site.pages().len();
    let unpublished = UnpublishedCounts::of(site, &whole.documents);
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
            unpublished,
        };
        before.store_build(last, &whole, published.records, published.asked);
        before.search = published.search;
    }
    rayon::join(
        || memory.keep_pages(&whole.documents.pages, &whole.documents.differ),
        || is_sound.then(|| memory.keep_drawn(way, &before)),
    );
    memory.keep_colors(&whole.loaded.colors);
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
    profile.stage("save the cache", 0);
    // Freeing many small allocations takes a while, so it happens on another thread.
    rayon::spawn(move || drop((loaded, documents, render_context, outputs, before, digests)));

    let notes = notes.into_iter().chain(memory.notes()).collect();
    BuildResult {
        problems,
        settings,
        sources,
        pages,
        left_out,
        unpublished,
        addresses: Some(addresses),
        renamed,
        notes,
        failure: published.failure,
        profile,
    }
}

/// The checks that only `check` runs.
fn audit(
    site: &Site,
    loaded: &LoadedSite,
    documents: &Documents,
    unread: &UnreadPages,
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
    site::audit::run(site, facts, unread, problems);
    if loaded.has_settings {
        site::giving_check::run(site, &request.config, problems);
    }
}

/// The fingerprint of the options that affect outputs. Builds with the same mode make the same
/// outputs.
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

/// The fingerprint of the options that affect only problems and their severities.
fn asked(request: &Request) -> Fingerprint {
    hash_of(&(
        request.with_audit,
        request.is_strict,
        request.keeps_addresses,
    ))
}

/// The fingerprint of everything that a build can have read; `listing` covers what is not the bytes
/// of a file.
fn read_sum(ledger: &FileHashes, loaded: &LoadedSite, listing: Fingerprint) -> Fingerprint {
    hash_of(&(listing, ledger.sum(&loaded.listed.sources)))
}

/// The result of an earlier build, if it read the same inputs and everything that it published is
/// in place.
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
        unpublished: last.unpublished,
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
            "no `base_url` is set, so the sitemap, the feeds and canonical links are not written: they need absolute addresses".to_owned(),
        );
    }
    notes
}
