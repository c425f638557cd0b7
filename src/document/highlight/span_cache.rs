//! Caches the spans of highlighted code, by language and text, so that code is read once instead of
//! in every build, and a build that renders few pages starts no grammar. The cache is divided into
//! parts, each loaded when code in it is first needed. See DECISIONS: “Highlighting is remembered
//! as spans”.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::spans::{CodeSpan, TokenClass};
use crate::fingerprint::{Fingerprint, Hasher};

/// The number of parts, which are chosen by the hash of the language and code.
pub const PARTS: usize = 64;

/// The maximum number of spans that a part adds in one run, some 300 kB. Code beyond that is read
/// again.
const FRESH_SPANS_MAX: usize = 24 << 10;

/// A part with more spans than this keeps only those used in this run.
const SPANS_MAX: usize = 64 << 10;

/// Spans in order: the distance from the previous start to this one and the length, both in bytes,
/// and the class. `None` for code that cannot be read.
pub type CodeSpans = Option<Vec<(u32, u32, TokenClass)>>;

/// A part: spans by the hash of language and code.
pub type CodeSpansTable = BTreeMap<Fingerprint, CodeSpans>;

/// The spans of code read in this run, and those of earlier runs that were needed.
pub struct HighlightCache {
    recall: Box<dyn Fn(usize) -> CodeSpansTable + Send + Sync>,
    parts: [CachePart; PARTS],
}

#[derive(Default)]
struct CachePart {
    before: OnceLock<CodeSpansTable>,
    now: Mutex<CurrentRun>,
}

/// What one run reads and uses.
#[derive(Default)]
struct CurrentRun {
    fresh: CodeSpansTable,
    spans: usize,
    wanted: BTreeSet<Fingerprint>,
    /// Whether the part has changed since [`HighlightCache::changed`] last returned it.
    is_changed: bool,
}

impl Default for HighlightCache {
    /// An empty cache.
    fn default() -> Self {
        Self::with_cached(|_| CodeSpansTable::new())
    }
}

impl std::fmt::Debug for HighlightCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HighlightCache").finish_non_exhaustive()
    }
}

impl HighlightCache {
    /// `recall` returns the cached spans of a part.
    pub fn with_cached(recall: impl Fn(usize) -> CodeSpansTable + Send + Sync + 'static) -> Self {
        HighlightCache {
            recall: Box::new(recall),
            parts: std::array::from_fn(|_| CachePart::default()),
        }
    }

    /// The parts that have changed since the last call, each as it is to be stored.
    pub fn changed(&self) -> Vec<(usize, CodeSpansTable)> {
        let changed = |(index, part): (usize, &CachePart)| {
            let mut now = part.now();
            if !std::mem::take(&mut now.is_changed) {
                return None;
            }
            let before = self.before(index);
            let spans = now.spans + before.values().map(spans_of).sum::<usize>();
            let kept = before
                .iter()
                .filter(|(hash, _)| spans <= SPANS_MAX || now.wanted.contains(*hash));
            Some((
                index,
                kept.chain(&now.fresh)
                    .map(|(hash, reading)| (*hash, reading.clone()))
                    .collect(),
            ))
        };
        self.parts.iter().enumerate().filter_map(changed).collect()
    }

    /// The spans of this code, from the cache or else from `read`.
    pub(super) fn spans(
        &self,
        language: &str,
        code: &str,
        read: impl FnOnce() -> Option<Vec<CodeSpan>>,
    ) -> Option<Vec<CodeSpan>> {
        let hash = Hasher::new().add(language).add(code).finish();
        let index = usize::from(hash.as_bytes()[0]) % PARTS;
        let before = self.before(index).get(&hash);
        let mut now = self.parts[index].now();
        if before.is_some() {
            now.wanted.insert(hash);
        }
        if let Some(reading) = before.or_else(|| now.fresh.get(&hash)) {
            return reading.as_deref().map(unpack);
        }
        // Reading takes long, and other threads may need this part meanwhile.
        drop(now);
        let spans = read();
        let reading = spans.as_ref().map(|spans| pack(spans));
        let mut now = self.parts[index].now();
        if now.spans < FRESH_SPANS_MAX {
            now.spans += spans_of(&reading);
            now.fresh.insert(hash, reading);
            now.is_changed = true;
        }
        spans
    }

    fn before(&self, index: usize) -> &CodeSpansTable {
        self.parts[index]
            .before
            .get_or_init(|| (self.recall)(index))
    }
}

impl CachePart {
    fn now(&self) -> MutexGuard<'_, CurrentRun> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spans_of(reading: &CodeSpans) -> usize {
    reading.as_ref().map_or(1, |spans| 1 + spans.len())
}

fn pack(spans: &[CodeSpan]) -> Vec<(u32, u32, TokenClass)> {
    let number = |bytes: usize| u32::try_from(bytes).expect("highlighted code is shorter");
    let mut sorted: Vec<&CodeSpan> = spans.iter().collect();
    sorted.sort_unstable_by_key(|span| span.order());
    let mut before = 0;
    let pack = |span: &CodeSpan| {
        let from = number(span.range.start - before);
        before = span.range.start;
        (from, number(span.range.len()), span.class)
    };
    sorted.into_iter().map(pack).collect()
}

fn unpack(packed: &[(u32, u32, TokenClass)]) -> Vec<CodeSpan> {
    let mut start = 0;
    let unpack = |(index, (from, length, class)): (usize, &(u32, u32, TokenClass))| {
        start += *from as usize;
        CodeSpan {
            range: start..start + *length as usize,
            class: *class,
            rank: (0, 0, index),
        }
    };
    packed.iter().enumerate().map(unpack).collect()
}
