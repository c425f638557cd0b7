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
use super::judge;
use super::ledger::KnownFiles;
use super::make::Workshop;
use super::memory::{self, Memory};
use super::outputs::{Maker, source_of};
use super::pictures::{CopiedFile, Job, Piece, PublishedForm, late};
use super::state::State;
pub use super::state::{Refreshed, Touched};
use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprint;
use crate::output::search;
use crate::page::templates::print_of;
use crate::paths::{OutputPath, Route, SourcePath};
use crate::site::{Hidden, Node};
use crate::source::{Files, ListingRules};

/// What lies at an address.
#[derive(Clone, Debug)]
pub enum Answer {
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
    pub print: Fingerprint,
}

/// What a writer is told about a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct About {
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
pub struct Live {
    files: Arc<dyn Files + Send + Sync>,
    /// The same all along but for what time it is.
    request: RwLock<Request>,
    memory: Memory,
    state: RwLock<State>,
    /// Problems of the outputs that were looked at, until they are made again.
    drawn: RwLock<BTreeMap<OutputPath, Vec<Diagnostic>>>,
}

impl Live {
    /// Reads what is needed to answer: everything but bodies, and of that what is not remembered.
    /// Whatever is wrong is a problem, never a failure.
    pub fn open(files: Arc<dyn Files + Send + Sync>, request: Request, memory: Memory) -> Self {
        let state = State::open(&*files, &request, &memory);
        Live {
            files,
            request: RwLock::new(request),
            memory,
            state: RwLock::new(state),
            drawn: RwLock::default(),
        }
    }

