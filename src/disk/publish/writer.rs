//! One thread that writes what others make.
//!
//! Creating files in one folder from several threads costs most file systems more than it gains:
//! each waits for the folder. So pages are made by all cores and handed to this one, which is kept
//! a little behind, never far.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use crate::paths::OutputPath;

/// Files that may wait to be written.
const WAITING_MAX: usize = 128;

/// A file to be written.
pub struct WriteJob {
    /// What it will be published as, for messages.
    pub path: OutputPath,
    pub target: PathBuf,
    /// Whether the folder that it goes to may have to be made.
    pub makes_folder: bool,
    pub bytes: std::borrow::Cow<'static, [u8]>,
}

/// Why a file could not be written.
#[derive(Debug)]
pub struct WriteFailure {
    pub path: OutputPath,
    pub error: io::Error,
}

pub struct Writer {
    jobs: Option<SyncSender<WriteJob>>,
    thread: Option<JoinHandle<()>>,
    failed: Arc<OnceLock<WriteFailure>>,
}

impl Writer {
    pub fn start() -> Self {
        let (jobs, waiting) = sync_channel::<WriteJob>(WAITING_MAX);
        let failed = Arc::new(OnceLock::new());
        let reported = Arc::clone(&failed);
        let thread = std::thread::spawn(move || {
            let mut made = HashSet::new();
            for WriteJob {
                path,
                target,
                makes_folder,
                bytes,
            } in waiting
            {
                if reported.get().is_some() {
                    continue;
                }
                if let Err(error) = write(&target, makes_folder, &bytes, &mut made) {
                    let _ = reported.set(WriteFailure { path, error });
                }
            }
        });
        Self {
            jobs: Some(jobs),
            thread: Some(thread),
            failed,
        }
    }

    /// Hands a file over; waits while too many are waiting.
    pub fn write(&self, job: WriteJob) {
        if let Some(jobs) = self.jobs.as_ref().filter(|_| self.failed.get().is_none()) {
            // The thread ends only after this sender is gone.
            let _ = jobs.send(job);
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// The first file that could not be written.
    pub fn finish(&mut self) -> Result<(), WriteFailure> {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let failed = Arc::get_mut(&mut self.failed).and_then(OnceLock::take);
        failed.map_or(Ok(()), Err)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

fn write(
    target: &std::path::Path,
    makes_folder: bool,
    bytes: &[u8],
    made: &mut HashSet<PathBuf>,
) -> io::Result<()> {
    if let Some(folder) = target
        .parent()
        .filter(|folder| makes_folder && !made.contains(*folder))
    {
        fs::create_dir_all(folder)?;
        made.insert(folder.to_owned());
    }
    File::create(target)?.write_all(bytes)
}
