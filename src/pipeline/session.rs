//! A site at work: kept up to date as files change, asked for one output at a time. What the
//! preview shows.
//!
//! A refresh asks the files again about the paths that may differ and works out anew what was made
//! from those that do; a page is composed and drawn when it is asked for. The bytes are those that
//! a build would publish.

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
use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprint;
use crate::output::search;
use crate::page::templates::hash_of;
use crate::paths::{OutputPath, Route, SourcePath};
use crate::site::{LinkTarget, Unpublished};
use crate::source::{Files, ListingRules};

/// What lies at an address.
#[derive(Clone, Debug)]
pub enum LiveAnswer {
    /// The bytes of an output, and the page's source where one writer's file made it.
    Found {
        path: OutputPath,
        bytes: Vec<u8>,
        source: Option<SourcePath>,
    },
    /// The same address with a slash at its end has it.
    Moved(String),
    /// Nothing; with the site's own page for that, and the address of the nearest list above.
    Missing { bytes: Vec<u8>, near: String },
    /// It cannot be made; why is among the problems.
    Broken {
        path: OutputPath,
        source: Option<SourcePath>,
    },
}

/// Files up to this size are answered from memory.
const IN_MEMORY_MAX: u64 = 8 << 20;

/// A file that is published as it is and not answered from memory.
#[derive(Clone, Debug)]
pub struct LargeFile {
    pub path: OutputPath,
    pub file: CopiedFile,
    pub length: u64,
    /// Of what vouches for its bytes.
    pub hash: Fingerprint,
}

/// What a writer is told about a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PageSummary {
    pub source: SourcePath,
    pub address: String,
    pub title: String,
    pub kind: String,
    pub words: usize,
    pub minutes: u32,
    pub is_draft: bool,
    /// The day from which it is published, when that is still to come.
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
    /// The same all along but for what time it is.
    request: RwLock<Request>,
    memory: BuildCache,
    state: RwLock<State>,
    /// Problems of the outputs that were looked at, until they are made again.
    drawn: RwLock<BTreeMap<OutputPath, Vec<Diagnostic>>>,
}

impl Session {
    /// Reads what is needed to answer: everything but bodies, and of that what is not remembered.
    /// Whatever is wrong is a problem, never a failure.
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

    /// Asks the files again about what may differ. Should Handsel itself fail on that, it begins
    /// anew.
    pub fn refresh(&self, touched: &ChangedPaths) -> RefreshResult {
        let request = self.request();
        // Pages are answered while it is looked, which takes a while where everything may differ.
        let sight =
            std::panic::catch_unwind(AssertUnwindSafe(|| self.read().scan(&*self.files, touched)));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let refresh = |sight| {
            std::panic::catch_unwind(AssertUnwindSafe(|| {
                state.refresh(&*self.files, &request, sight)
            }))
        };
        let refreshed = sight.and_then(refresh).unwrap_or_else(|_| {
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

    /// Says what time it is. When that makes it another day, the site is worked out for that day;
    /// whether it was.
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

    /// Keeps what was read for the next time, a little at a time, so that no save waits long. What
    /// cannot be kept is done without.
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
        self.memory.keep_colours(&colors);
        for shard in build_cache::shards(&differ) {
            let pages = self.read().pages_of(shard);
            self.memory.save_shard(shard, &pages);
        }
    }

    /// What lies at a path of the site, decoded, from the base path on: `/guides/give-first/`. With
    /// `with_lines` the blocks of a page's text say on which line of its source they begin.
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
            // Encoding takes a while, and no save should wait for it.
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

    /// The file at an address, where it is published as it is and too large to be answered from
    /// memory.
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

    /// Opens a file that is sent piece by piece, at a position of it.
    ///
    /// # Errors
    /// Those of the file system.
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

    /// A smaller picture, encoded when somebody asks for it.
    fn image_variant(&self, job: &ImageJob) -> Option<LiveAnswer> {
        let pieces: Vec<&ImageVariant> = job.pieces.iter().collect();
        let mut encoded = job.make(&*self.files, &self.memory, &pieces).ok()?;
        if let Some(fault) = encoded.failure {
            let problem = late_problems(
                &self.read().whole.render_context.composer.site,
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
            &whole.render_context.composer,
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
            // A tool in the middle of an edit: the page stays as it was, with the answers in it.
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

    /// Every problem known now, judged and sorted: of the whole site, and of the outputs that were
    /// looked at.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let state = self.read();
        let drawn = self.drawn.read().unwrap_or_else(PoisonError::into_inner);
        let all = state
            .problems()
            .into_iter()
            .chain(drawn.values().flatten().cloned())
            .collect();
        let site = &state.whole.render_context.composer.site;
        severity::apply(all, &state.whole.loaded.settings, site, &self.request())
    }

    /// What a writer is told about the page made from this file.
    pub fn about(&self, source: &SourcePath) -> Option<PageSummary> {
        let state = self.read();
        let composer = &state.whole.render_context.composer;
        let (id, page) = state.page(source)?;
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        let review_due = page.entry.review_due();
        Some(PageSummary {
            source: source.clone(),
            address: composer.href(&page.route),
            title: page.entry.title.clone(),
            kind: composer.kind_title(composer.site.language(page), &page.entry.meta.kind),
            words: composer.facts(id).words,
            minutes: page.entry.minutes,
            is_draft: page.entry.meta.is_draft,
            scheduled: day(page.published().filter(|date| *date > composer.site.today)),
            expires: day(page.entry.meta.expires),
            review_due: day(review_due),
            is_review_overdue: review_due.is_some_and(|due| due < composer.site.today),
            links_out: page.links.len(),
            links_in: page.backlinks.len(),
        })
    }

    /// The address of the page made from this file.
    pub fn address_of(&self, source: &SourcePath) -> Option<String> {
        let state = self.read();
        let (_, page) = state.page(source)?;
        Some(state.whole.render_context.composer.href(&page.route))
    }

    /// The path that all addresses begin with; it ends in a slash.
    pub fn base_path(&self) -> String {
        self.read().whole.loaded.settings.base_path().to_owned()
    }

    /// How many pages are published.
    pub fn pages(&self) -> usize {
        self.read().whole.render_context.composer.site.pages().len()
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

/// What the preview asks besides.
impl Session {
    pub(super) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Whether this is one of the files that the site is made from.
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

    /// What is never listed, by the settings as they are now.
    pub fn listing_rules(&self) -> ListingRules {
        let settings = &self.read().whole.loaded.settings;
        ListingRules {
            output: Some(settings.output.clone()),
            ignore: settings.ignore.clone(),
        }
    }

    /// The policy that pages are published under.
    pub fn policy(&self) -> String {
        self.read().whole.loaded.settings.policy()
    }

    /// The file whose page would be at an address, decoded and from the base path on, and why it is
    /// not shown.
    pub fn unpublished_at(&self, address: &str) -> Option<(SourcePath, Unpublished)> {
        let state = self.read();
        let route = Route::new(address).ok()?.as_folder();
        match state
            .whole
            .render_context
            .composer
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
