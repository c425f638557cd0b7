//! The live preview: the site over HTTP as a static host would serve it, and what the browser needs
//! to follow each save.
//!
//! A request's path is looked up among the site's outputs, never on the disk. What is the preview's
//! own lies under [`OWN_PREFIX`]. Pages are made on threads of their own, so that events flow
//! meanwhile. Nothing is printed here: a refresh returns what it found.

mod connections;
mod editor;
mod endpoints;
pub mod goto;
mod guard;
mod inject;
mod large;
mod problems;
mod range;
mod reload;
mod serve;

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use crate::diagnostic::Diagnostic;
use crate::pipeline::session::{ChangedPaths, RefreshResult, Session};
use crate::source::Files;
use guard::Guard;
use reload::Clients;

/// Where the preview's own script, style and endpoints lie; no page of a site begins with an
/// underscore and its name.
pub const OWN_PREFIX: &str = "/_handsel/";

/// How long requests that are under way may take when the preview ends.
const GRACE: Duration = Duration::from_millis(300);

/// Answers that are worked out at once; further requests wait in the order in which they came. A
/// request whose visitor has gone away waits no longer.
const WORKERS: usize = 16;

/// What a preview is told, besides the site.
#[derive(Clone, Debug)]
pub struct PreviewOptions {
    /// The host that the writer named with `--host`.
    pub host: String,
    /// The site's folder, absolute.
    pub root: PathBuf,
    /// The same as people are shown it: from the folder that the command was run in.
    pub shown: PathBuf,
}

/// A preview that runs until it is dropped.
pub struct Preview {
    shared: Arc<SharedState>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

/// What one save came to.
#[derive(Clone, Debug, Default)]
pub struct SaveSummary {
    pub refreshed: RefreshResult,
    /// Open pages that were made again.
    pub rendered: usize,
    /// Handsel itself failed; the site stays as it was before.
    pub is_our_fault: bool,
}

/// What all requests see.
struct SharedState {
    live: Arc<Session>,
    files: Arc<dyn Files + Send + Sync>,
    options: PreviewOptions,
    guard: Guard,
    tabs: Clients,
    workers: Arc<Semaphore>,
}

impl Preview {
    /// Begins to answer on a socket that listens already.
    ///
    /// # Errors
    /// When the system gives no threads, or the socket is none that can be waited for.
    pub fn start(
        listener: TcpListener,
        live: Arc<Session>,
        files: Arc<dyn Files + Send + Sync>,
        options: PreviewOptions,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let guard = Guard::new(address, &options.host);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("preview")
            .build()?;
        let shared = Arc::new(SharedState {
            live,
            files,
            options,
            guard,
            tabs: Clients::default(),
            workers: Arc::new(Semaphore::new(WORKERS)),
        });
        listener.set_nonblocking(true)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(connections::accept(listener, router(Arc::clone(&shared))));
        Ok(Self {
            shared,
            address,
            runtime: Some(runtime),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The secret of this run, which those must know who want something done.
    pub fn token(&self) -> &str {
        self.shared.guard.token()
    }

    /// Whether others than this machine can see the site.
    pub fn is_shared(&self) -> bool {
        self.shared.guard.is_shared()
    }

    /// Takes in what changed, makes the pages anew that somebody looks at, and tells their tabs.
    pub fn refresh(&self, touched: &ChangedPaths) -> SaveSummary {
        let shared = &self.shared;
        // A fault of ours must not end the preview: the next save may work.
        let refreshed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            shared.live.refresh(touched)
        }));
        match refreshed {
            // Touched, and the same as before: nothing to make, nothing to tell.
            Ok(refreshed) if refreshed.changed.is_empty() => SaveSummary {
                refreshed,
                ..SaveSummary::default()
            },
            Ok(refreshed) => {
                let rendered = shared.publish(touched, &refreshed.changed);
                SaveSummary {
                    refreshed,
                    rendered,
                    is_our_fault: false,
                }
            }
            Err(_) => SaveSummary {
                is_our_fault: true,
                ..SaveSummary::default()
            },
        }
    }

    /// Says what time it is; on another day the open pages are made anew. How many, when it is one.
    pub fn set_date(&self, now: jiff::Timestamp) -> Option<usize> {
        self.shared.live.set_date(now).then(|| {
            self.shared
                .publish(&ChangedPaths::Paths(BTreeSet::new()), &[])
        })
    }

    /// Every problem known now.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.shared.live.problems()
    }

    /// Waits for Ctrl-C, or for the system's request to end, and says so once.
    pub fn on_end(&self, end: impl FnOnce() + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                asked_to_end().await;
                end();
            });
        }
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(GRACE);
        }
    }
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (terminate, hang_up) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    );
    let (Ok(mut terminate), Ok(mut hang_up)) = (terminate, hang_up) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Which request is answered by what.
fn router(shared: Arc<SharedState>) -> Router {
    let own = |name: &str| format!("{OWN_PREFIX}{name}");
    let permit = axum::middleware::from_fn_with_state(Arc::clone(&shared), guard::check_action);
    Router::new()
        .route(&own("events"), get(reload::events))
        .route(&own("problems"), get(endpoints::problems))
        .route(&own("formulas"), get(endpoints::formulas))
        .route(
            &own("open"),
            post(endpoints::open).route_layer(permit.clone()),
        )
        .route(&own("goto"), post(endpoints::goto).route_layer(permit))
        .route(&own("{*file}"), get(endpoints::asset))
        .fallback(get(serve::output))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&shared),
            guard::check_request,
        ))
        .with_state(shared)
}

/// Works something out on a thread of its own, so that events flow meanwhile; nothing when Handsel
/// fails on it.
async fn work<T: Send + 'static>(
    shared: &Arc<SharedState>,
    make: impl FnOnce(&SharedState) -> T + Send + 'static,
) -> Option<T> {
    let place = Arc::clone(&shared.workers).acquire_owned().await.ok()?;
    let shared = Arc::clone(shared);
    let made = tokio::task::spawn_blocking(move || {
        let _place = place;
        make(&shared)
    });
    made.await.ok()
}
