//! The last step: every output that is not the published one already is made, in parallel, and put
//! into the sink as it is done.
//!
//! Three questions, the cheapest first. Is everything equal that a sheet can depend on? Then it is
//! what it was. Else it is composed: is everything equal that it does depend on? Then it is, too.
//! Else it is drawn.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use indexmap::IndexSet;
use rayon::prelude::*;

use super::Sink;
use super::ledger::Ledger;
use super::load::unreadable;
use super::make::{self, Made, Workshop};
use super::memory::{Drawn, Memory, Parts, Record};
use super::outputs::Maker;
use super::pictures::CopiedFile;
use super::profile::Took;
use super::search;
use super::whole::Whole;
use super::why::Why;
use crate::diagnostic::Diagnostic;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::page::Composed;
use crate::page::templates::{self, Question, TOOL_TEMPLATE, print_of};
use crate::paths::{OutputPath, SourcePath};
use crate::settings::RawHtml;
use crate::site::{PageId, SitePage};

/// A file that is published as it is and has fewer bytes is read as a whole.
const SMALL_BYTES: u64 = 1 << 20;

/// What was published.
#[derive(Debug, Default)]
pub struct Published {
    /// Every output with its bytes' fingerprint, sorted by path.
    pub outputs: Vec<(OutputPath, Fingerprint)>,
    /// Sheets that were drawn, not remembered, with the time that took.
    pub took: Vec<(OutputPath, Took)>,
    pub problems: Vec<Diagnostic>,
    /// What the sink refused; the rest was not made then.
    pub failure: Option<String>,
    /// What is remembered of it.
    pub records: BTreeMap<OutputPath, Record>,
    pub asked: Vec<Vec<Question>>,
    /// The search index, whose files are among the outputs.
    pub search: Option<search::Published>,
}

impl Published {
    pub fn add_search(&mut self, index: Option<search::Published>) {
        self.outputs
            .extend(index.iter().flat_map(|index| index.files.iter().cloned()));
        self.outputs.sort_unstable();
        self.search = index;
    }
}

/// Publishes all outputs of a site.
pub struct Press<'a> {
    pub workshop: Workshop<'a>,
    pub sink: &'a dyn Sink,
    pub ledger: &'a Ledger<'a>,
    pub before: &'a Drawn,
    pub memory: &'a Memory,
    /// This build's number.
    pub(super) build: u64,
    pub(super) failure: OnceLock<String>,
    /// Of each page's file and how it is read, by its position in the site.
    texts: Vec<Fingerprint>,
    /// Of all that lists for machines are made from but the texts themselves; and with these.
    site: Fingerprint,
    site_with_texts: Fingerprint,
    /// The fingerprint of all pictures of the site, when it has any.
    pictures: Option<Fingerprint>,
    /// Lists of questions, those of the last build first. Many sheets ask the same.
    pub(super) asked: Mutex<IndexSet<Vec<Question>>>,
}

/// What became of one output.
#[derive(Default)]
pub(super) struct Outcome {
    print: Option<Fingerprint>,
    pub record: Option<Record>,
    pub problems: Vec<Diagnostic>,
    took: Option<Took>,
}

impl Published {
    /// Adds what became of one output.
    pub(super) fn add(&mut self, path: &OutputPath, outcome: Outcome) {
        self.took
            .extend(outcome.took.map(|took| (path.clone(), took)));
        self.problems.extend(outcome.problems);
        self.outputs
            .extend(outcome.print.map(|print| (path.clone(), print)));
        self.records
            .extend(outcome.record.map(|record| (path.clone(), record)));
    }
}

impl<'a> Press<'a> {
    pub fn new(
        workshop: Workshop<'a>,
        sink: &'a dyn Sink,
        ledger: &'a Ledger<'a>,
        before: &'a Drawn,
        memory: &'a Memory,
    ) -> Self {
        let asked = Mutex::new(before.asked.iter().cloned().collect());
        let whole = workshop.whole;
        let pictures = (!whole.pictures.is_empty()).then(|| whole.pictures.sum(workshop.files));
        let site = print_of(&(whole.site_print, whole.loaded.prints.look));
        let site_with_texts = print_of(&(site, whole.documents.texts_print()));
        let (build, failure, texts) = (before.build + 1, OnceLock::new(), texts(whole));
        Press {
            workshop,
            sink,
            ledger,
            before,
            memory,
            build,
            failure,
            texts,
            site,
            site_with_texts,
            pictures,
            asked,
        }
    }