    /// Asks the files again about what may differ. Should Handsel itself fail on that, it begins
    /// anew.
    pub fn refresh(&self, touched: &Touched) -> Refreshed {
        let request = self.request();
        // Pages are answered while it is looked, which takes a while where everything may differ.
        let sight =
            std::panic::catch_unwind(AssertUnwindSafe(|| self.read().look(&*self.files, touched)));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let refresh = |sight| {
            std::panic::catch_unwind(AssertUnwindSafe(|| {
                state.refresh(&*self.files, &request, sight)
            }))
        };
        let refreshed = sight.and_then(refresh).unwrap_or_else(|_| {
            *state = State::open(&*self.files, &request, &Memory::of(None));
            Refreshed {
                changed: vec![request.config.clone()],
                ..Refreshed::default()
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
    pub fn turn(&self, now: jiff::Timestamp) -> bool {
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
            std::panic::catch_unwind(AssertUnwindSafe(|| state.turn(&*self.files, &request)))
                .is_ok();
        if !turned {
            *state = State::open(&*self.files, &request, &Memory::of(None));
        }
        self.drawn
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        true
    }

    /// Keeps what was read for the next time, a little at a time, so that no save waits long. What
    /// cannot be kept is done without.
    pub fn remember(&self) {
        let (differ, known) = self
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .unremembered();
        if differ.is_empty() {
            return;
        }
        self.memory.keep_files(&known, &KnownFiles::new());
        let colours = Arc::clone(&self.read().whole.loaded.colours);
        self.memory.keep_colours(&colours);
        for shard in memory::shards(&differ) {
            let pages = self.read().pages_of(shard);
            self.memory.keep_shard(shard, &pages);
        }
    }

    /// What lies at a path of the site, decoded, from the base path on: `/guides/give-first/`. With
    /// `with_lines` the blocks of a page's text say on which line of its source they begin.
    pub fn answer(&self, address: &str, with_lines: bool) -> Answer {
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
            return Answer::Found {
                path,
                bytes,
                source: None,
            };
        }
        if !path.is_empty()
            && !path.ends_with('/')
            && outputs.at(&folder(&format!("{path}/"))).is_some()
        {
            return Answer::Moved(format!("{address}/"));
        }
        if let Some(job) = state.whole.pictures.job_at(&*self.files, path) {
            // Encoding takes a while, and no save should wait for it.
            drop(state);
            return self.smaller_picture(&job).unwrap_or(Answer::Missing {
                bytes: Vec::new(),
                near: "/".to_owned(),
            });
        }
        let bytes = match outputs
            .at("404.html")
            .map(|(path, maker)| self.found(&state, path, maker, with_lines))
        {
            Some(Answer::Found { bytes, .. }) => bytes,
            _ => Vec::new(),
        };
        Answer::Missing {
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
            Maker::Copy(source) | Maker::ContentFile(source) => source,
            _ => return None,
        };
        let stamp = self
            .files
            .stamps(std::slice::from_ref(source))
            .pop()
            .flatten()
            .filter(|stamp| stamp.size > IN_MEMORY_MAX)?;
        let file = match maker {
            Maker::Copy(_) => CopiedFile::as_it_is(source),
            _ => match state.whole.pictures.published(&*self.files, source) {
                Ok((PublishedForm::Copied(file), _)) => file,
                _ => return None,
            },
        };
        Some(LargeFile {
            path: path.clone(),
            file,
            length: stamp.size,
            print: print_of(&(source, stamp)),
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
    fn smaller_picture(&self, job: &Job) -> Option<Answer> {
        let pieces: Vec<&Piece> = job.pieces.iter().collect();
        let mut encoded = job.make(&*self.files, &self.memory, &pieces).ok()?;
        if let Some(fault) = encoded.failure {
            let problem = late(
                &self.read().whole.materials.composer.site,
                &job.source,
                &fault,
            );
            let mut drawn = self.drawn.write().unwrap_or_else(PoisonError::into_inner);
            drawn.insert(pieces[0].path.clone(), vec![problem]);
        }
        let bytes = encoded.pieces.pop()?;
        Some(Answer::Found {
            path: pieces[0].path.clone(),
            bytes,
            source: Some(job.source.clone()),
        })
    }

    fn found(&self, state: &State, path: &OutputPath, maker: &Maker, with_lines: bool) -> Answer {
        let whole = &state.whole;
        let request = self.request();
        let workshop = Workshop {
            files: &*self.files,
            request: &request,
            whole,
            pieces: None,
        };
        let made = if with_lines {
            workshop.make_with_lines(path, maker)
        } else {
            workshop.make(path, maker)
        };
        let made = workshop.in_memory(made);
        let source = source_of(maker, &whole.outputs.sheets, &whole.materials.composer);
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
                        .is_some_and(|source| state.lacks_tool(source)) =>
            {
                Answer::Broken {
                    path: path.clone(),
                    source,
                }
            }
            Some(bytes) => Answer::Found {
                path: path.clone(),
                bytes: bytes.into_owned(),
                source,
            },
            None => Answer::Broken {
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
        let site = &state.whole.materials.composer.site;
        judge::judge(all, &state.whole.loaded.settings, site, &self.request())
    }

    /// What a writer is told about the page made from this file.
    pub fn about(&self, source: &SourcePath) -> Option<About> {
        let state = self.read();
        let composer = &state.whole.materials.composer;
        let (id, page) = state.page(source)?;
        let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        let review_due = page.entry.review_due();
        Some(About {
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
        Some(state.whole.materials.composer.href(&page.route))
    }

    /// The path that all addresses begin with; it ends in a slash.
    pub fn base_path(&self) -> String {
        self.read().whole.loaded.settings.base_path().to_owned()
    }

    /// How many pages are published.
    pub fn pages(&self) -> usize {
        self.read().whole.materials.composer.site.pages().len()
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
impl Live {
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
    pub fn hidden_at(&self, address: &str) -> Option<(SourcePath, Hidden)> {
        let state = self.read();
        let route = Route::new(address).ok()?.as_folder();
        match state
            .whole
            .materials
            .composer
            .site
            .tables
            .by_route
            .get(&route)?
        {
            Node::Hidden { source, why } => Some((source.clone(), *why)),
            _ => None,
        }
    }
}
