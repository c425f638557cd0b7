//! The last step: makes every output that differs from the published one, in parallel, and puts it
//! into the sink as soon as it is done.
//!
//! An output is tested in three steps, the cheapest first. If everything it can depend on is
//! unchanged, it is reused. Otherwise its page context is built; if everything it does depend on is
//! unchanged, it is reused. Otherwise it is rendered.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use indexmap::IndexSet;
use rayon::prelude::*;

use super::Sink;
use super::build_cache::{BuildCache, InputHashes, OutputRecord, OutputRecords};
use super::file_hashes::FileHashes;
use super::images::CopiedFile;
use super::load::unreadable;
use super::outputs::OutputKind;
use super::profile::RenderTime;
use super::render::{self, OutputRenderer, RenderedOutput};
use super::search;
use super::site_state::SiteState;
use super::why::RebuildReason;
use crate::diagnostic::Diagnostic;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::templates::{Dependency, TOOL_TEMPLATE, hash_of};
use crate::page::tool::tool_markdown;
use crate::page::views::copied_links;
use crate::page::{PageContext, page_of};
use crate::paths::{OutputPath, SourcePath};
use crate::settings::RawHtml;
use crate::site::{PageId, PageMap, SitePage};

/// Smaller files that are published unchanged are read as a whole.
const SMALL_BYTES: u64 = 1 << 20;

/// The result of publishing.
#[derive(Debug, Default)]
pub struct PublishResult {
    /// Every output with the fingerprint of its bytes, sorted by path.
    pub outputs: Vec<(OutputPath, Fingerprint)>,
    /// Pages that were rendered, not reused, with the time that took.
    pub took: Vec<(OutputPath, RenderTime)>,
    pub problems: Vec<Diagnostic>,
    /// The error of the sink, after which no more outputs are made.
    pub failure: Option<String>,
    /// The records of outputs for the cache.
    pub records: BTreeMap<OutputPath, OutputRecord>,
    pub asked: Vec<Vec<Dependency>>,
    /// The search index, whose files are among the outputs.
    pub search: Option<search::PublishedIndex>,
}

impl PublishResult {
    pub fn add_search(&mut self, index: Option<search::PublishedIndex>) {
        self.outputs
            .extend(index.iter().flat_map(|index| index.files.iter().cloned()));
        self.outputs.sort_unstable();
        self.search = index;
    }
}

/// Publishes all outputs of a site.
pub struct OutputWriter<'a> {
    pub renderer: OutputRenderer<'a>,
    pub sink: &'a dyn Sink,
    pub ledger: &'a FileHashes<'a>,
    pub before: &'a OutputRecords,
    pub memory: &'a BuildCache,
    /// The number of this build.
    pub(super) build: u64,
    pub(super) failure: OnceLock<String>,
    /// For each page, by its position in the site, the fingerprint of its file and how it is read.
    texts: PageMap<Fingerprint>,
    /// The fingerprint of everything that lists for machines are made from, without the texts; then
    /// the one that includes them.
    site: Fingerprint,
    site_with_texts: Fingerprint,
    /// The fingerprint of all images of the site, if it has any.
    images: Option<Fingerprint>,
    /// Dependency lists, those of the last build first. Many pages share the same list.
    pub(super) asked: Mutex<IndexSet<Vec<Dependency>>>,
}

/// The result for one output.
#[derive(Default)]
pub(super) struct OutputResult {
    hash: Option<Fingerprint>,
    pub record: Option<OutputRecord>,
    pub problems: Vec<Diagnostic>,
    took: Option<RenderTime>,
}

impl PublishResult {
    /// Adds the result for one output.
    pub(super) fn add(&mut self, path: &OutputPath, outcome: OutputResult) {
        self.took
            .extend(outcome.took.map(|took| (path.clone(), took)));
        self.problems.extend(outcome.problems);
        self.outputs
            .extend(outcome.hash.map(|hash| (path.clone(), hash)));
        self.records
            .extend(outcome.record.map(|record| (path.clone(), record)));
    }
}

