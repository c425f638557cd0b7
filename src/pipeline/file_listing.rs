//! The files of a site, sorted by purpose.

use crate::document::front_matter::is_in_drafts_folder;
use crate::paths::SourcePath;
use crate::site::address_ledger::LEDGER_NAME;
use crate::source::{ListingRules, below};

/// Files of the content that configure the site and are neither pages nor published.
const VOCABULARY_FILES: [&str; 3] = ["topics.yaml", "audiences.yaml", "authors.yaml"];
pub const DEFAULTS_FILE: &str = "_defaults.yaml";

/// Every listed file. Each list is sorted by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileListing {
    /// The rules that the files were listed by.
    pub rules: ListingRules,
    has_settings: bool,
    /// The folder that addresses count from.
    pub content: SourcePath,
    /// All listed files.
    pub sources: Vec<SourcePath>,
    /// Markdown files of the content.
    pub pages: Vec<SourcePath>,
    /// Files of the content that describe others: defaults and vocabularies.
    pub metadata: Vec<SourcePath>,
    /// Other files of the content.
    pub content_files: Vec<SourcePath>,
}

impl FileListing {
    /// Sorts the files that these rules listed. `settings` is the path of the settings file, and
    /// `has_settings` says whether it could be read.
    pub fn new(
        rules: ListingRules,
        settings: &SourcePath,
        has_settings: bool,
        mut sources: Vec<SourcePath>,
    ) -> Self {
        // Builds write the ledger and do not depend on it, so it must not count as a changed
        // source.
        if let Ok(at) = sources.binary_search_by(|path| path.as_str().cmp(LEDGER_NAME)) {
            sources.remove(at);
        }
        let folder = SourcePath::new("content").expect("a fixed name inside the root");
        let has_content = has_settings || below(&sources, &folder).next().is_some();
        let content = if has_content {
            folder
        } else {
            SourcePath::root()
        };
        let (mut pages, mut metadata, mut content_files) = (Vec::new(), Vec::new(), Vec::new());
        for path in below(&sources, &content).filter(|path| has_content || *path != settings) {
            let list = match path {
                path if is_metadata(path, &content) => &mut metadata,
                path if path.is_markdown() => &mut pages,
                _ => &mut content_files,
            };
            list.push(path.clone());
        }
        Self {
            rules,
            has_settings,
            content,
            sources,
            pages,
            metadata,
            content_files,
        }
    }

    /// Whether the same files, listed by these rules, would be sorted in the same way.
    pub fn is_same_listing(&self, rules: &ListingRules, has_settings: bool) -> bool {
        self.rules == *rules && self.has_settings == has_settings
    }

    /// The files of a folder next to the content, with their paths below it. A site without a
    /// `content/` has no such folders.
    pub fn in_folder(&self, name: &str) -> Vec<(String, SourcePath)> {
        let folder = SourcePath::new(name).expect("a fixed name inside the root");
        let inside = below(&self.sources, &folder).filter(|_| !self.content.as_str().is_empty());
        inside
            .filter_map(|path| Some((path.below(&folder)?.to_owned(), path.clone())))
            .collect()
    }

    /// Whether a file at this path is a page, and adding or deleting it changes nothing else that
    /// is loaded.
    pub fn is_place_of_page(&self, path: &SourcePath) -> bool {
        // If a folder of Markdown files gets a `content/`, the whole site changes.
        let is_elsewhere =
            self.content.as_str().is_empty() && path.as_str().starts_with("content/");
        let is_page = path.is_markdown()
            && path.is_within(&self.content)
            && !is_elsewhere
            && !is_metadata(path, &self.content);
        // The first page in a folder for drafts adds a message.
        is_page && !is_in_drafts_folder(path)
    }

    /// Adds a new page to the lists, or removes a deleted one.
    pub fn update_page(&mut self, page: &SourcePath, is_there: bool) {
        for list in [&mut self.sources, &mut self.pages] {
            match list.binary_search(page) {
                Ok(at) if !is_there => drop(list.remove(at)),
                Err(at) if is_there => list.insert(at, page.clone()),
                _ => {}
            }
        }
    }
}

fn is_metadata(path: &SourcePath, content: &SourcePath) -> bool {
    // This runs for every file of the site.
    path.as_str().ends_with(".yaml")
        && (path.name() == DEFAULTS_FILE
            || (path.folder() == *content && VOCABULARY_FILES.contains(&path.name())))
}
