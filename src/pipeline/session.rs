//! A site that is kept up to date as files change, and renders one output at a time. The preview
//! serves it.
//!
//! A refresh reads the paths that may have changed, and updates what depends on them. A page is
//! rendered when it is requested, with the same bytes that a build would publish.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::Request;
use super::build_cache::{self, BuildCache};
use super::file_hashes::KnownFiles;
use super::images::{CopiedFile, ImageJob, ImageVariant, PublishedForm, late_problems};
use super::outputs::{OutputKind, source_of};
use super::render::OutputRenderer;
use super::severity;
use super::state::State;
pub use super::state::{ChangedPaths, RefreshResult};
use super::unpublished::UnpublishedCounts;
use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprint;
use crate::output::search;
use crate::page::templates::hash_of;
use crate::paths::{OutputPath, Route, SourcePath};
use crate::site::{LinkTarget, UnpublishedReason};
use crate::source::{Files, ListingRules};

/// The answer for an address.
#[derive(Clone, Debug)]
pub enum LiveAnswer {
    /// The bytes of an output, and the page's source if it was made from one file of the writer's.
    Found {
        path: OutputPath,
        bytes: Vec<u8>,
        source: Option<SourcePath>,
    },
    /// The address exists with a slash at its end.
    Moved(String),
    /// The address does not exist. Contains the site's page for that case, and the address of the
    /// nearest list above.
    Missing { bytes: Vec<u8>, near: String },
    /// The output cannot be made. The reason is among the problems.
    Broken {
        path: OutputPath,
        source: Option<SourcePath>,
    },
}

/// Files up to this size are served from memory.
const IN_MEMORY_MAX: u64 = 8 << 20;

/// A file that is published unchanged and not served from memory.
#[derive(Clone, Debug)]
pub struct LargeFile {
    pub path: OutputPath,
    pub file: CopiedFile,
    pub length: u64,
    /// The fingerprint of the stamp that identifies its bytes.
    pub hash: Fingerprint,
}

/// What the preview shows a writer about a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PageSummary {
    pub source: SourcePath,
    pub address: String,
    pub title: String,
    pub kind: String,
    pub words: usize,
    pub minutes: u32,
    pub is_draft: bool,
    /// The day on which it will be published, if that is in the future.
    pub scheduled: Option<String>,
    pub expires: Option<String>,
    pub review_due: Option<String>,
    pub is_review_overdue: bool,
    pub links_out: usize,
    pub links_in: usize,
}

/// A site that is kept up to date.
pub struct Session {
    files: Arc<dyn Files + Send + Sync>,
    /// It never changes except for the current time.
    request: RwLock<Request>,
    memory: BuildCache,
    state: RwLock<State>,
    /// Problems of the outputs that were viewed, until they are made again.
    drawn: RwLock<BTreeMap<OutputPath, Vec<Diagnostic>>>,
}

impl Session {
    /// Reads everything needed to serve the site, except bodies, using the cache. Anything wrong is
    /// a problem, never an error.
    pub fn open(files: Arc<dyn Files + Send + Sync>, request: Request, memory: BuildCache) -> Self {
        let state = State::open(&*files, &request, &memory);
        Session {
            files,
            request: RwLock::new(request),
            memory,
            state: RwLock::new(state),
            drawn: RwLock::default(),
        }
    }

