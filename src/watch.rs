//! Watches a site's folder and reports which paths may have changed. Only this module uses the
//! crate `notify`.
//!
//! It reports paths only: events do not describe changes reliably, so the receiver has to examine
//! the disk. Events are collected until none arrives for a few milliseconds. If events do not
//! arrive (on a network drive, in a sandbox, or beyond the system's limits), the folder is scanned
//! at intervals instead. Nothing is printed here; messages for the user are passed to a callback.

mod batch;
mod error;
mod polling;
mod watch_set;

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub use error::WatchError;

use crate::disk::Disk;
use crate::disk::mounts::{UnwatchedMount, unwatched_mounts};
use crate::disk::probe::Probe;
use crate::paths::SourcePath;
use crate::source::ListingRules;
use batch::{EventBatch, WatchMessage, is_relevant};
use polling::SiteSnapshot;
use watch_set::WatchSet;

/// The most paths that are reported one by one. With more, listing the whole site costs no more.
const PATHS_MAX: usize = 2000;

/// How long to wait for the event of the probe before polling is used instead.
const PROBE_WAIT: Duration = Duration::from_millis(500);

/// How often the identity of the root is checked.
const ROOT_CHECK: Duration = Duration::from_secs(2);

/// The number of failures after which polling is used instead of events.
const FAILURES_MAX: usize = 10;

/// What may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// These files, and everything at or below these folders. Links with a changed target are
    /// included.
    Paths(BTreeSet<SourcePath>),
    Everything,
}

/// When the folder is polled for changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PollingMode {
    /// Only where events do not arrive.
    #[default]
    Auto,
    /// Always, with this pause between two scans.
    Always(Duration),
    /// Never. If events are not available, [`Watcher::start`] fails.
    Never,
}

#[derive(Clone, Debug, Default)]
pub struct WatchOptions {
    /// What is listed, and so watched.
    pub rules: ListingRules,
    pub polling: PollingMode,
}

