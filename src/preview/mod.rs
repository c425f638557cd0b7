//! The live preview: serves the site over HTTP as a static host would, and makes open tabs follow
//! each save.
//!
//! A request's path is looked up among the site's outputs, never on the disk. The preview's own
//! files and endpoints are under [`OWN_PREFIX`]. Pages are rendered on separate threads, so that
//! events are not delayed. Nothing is printed here: a refresh returns what it found.

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

/// The prefix of the preview's own scripts, styles and endpoints. No address of a site begins with
/// it.
pub const OWN_PREFIX: &str = "/_handsel/";

/// How long running requests may still take when the preview ends.
const GRACE: Duration = Duration::from_millis(300);

/// How many responses are computed at the same time. Further requests wait in order of arrival; one
/// whose client has disconnected is dropped.
const WORKERS: usize = 16;

/// Options of a preview.
#[derive(Clone, Debug)]
pub struct PreviewOptions {
    /// The host that the writer named with `--host`.
    pub host: String,
    /// The site's folder, absolute.
    pub root: PathBuf,
    /// The same folder as it is printed, relative to the current folder.
    pub shown: PathBuf,
}

/// A preview that runs until it is dropped.
pub struct Preview {
    shared: Arc<SharedState>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

/// The result of one save.
#[derive(Clone, Debug, Default)]
pub struct SaveSummary {
    pub refreshed: RefreshResult,
    /// The number of open pages that were rendered again.
    pub rendered: usize,
    /// Whether Handsel failed because of a bug. The site is then unchanged.
    pub is_our_fault: bool,
}

/// The state that all requests share.
struct SharedState {
    live: Arc<Session>,
    files: Arc<dyn Files + Send + Sync>,
    options: PreviewOptions,
    guard: Guard,
    tabs: Clients,
    workers: Arc<Semaphore>,
}

impl Preview {
    /// Starts to serve on a socket that is already listening.
    ///
    /// # Errors
    /// When the threads cannot be started, or the socket cannot be made non-blocking.
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

    /// The address that the preview listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The secret of this run. Requests that open an editor or move a tab must include it.
    pub fn token(&self) -> &str {
        self.shared.guard.token()
    }

    /// Whether other machines can see the site.
    pub fn is_shared(&self) -> bool {
        self.shared.guard.is_shared()
    }

    /// Updates the site after changes, renders the open pages again, and notifies their tabs.
    pub fn refresh(&self, touched: &ChangedPaths) -> SaveSummary {
        let shared = &self.shared;
        // A bug must not end the preview: the next save may work.
        let refreshed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            shared.live.refresh(touched)
        }));
        match refreshed {
            // Files were written but did not change.
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

    /// Sets the current time. On a new day it renders the open pages again and returns how many
    /// there are; otherwise it returns `None`.
    pub fn set_date(&self, now: jiff::Timestamp) -> Option<usize> {
        self.shared.live.set_date(now).then(|| {
            self.shared
                .publish(&ChangedPaths::Paths(BTreeSet::new()), &[])
        })
    }

    /// All current problems.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.shared.live.problems()
    }

    /// Calls `end` once, on Ctrl-C or when the system asks the program to end.
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

/// The routes of the preview.
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

/// Runs `make` on a separate thread, so that events are not delayed; `None` if it panics.
async fn work<T: Send + 'static>(
    shared: &Arc<SharedState>,
    make: impl FnOnce(&SharedState) -> T + Send + 'static,
) -> Option<T> {
    let permit = Arc::clone(&shared.workers).acquire_owned().await.ok()?;
    let shared = Arc::clone(shared);
    let made = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        make(&shared)
    });
    made.await.ok()
}