    /// Reads the files that may have changed, and updates the site. After an internal error, it is
    /// loaded from the start.
    pub fn refresh(&self, touched: &ChangedPaths) -> RefreshResult {
        let request = self.request();
        // Pages are served during the scan, which takes a while if everything may have changed.
        let scanned =
            std::panic::catch_unwind(AssertUnwindSafe(|| self.read().scan(&*self.files, touched)));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let refresh = |scanned| {
            std::panic::catch_unwind(AssertUnwindSafe(|| {
                state.refresh(&*self.files, &request, scanned)
            }))
        };
        let refreshed = scanned.and_then(refresh).unwrap_or_else(|_| {
            *state = State::open(&*self.files, &request, &BuildCache::of(None));
            RefreshResult {
                changed: vec![request.config.clone()],
                ..RefreshResult::default()
            }
        });
        if !refreshed.changed.is_empty() {
            self.drawn
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
        refreshed
    }

    /// Sets the current time. If that changes the date, the site is updated for the new date.
    /// Returns whether it was.
    pub fn set_date(&self, now: jiff::Timestamp) -> bool {
        self.request
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .now = now;
        let request = self.request();
        if self.read().is_of_day(&request) {
            return false;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let turned =
            std::panic::catch_unwind(AssertUnwindSafe(|| state.set_date(&*self.files, &request)))
                .is_ok();
        if !turned {
            *state = State::open(&*self.files, &request, &BuildCache::of(None));
        }
        self.drawn
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        true
    }

    /// Writes what was read to the cache, a little at a time, so that no save waits long. Failures
    /// are ignored.
    pub fn save_some(&self) {
        let (differ, known) = self
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .unsaved_pages();
        if differ.is_empty() {
            return;
        }
        self.memory.keep_files(&known, &KnownFiles::new());
        let colors = Arc::clone(&self.read().whole.loaded.colors);
        self.memory.keep_colors(&colors);
        for shard in build_cache::shards(&differ) {
            let pages = self.read().pages_of(shard);
            self.memory.save_shard(shard, &pages);
        }
    }

    /// The answer for a decoded path of the site, including the base path: `/guides/give-first/`.
    /// With `with_lines`, the blocks of a page's text have attributes with their source lines.
    pub fn answer(&self, address: &str, with_lines: bool) -> LiveAnswer {
        let state = self.read();
        let outputs = &state.whole.outputs;
        let path = address.trim_start_matches('/');
        let folder = |path: &str| {
            if path.is_empty() {
                "index.html".to_owned()
            } else {
                format!("{path}index.html")
            }
        };
        let wanted = if path.is_empty() || path.ends_with('/') {
            folder(path)
        } else {
            path.to_owned()
        };
        if let Some((path, maker)) = outputs.at(&wanted) {
            return self.found(&state, path, maker, with_lines);
        }
        if let Some((path, bytes)) = self.search_file(&state, path) {
            return LiveAnswer::Found {
                path,
                bytes,
                source: None,
            };
        }
        if !path.is_empty()
            && !path.ends_with('/')
            && outputs.at(&folder(&format!("{path}/"))).is_some()
        {
            return LiveAnswer::Moved(format!("{address}/"));
        }
        if let Some(job) = state.whole.images.job_at(&*self.files, path) {
            // Encoding takes a while, so saves should not have to wait for it.
            drop(state);
            return self.image_variant(&job).unwrap_or(LiveAnswer::Missing {
                bytes: Vec::new(),
                near: "/".to_owned(),
            });
        }
        let bytes = match outputs
            .at("404.html")
            .map(|(path, maker)| self.found(&state, path, maker, with_lines))
        {
            Some(LiveAnswer::Found { bytes, .. }) => bytes,
            _ => Vec::new(),
        };
        LiveAnswer::Missing {
            bytes,
            near: state.near(path),
        }
    }

    /// The file at an address, if it is published unchanged and too large to be served from memory.
    pub fn large_file(&self, address: &str) -> Option<LargeFile> {
        let state = self.read();
        let (path, maker) = state.whole.outputs.at(address.trim_start_matches('/'))?;
        let source = match maker {
            OutputKind::Copy(source) | OutputKind::ContentFile(source) => source,
            _ => return None,
        };
        let stamp = self
            .files
            .stamps(std::slice::from_ref(source))
            .pop()
            .flatten()
            .filter(|stamp| stamp.size > IN_MEMORY_MAX)?;
        let file = match maker {
            OutputKind::Copy(_) => CopiedFile::as_it_is(source),
            _ => match state.whole.images.published(&*self.files, source) {
                Ok((PublishedForm::Copied(file), _)) => file,
                _ => return None,
            },
        };
        Some(LargeFile {
            path: path.clone(),
            file,
            length: stamp.size,
            hash: hash_of(&(source, stamp)),
        })
    }

    /// Opens a file that is sent piece by piece, at a position in bytes.
    ///
    /// # Errors
    /// The errors of the file system.
    pub fn open_file<'a>(
        &'a self,
        file: &'a CopiedFile,
        from: u64,
    ) -> std::io::Result<Box<dyn std::io::Read + Send + 'a>> {
        file.open_at(&*self.files, from)
    }

    fn search_file(&self, state: &State, path: &str) -> Option<(OutputPath, Vec<u8>)> {
        let is_of_search = path == search::LIST || path.starts_with(search::FOLDER);
        is_of_search
            .then(|| state.search_file(path, &*self.files, &self.request(), &self.memory))
            .flatten()
    }

    /// A smaller image, encoded on request.
    fn image_variant(&self, job: &ImageJob) -> Option<LiveAnswer> {
        let pieces: Vec<&ImageVariant> = job.pieces.iter().collect();
        let mut encoded = job.make(&*self.files, &self.memory, &pieces).ok()?;
        if let Some(fault) = encoded.failure {
            let problem = late_problems(
                &self.read().whole.render_context.catalog().site,
                &job.source,
                &fault,
            );
            let mut drawn = self.drawn.write().unwrap_or_else(PoisonError::into_inner);
            drawn.insert(pieces[0].path.clone(), vec![problem]);
        }
        let bytes = encoded.pieces.pop()?;
        Some(LiveAnswer::Found {
            path: pieces[0].path.clone(),
            bytes,
            source: Some(job.source.clone()),
        })
    }

