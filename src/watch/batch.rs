//! Collects the events of one save or checkout until no event arrives for a few milliseconds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};

use crate::disk::{Disk, PathState};
use crate::source::ListingRules;

/// The pause after which a save counts as complete.
const QUIET: Duration = Duration::from_millis(3);

/// The longest time from the first event to the end of a batch.
const LONGEST: Duration = Duration::from_millis(15);

/// How many further waiting events a batch takes when its time is over.
const EVENTS_MAX: usize = 8000;

/// The most files of a batch that may be a save in progress. With more files, some are usually
/// empty or deleted for good.
const SAVED_MAX: usize = 16;

/// A message to the watch thread.
#[derive(Debug)]
pub enum WatchMessage {
    Event(notify::Result<notify::Event>),
    SetRules(ListingRules),
    Stop,
}

/// The messages of one period.
#[derive(Default)]
pub struct EventBatch {
    /// The paths of all events, each with whether only its contents were written.
    pub paths: BTreeMap<PathBuf, bool>,
    /// Whether events may be missing.
    pub is_incomplete: bool,
    pub failures: usize,
    pub rules: Option<ListingRules>,
    pub must_stop: bool,
}

impl EventBatch {
    /// Collects messages, beginning with `first`.
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
            // A missing or empty file is often being saved, so the batch then waits for its full
            // time.
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
            let state = disk.source_path(full).map(|path| disk.path_state(&path));
            matches!(
                state,
                Some(PathState::Nothing | PathState::File { is_empty: true })
            )
        };
        self.paths.len() <= SAVED_MAX && self.paths.keys().any(is_midway)
    }

    fn add(&mut self, message: WatchMessage) {
        match message {
            WatchMessage::Stop => self.must_stop = true,
            WatchMessage::SetRules(rules) => self.rules = Some(rules),
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

/// Whether an event may mean a change. Opening and reading files does not, and builds do much of
/// it.
pub fn is_relevant(event: &notify::Result<notify::Event>) -> bool {
    let Ok(event) = event else { return true };
    event.need_rescan()
        || !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}