/// Watches a site's folder until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    messages: Sender<WatchMessage>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts to watch. Every change after this returns is reported, so list the files afterwards.
    ///
    /// `on_change` is called on a separate thread and should return quickly. Changes in the
    /// meantime are reported together afterwards. `on_message` receives messages for the user,
    /// rarely more than one; the first may come before this returns.
    ///
    /// # Errors
    /// When the folder cannot be watched and polling is not allowed, or when the thread cannot be
    /// started.
    pub fn start(
        disk: &Disk,
        options: WatchOptions,
        on_change: impl FnMut(Changes) + Send + 'static,
        on_message: impl Fn(String) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let (messages, received) = channel();
        let WatchOptions { rules, polling } = options;
        let mut watch = WatchThread {
            disk: disk.clone(),
            rules,
            polling,
            messages: messages.clone(),
            received,
            on_change: Box::new(on_change),
            on_message: Box::new(on_message),
        };
        let method = watch.start_backend()?;
        let thread = thread::Builder::new()
            .name("watch".into())
            .spawn(move || watch.run(method))?;
        Ok(Self {
            messages,
            thread: Some(thread),
        })
    }

    /// Changes the rules of what is listed, and reports everything as changed.
    pub fn set_rules(&self, rules: ListingRules) {
        let _ = self.messages.send(WatchMessage::SetRules(rules));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.messages.send(WatchMessage::Stop);
        // `on_change` may drop the watcher, and a thread cannot join itself.
        if let Some(thread) = self
            .thread
            .take()
            .filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

/// The state of the watch thread.
struct WatchThread {
    disk: Disk,
    rules: ListingRules,
    polling: PollingMode,
    /// The sender that events go to.
    messages: Sender<WatchMessage>,
    received: Receiver<WatchMessage>,
    on_change: Box<dyn FnMut(Changes) + Send>,
    on_message: Box<dyn Fn(String) + Send>,
}

/// How changes are found.
enum WatchMethod {
    Events(Box<WatchSet>),
    Polling(SiteSnapshot),
}

impl WatchThread {
    fn run(mut self, mut method: WatchMethod) {
        while let Some(next) = match method {
            WatchMethod::Events(set) => self.run_events(*set),
            WatchMethod::Polling(snapshot) => self.run_polling(snapshot),
        } {
            method = next;
        }
    }

    /// Starts with the method that the options ask for and the system allows.
    fn start_backend(&mut self) -> Result<WatchMethod, WatchError> {
        if let PollingMode::Always(_) = self.polling {
            return Ok(self.start_polling(None));
        }
        let mut set = match self.watch_set() {
            Ok(set) => set,
            Err(error) if self.polling == PollingMode::Never => return Err(error),
            Err(error) => return Ok(self.start_polling(Some(error.to_string()))),
        };
        if self.polling == PollingMode::Never {
            return Ok(WatchMethod::Events(Box::new(set)));
        }
        let is_entered = |mount: &UnwatchedMount| {
            self.disk
                .source_path(&mount.place)
                .is_none_or(|path| set.folders().contains(&path))
        };
        if let Some(mount) = unwatched_mounts(self.disk.root())
            .into_iter()
            .find(is_entered)
        {
            let place = mount.place.display();
            return Ok(self.start_polling(Some(format!(
                "`{place}` is a file system of the type {}, which does not report all changes",
                mount.kind
            ))));
        }
        if !self.do_events_arrive(&mut set) {
            return Ok(self.start_polling(Some(
                "the system does not report changes in this folder".into(),
            )));
        }
        Ok(WatchMethod::Events(Box::new(set)))
    }

    /// Whether an event arrives after a file was written. If the file cannot be written, events are
    /// assumed to arrive.
    fn do_events_arrive(&self, set: &mut WatchSet) -> bool {
        let Ok(probe) = Probe::prepare(self.disk.root()) else {
            return true;
        };
        if set.watch_outside_folder(probe.folder()).is_err() || probe.write().is_err() {
            return true;
        }
        let arrived = self.received.recv_timeout(PROBE_WAIT);
        set.unwatch(probe.folder());
        // The message may not be that of the probe, so it is sent again.
        arrived.is_ok_and(|message| self.messages.send(message).is_ok())
    }

    fn watch_set(&self) -> Result<WatchSet, WatchError> {
        let messages = self.messages.clone();
        WatchSet::new(&self.disk, &self.rules, move |event| {
            if is_relevant(&event) {
                let _ = messages.send(WatchMessage::Event(event));
            }
        })
    }

    /// Starts to poll, with a message if there is a reason.
    fn start_polling(&self, reason: Option<String>) -> WatchMethod {
        if let Some(reason) = reason {
            (self.on_message)(format!(
                "{reason}; Handsel scans the site's folder for changes about every second instead"
            ));
        }
        WatchMethod::Polling(SiteSnapshot::take(&self.disk, &self.rules))
    }

    /// Handles events until it has to stop (`None`) or to use another method.
    fn run_events(&mut self, mut set: WatchSet) -> Option<WatchMethod> {
        let mut failures = 0;
        loop {
            let mut batch = match self.received.recv_timeout(ROOT_CHECK) {
                Ok(first) => EventBatch::gather(first, &self.received, &self.disk),
                Err(RecvTimeoutError::Timeout) => EventBatch::default(),
                Err(RecvTimeoutError::Disconnected) => return None,
            };
            if batch.must_stop {
                return None;
            }
            if let Some(rules) = batch.rules.take() {
                self.rules = rules;
                batch.is_incomplete = true;
            }
            failures += batch.failures;
            if failures > FAILURES_MAX {
                return Some(self.switch_to_polling(
                    "the system loses reports of changes in this folder".into(),
                ));
            }
            let may_be_lost = batch.paths.is_empty() || batch.paths.contains_key(self.disk.root());
            if may_be_lost && !set.is_root_the_same() {
                return self.wait_for_root();
            }
            match self.answer(&mut set, &batch) {
                Ok(Some(touched)) => (self.on_change)(touched),
                Ok(None) => {}
                Err(error) => return Some(self.switch_to_polling(error.to_string())),
            }
        }
    }

    /// Watches new folders of a batch and returns its changes; `None` if there are none.
    fn answer(
        &self,
        set: &mut WatchSet,
        batch: &EventBatch,
    ) -> Result<Option<Changes>, WatchError> {
        let mut touched = BTreeSet::new();
        for (full, was_only_written) in &batch.paths {
            if let Some(path) = self.disk.source_path(full) {
                set.meaning(&path, *was_only_written, &mut touched);
            }
        }
        if batch.is_incomplete || set.follow(&touched)?.is_none() {
            *set = self.watch_set()?;
            return Ok(Some(Changes::Everything));
        }
        Ok(in_bounds(watch_set::remove_nested(&touched)))
    }

    /// Changes from events to polling, and reports everything as changed.
    fn switch_to_polling(&mut self, reason: String) -> WatchMethod {
        let method = self.start_polling(Some(reason));
        (self.on_change)(Changes::Everything);
        method
    }

    /// Called when the site's folder was deleted or replaced: waits until the folder exists, and
    /// starts again.
    fn wait_for_root(&mut self) -> Option<WatchMethod> {
        (self.on_change)(Changes::Everything);
        while self.disk.identity().is_none() {
            if self.is_stopped_within(ROOT_CHECK / 4) {
                return None;
            }
        }
        match self.watch_set() {
            Ok(set) => {
                (self.on_change)(Changes::Everything);
                Some(WatchMethod::Events(Box::new(set)))
            }
            Err(error) => Some(self.switch_to_polling(error.to_string())),
        }
    }

    /// Polls until it has to stop.
    fn run_polling(&mut self, mut last: SiteSnapshot) -> Option<WatchMethod> {
        let mut pause = match self.polling {
            PollingMode::Always(pause) => pause,
            _ => polling::pause_for(Duration::ZERO),
        };
        loop {
            let rules = self.rules.clone();
            if self.is_stopped_within(pause) {
                return None;
            }
            let start = Instant::now();
            let now = SiteSnapshot::take(&self.disk, &self.rules);
            if !matches!(self.polling, PollingMode::Always(_)) {
                pause = polling::pause_for(start.elapsed());
            }
            let differences = last.differences(&now);
            last = now;
            let touched = if self.rules == rules {
                in_bounds(differences)
            } else {
                Some(Changes::Everything)
            };
            touched.into_iter().for_each(&mut self.on_change);
        }
    }

    /// Waits for `pause`, and takes new rules in the meantime. Returns whether it has to stop.
    fn is_stopped_within(&mut self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        loop {
            match self
                .received
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(WatchMessage::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(WatchMessage::SetRules(rules)) => self.rules = rules,
                // The event is from a watcher that is no longer used.
                Ok(WatchMessage::Event(_)) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

fn in_bounds(touched: BTreeSet<SourcePath>) -> Option<Changes> {
    match touched.len() {
        0 => None,
        count if count > PATHS_MAX => Some(Changes::Everything),
        _ => Some(Changes::Paths(touched)),
    }
}
