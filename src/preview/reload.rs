//! Keeps track of the open tabs, and sends them server-sent events about their page and the site's
//! problems.
//!
//! An event describes the current state, not what changed. So a tab that missed events is up to
//! date with the next one, a tab that reconnects is up to date at once, and a slow tab does not
//! delay others. See DECISIONS: "Events tell how things are, not what changed".

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use rayon::prelude::*;
use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};

use super::connections::Connection;
use super::inject::PageStatus;
use super::serve::PreviewResponse;
use super::{SharedState, problems, work};
use crate::escape;
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;
use crate::pipeline::session::{ChangedPaths, PageSummary};

/// The interval of keep-alive messages on a silent stream. They also detect closed tabs.
const ALIVE: Duration = Duration::from_secs(10);

/// How many events may wait for one tab.
const WAITING_MAX: usize = 16;

/// How long a `goto` request waits for a tab if none is visible.
const GOTO_WAIT: Duration = Duration::from_secs(60);

/// How many loaded files are watched for changes.
const FILES_MAX: usize = 4096;

/// The open tabs and their pages.
pub struct Clients {
    open: Mutex<BTreeMap<String, OpenPage>>,
    /// The number of refreshes. Pages rendered before the last one are rendered again.
    generation: AtomicU64,
    next_id: AtomicU64,
    problems: watch::Sender<Arc<str>>,
    /// Images, styles and similar files that a browser has loaded.
    files: Mutex<BTreeMap<SourcePath, LoadedAsset>>,
    waiting: Mutex<Option<(Instant, GotoTarget)>>,
}

/// A page that at least one tab shows.
struct OpenPage {
    latest: watch::Sender<Option<Arc<CachedPage>>>,
    tabs: BTreeMap<u64, mpsc::Sender<Event>>,
}

/// A file that a browser has loaded: its path as requested, its decoded address, and the hash of
/// the bytes that the browser has.
#[derive(Clone)]
struct LoadedAsset {
    path: String,
    address: String,
    hash: Fingerprint,
}

/// The last response for an open page.
struct CachedPage {
    generation: u64,
    event: String,
    served: Arc<PreviewResponse>,
    /// The last response without errors.
    good: Option<Arc<PreviewResponse>>,
}

/// The page and line that a tab should go to.
#[derive(Clone, Debug, Serialize)]
pub struct GotoTarget {
    /// The percent-encoded address with the base path.
    pub address: String,
    pub line: u32,
}

/// The result of a `goto` request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GotoResult {
    /// A tab that shows the page scrolls to the line.
    Scrolled,
    /// Another tab goes to the page.
    Moved,
    /// No tab is visible; the next one goes to the page.
    Waiting,
}

/// The event about a tab's page.
#[derive(Serialize)]
struct PageEvent<'a> {
    hash: String,
    status: PageStatus,
    elsewhere: Option<&'a str>,
    source: Option<&'a SourcePath>,
    about: Option<PageSummary>,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            generation: AtomicU64::new(1),
            next_id: AtomicU64::new(1),
            problems: watch::Sender::new("".into()),
            files: Mutex::default(),
            waiting: Mutex::default(),
        }
    }
}

impl Clients {
    fn open(&self) -> MutexGuard<'_, BTreeMap<String, OpenPage>> {
        self.open.lock().expect("no holder of this lock panics")
    }

    /// The page that was rendered for the tabs at this address, if no refresh has happened since.
    /// If it has errors, the last version without errors.
    pub fn cached(&self, address: &str) -> Option<Arc<PreviewResponse>> {
        let open = self.open();
        let look = open.get(address)?.latest.borrow().clone()?;
        if look.generation != self.generation.load(Ordering::Acquire) {
            return None;
        }
        let good = look
            .good
            .as_ref()
            .filter(|_| look.served.status == PageStatus::Broken);
        Some(Arc::clone(good.unwrap_or(&look.served)))
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<SourcePath, LoadedAsset>> {
        self.files.lock().expect("no holder of this lock panics")
    }

    /// Sends all tabs that show the page to the line, else the tab that was opened last, else the
    /// next tab that opens.
    pub fn goto(&self, address: &str, goto: GotoTarget) -> GotoResult {
        let event = |goto: &GotoTarget| Event::default().event("goto").data(json(goto));
        let open = self.open();
        let there = open
            .get(address)
            .into_iter()
            .flat_map(|page| page.tabs.values());
        // `count` reaches all of them, where `any` would stop at the first.
        if there
            .filter(|tab| tab.try_send(event(&goto)).is_ok())
            .count()
            > 0
        {
            return GotoResult::Scrolled;
        }
        let last = open
            .values()
            .flat_map(|page| page.tabs.iter())
            .max_by_key(|(id, _)| **id);
        if last.is_some_and(|(_, tab)| tab.try_send(event(&goto)).is_ok()) {
            return GotoResult::Moved;
        }
        *self.waiting.lock().expect("no holder of this lock panics") = Some((Instant::now(), goto));
        GotoResult::Waiting
    }
}