    fn found(
        &self,
        state: &State,
        path: &OutputPath,
        maker: &OutputKind,
        with_lines: bool,
    ) -> LiveAnswer {
        let whole = &state.whole;
        let request = self.request();
        let renderer = OutputRenderer {
            files: &*self.files,
            request: &request,
            whole,
            pieces: None,
        };
        let made = if with_lines {
            renderer.make_with_lines(path, maker)
        } else {
            renderer.make(path, maker)
        };
        let made = renderer.in_memory(made);
        let source = source_of(
            maker,
            &whole.outputs.output_pages,
            whole.render_context.catalog(),
        );
        {
            let mut drawn = self.drawn.write().unwrap_or_else(PoisonError::into_inner);
            if made.problems.is_empty() {
                drawn.remove(path)
            } else {
                drawn.insert(path.clone(), made.problems)
            };
        }
        match made.bytes {
            // A tool is being edited: the page stays as it was, with the reader's answers in it.
            Some(_)
                if !request.is_lenient
                    && source
                        .as_ref()
                        .is_some_and(|source| state.has_broken_tool(source)) =>
            {
                LiveAnswer::Broken {
                    path: path.clone(),
                    source,
                }
            }
            Some(bytes) => LiveAnswer::Found {
                path: path.clone(),
                bytes: bytes.into_owned(),
                source,
            },
            None => LiveAnswer::Broken {
                path: path.clone(),
                source,
            },
        }
    }

    /// Every problem known now, with final severities and sorted: those of the whole site, and
    /// those of the outputs that were viewed.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let state = self.read();
        let drawn = self.drawn.read().unwrap_or_else(PoisonError::into_inner);
        let all = state
            .problems()
            .into_iter()
            .chain(drawn.values().flatten().cloned())
            .collect();
        let site = &state.whole.render_context.catalog().site;
        severity::apply(all, &state.whole.loaded.settings, site, &self.request())
    }

    /// What the preview shows a writer about the page made from this file.
    pub fn about(&self, source: &SourcePath) -> Option<PageSummary> {
        let state = self.read();
        let catalog = state.whole.render_context.catalog();
        let (id, page) = state.page(source)?;
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        let review_due = page.entry.review_due();
        Some(PageSummary {
            source: source.clone(),
            address: catalog.href(&page.route),
            title: page.entry.title.clone(),
            kind: catalog.kind_title(catalog.site.language(page), &page.entry.meta.kind),
            words: catalog.facts(id).words,
            minutes: page.entry.minutes,
            is_draft: page.entry.meta.is_draft,
            scheduled: day(page.published().filter(|date| *date > catalog.site.today)),
            expires: day(page.entry.meta.expires),
            review_due: day(review_due),
            is_review_overdue: review_due.is_some_and(|due| due < catalog.site.today),
            links_out: page.links.len(),
            links_in: page.backlinks.len(),
        })
    }

    /// The address of the page made from this file.
    pub fn address_of(&self, source: &SourcePath) -> Option<String> {
        let state = self.read();
        let (_, page) = state.page(source)?;
        Some(state.whole.render_context.catalog().href(&page.route))
    }

    /// The path that all addresses begin with. It ends in a slash.
    pub fn base_path(&self) -> String {
        self.read().whole.loaded.settings.base_path().to_owned()
    }

    /// The number of published pages.
    pub fn pages(&self) -> usize {
        self.read()
            .whole
            .render_context
            .catalog()
            .site
            .pages()
            .len()
    }

    /// The pages that are left out on purpose.
    pub fn unpublished(&self) -> UnpublishedCounts {
        let state = self.read();
        let whole = &state.whole;
        UnpublishedCounts::of(&whole.render_context.catalog().site, &whole.documents)
    }

    fn request(&self) -> Request {
        self.request
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Other questions of the preview.
impl Session {
    pub(super) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Whether the site is made from this file, among others.
    pub fn is_source(&self, path: &SourcePath) -> bool {
        self.read()
            .whole
            .loaded
            .listed
            .sources
            .binary_search(path)
            .is_ok()
    }

    /// The `editor:` setting.
    pub fn editor(&self) -> Option<String> {
        self.read().whole.loaded.settings.editor.clone()
    }

    /// The rules for files that are never listed, by the current settings.
    pub fn listing_rules(&self) -> ListingRules {
        let settings = &self.read().whole.loaded.settings;
        ListingRules {
            output: Some(settings.output.clone()),
            ignore: settings.ignore.clone(),
        }
    }

    /// The content security policy of pages.
    pub fn policy(&self) -> String {
        self.read().whole.loaded.settings.policy()
    }

    /// The file whose page would be at an address, decoded and including the base path, and the
    /// reason why it is not published.
    pub fn unpublished_at(&self, address: &str) -> Option<(SourcePath, UnpublishedReason)> {
        let state = self.read();
        let route = Route::new(address).ok()?.as_folder();
        match state
            .whole
            .render_context
            .catalog()
            .site
            .tables
            .by_route
            .get(&route)?
        {
            LinkTarget::Hidden { source, why } => Some((source.clone(), *why)),
            _ => None,
        }
    }
}
