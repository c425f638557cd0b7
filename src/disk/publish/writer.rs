//! A thread that writes the files that other threads render.
//!
//! On most file systems, several threads that create files in one folder are slower than one,
//! because they wait for the folder. So all cores render pages and pass them to this thread through
//! a queue of limited length. See DECISIONS: "One thread writes".

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use crate::paths::OutputPath;

/// How many files may wait to be written.
const WAITING_MAX: usize = 128;

/// A file to be written.
pub struct WriteJob {
    /// The output path, for messages.
    pub path: OutputPath,
    pub target: PathBuf,
    /// Whether the target's folder may have to be created.
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

    /// Queues a file, and waits while the queue is full.
    pub fn write(&self, job: WriteJob) {
        if let Some(jobs) = self.jobs.as_ref().filter(|_| self.failed.get().is_none()) {
            // The thread ends only after this sender has been dropped.
            let _ = jobs.send(job);
        }
    }

    /// Waits until all files are written.
    ///
    /// # Errors
    /// The failure of the first file that could not be written.
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
