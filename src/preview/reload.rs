//! Which tabs are open, and what they are told: server-sent events with how their page stands and
//! which problems there are.
//!
//! An event tells how things are now, never what changed. A tab that missed some is right again
//! with the next, one that comes back (after the server was started anew, after it was hidden) is
//! right at once, and a slow one makes nobody wait.

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
use crate::fingerprint::Fingerprint;
use crate::paths::{SourcePath, percent_decode};
use crate::pipeline::session::{ChangedPaths, PageSummary};

/// How often a silent stream shows that it is alive; one whose tab is gone is found out then.
const ALIVE: Duration = Duration::from_secs(10);

/// Words for one tab that may wait for it.
const WAITING_MAX: usize = 16;

/// How long a place to go to waits for a tab, should none be in view.
const GOTO_WAIT: Duration = Duration::from_secs(60);

/// Files beside pages whose changes are told.
const FILES_MAX: usize = 4096;

/// The open tabs and what they look at.
pub struct Clients {
    open: Mutex<BTreeMap<String, OpenPage>>,
    /// Counts refreshes: what was made before the last one is made again.
    generation: AtomicU64,
    next_id: AtomicU64,
    problems: watch::Sender<Arc<str>>,
    /// Pictures, styles and the like that were asked for.
    files: Mutex<BTreeMap<SourcePath, LoadedAsset>>,
    waiting: Mutex<Option<(Instant, GotoTarget)>>,
}

/// A page that at least one tab shows.
struct OpenPage {
    look: watch::Sender<Option<Arc<CachedPage>>>,
    tabs: BTreeMap<u64, mpsc::Sender<Event>>,
}

/// A file that a page brought along: its address as the browser knows it and as we do, and the
/// bytes that the browser has.
#[derive(Clone)]
struct LoadedAsset {
    path: String,
    address: String,
    hash: Fingerprint,
}

/// A page as it was made last.
struct CachedPage {
    generation: u64,
    event: String,
    served: Arc<PreviewResponse>,
    /// The last that could be shown.
    good: Option<Arc<PreviewResponse>>,
}

/// Where a tab is asked to go.
#[derive(Clone, Debug, Serialize)]
pub struct GotoTarget {
    /// With the base path, encoded.
    pub address: String,
    pub line: u32,
}

/// How a wish to go somewhere was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GotoResult {
    /// A tab shows that page, and scrolled.
    Scrolled,
    /// Another tab goes there.
    Moved,
    /// No tab is in view; the next one goes there.
    Waiting,
}

