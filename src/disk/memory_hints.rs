//! Hints to the system about how to allocate memory for this process.

/// Asks the system for small memory pages. With huge pages, a build takes a fifth to a third more
/// memory than it uses and is not faster (docs/PERFORMANCE.md). Child processes inherit the
/// setting; [`take_any_pages`] ends it. See DECISIONS: "A build asks for small memory pages".
pub fn use_small_pages() {
    ask(true);
}

/// Lets the system choose the size of memory pages again.
pub fn take_any_pages() {
    ask(false);
}

fn ask(are_small: bool) {
    // If this fails, the only cost is memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(are_small);
    #[cfg(not(target_os = "linux"))]
    let _ = are_small;
}
