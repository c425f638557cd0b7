//! One Markdown file, parsed in isolation: front matter, body, outline, links, and components as
//! placeholders. This module knows no other file.
//!
//! [`parse`] is pure: the same bytes and [`DocumentInputs`] give the same [`Document`]. Other pages
//! see only its [`Entry`]. An edit to a sentence leaves the entry equal, so nothing else has to be
//! rebuilt.

pub mod active_file;
pub mod advice;
pub mod attributes;
pub mod body;
pub mod code;
pub mod components;
mod entry;
pub mod front_matter;
pub mod glossary;
pub mod highlight;
pub mod html_sections;
pub mod include;
pub mod links;
pub mod markdown;
pub mod mathml;
pub mod meta;
mod names;
mod occurrence;
pub mod outline;
mod prose;
pub mod raw_html;
pub mod source_lines;
pub mod text_sections;
mod tool;
pub mod trust_rules;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use self::body::Segment;
use self::components::Signatures;
use self::entry::WORDS_A_MINUTE;
pub use self::entry::{Entry, PageFacts};
use self::front_matter::MetaContext;
use self::glossary::Glossary;
use self::highlight::span_cache::HighlightCache;
use self::markdown::{BodyPhrases, MarkdownOutput, MarkdownSettings, without_foreign_comments};
use self::meta::Meta;
pub use self::names::{is_folder_page, name_and_date, title_of_name, words_of_name};
use self::occurrence::{minutes_that_it_plays, occurrence, zone_of};
use self::text_sections::TextSection;
pub use self::tool::written_formulas;
use self::trust_rules::Violation;
use crate::diagnostic::{Checked, Code, Diagnostic, Location, first_hidden, without_hidden};
use crate::fields::{Field, FieldType};
use crate::i18n::Translations;
use crate::kind::{Kind, Kinds, rules};
use crate::paths::SourcePath;
use crate::settings::Settings;
use crate::source::{LineStarts, SourceFile, decode_leniently, is_blank, with_lf};
use crate::tool::Tool;
use crate::yaml::YamlNode;

/// What a document depends on, apart from its own bytes.
pub struct DocumentInputs<'a> {
    pub settings: &'a Settings,
    pub kinds: &'a Kinds,
    pub signatures: &'a Signatures,
    /// The terms to look for in the text.
    pub glossary: &'a Glossary,
    /// Files of `data/`, by their path in that folder.
    pub data: &'a BTreeMap<String, serde_json::Value>,
    /// Highlights code.
    pub colors: &'a HighlightCache,
    /// Front matter defaults of the folders that contain the file, the nearest last.
    pub defaults: &'a [&'a YamlNode],
    /// The kind that the top-level folder implies.
    pub kind_of_folder: Option<&'a str>,
    pub words: &'a Translations,
    pub is_lenient: bool,
    /// Whether the body will be shown. If not, no body is produced; the entry, facts and problems
    /// are the same.
    pub wants_body: bool,
    /// Whether to collect text sections for the search.
    pub wants_text: bool,
    /// Whether the blocks of the body carry the line on which they begin.
    pub with_lines: bool,
}

impl DocumentInputs<'_> {
    fn meta_context(&self) -> MetaContext<'_> {
        let DocumentInputs {
            defaults,
            kinds,
            is_lenient,
            ..
        } = *self;
        MetaContext {
            defaults,
            kind_from_folder: self.kind_of_folder,
            kinds,
            is_lenient,
            timezone: &self.settings.timezone,
        }
    }
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    pub entry: Arc<Entry>,
    pub facts: PageFacts,
    /// Problems of the text that only `check` reports.
    pub remarks: Vec<Diagnostic>,
    pub body: Vec<Segment>,
    /// The text by headings, if [`DocumentInputs::wants_text`] is set.
    pub passages: Vec<TextSection>,
}

