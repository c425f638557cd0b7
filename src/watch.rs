//! Tells which paths of a site's folder may differ, soon after they do and with nothing lost; the
//! only user of `notify`.
//!
//! Paths, no more: what an event says of a change is not believed, whoever is told asks the disk.
//! Events are gathered until some milliseconds pass without one. Where events do not arrive (a
//! network drive, a sandbox, no watch left), the folder is looked at again and again instead.
//! Nothing is printed here; what a person should know is said to `say`.

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

/// More paths than these are told as everything: to list the site is no dearer then.
const PATHS_MAX: usize = 2000;

/// How long an event may take before they are taken not to arrive at all.
const PROBE_WAIT: Duration = Duration::from_millis(500);

/// How often it is seen to that the root is still the folder that is watched.
const ROOT_CHECK: Duration = Duration::from_secs(2);

/// After so many failures, events are not relied on any more.
const FAILURES_MAX: usize = 10;

/// What may differ from what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// These files, and all at or below these folders; links whose target changed are among them.
    Paths(BTreeSet<SourcePath>),
    Everything,
}

/// How to come to know of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PollingMode {
    /// By events, and by looking where they do not arrive.
    #[default]
    Auto,
    /// By looking, with this pause between.
    Always(Duration),
    /// By events; where they cannot be had, [`Watcher::start`] fails.
    Never,
}

#[derive(Clone, Debug, Default)]
pub struct WatchOptions {
    /// What is never listed is not watched either.
    pub rules: ListingRules,
    pub polling: PollingMode,
}