/// An open tab; dropped when it is closed.
struct Client {
    shared: Arc<SharedState>,
    address: String,
    id: u64,
}

impl Drop for Client {
    fn drop(&mut self) {
        let mut open = self.shared.tabs.open();
        if let Some(page) = open.get_mut(&self.address) {
            page.tabs.remove(&self.id);
            if page.tabs.is_empty() {
                open.remove(&self.address);
            }
        }
    }
}

impl SharedState {
    /// Renders every open page again after a refresh and notifies the tabs. Returns the number of
    /// pages.
    pub fn publish(&self, touched: &ChangedPaths, changed: &[SourcePath]) -> usize {
        self.tabs.generation.fetch_add(1, Ordering::AcqRel);
        let addresses: Vec<String> = self.tabs.open().keys().cloned().collect();
        addresses
            .par_iter()
            .for_each(|address| self.render_open_page(address));
        self.send_changed_files(touched, changed);
        self.send_problems();
        addresses.len()
    }

    /// Renders an open page and notifies its tabs.
    fn render_open_page(&self, address: &str) {
        let generation = self.tabs.generation.load(Ordering::Acquire);
        let served = Arc::new(self.make(address));
        let about = served
            .source
            .as_ref()
            .and_then(|source| self.live.about(source));
        let PreviewResponse {
            status,
            elsewhere,
            source,
            ..
        } = &*served;
        let event = json(&PageEvent {
            hash: served.hash.to_string(),
            status: *status,
            elsewhere: elsewhere.as_deref(),
            source: source.as_ref(),
            about,
        });
        let open = self.tabs.open();
        let Some(page) = open.get(address) else {
            return;
        };
        page.latest.send_if_modified(|old| {
            if old.as_ref().is_some_and(|old| old.generation > generation) {
                return false;
            }
            let good = match served.status {
                PageStatus::Found => Some(Arc::clone(&served)),
                _ => old.as_ref().and_then(|old| old.good.clone()),
            };
            let is_new = old.as_ref().is_none_or(|old| old.event != event);
            *old = Some(Arc::new(CachedPage {
                generation,
                event,
                served: Arc::clone(&served),
                good,
            }));
            is_new
        });
    }

    fn send_problems(&self) {
        let reported: Arc<str> = json(&problems::render_problems(
            &self.live.problems(),
            &*self.files,
            &self.options.shown,
        ))
        .into();
        self.tabs.problems.send_if_modified(|old| {
            let is_new = *old != reported;
            *old = reported;
            is_new
        });
    }

    /// Notifies the tabs of loaded files whose bytes changed at the same address.
    fn send_changed_files(&self, touched: &ChangedPaths, changed: &[SourcePath]) {
        let may_differ = |source: &SourcePath| match touched {
            ChangedPaths::Paths(paths) => {
                changed.contains(source) || paths.iter().any(|path| source.is_within(path))
            }
            ChangedPaths::Everything => true,
        };
        let loaded: Vec<(SourcePath, LoadedAsset)> = self
            .tabs
            .files()
            .iter()
            .filter(|(source, _)| may_differ(source))
            .map(|(source, file)| (source.clone(), file.clone()))
            .collect();
        let mut paths = BTreeSet::new();
        for (source, file) in loaded {
            let now = self.make(&file.address);
            if now.status == PageStatus::Found && now.hash != file.hash {
                paths.insert(file.path.clone());
                self.tabs.files().insert(
                    source,
                    LoadedAsset {
                        hash: now.hash,
                        ..file
                    },
                );
            }
        }
        if paths.is_empty() {
            return;
        }
        let event = Event::default().event("files").data(json(&paths));
        for tab in self
            .tabs
            .open()
            .values()
            .flat_map(|page| page.tabs.values())
        {
            // A tab that does not receive the event updates when it is visible again.
            let _ = tab.try_send(event.clone());
        }
    }