/// What a tab is told about its page.
#[derive(Serialize)]
struct PageEvent<'a> {
    #[serde(rename = "hash")]
    hash: String,
    #[serde(rename = "status")]
    standing: PageStatus,
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

    /// The page that was made for the tabs at this address, when it is still as new as can be. What
    /// cannot be shown is answered with the last that could.
    pub fn kept(&self, address: &str) -> Option<Arc<PreviewResponse>> {
        let open = self.open();
        let look = open.get(address)?.look.borrow().clone()?;
        if look.generation != self.generation.load(Ordering::Acquire) {
            return None;
        }
        let good = look
            .good
            .as_ref()
            .filter(|_| look.served.standing == PageStatus::Broken);
        Some(Arc::clone(good.unwrap_or(&look.served)))
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<SourcePath, LoadedAsset>> {
        self.files.lock().expect("no holder of this lock panics")
    }

    /// Sends a tab to a place: one that shows the page, else the one that was opened last, else the
    /// next one that comes.
    pub fn goto(&self, address: &str, goto: GotoTarget) -> GotoResult {
        let event = |goto: &GotoTarget| Event::default().event("goto").data(json(goto));
        let open = self.open();
        let there = open
            .get(address)
            .into_iter()
            .flat_map(|page| page.tabs.values());
        // All of them, so none may be passed over once one is reached.
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

/// A tab, until it is closed.
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
    /// After a refresh: makes every open page anew, tells its tabs, and says how many there were.
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

    /// Makes an open page and tells its tabs how it stands.
    fn render_open_page(&self, address: &str) {
        let generation = self.tabs.generation.load(Ordering::Acquire);
        let served = Arc::new(self.make(address));
        let about = served
            .source
            .as_ref()
            .and_then(|source| self.live.about(source));
        let PreviewResponse {
            standing,
            elsewhere,
            source,
            ..
        } = &*served;
        let event = json(&PageEvent {
            hash: served.hash.to_string(),
            standing: *standing,
            elsewhere: elsewhere.as_deref(),
            source: source.as_ref(),
            about,
        });
        let open = self.tabs.open();
        let Some(page) = open.get(address) else {
            return;
        };
        page.look.send_if_modified(|old| {
            if old.as_ref().is_some_and(|old| old.generation > generation) {
                return false;
            }
            let good = match served.standing {
                PageStatus::Found => Some(Arc::clone(&served)),
                _ => old.as_ref().and_then(|old| old.good.clone()),
            };
            let is_news = old.as_ref().is_none_or(|old| old.event != event);
            *old = Some(Arc::new(CachedPage {
                generation,
                event,
                served: Arc::clone(&served),
                good,
            }));
            is_news
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
            let is_news = *old != reported;
            *old = reported;
            is_news
        });
    }

    /// Tells which pictures and styles have other bytes under the same address.
    fn send_changed_files(&self, touched: &ChangedPaths, changed: &[SourcePath]) {
        let may_differ = |source: &SourcePath| match touched {
            ChangedPaths::Paths(paths) => {
                changed.contains(source) || paths.iter().any(|path| source.is_within(path))
            }
            ChangedPaths::Everything => true,
        };
        let brought: Vec<(SourcePath, LoadedAsset)> = self
            .tabs
            .files()
            .iter()
            .filter(|(source, _)| may_differ(source))
            .map(|(source, file)| (source.clone(), file.clone()))
            .collect();
        let mut paths = BTreeSet::new();
        for (source, file) in brought {
            let now = self.make(&file.address);
            if now.standing == PageStatus::Found && now.hash != file.hash {
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
            // A tab that reads nothing any more finds out when it is looked at again.
            let _ = tab.try_send(event.clone());
        }
    }

    /// Remembers that the browser has a file, to tell when it changes.
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

/// The stream of one tab: `path=` is the page that it shows, as the browser writes it, and `token=`
/// what an earlier stream of this run said to it.
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
        .and_then(percent_decode)
        .and_then(|path| percent_decode(path.strip_prefix(base.trim_end_matches('/'))?));
    let Some(address) = address.filter(|address| address.starts_with('/')) else {
        return (
            StatusCode::BAD_REQUEST,
            "`path` names no page of this site.\n",
        )
            .into_response();
    };
    connection.begin_stream(
        argument("token=").is_some_and(|token| shared.guard.is_token(token.as_bytes())),
    );
    drop(connection);
    let (words, heard) = mpsc::channel(WAITING_MAX);
    let tab = Client {
        shared: Arc::clone(&shared),
        id: shared.tabs.next_id.fetch_add(1, Ordering::Relaxed),
        address,
    };
    let looks = {
        let mut open = shared.tabs.open();
        let page = open.entry(tab.address.clone()).or_insert_with(|| OpenPage {
            look: watch::Sender::new(None),
            tabs: BTreeMap::new(),
        });
        page.tabs.insert(tab.id, words.clone());
        page.look.subscribe()
    };
    let problems = shared.tabs.problems.subscribe();
    // The tab is known before its page is made, so that a save in between reaches it.
    let address = tab.address.clone();
    let made = work(&shared, move |shared| {
        if shared.tabs.kept(&address).is_none() {
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
        let _ = words.try_send(Event::default().event("goto").data(json(&goto)));
    }
    let hello = Event::default().event("hello").data(json(&shared.hello()));
    let looks = WatchStream::new(looks)
        .filter_map(|look| Some(Event::default().event("page").data(&look?.event)));
    let problems = WatchStream::new(problems)
        .map(|reported| Event::default().event("problems").data(&*reported));
    let stream =
        tokio_stream::once(hello).chain(looks.merge(problems).merge(ReceiverStream::new(heard)));
    // The tab is open for as long as its stream is.
    let stream = stream.map(move |event| {
        let _ = &tab;
        Ok::<_, Infallible>(event)
    });
    Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response()
}

/// What a tab must know of this run.
#[derive(Serialize)]
struct HelloEvent<'a> {
    version: &'a str,
    /// For what a tab may have done; none where others can see the site.
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
