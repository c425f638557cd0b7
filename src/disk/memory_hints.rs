//! How the system gives memory to this process.

/// Asks the system for memory in its smallest pieces: in large ones a site takes a fifth to a third
/// more than it uses, and no less time (docs/PERFORMANCE.md). It holds for this process and for all
/// that it starts, until [`take_any_pages`].
pub fn use_small_pages() {
    ask(true);
}

/// Takes memory as the system likes to give it again.
pub fn take_any_pages() {
    ask(false);
}

fn ask(are_small: bool) {
    // Where the system does not know how, all that is lost is memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(are_small);
    #[cfg(not(target_os = "linux"))]
    let _ = are_small;
}