/// Reads a file. It always returns a document, so that links to it can be checked;
/// [`Entry::is_broken`] says whether it cannot be published.
pub fn parse(path: &SourcePath, bytes: &[u8], inputs: &DocumentInputs) -> Checked<Document> {
    let mut problems = Vec::new();
    let text = match SourceFile::decode(path, bytes) {
        Ok(text) => with_lf(text.text),
        Err(problem) => {
            problems.push(*problem);
            if !inputs.is_lenient {
                let text = String::from_utf8_lossy(bytes);
                return Checked::new(unread(path, inputs, &text), problems);
            }
            Cow::Owned(with_lf(&decode_leniently(bytes)).into_owned())
        }
    };
    let lines = LineStarts::new(&text);
    let mut front_matter = front_matter::read(path, &text, inputs.is_lenient);
    problems.append(&mut front_matter.problems);
    if front_matter.is_unreadable {
        return Checked::new(unread(path, inputs, &text), problems);
    }
    let (node, body) = (front_matter.node, front_matter.body);
    let body_text = without_foreign_comments(path, front_matter.text, &lines, &body, &mut problems);
    let mut meta =
        front_matter::meta(path, node.as_ref(), &inputs.meta_context()).take_into(&mut problems);
    meta.is_draft |= front_matter.is_held_back;
    let language = meta
        .language
        .as_deref()
        .unwrap_or(&inputs.settings.language);
    let settings = MarkdownSettings {
        is_whole: true,
        is_titled: meta
            .title
            .as_ref()
            .is_some_and(|title| !is_blank(&title.value)),
        raw_html: inputs.settings.raw_html,
        smart_punctuation: inputs.settings.smart_punctuation,
        math: inputs.settings.math,
        colors: inputs.settings.highlight.then_some(inputs.colors),
        wants_body: inputs.wants_body,
        wants_text: inputs.wants_text,
        with_lines: inputs.with_lines,
        allow_origins: &inputs.settings.allow_origins,
        signatures: inputs.signatures,
        forms: inputs
            .glossary
            .in_language(language)
            .filter(|_| meta.glossary),
        phrases: phrases(inputs.words, language),
    };
    let mut markdown =
        markdown::read(path, &body_text, &lines, body.clone(), &settings).take_into(&mut problems);
    if inputs.wants_text && markdown.passages.is_empty() {
        markdown.passages.push(TextSection {
            level: 1,
            ..TextSection::default()
        });
    }
    let declared = tool::declared(node.as_ref(), &meta.kind, inputs.kinds);
    let reported = declared.map(|node| {
        tool::read(
            path,
            &text,
            &lines,
            node,
            inputs.data,
            &settings,
            &mut markdown,
        )
    });
    let (tool, data) = reported
        .map(|reported| reported.take_into(&mut problems))
        .unwrap_or_default();
    let kind = inputs.kinds.get(&meta.kind);
    let own = (&meta.fields, kind.map_or(&[][..], |kind| &kind.fields));
    let texts = prose::of_fields(
        (path, &text, &lines),
        own,
        &settings,
        &mut markdown,
        &mut problems,
    );
    if inputs.wants_text {
        markdown.passages.extend(prose::of_front_matter(&meta));
    }
    apply_trust_rules(&meta, kind, &markdown, &mut problems);
    if body_text[body.clone()].trim().is_empty() {
        let at = lines.place(path, body.start..body.start);
        problems.push(
            Diagnostic::new(Code::EmptyPage, "this page has no text")
                .at(at)
                .help("add text below the front matter"),
        );
    }
    let start = node
        .as_ref()
        .map_or_else(|| Location::start_of(path), |node| node.place.clone());
    if let Some(kind) = kind {
        let headings = markdown
            .outline
            .iter()
            .filter(|heading| heading.level == 2)
            .count();
        let zone = zone_of(&meta, kind.event.as_ref(), &inputs.settings.timezone);
        let lasts = kind
            .event
            .as_ref()
            .and_then(|happens| Some((happens.start.as_str(), happens.end.as_deref()?)));
        let subject = rules::RuleSubject {
            fields: &kind.fields,
            items: &meta.fields,
            headings,
            start: &start,
            zone: &zone,
            lasts,
        };
        problems.extend(rules::broken(&kind.rules, &subject));
    }
    problems.extend(kind.and_then(|kind| misfit_image(&meta, &kind.fields)));
    let happens = kind.and_then(|kind| kind.event.as_ref());
    let occurs = happens
        .and_then(|happens| occurrence(&meta, happens, &inputs.settings.timezone, &mut problems));
    let plays = kind
        .filter(|_| meta.minutes.is_none())
        .and_then(|kind| minutes_that_it_plays(&meta, &kind.fields));
    let is_missing_title_reported = is_missing_title_reported(node.as_ref(), &problems);
    let mut document = document(
        path,
        meta,
        markdown,
        (tool, data),
        is_missing_title_reported,
        &mut problems,
    );
    let entry = Arc::make_mut(&mut document.entry);
    entry.occurs = occurs;
    entry.minutes = plays.unwrap_or(entry.minutes);
    document.facts.texts = texts;
    document.facts.is_tool_broken = declared.is_some() && document.facts.tool.is_none();
    Checked::new(document, problems)
}