impl<'a> OutputWriter<'a> {
    pub fn new(
        renderer: OutputRenderer<'a>,
        sink: &'a dyn Sink,
        ledger: &'a FileHashes<'a>,
        before: &'a OutputRecords,
        memory: &'a BuildCache,
    ) -> Self {
        let asked = Mutex::new(before.asked.iter().cloned().collect());
        let whole = renderer.whole;
        let images = (!whole.images.is_empty()).then(|| whole.images.sum(renderer.files));
        let site = hash_of(&(whole.site_hash, whole.loaded.hashes.look));
        let site_with_texts = hash_of(&(site, whole.documents.texts_hash()));
        let (build, failure, texts) = (before.build + 1, OnceLock::new(), texts(whole));
        OutputWriter {
            renderer,
            sink,
            ledger,
            before,
            memory,
            build,
            failure,
            texts,
            site,
            site_with_texts,
            images,
            asked,
        }
    }

    /// Makes everything except the smaller images.
    pub fn pages(&self) -> PublishResult {
        let outputs = self.renderer.whole.outputs.all();
        let outcomes: Vec<OutputResult> = outputs
            .par_iter()
            .map(|(path, maker)| self.one(path, maker))
            .collect();
        let mut published = PublishResult::default();
        for ((path, _), outcome) in outputs.iter().zip(outcomes) {
            published.add(path, outcome);
        }
        published
    }

    /// Completes the result once every output has been made.
    pub fn finish(self, mut published: PublishResult) -> PublishResult {
        published.failure = self.failure.into_inner();
        published.asked = self
            .asked
            .into_inner()
            .expect("no holder of this lock panics")
            .into_iter()
            .collect();
        published
    }

    fn one(&self, path: &OutputPath, maker: &OutputKind) -> OutputResult {
        if self.failure.get().is_some() {
            return OutputResult::default();
        }
        match maker {
            OutputKind::Page(_) => self.output_page(path, maker),
            OutputKind::MarkdownCopy(_) => self.put_markdown_copy(path, maker),
            OutputKind::Card(_) => self.card(path, maker),
            OutputKind::ContentFile(source) => self.content_file(path, maker, source),
            OutputKind::Copy(source) => match self.ledger.hash_of(source) {
                Ok(hash) if self.sink.keep(path, hash) => OutputResult {
                    hash: Some(hash),
                    ..OutputResult::default()
                },
                _ => self.put(path, self.renderer.make(path, maker)).0,
            },
            OutputKind::Llms
            | OutputKind::Redirects
            | OutputKind::Redirect(_)
            | OutputKind::MovedList(_)
            | OutputKind::Suggestions(_)
            | OutputKind::Calendar(_)
            | OutputKind::Sitemap(_) => self.list(path, maker, self.site),
            OutputKind::Feed(_) | OutputKind::Pages => self.list(path, maker, self.site_with_texts),
            OutputKind::Theme(_)
            | OutputKind::Asset(_)
            | OutputKind::Robots
            | OutputKind::Headers => self.put(path, self.renderer.make(path, maker)).0,
        }
    }

    /// Makes an output that depends on the site as a whole.
    fn list(&self, path: &OutputPath, maker: &OutputKind, site: Fingerprint) -> OutputResult {
        self.remembered(
            path,
            InputHashes {
                view: Some(site),
                ..InputHashes::default()
            },
            || self.renderer.make(path, maker),
        )
    }

    /// Puts an output into the sink; returns the dependencies of its templates.
    fn put(&self, path: &OutputPath, made: RenderedOutput) -> (OutputResult, Vec<Dependency>) {
        let RenderedOutput {
            bytes,
            copied,
            mut problems,
            asked,
        } = made;
        let hash = match (bytes, copied) {
            (Some(bytes), _) => Some(self.put_bytes(path, bytes)),
            (None, Some(file)) => {
                let copied = self
                    .put_copy(path, &file)
                    .map_err(|error| problems.push(unreadable(&file.source, &error)));
                copied.ok().flatten()
            }
            (None, None) => None,
        };
        (
            OutputResult {
                hash,
                problems,
                ..OutputResult::default()
            },
            asked,
        )
    }

