//! The events of one save, or of one checkout, gathered until some milliseconds pass without
//! another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};

use crate::disk::{Disk, PathState};
use crate::source::ListingRules;

/// Events of one save come closer together than this.
const QUIET: Duration = Duration::from_millis(3);

/// After the first event, nobody waits longer than this to be told.
const LONGEST: Duration = Duration::from_millis(15);

/// What has come when the time is over is taken along, but for a flood.
const EVENTS_MAX: usize = 8000;

/// A save is of few files. Of more than these, some are empty or gone for good.
const SAVED_MAX: usize = 16;

/// What comes to the watching thread.
#[derive(Debug)]
pub enum WatchMessage {
    Event(notify::Result<notify::Event>),
    Obey(ListingRules),
    Stop,
}

/// What came within one window of time.
#[derive(Default)]
pub struct EventBatch {
    /// Each with whether it was only written to.
    pub paths: BTreeMap<PathBuf, bool>,
    /// Whether the paths are not all there is to tell.
    pub is_incomplete: bool,
    pub failures: usize,
    pub rules: Option<ListingRules>,
    pub must_stop: bool,
}

impl EventBatch {
    /// Gathers from the first event on.
    pub fn gather(first: WatchMessage, received: &Receiver<WatchMessage>, disk: &Disk) -> Self {
        let end = Instant::now() + LONGEST;
        let mut batch = Self::default();
        batch.add(first);
        while !batch.must_stop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                received
                    .try_iter()
                    .take(EVENTS_MAX)
                    .for_each(|message| batch.add(message));
                break;
            }
            let next = received.recv_timeout(QUIET.min(left));
            // A file that is gone, or empty, is often one that is being saved: it is given all the
            // time there is.
            let next = if next.is_err() && batch.is_in_progress(disk) {
                received.recv_timeout(end.saturating_duration_since(Instant::now()))
            } else {
                next
            };
            match next {
                Ok(message) => batch.add(message),
                Err(_) => break,
            }
        }
        batch
    }

    fn is_in_progress(&self, disk: &Disk) -> bool {
        let is_midway = |full: &PathBuf| {
            let standing = disk.source_path(full).map(|path| disk.path_state(&path));
            matches!(
                standing,
                Some(PathState::Nothing | PathState::File { is_empty: true })
            )
        };
        self.paths.len() <= SAVED_MAX && self.paths.keys().any(is_midway)
    }

    fn add(&mut self, message: WatchMessage) {
        match message {
            WatchMessage::Stop => self.must_stop = true,
            WatchMessage::Obey(rules) => self.rules = Some(rules),
            WatchMessage::Event(Err(_)) => {
                self.is_incomplete = true;
                self.failures += 1;
            }
            WatchMessage::Event(Ok(event)) => {
                self.is_incomplete |= event.need_rescan();
                let was_only_written = matches!(
                    event.kind,
                    EventKind::Modify(ModifyKind::Any | ModifyKind::Data(_)) | EventKind::Access(_)
                );
                for path in event.paths {
                    *self.paths.entry(path).or_insert(true) &= was_only_written;
                }
            }
        }
    }
}

/// Opening and reading a file changes nothing, and builds do much of it.
pub fn is_relevant(event: &notify::Result<notify::Event>) -> bool {
    let Ok(event) = event else { return true };
    event.need_rescan()
        || !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}
