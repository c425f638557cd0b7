//! What will be published for one language: the pages, their numbers and their files of texts.

use std::borrow::Cow;
use std::ops::Range;

use super::bytes::{length, put_number, put_text};
use super::numbers;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::kind;
use crate::page::Catalog;
use crate::paths::OutputPath;
use crate::site::PageId;

/// The folder of all files with a hash in their names.
pub const FOLDER: &str = "search/index/";

/// The file that lists them, which has a fixed name.
pub const LIST: &str = "search/index.bin";

/// The version of the format. Increase it with every change, so that browsers do not mix old and
/// new files.
pub const FORM: u32 = 2;

/// The maximum number of files of texts in one list.
const LISTED_MAX: usize = 256;

/// What will be published, known without the texts: the pages, their numbers and their files.
#[derive(Debug)]
pub struct IndexPlan {
    pub languages: Vec<LanguagePlan>,
    /// The fingerprint of everything that the index is made from.
    pub hash: Fingerprint,
}

/// The pages of one language. Each language is searched separately.
#[derive(Debug)]
pub struct LanguagePlan {
    /// The first part of a language tag: `en`.
    pub code: String,
    /// Sorted by number.
    pub entries: Vec<PlannedPage>,
    pub texts: Vec<TextsFile>,
}

#[derive(Debug)]
pub struct PlannedPage {
    pub page: PageId,
    pub number: u32,
    /// The fingerprint of the inputs of its digest.
    pub key: Fingerprint,
}

/// A file of texts.
#[derive(Debug)]
pub struct TextsFile {
    pub path: OutputPath,
    /// Positions in [`LanguagePlan::entries`].
    pub entries: Range<usize>,
    pub hash: FileNameHash,
}

/// The bytes of a fingerprint that a file's name ends in, enough for the files of a large site.
pub type FileNameHash = [u8; 6];

impl LanguagePlan {
    pub fn path(&self, name: &str) -> OutputPath {
        OutputPath::new(&format!("{FOLDER}{}/{name}.bin", self.code))
            .expect("a language's tag has letters and numbers only")
    }

    /// The file that contains the texts of these entries.
    pub fn texts_at(&self, catalog: &Catalog, entries: Range<usize>) -> TextsFile {
        let mut hasher = Hasher::new();
        hasher.add(FORM.to_le_bytes());
        for entry in &self.entries[entries.clone()] {
            hasher
                .add(entry.number.to_le_bytes())
                .add(entry.key.as_bytes())
                .add(card(catalog, entry));
        }
        let hash = first(hasher.finish());
        TextsFile {
            path: self.path(&format!(
                "texts-{:06x}-{}",
                self.entries[entries.start].number,
                hex(&hash)
            )),
            entries,
            hash,
        }
    }

    /// Makes a file of texts. `text` returns those of the digests.
    pub fn texts_file<'a>(
        &self,
        catalog: &Catalog,
        texts: &TextsFile,
        text: impl Fn(&PlannedPage) -> Cow<'a, [u8]>,
    ) -> Vec<u8> {
        let entries = &self.entries[texts.entries.clone()];
        let (mut head, mut body, mut before) = (Vec::new(), Vec::new(), 0);
        put_number(&mut head, length(entries.len()));
        for entry in entries {
            let text = text(entry);
            put_number(&mut head, entry.number - before);
            head.extend_from_slice(&card(catalog, entry));
            put_number(&mut head, length(text.len()));
            body.extend_from_slice(&text);
            before = entry.number;
        }
        head.append(&mut body);
        head
    }

    /// The files of texts, each with the number of its first page, grouped into lists.
    pub fn text_lists(&self) -> Vec<Vec<(u32, FileNameHash)>> {
        let files: Vec<(u32, FileNameHash)> = self
            .texts
            .iter()
            .map(|texts| (self.entries[texts.entries.start].number, texts.hash))
            .collect();
        let items: Vec<(u32, usize)> = files.iter().map(|(number, _)| (*number, 1)).collect();
        numbers::ranges(&items, LISTED_MAX)
            .into_iter()
            .map(|range| files[range].to_vec())
            .collect()
    }
}

/// What a result shows of a page in addition to its text: address, kind, minutes.
fn card(catalog: &Catalog, entry: &PlannedPage) -> Vec<u8> {
    let page = catalog.site.page(entry.page);
    let meta = &page.entry.meta;
    let mut bytes = Vec::new();
    put_text(&mut bytes, page.route.as_str().trim_start_matches('/'));
    let kind = if meta.kind == kind::PLAIN {
        String::new()
    } else {
        catalog.kind_title(catalog.site.language(page), &meta.kind)
    };
    put_text(&mut bytes, &kind);
    put_number(&mut bytes, page.entry.minutes);
    bytes
}

/// The bytes of a fingerprint that are in a file's name.
pub fn first(hash: Fingerprint) -> FileNameHash {
    *hash
        .as_bytes()
        .first_chunk()
        .expect("a fingerprint is longer")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
