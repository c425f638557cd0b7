//! The search index: small files that a browser fetches as it needs them, from any file server (see
//! DECISIONS: “The search index is our own, and a word is a run of letters”).
//!
//! `digest` reads one page; `terms` gathers the words of all pages, `update` changes published
//! files, and `merge` chooses between the two; `facets` contains what results can be filtered by;
//! `manifest` lists the files. The text of a page is in a file with a few other pages. The name of
//! that file is a hash of its inputs, so it is known before the bytes are. The files contain no
//! statistics of the whole site, so a page changes only the files that contain it. `docs/SEARCH.md`
//! describes the format.

pub mod bytes;
pub mod digest;
mod facets;
mod language_plan;
mod manifest;
mod merge;
pub mod numbers;
mod plan;
pub mod terms;
mod update;
mod word_list;
pub mod words;

pub use self::language_plan::{FOLDER, IndexPlan, LIST, LanguagePlan, PlannedPage, TextsFile};
pub use self::merge::{WordsInput, files};
pub use self::plan::{is_found, plan};
pub use self::update::WordsOutline;