    fn put_bytes(&self, path: &OutputPath, bytes: Cow<'static, [u8]>) -> Fingerprint {
        let hash = Fingerprint::of(&bytes);
        if let Err(message) = self.sink.put(path, bytes, hash) {
            let _ = self.failure.set(message);
        }
        hash
    }

    /// Puts a file that is published unchanged. A large one is never in memory as a whole.
    fn put_copy(&self, path: &OutputPath, file: &CopiedFile) -> io::Result<Option<Fingerprint>> {
        let source_print = self.ledger.hash_of(&file.source)?;
        let open = || file.open_at(self.ledger, 0);
        let mut reader = open()?;
        let mut beginning = Vec::new();
        (&mut *reader)
            .take(SMALL_BYTES)
            .read_to_end(&mut beginning)?;
        if (beginning.len() as u64) < SMALL_BYTES {
            return Ok(Some(self.put_bytes(path, beginning.into())));
        }
        let is_known = file.is_as_it_is() || self.sink.discards_output();
        let expected = if is_known {
            source_print
        } else {
            Fingerprint::of_reader(&mut *open()?, |_| Ok(()))?.0
        };
        let copied = self
            .sink
            .copy(path, &mut beginning.as_slice().chain(reader), expected);
        Ok(copied.map_err(|message| self.failure.set(message)).ok())
    }

    fn put_markdown_copy(&self, path: &OutputPath, maker: &OutputKind) -> OutputResult {
        let whole = self.renderer.whole;
        let catalog = whole.render_context.catalog();
        let OutputKind::MarkdownCopy(output_page) = maker else {
            return OutputResult::default();
        };
        let id = page_of(catalog, &whole.outputs.output_pages[*output_page]);
        let page = id.map(|id| catalog.site.page(id));
        let text = id.map(|id| self.texts[id]);
        let tool = id.and_then(|id| tool_markdown(catalog, id));
        let links = id.map(|id| copied_links(catalog, id));
        let view = page.map(|page| {
            hash_of(&(
                &page.entry.title,
                page.entry.heading.is_some(),
                &tool,
                links
                    .as_ref()
                    .map(|links| (&links.hrefs, &links.wiki_titles)),
            ))
        });
        let parts = InputHashes {
            text,
            view,
            includes: id.and_then(|id| self.includes(id)),
            ..InputHashes::default()
        };
        self.remembered(path, parts, || self.renderer.make(path, maker))
    }

    /// The name of a card contains a hash of everything that it is made from.
    fn card(&self, path: &OutputPath, maker: &OutputKind) -> OutputResult {
        let key = Fingerprint::of(path.as_str());
        self.remembered(
            path,
            InputHashes {
                text: Some(key),
                ..InputHashes::default()
            },
            || match self.memory.image_variant(key) {
                Some(bytes) => RenderedOutput::of(bytes),
                None => {
                    let made = self.renderer.make(path, maker);
                    made.bytes
                        .iter()
                        .for_each(|bytes| self.memory.save_image_variant(key, bytes));
                    made
                }
            },
        )
    }

    fn content_file(
        &self,
        path: &OutputPath,
        maker: &OutputKind,
        source: &SourcePath,
    ) -> OutputResult {
        let settings = &self.renderer.whole.loaded.settings;
        let how = hash_of(&(
            settings.images.is_some(),
            settings.raw_html == RawHtml::Allow,
        ));
        let parts = InputHashes {
            text: self.ledger.hash_of(source).ok(),
            view: Some(how),
            ..InputHashes::default()
        };
        // Problems are reported where pages refer to the file, and those places may have changed.
        if self
            .before
            .outputs
            .get(path)
            .is_some_and(|record| !record.problems.is_empty())
        {
            return self.made(path, parts, self.renderer.make(path, maker));
        }
        self.remembered(path, parts, || self.renderer.make(path, maker))
    }

