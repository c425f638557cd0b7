//! Shows progress on the terminal while a longer build runs, and clears it at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::ProgressBar;

use super::console::Console;
use super::format::count;

/// How long a build must run before progress is shown.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

/// Progress that is shown until this value is dropped.
#[derive(Debug)]
pub struct Progress {
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows how many files have been made; `None` if the console does not show progress.
    pub fn begin(console: &Console, files: Arc<AtomicUsize>) -> Option<Self> {
        if !console.is_watched() {
            return None;
        }
        let (end, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || show(&files, &ended));
        Some(Self {
            end: Some(end),
            thread: Some(thread),
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn show(files: &AtomicUsize, ended: &mpsc::Receiver<()>) {
    let goes_on = |wait| ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE) {
        return;
    }
    let spinner = ProgressBar::new_spinner();
    loop {
        spinner.set_message(match files.load(Ordering::Relaxed) {
            0 => "reading".to_owned(),
            made => format!("writing: {}", count(made, "file")),
        });
        spinner.tick();
        if !goes_on(TICK) {
            break;
        }
    }
    spinner.finish_and_clear();
}