    /// Makes everything but the smaller images.
    pub fn pages(&self) -> Published {
        let outputs = self.workshop.whole.outputs.all();
        let outcomes: Vec<Outcome> = outputs
            .par_iter()
            .map(|(path, maker)| self.one(path, maker))
            .collect();
        let mut published = Published::default();
        for ((path, _), outcome) in outputs.iter().zip(outcomes) {
            published.add(path, outcome);
        }
        published
    }

    /// What was published, when all of it was made.
    pub fn finish(self, mut published: Published) -> Published {
        published.failure = self.failure.into_inner();
        published.asked = self
            .asked
            .into_inner()
            .expect("no holder of this lock panics")
            .into_iter()
            .collect();
        published
    }

    fn one(&self, path: &OutputPath, maker: &Maker) -> Outcome {
        if self.failure.get().is_some() {
            return Outcome::default();
        }
        match maker {
            Maker::Sheet(_) => self.sheet(path, maker),
            Maker::Twin(_) => self.twin(path, maker),
            Maker::Card(_) => self.card(path, maker),
            Maker::ContentFile(source) => self.content_file(path, maker, source),
            Maker::Copy(source) => match self.ledger.print(source) {
                Ok(print) if self.sink.keep(path, print) => Outcome {
                    print: Some(print),
                    ..Outcome::default()
                },
                _ => self.put(path, self.workshop.make(path, maker)).0,
            },
            Maker::Llms
            | Maker::Redirects
            | Maker::Redirect(_)
            | Maker::Suggestions(_)
            | Maker::Calendar(_)
            | Maker::Sitemap(_) => self.list(path, maker, self.site),
            Maker::Feed(_) | Maker::Pages => self.list(path, maker, self.site_with_texts),
            Maker::Theme(_) | Maker::Asset(_) | Maker::Robots | Maker::Headers => {
                self.put(path, self.workshop.make(path, maker)).0
            }
        }
    }

    /// What is made from the site as a whole.
    fn list(&self, path: &OutputPath, maker: &Maker, site: Fingerprint) -> Outcome {
        self.remembered(
            path,
            Parts {
                view: Some(site),
                ..Parts::default()
            },
            || self.workshop.make(path, maker),
        )
    }

    /// Puts what was made into the sink; gives back what its templates asked.
    fn put(&self, path: &OutputPath, made: Made) -> (Outcome, Vec<Question>) {
        let Made {
            bytes,
            copied,
            mut problems,
            asked,
        } = made;
        let print = match (bytes, copied) {
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
            Outcome {
                print,
                problems,
                ..Outcome::default()
            },
            asked,
        )
    }

    fn put_bytes(&self, path: &OutputPath, bytes: Cow<'static, [u8]>) -> Fingerprint {
        let print = Fingerprint::of(&bytes);
        if let Err(message) = self.sink.put(path, bytes, print) {
            let _ = self.failure.set(message);
        }
        print
    }

