//! A page renamed by hand: until a build succeeds, messages about broken links to its old name
//! suggest its likely new name.

use std::sync::Arc;

use crate::common::request;
use handsel::cache::MemoryStore;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, NullSink};
use handsel::source::MemoryFiles;

#[test]
fn a_broken_link_names_the_file_with_the_same_text() {
    let build_cache = BuildCache::of(Some(Arc::new(MemoryStore::default())));
    let with = |name: &str| {
        let mut files = MemoryFiles::default();
        files.put("content/index.md", "# Home\n\n[Tires](guides/tires.md)\n");
        files.put(
            &format!("content/guides/{name}.md"),
            "# Tires\n\nFill them.\n",
        );
        files
    };
    let help = |files: &MemoryFiles| {
        let mut built = pipeline::build(files, &request(), &NullSink, &build_cache);
        built.name_renamed_files();
        built
            .problems
            .into_iter()
            .map(|problem| problem.help.unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(help(&with("tires")), Vec::<String>::new());
    for _ in 0..2 {
        assert_eq!(
            help(&with("wheels-and-air")),
            ["it may have been renamed to guides/wheels-and-air.md"]
        );
    }
}