/// The problem with the page's `image`, if it is not of a type that the kind requires.
fn misfit_image(meta: &Meta, fields: &[Field]) -> Option<Diagnostic> {
    let image = &meta.image.as_ref()?.src;
    let wanted = fields.iter().find(|field| field.name == "image")?;
    let FieldType::File(extensions) = &wanted.kind else {
        return None;
    };
    let name = image
        .value
        .split(['#', '?'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let fits = !links::is_remote(&name)
        && extensions
            .iter()
            .any(|extension| name.ends_with(&format!(".{extension}")));
    let problem = || {
        let problem = Diagnostic::new(
            Code::WrongFileType,
            format!("`{}` has the wrong file type", image.value),
        );
        problem.at(image.place.clone()).help(format!(
            "use a file of the site that ends in .{}",
            extensions.join(", .")
        ))
    };
    (!fits && !extensions.is_empty()).then(problem)
}

/// Drops problems that the front matter resolves, and adds those that it should have resolved.
fn apply_trust_rules(
    meta: &Meta,
    kind: Option<&Kind>,
    markdown: &MarkdownOutput,
    problems: &mut Vec<Diagnostic>,
) {
    if kind.is_some_and(|kind| kind.may_require_email) {
        problems.retain(|problem| problem.code != Code::EmailGate);
    }
    if meta.disclosure.is_some() {
        problems.retain(|problem| problem.code != Code::UndisclosedLink);
        return;
    }
    let paid = markdown
        .links
        .iter()
        .filter(|link| trust_rules::is_affiliate(&link.target.value));
    problems.extend(
        paid.map(|link| trust_rules::problem(&Violation::PaidLink).at(link.target.place.clone())),
    );
}

/// Whether a problem of the front matter already explains why the page has no title.
fn is_missing_title_reported(node: Option<&YamlNode>, problems: &[Diagnostic]) -> bool {
    let Some(node) = node else { return false };
    let is_about_title = |problem: &Diagnostic| match problem.code {
        Code::MissingTitle => true,
        Code::UnknownKey => {
            problem.is_error() && problem.fix.as_ref().is_some_and(|fix| fix.new == "title")
        }
        _ => node.get("title").is_some_and(|title| {
            problem.is_error() && problem.location.as_ref() == Some(&title.place)
        }),
    };
    node.as_map().is_none() || problems.iter().any(is_about_title)
}

fn document(
    path: &SourcePath,
    meta: Meta,
    mut markdown: MarkdownOutput,
    (tool, data): (Option<Tool>, Vec<String>),
    is_missing_title_reported: bool,
    problems: &mut Vec<Diagnostic>,
) -> Document {
    let mut heading = markdown.heading.map(|placed| placed.value);
    if let Some(heading) = heading
        .as_mut()
        .filter(|heading| first_hidden(&heading.text).is_some())
    {
        heading.text = without_hidden(&heading.text);
    }
    let stated = meta
        .title
        .as_ref()
        .map(|title| title.value.clone())
        .filter(|title| !is_blank(title));
    let title = stated
        .or_else(|| heading.as_ref().map(|heading| heading.text.clone()))
        .or(markdown.later_title);
    let title = title.unwrap_or_else(|| {
        if !is_missing_title_reported {
            problems.push(missing_title(path));
        }
        title_of_name(path)
    });
    let title = if first_hidden(&title).is_some() {
        without_hidden(&title)
    } else {
        title
    };
    let reading = u32::try_from(markdown.words.div_ceil(WORDS_A_MINUTE))
        .unwrap_or(u32::MAX)
        .max(1);
    // These lists are kept in memory for as long as the site is; their spare capacity would be a
    // third of their size.
    markdown.links.shrink_to_fit();
    markdown.outline.shrink_to_fit();
    markdown.anchors.shrink_to_fit();
    let entry = Entry {
        source: path.clone(),
        summary: meta.summary.clone(),
        minutes: meta.minutes.unwrap_or(reading),
        meta,
        title,
        heading,
        outline: markdown.outline,
        anchors: markdown.anchors,
        links: markdown.links,
        includes: markdown.includes,
        embeds: markdown.embeds,
        date_in_name: name_and_date(path).1,
        tool: tool.as_ref().map(tool::hash),
        occurs: None,
        terms: markdown.terms,
        is_broken: false,
    };
    let facts = PageFacts {
        words: markdown.words,
        sentences: markdown.sentences,
        long_words: markdown.long_words,
        excerpt: markdown.excerpt,
        components: markdown.components.into_iter().collect(),
        term_places: markdown.term_places,
        tool: tool.map(Arc::new),
        texts: Vec::new(),
        is_tool_broken: false,
        unread_text: None,
        data,
    };
    Document {
        entry: Arc::new(entry),
        facts,
        remarks: markdown.remarks,
        body: markdown.segments,
        passages: markdown.passages,
    }
}

fn phrases(words: &Translations, language: &str) -> BodyPhrases {
    let say = |key| words.text(language, key, None, &[]).unwrap_or_default();
    BodyPhrases {
        task_done: say("task_done"),
        task_open: say("task_open"),
        footnote_back: say("footnote_back"),
        sponsored_link: say("sponsored_link"),
    }
}

fn missing_title(path: &SourcePath) -> Diagnostic {
    let problem =
        Diagnostic::new(Code::MissingTitle, "this page has no title").at(Location::start_of(path));
    problem.help("add `title: …` to the front matter, or begin the text with a heading `# …`")
}

/// A stand-in for a file that cannot be read: it has an address and nothing else.
pub fn broken(path: &SourcePath, inputs: &DocumentInputs) -> Document {
    let meta = front_matter::meta(path, None, &inputs.meta_context()).value;
    let entry = Entry {
        source: path.clone(),
        meta,
        title: title_of_name(path),
        heading: None,
        summary: None,
        outline: Vec::new(),
        anchors: Vec::new(),
        links: Vec::new(),
        includes: Vec::new(),
        embeds: Vec::new(),
        minutes: 1,
        date_in_name: None,
        tool: None,
        occurs: None,
        terms: Vec::new(),
        is_broken: true,
    };
    Document {
        entry: Arc::new(entry),
        facts: PageFacts::default(),
        remarks: Vec::new(),
        body: Vec::new(),
        passages: Vec::new(),
    }
}

/// A stand-in for a file with this text, which cannot be read as a page.
fn unread(path: &SourcePath, inputs: &DocumentInputs, text: &str) -> Document {
    let mut document = broken(path, inputs);
    document.facts.unread_text = Some(text.to_lowercase().into());
    document
}