    /// Puts a file that is published as it is. A large one is never in memory as a whole.
    fn put_copy(&self, path: &OutputPath, file: &CopiedFile) -> io::Result<Option<Fingerprint>> {
        let source_print = self.ledger.print(&file.source)?;
        let open = || file.open_at(self.ledger, 0);
        let mut reader = open()?;
        let mut beginning = Vec::new();
        (&mut *reader)
            .take(SMALL_BYTES)
            .read_to_end(&mut beginning)?;
        if (beginning.len() as u64) < SMALL_BYTES {
            return Ok(Some(self.put_bytes(path, beginning.into())));
        }
        let is_known = file.is_as_it_is() || self.sink.forgets();
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

    fn twin(&self, path: &OutputPath, maker: &Maker) -> Outcome {
        let whole = self.workshop.whole;
        let composer = &whole.materials.composer;
        let Maker::Twin(sheet) = maker else {
            return Outcome::default();
        };
        let id = composer.page_of(&whole.outputs.sheets[*sheet]);
        let page = id.map(|id| composer.site.page(id));
        let text = id.map(|id| self.texts[id]);
        let tool = id.and_then(|id| composer.tool_markdown(id));
        let links = id.map(|id| composer.copied_links(id));
        let view = page.map(|page| {
            print_of(&(
                &page.entry.title,
                page.entry.heading.is_some(),
                &tool,
                &links,
            ))
        });
        let parts = Parts {
            text,
            view,
            includes: id.and_then(|id| self.includes(id)),
            ..Parts::default()
        };
        self.remembered(path, parts, || self.workshop.make(path, maker))
    }

    /// A card's name tells all that it is made from.
    fn card(&self, path: &OutputPath, maker: &Maker) -> Outcome {
        let key = Fingerprint::of(path.as_str());
        self.remembered(
            path,
            Parts {
                text: Some(key),
                ..Parts::default()
            },
            || match self.memory.piece(key) {
                Some(bytes) => Made::of(bytes),
                None => {
                    let made = self.workshop.make(path, maker);
                    made.bytes
                        .iter()
                        .for_each(|bytes| self.memory.keep_piece(key, bytes));
                    made
                }
            },
        )
    }

    fn content_file(&self, path: &OutputPath, maker: &Maker, source: &SourcePath) -> Outcome {
        let settings = &self.workshop.whole.loaded.settings;
        let how = print_of(&(
            settings.images.is_some(),
            settings.raw_html == RawHtml::Allow,
        ));
        let parts = Parts {
            text: self.ledger.print(source).ok(),
            view: Some(how),
            ..Parts::default()
        };
        // Its problems are reported where pages refer to it, and those may have changed.
        if self
            .before
            .outputs
            .get(path)
            .is_some_and(|record| !record.problems.is_empty())
        {
            return self.made(path, parts, self.workshop.make(path, maker));
        }
        self.remembered(path, parts, || self.workshop.make(path, maker))
    }

    /// Keeps an output that was made from the same parts, or makes it.
    fn remembered(&self, path: &OutputPath, parts: Parts, make: impl FnOnce() -> Made) -> Outcome {
        let before = self.before.outputs.get(path);
        match before.filter(|record| record.parts == parts && self.sink.keep(path, record.print)) {
            Some(record) => self.kept(record.clone()),
            None => self.made(path, parts, make()),
        }
    }

    /// Puts an output that was made from these parts.
    pub(super) fn made(&self, path: &OutputPath, parts: Parts, made: Made) -> Outcome {
        let before = self.before.outputs.get(path);
        let (mut outcome, _) = self.put(path, made);
        outcome.record = self.record(
            &outcome,
            (print_of(&parts), parts),
            before,
            Vec::new(),
            Vec::new(),
        );
        outcome
    }

    fn sheet(&self, path: &OutputPath, maker: &Maker) -> Outcome {
        let page = self.page_of(maker);
        let includes = page.and_then(|page| self.includes(page));
        let quick = self.quick(page, includes);
        let before = self.before.outputs.get(path);
        if let Some(record) =
            before.filter(|record| record.quick == quick && self.sink.keep(path, record.print))
        {
            return self.kept(record.clone());
        }
        let Some(composed) = self.workshop.composed(maker) else {
            return self.put(path, self.workshop.make(path, maker)).0;
        };
        let mut parts = self.parts(&composed, includes);
        let is_as_before = |record: &&Record| {
            let asked = self.before.asked.get(record.asked as usize);
            let answers = asked.map(|asked| self.answers(asked));
            record.parts == Parts { answers, ..parts } && self.sink.keep(path, record.print)
        };
        if let Some(record) = before.filter(is_as_before) {
            return self.kept(Record {
                quick,
                ..record.clone()
            });
        }
        let begun = Instant::now();
        let (mut outcome, asked) =
            self.put(path, self.workshop.make_composed(path, maker, &composed));
        outcome.took = Some(Took {
            template: composed.template.clone(),
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

    pub(super) fn kept(&self, record: Record) -> Outcome {
        Outcome {
            problems: record.problems.clone(),
            print: Some(record.print),
            record: Some(record),
            ..Outcome::default()
        }
    }

    fn record(
        &self,
        outcome: &Outcome,
        (quick, parts): (Fingerprint, Parts),
        before: Option<&Record>,
        shown: Vec<SourcePath>,
        asked: Vec<Question>,
    ) -> Option<Record> {
        let why = match before {
            None => Why::New,
            Some(before) if before.parts == parts => Why::Gone,
            Some(before) => Why::changed(&before.parts, &parts, shown),
        };
        let problems = outcome.problems.clone();
        let place = self
            .asked
            .lock()
            .expect("no holder of this lock panics")
            .insert_full(asked)
            .0;
        let asked = u32::try_from(place).expect("there are no more lists of questions than sheets");
        Some(Record {
            print: outcome.print?,
            quick,
            parts,
            asked,
            problems,
            made_in: self.build,
            why,
        })
    }

    /// The page whose file a sheet or its twin shows.
    fn page_of(&self, maker: &Maker) -> Option<PageId> {
        let whole = self.workshop.whole;
        match maker {
            Maker::Sheet(sheet) | Maker::Twin(sheet) => whole
                .materials
                .composer
                .page_of(&whole.outputs.sheets[*sheet]),
            _ => None,
        }
    }

    fn includes(&self, page: PageId) -> Option<Fingerprint> {
        let page = self.workshop.whole.materials.composer.site.page(page);
        let files = make::field_files(page);
        if page.entry.includes.is_empty() && files.is_empty() {
            return None;
        }
        let folder = page.entry.source.folder();
        let mut printer = Fingerprinter::new();
        let included = page
            .entry
            .includes
            .iter()
            .map(|include| folder.join(&include.file.value).ok());
        for path in included.chain(files.into_iter().map(Some)) {
            let listed = path.filter(|path| {
                self.workshop
                    .whole
                    .loaded
                    .listed
                    .sources
                    .binary_search(path)
                    .is_ok()
            });
            match listed.map(|path| self.ledger.print(&path)) {
                Some(Ok(print)) => printer.add(print.as_bytes()),
                _ => printer.add(b""),
            };
        }
        Some(printer.finish())
    }

    fn quick(&self, page: Option<PageId>, includes: Option<Fingerprint>) -> Fingerprint {
        let whole = self.workshop.whole;
        print_of(&(
            whole.site_print,
            whole.loaded.prints.look,
            page.map(|page| self.texts[page]),
            includes,
            self.pictures,
        ))
    }

    /// All that a sheet is made from but the answers to what its templates will ask.
    fn parts(&self, composed: &Composed, includes: Option<Fingerprint>) -> Parts {
        let whole = self.workshop.whole;
        let (composer, prints) = (&whole.materials.composer, &whole.loaded.prints);
        let components = composed
            .body
            .map(|page| composer.facts(page).components.as_slice())
            .unwrap_or_default();
        let called: Vec<Option<Fingerprint>> = components
            .iter()
            .map(|name| whole.loaded.templates.reached_from_component(name))
            .collect();
        let has_tools = !composed.embedded.is_empty();
        let tools = has_tools
            .then(|| whole.loaded.templates.reached_from(TOOL_TEMPLATE))
            .flatten();
        Parts {
            text: composed.body.map(|page| self.texts[page]),
            view: Some(templates::fingerprint(composer, composed)),
            templates: Some(print_of(&(
                whole.loaded.templates.reached_from(&composed.template),
                called,
                tools,
            ))),
            site: Some(print_of(&(whole.materials.site_print(), prints.drawing))),
            includes: includes.filter(|_| composed.body.is_some()),
            answers: None,
        }
    }

    fn answers(&self, asked: &[Question]) -> Fingerprint {
        let whole = self.workshop.whole;
        let answer = |question: &Question| match question {
            Question::Picture { href, .. } => whole.pictures.answer(self.workshop.files, href),
            _ => whole.materials.answer_print(question),
        };
        let prints: Vec<Option<Fingerprint>> = asked.iter().map(answer).collect();
        print_of(&prints)
    }

    /// The pages of which a sheet shows something that is not what it was.
    fn changed_among(&self, composed: &Composed) -> Vec<SourcePath> {
        if self.before.shown.is_empty() {
            return Vec::new();
        }
        let composer = &self.workshop.whole.materials.composer;
        let differs = |page: &usize| {
            self.before
                .shown
                .get(&composer.site.page(*page).entry.source)
                != Some(&composer.shown_print(*page))
        };
        let mut changed: Vec<SourcePath> = composed
            .shown()
            .filter(differs)
            .map(|page| composer.site.page(page).entry.source.clone())
            .collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

/// Of each page's file and how it is read. Pages and documents are sorted alike, by their sources.
fn texts(whole: &Whole) -> Vec<Fingerprint> {
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
    whole
        .materials
        .composer
        .site
        .pages()
        .iter()
        .map(text)
        .collect()
}
