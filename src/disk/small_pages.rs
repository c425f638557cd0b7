//! How the system gives memory to this process.

/// Asks the system for memory in its smallest pieces: in large ones a build takes a fifth more than it uses, and no less time
/// (docs/PERFORMANCE.md).
pub fn take_small_pages() {
    // Where the system does not know how, all that is lost is memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