    /// Reuses an output with equal inputs, or makes it.
    fn remembered(
        &self,
        path: &OutputPath,
        parts: InputHashes,
        make: impl FnOnce() -> RenderedOutput,
    ) -> OutputResult {
        let before = self.before.outputs.get(path);
        match before.filter(|record| record.parts == parts && self.sink.keep(path, record.hash)) {
            Some(record) => self.reused(record.clone()),
            None => self.made(path, parts, make()),
        }
    }

    /// Puts an output that was made from these inputs.
    pub(super) fn made(
        &self,
        path: &OutputPath,
        parts: InputHashes,
        made: RenderedOutput,
    ) -> OutputResult {
        let before = self.before.outputs.get(path);
        let (mut outcome, _) = self.put(path, made);
        outcome.record = self.record(
            &outcome,
            (hash_of(&parts), parts),
            before,
            Vec::new(),
            Vec::new(),
        );
        outcome
    }

    fn output_page(&self, path: &OutputPath, maker: &OutputKind) -> OutputResult {
        let page = self.page_of(maker);
        let includes = page.and_then(|page| self.includes(page));
        let quick = self.quick(page, includes);
        let before = self.before.outputs.get(path);
        if let Some(record) =
            before.filter(|record| record.quick == quick && self.sink.keep(path, record.hash))
        {
            return self.reused(record.clone());
        }
        let Some(composed) = self.renderer.composed(maker) else {
            return self.put(path, self.renderer.make(path, maker)).0;
        };
        let mut parts = self.parts(&composed, includes);
        let is_as_before = |record: &&OutputRecord| {
            let asked = self.before.asked.get(record.asked as usize);
            let answers = asked.map(|asked| self.answers(asked));
            record.parts == InputHashes { answers, ..parts } && self.sink.keep(path, record.hash)
        };
        if let Some(record) = before.filter(is_as_before) {
            return self.reused(OutputRecord {
                quick,
                ..record.clone()
            });
        }
        let begun = Instant::now();
        let (mut outcome, asked) =
            self.put(path, self.renderer.make_composed(path, maker, &composed));
        outcome.took = Some(RenderTime {
            template: composed.content.template.clone(),
            time: begun.elapsed(),
        });
        parts.answers = Some(self.answers(&asked));
        outcome.record = self.record(
            &outcome,
            (quick, parts),
            before,
            self.changed_among(&composed),
            asked,
        );
        outcome
    }

    pub(super) fn reused(&self, record: OutputRecord) -> OutputResult {
        OutputResult {
            problems: record.problems.clone(),
            hash: Some(record.hash),
            record: Some(record),
            ..OutputResult::default()
        }
    }

    fn record(
        &self,
        outcome: &OutputResult,
        (quick, parts): (Fingerprint, InputHashes),
        before: Option<&OutputRecord>,
        shown: Vec<SourcePath>,
        asked: Vec<Dependency>,
    ) -> Option<OutputRecord> {
        let why = match before {
            None => RebuildReason::New,
            Some(before) if before.parts == parts => RebuildReason::Gone,
            Some(before) => RebuildReason::changed(&before.parts, &parts, shown),
        };
        let problems = outcome.problems.clone();
        let place = self
            .asked
            .lock()
            .expect("no holder of this lock panics")
            .insert_full(asked)
            .0;
        let asked =
            u32::try_from(place).expect("there are at most as many dependency lists as pages");
        Some(OutputRecord {
            hash: outcome.hash?,
            quick,
            parts,
            asked,
            problems,
            made_in: self.build,
            why,
        })
    }

    /// The page whose file a page or its Markdown copy shows.
    fn page_of(&self, maker: &OutputKind) -> Option<PageId> {
        let whole = self.renderer.whole;
        match maker {
            OutputKind::Page(output_page) | OutputKind::MarkdownCopy(output_page) => page_of(
                whole.render_context.catalog(),
                &whole.outputs.output_pages[*output_page],
            ),
            _ => None,
        }
    }