/// A watch over a site's folder, until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    messages: Sender<WatchMessage>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Begins to watch. What changes after this has returned is told; so list the files then.
    ///
    /// `tell` is called on a thread of its own. It should hand on and return: what happens
    /// meanwhile is told together afterwards. `say` is given whole sentences for the person at the
    /// terminal, seldom more than one, the first perhaps before this returns.
    ///
    /// # Errors
    /// When the folder cannot be watched and may not be polled, or when there is no thread to be
    /// had.
    pub fn start(
        disk: &Disk,
        options: WatchOptions,
        tell: impl FnMut(Changes) + Send + 'static,
        say: impl Fn(String) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let (messages, received) = channel();
        let WatchOptions { rules, polling } = options;
        let mut watch = WatchThread {
            disk: disk.clone(),
            rules,
            polling,
            messages: messages.clone(),
            received,
            tell: Box::new(tell),
            say: Box::new(say),
        };
        let sight = watch.start_backend()?;
        let thread = thread::Builder::new()
            .name("watch".into())
            .spawn(move || watch.run(sight))?;
        Ok(Self {
            messages,
            thread: Some(thread),
        })
    }

    /// From now on other rules say what is listed. Everything is told then.
    pub fn set_rules(&self, rules: ListingRules) {
        let _ = self.messages.send(WatchMessage::Obey(rules));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.messages.send(WatchMessage::Stop);
        // `tell` may be what drops it.
        if let Some(thread) = self
            .thread
            .take()
            .filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

/// The one thread's whole state.
struct WatchThread {
    disk: Disk,
    rules: ListingRules,
    polling: PollingMode,
    /// Where events are sent to.
    messages: Sender<WatchMessage>,
    received: Receiver<WatchMessage>,
    tell: Box<dyn FnMut(Changes) + Send>,
    say: Box<dyn Fn(String) + Send>,
}

/// How changes come to be known.
enum WatchMethod {
    Events(Box<WatchSet>),
    Polling(SiteSnapshot),
}

impl WatchThread {
    fn run(mut self, mut sight: WatchMethod) {
        while let Some(next) = match sight {
            WatchMethod::Events(ground) => self.run_events(*ground),
            WatchMethod::Polling(snapshot) => self.run_polling(snapshot),
        } {
            sight = next;
        }
    }

    /// Begins in the way that the options ask for and the system allows.
    fn start_backend(&mut self) -> Result<WatchMethod, WatchError> {
        if let PollingMode::Always(_) = self.polling {
            return Ok(self.start_polling(None));
        }
        let mut ground = match self.watch_set() {
            Ok(ground) => ground,
            Err(error) if self.polling == PollingMode::Never => return Err(error),
            Err(error) => return Ok(self.start_polling(Some(error.to_string()))),
        };
        if self.polling == PollingMode::Never {
            return Ok(WatchMethod::Events(Box::new(ground)));
        }
        let is_entered = |mount: &UnwatchedMount| {
            self.disk
                .source_path(&mount.place)
                .is_none_or(|path| ground.folders().contains(&path))
        };
        if let Some(mount) = unwatched_mounts(self.disk.root())
            .into_iter()
            .find(is_entered)
        {
            let place = mount.place.display();
            return Ok(self.start_polling(Some(format!(
                "`{place}` is of the kind {}, where changes made elsewhere are not told",
                mount.kind
            ))));
        }
        if !self.do_events_arrive(&mut ground) {
            return Ok(
                self.start_polling(Some("no event of a change arrives from this folder".into()))
            );
        }
        Ok(WatchMethod::Events(Box::new(ground)))
    }

    /// Writes a file of which an event is due. Where that cannot be done nothing is known, and the
    /// best is hoped for.
    fn do_events_arrive(&self, ground: &mut WatchSet) -> bool {
        let Ok(probe) = Probe::prepare(self.disk.root()) else {
            return true;
        };
        if ground.watch_outside_folder(probe.folder()).is_err() || probe.write().is_err() {
            return true;
        }
        let heard = self.received.recv_timeout(PROBE_WAIT);
        ground.unwatch(probe.folder());
        // It may be another one than that of the probe, so it goes back.
        heard.is_ok_and(|message| self.messages.send(message).is_ok())
    }

    fn watch_set(&self) -> Result<WatchSet, WatchError> {
        let messages = self.messages.clone();
        WatchSet::new(&self.disk, &self.rules, move |event| {
            if is_relevant(&event) {
                let _ = messages.send(WatchMessage::Event(event));
            }
        })
    }

    /// Looks from now on, and says why where there is a reason.
    fn start_polling(&self, reason: Option<String>) -> WatchMethod {
        if let Some(reason) = reason {
            (self.say)(format!(
                "{reason}; looking for changes every second or oftener instead"
            ));
        }
        WatchMethod::Polling(SiteSnapshot::take(&self.disk, &self.rules))
    }

    /// Listens to events until it has to stop (`None`), or to find another way.
    fn run_events(&mut self, mut ground: WatchSet) -> Option<WatchMethod> {
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
                return Some(self.switch_to_polling("the system loses events of changes".into()));
            }
            let may_be_lost = batch.paths.is_empty() || batch.paths.contains_key(self.disk.root());
            if may_be_lost && !ground.is_root_the_same() {
                return self.wait_for_root();
            }
            match self.answer(&mut ground, &batch) {
                Ok(Some(touched)) => (self.tell)(touched),
                Ok(None) => {}
                Err(error) => return Some(self.switch_to_polling(error.to_string())),
            }
        }
    }

    /// What a batch means, once all that it brought is watched; `None` when it means nothing.
    fn answer(
        &self,
        ground: &mut WatchSet,
        batch: &EventBatch,
    ) -> Result<Option<Changes>, WatchError> {
        let mut touched = BTreeSet::new();
        for (full, was_only_written) in &batch.paths {
            if let Some(path) = self.disk.source_path(full) {
                ground.meaning(&path, *was_only_written, &mut touched);
            }
        }
        if batch.is_incomplete || ground.follow(&touched)?.is_none() {
            *ground = self.watch_set()?;
            return Ok(Some(Changes::Everything));
        }
        Ok(in_bounds(watch_set::remove_nested(&touched)))
    }

    /// From events to looking; what came between is told as everything.
    fn switch_to_polling(&mut self, reason: String) -> WatchMethod {
        let sight = self.start_polling(Some(reason));
        (self.tell)(Changes::Everything);
        sight
    }

    /// The site's folder is gone, or another one is in its place: waits until one is there, and
    /// begins anew.
    fn wait_for_root(&mut self) -> Option<WatchMethod> {
        (self.tell)(Changes::Everything);
        while self.disk.identity().is_none() {
            if self.is_stopped_within(ROOT_CHECK / 4) {
                return None;
            }
        }
        match self.watch_set() {
            Ok(ground) => {
                (self.tell)(Changes::Everything);
                Some(WatchMethod::Events(Box::new(ground)))
            }
            Err(error) => Some(self.switch_to_polling(error.to_string())),
        }
    }

    /// Looks again and again, until it has to stop.
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
            touched.into_iter().for_each(&mut self.tell);
        }
    }

    /// Waits; takes new rules meanwhile. Whether it has to stop.
    fn is_stopped_within(&mut self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        loop {
            match self
                .received
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(WatchMessage::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(WatchMessage::Obey(rules)) => self.rules = rules,
                // Of a watcher that is not listened to any more.
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