    /// Records that the browser has loaded a file, to notify it of changes.
    pub fn remember_file(&self, served: &PreviewResponse, path: &str, address: &str) {
        let Some(source) = served
            .source
            .as_ref()
            .filter(|_| !served.content_type.starts_with("text/html"))
        else {
            return;
        };
        let mut files = self.tabs.files();
        if files.len() < FILES_MAX || files.contains_key(source) {
            files.insert(
                source.clone(),
                LoadedAsset {
                    path: path.to_owned(),
                    address: address.to_owned(),
                    hash: served.hash,
                },
            );
        }
    }
}

/// The event stream of one tab. `path=` is the page that it shows, as the browser encodes it, and
/// `token=` is the token that an earlier stream sent.
pub async fn events(
    State(shared): State<Arc<SharedState>>,
    Extension(connection): Extension<Arc<Connection>>,
    RawQuery(query): RawQuery,
) -> Response {
    let argument = |name: &str| {
        query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .find_map(|pair| pair.strip_prefix(name))
    };
    let path = argument("path=");
    let base = shared.live.base_path();
    let address = path
        .and_then(escape::percent_decode)
        .and_then(|path| escape::percent_decode(path.strip_prefix(base.trim_end_matches('/'))?));
    let Some(address) = address.filter(|address| address.starts_with('/')) else {
        return (
            StatusCode::BAD_REQUEST,
            "`path` is not an address of this site.\n",
        )
            .into_response();
    };
    connection.begin_stream(
        argument("token=").is_some_and(|token| shared.guard.is_token(token.as_bytes())),
    );
    drop(connection);
    let (events, received) = mpsc::channel(WAITING_MAX);
    let tab = Client {
        shared: Arc::clone(&shared),
        id: shared.tabs.next_id.fetch_add(1, Ordering::Relaxed),
        address,
    };
    let looks = {
        let mut open = shared.tabs.open();
        let page = open.entry(tab.address.clone()).or_insert_with(|| OpenPage {
            latest: watch::Sender::new(None),
            tabs: BTreeMap::new(),
        });
        page.tabs.insert(tab.id, events.clone());
        page.latest.subscribe()
    };
    let problems = shared.tabs.problems.subscribe();
    // The tab is registered before its page is rendered, so that a save in between reaches it.
    let address = tab.address.clone();
    let made = work(&shared, move |shared| {
        if shared.tabs.cached(&address).is_none() {
            shared.render_open_page(&address);
        }
        shared.send_problems();
    });
    let _ = made.await;
    let waiting = shared
        .tabs
        .waiting
        .lock()
        .expect("no holder of this lock panics")
        .take();
    if let Some((_, goto)) = waiting.filter(|(since, _)| since.elapsed() < GOTO_WAIT) {
        let _ = events.try_send(Event::default().event("goto").data(json(&goto)));
    }
    let hello = Event::default().event("hello").data(json(&shared.hello()));
    let looks = WatchStream::new(looks)
        .filter_map(|look| Some(Event::default().event("page").data(&look?.event)));
    let problems = WatchStream::new(problems)
        .map(|reported| Event::default().event("problems").data(&*reported));
    let stream =
        tokio_stream::once(hello).chain(looks.merge(problems).merge(ReceiverStream::new(received)));
    // The closure owns the tab, so the tab is dropped with its stream.
    let stream = stream.map(move |event| {
        let _ = &tab;
        Ok::<_, Infallible>(event)
    });
    Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response()
}

/// The first event of a stream.
#[derive(Serialize)]
struct HelloEvent<'a> {
    version: &'a str,
    /// The token for actions; `None` if other machines can see the site.
    token: Option<&'a str>,
}

impl SharedState {
    fn hello(&self) -> HelloEvent<'_> {
        HelloEvent {
            version: super::inject::version(),
            token: Some(self.guard.token()).filter(|_| !self.guard.is_shared()),
        }
    }
}

pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("names and texts are JSON")
}
