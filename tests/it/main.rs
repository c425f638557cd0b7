//! Tests that run in the process of the test: the pipeline, the disk, the preview's server.

mod bounded_work;
#[path = "../common/mod.rs"]
mod common;
mod commonmark;
mod corpora;
mod determinism;
mod disk;
mod films;
mod front_matter;
mod images;
mod incremental;
mod lenient_pages;
mod licenses;
mod live;
mod look;
mod lost_words;
mod machines;
mod preview;
mod properties;
mod readings;
mod renamed_files;
mod safe_html;
mod search;
mod stamps;
mod structured;
mod tool_vectors;
mod two_builds;