    fn includes(&self, page: PageId) -> Option<Fingerprint> {
        let page = self.renderer.whole.render_context.catalog().site.page(page);
        let files = render::field_files(page);
        if page.entry.includes.is_empty() && files.is_empty() {
            return None;
        }
        let folder = page.entry.source.folder();
        let mut hasher = Hasher::new();
        let included = page
            .entry
            .includes
            .iter()
            .map(|include| folder.join(&include.file.value).ok());
        for path in included.chain(files.into_iter().map(Some)) {
            let listed = path.filter(|path| {
                self.renderer
                    .whole
                    .loaded
                    .listed
                    .sources
                    .binary_search(path)
                    .is_ok()
            });
            match listed.map(|path| self.ledger.hash_of(&path)) {
                Some(Ok(hash)) => hasher.add(hash.as_bytes()),
                _ => hasher.add(b""),
            };
        }
        Some(hasher.finish())
    }

    fn quick(&self, page: Option<PageId>, includes: Option<Fingerprint>) -> Fingerprint {
        let whole = self.renderer.whole;
        hash_of(&(
            whole.site_hash,
            whole.loaded.hashes.look,
            page.map(|page| self.texts[page]),
            includes,
            self.images,
        ))
    }

    /// The inputs of a page, except the results of its templates' dependencies.
    fn parts(&self, composed: &PageContext, includes: Option<Fingerprint>) -> InputHashes {
        let whole = self.renderer.whole;
        let (catalog, hashes) = (whole.render_context.catalog(), &whole.loaded.hashes);
        let components = composed
            .body
            .map(|page| catalog.facts(page).components.as_slice())
            .unwrap_or_default();
        let called: Vec<Option<Fingerprint>> = components
            .iter()
            .map(|name| whole.loaded.templates.component_hash(name))
            .collect();
        let has_tools = !composed.content.embedded.is_empty();
        let tools = has_tools
            .then(|| whole.loaded.templates.template_hash(TOOL_TEMPLATE))
            .flatten();
        InputHashes {
            text: composed.body.map(|page| self.texts[page]),
            view: Some(composed.fingerprint()),
            templates: Some(hash_of(&(
                whole
                    .loaded
                    .templates
                    .template_hash(&composed.content.template),
                called,
                tools,
            ))),
            site: Some(hash_of(&(whole.render_context.site_hash(), hashes.drawing))),
            includes: includes.filter(|_| composed.body.is_some()),
            answers: None,
        }
    }

    fn answers(&self, asked: &[Dependency]) -> Fingerprint {
        let whole = self.renderer.whole;
        let answer = |question: &Dependency| match question {
            Dependency::Image { href, .. } => whole.images.answer(self.renderer.files, href),
            _ => whole.render_context.dependency_hash(question),
        };
        let hashes: Vec<Option<Fingerprint>> = asked.iter().map(answer).collect();
        hash_of(&hashes)
    }

    /// The pages that an output shows something of and that have changed.
    fn changed_among(&self, composed: &PageContext) -> Vec<SourcePath> {
        if self.before.shown.is_empty() {
            return Vec::new();
        }
        let cards = &self.renderer.whole.render_context.builder.cards;
        let differs = |page: &PageId| {
            self.before
                .shown
                .get(&cards.index.catalog.site.page(*page).entry.source)
                != Some(&cards.hash_of_page(*page))
        };
        let mut changed: Vec<SourcePath> = composed
            .shown_pages()
            .filter(differs)
            .map(|page| cards.index.catalog.site.page(page).entry.source.clone())
            .collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

/// The fingerprint of each page's file and how it is read. Pages and documents are both sorted by
/// source.
fn texts(whole: &SiteState) -> PageMap<Fingerprint> {
    let mut documents = whole.documents.pages.iter().peekable();
    let text = |page: &SitePage| {
        while documents
            .next_if(|(source, _)| **source < page.entry.source)
            .is_some()
        {}
        documents
            .next_if(|(source, _)| **source == page.entry.source)
            .map_or_else(|| Fingerprint::of(""), |(_, page)| page.key)
    };
    whole.render_context.catalog().site.map_pages(text)
}
