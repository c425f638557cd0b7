//! The first step: loads everything that a site is made of except its documents.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::file_listing::{DEFAULTS_FILE, FileListing};
use super::{Request, script_audit, unread_files};
use crate::diagnostic::{Checked, Code, Diagnostic, Location, nearest};
use crate::document::front_matter;
use crate::document::highlight::span_cache::HighlightCache;
use crate::document::trust_rules::{self, Violation};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::i18n::{self, Translations};
use crate::kind::{self, Kinds};
use crate::output::assets::{self, Assets};
use crate::output::theme_css;
use crate::page::templates::{TemplateFile, Templates};
use crate::paths::SourcePath;
use crate::renamed;
use crate::settings::{self, Settings};
use crate::source::{Files, ListingRules, SourceFile, with_lf};
use crate::vocabulary::{self, Vocabularies};
use crate::yaml::{self, YamlNode};
use crate::{data, theme};

/// Everything except the documents.
pub struct LoadedSite {
    pub settings: Arc<Settings>,
    /// What the site's own templates load from hosts that are not allowed, as already reported.
    pub templates_load: BTreeSet<String>,
    /// Whether there is a settings file.
    pub has_settings: bool,
    pub kinds: Arc<Kinds>,
    pub vocabularies: Arc<Vocabularies>,
    pub words: Arc<Translations>,
    pub templates: Templates,
    pub icons: BTreeMap<String, String>,
    pub data: BTreeMap<String, serde_json::Value>,
    /// Files of `data/` without a value: broken ones, and those of other types.
    pub unread_data: BTreeSet<String>,
    pub today: Date,
    /// All listed files.
    pub listed: Arc<FileListing>,
    /// Files of `static/` by their path below it: the site's own, otherwise the theme's.
    pub static_files: BTreeMap<String, StaticFile>,
    pub assets: Assets,
    /// The theme's scripts under their published paths, below the base path; empty if one of them
    /// is replaced by the site.
    pub theme_scripts: BTreeSet<String>,
    /// The site's own scripts that can send data, by their paths below `static/`.
    pub sending_scripts: Vec<String>,
    /// Front matter defaults by folder.
    pub defaults: BTreeMap<SourcePath, YamlNode>,
    /// The cached syntax highlighting. It only affects speed.
    pub colors: Arc<HighlightCache>,
    pub hashes: LoadHashes,
}

impl LoadedSite {
    /// Whether a site that did not change is published in the same files as with `before`.
    pub fn publishes_same_files(&self, before: &LoadedSite) -> bool {
        let made = |loaded: &LoadedSite| {
            loaded
                .assets
                .made
                .iter()
                .map(|(path, _)| path.clone())
                .collect::<Vec<_>>()
        };
        self.hashes.drawing == before.hashes.drawing
            && self.static_files == before.static_files
            && (&self.assets.published, &self.assets.copied)
                == (&before.assets.published, &before.assets.copied)
            && made(self) == made(before)
    }
}

/// Where the bytes of a file of `static/` are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaticFile {
    Own(SourcePath),
    Theme(Cow<'static, [u8]>),
}

/// Fingerprints of the inputs that later steps take from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadHashes {
    /// What reading a document depends on in addition to its bytes and its folder.
    pub reading: Fingerprint,
    /// What assembling depends on in addition to the entries.
    pub assembling: Fingerprint,
    /// What rendering depends on in addition to the page context, the templates that the page may
    /// use, and their dependencies.
    pub drawing: Fingerprint,
    /// Everything that rendering can depend on in addition to the site.
    pub look: Fingerprint,
}

/// Loads everything except the documents. If no file was added or removed, `before` contains the
/// listing.
pub fn load(
    files: &dyn Files,
    request: &Request,
    before: Option<&Arc<FileListing>>,
) -> Checked<LoadedSite> {
    let mut problems = Vec::new();
    let config = files.read(&request.config).ok();
    let mut settings = settings::read(&request.config, config.as_deref()).take_into(&mut problems);
    if let Some(base) = &request.base_url {
        settings.base_url = Some(base.clone());
    }
    let rules = ListingRules {
        output: Some(settings.output.clone()),
        ignore: settings.ignore.clone(),
    };
    let listed = match before.filter(|before| before.is_same_listing(&rules, config.is_some())) {
        Some(before) => Arc::clone(before),
        None => {
            let sources = files.list(&rules).take_into(&mut problems);
            Arc::new(FileListing::new(
                rules,
                &request.config,
                config.is_some(),
                sources,
            ))
        }
    };
    problems.extend(unread_files::drafts_folders(&listed));
    let own_templates = read_all(files, listed.in_folder("templates"), &mut problems);
    let mut template_problems = Vec::new();
    let (templates, (kinds, words, icons, dishonest)) = rayon::join(
        || templates(&own_templates, &mut template_problems),
        || {
            let (kinds, words) = (
                kinds(&own_templates, &mut problems),
                words(&own_templates, &mut problems),
            );
            let dishonest: Vec<Diagnostic> = own_templates
                .iter()
                .flat_map(|file| trust_violations(file, &settings))
                .collect();
            (kinds, words, icons(&own_templates), dishonest)
        },
    );
    let templates_load = dishonest
        .iter()
        .filter(|problem| problem.code == Code::OutsideOrigin)
        .filter_map(|problem| Some(problem.subject.clone()?.into()))
        .collect();
    problems.extend(dishonest.into_iter().chain(template_problems));
    problems.extend(templates.unknown_fields(&kinds));
    problems.extend(templates.old_names());
    problems.extend(kinds_without_template(&own_templates, &kinds, &templates));
    let (theme, own) = (theme::static_files(), listed.in_folder("static"));
    problems.extend(
        own.iter()
            .filter_map(|(name, path)| renamed::script_problem(name, path)),
    );
    let names = theme
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(own.iter().map(|(name, _)| name.as_str()))
        .collect();
    problems.extend(theme_css::drop_missing_fonts(&mut settings.theme, &names));
    let tokens = theme_css::style_sheet(&settings.theme)
        .map(|style| (theme_css::STYLE_SHEET.to_owned(), style.into_bytes().into()));
    let theme = theme
        .into_iter()
        .chain(tokens)
        .map(|(name, bytes)| (name, StaticFile::Theme(bytes)));
    let own = own
        .into_iter()
        .map(|(name, path)| (name, StaticFile::Own(path)));
    let static_files: BTreeMap<String, StaticFile> = theme.chain(own).collect();
    let assets = assets(files, &static_files, &templates, &mut problems);
    let theme_scripts = script_audit::of_theme(files, &static_files, &assets);
    let sending_scripts = script_audit::audit(files, &static_files, &mut problems);
    let in_data = listed.in_folder("data");
    let mut unread_data: BTreeSet<String> = in_data.iter().map(|(name, _)| name.clone()).collect();
    let data = data::read(
        read_all(files, in_data, &mut problems)
            .iter()
            .map(|file| (&*file.name, &file.path, &*file.bytes)),
    )
    .take_into(&mut problems);
    unread_data.retain(|name| !data.contains_key(name));
    let vocabularies = vocabularies(files, &listed, &mut problems);
    let defaults = defaults(files, &listed.metadata, &kinds, &mut problems);
    let today = today(request, &settings);
    let static_names: Vec<&String> = static_files.keys().collect();
    let settings = Arc::new(settings);
    let assembling = (
        &settings,
        &kinds,
        &vocabularies,
        &listed.content,
        &listed.content_files,
        static_names,
        today,
        request.with_drafts,
        request.is_lenient,
        &sending_scripts,
    );
    let drawing = (
        &words,
        &kinds,
        &settings.allow_origins,
        &settings.images,
        settings.social_cards,
    );
    let hashes = LoadHashes {
        reading: hash(&(
            ReadingSettings::of(&settings),
            &kinds,
            &templates.signatures,
            &words,
            request.is_lenient,
        )),
        assembling: hash(&assembling),
        drawing: hash(&drawing),
        look: look(
            hash(&(&drawing, &icons, &data, &assets.published)),
            &templates,
        ),
    };
    let loaded = LoadedSite {
        settings,
        templates_load,
        has_settings: config.is_some(),
        kinds: Arc::new(kinds),
        vocabularies: Arc::new(vocabularies),
        words: Arc::new(words),
        templates,
        icons,
        data,
        unread_data,
        today,
        listed,
        static_files,
        assets,
        theme_scripts,
        sending_scripts,
        defaults,
        colors: Arc::default(),
        hashes,
    };
    Checked::new(loaded, problems)
}

/// The settings that parsing a document depends on.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "they are read by their `Debug` form, which their fingerprint is made of"
)]
struct ReadingSettings<'a> {
    raw_html: settings::RawHtml,
    smart_punctuation: bool,
    math: bool,
    highlight: bool,
    allow_origins: &'a [String],
    language: &'a str,
    timezone: &'a str,
}

impl<'a> ReadingSettings<'a> {
    fn of(settings: &'a Settings) -> Self {
        let Settings {
            raw_html,
            smart_punctuation,
            math,
            highlight,
            allow_origins,
            language,
            timezone,
            ..
        } = settings;
        let (raw_html, smart_punctuation, math, highlight) =
            (*raw_html, *smart_punctuation, *math, *highlight);
        ReadingSettings {
            raw_html,
            smart_punctuation,
            math,
            highlight,
            allow_origins,
            language,
            timezone,
        }
    }
}

/// The fingerprint of a value, computed from its `Debug` form.
fn hash(value: &impl std::fmt::Debug) -> Fingerprint {
    Fingerprint::of(format!("{value:?}"))
}

fn look(rest: Fingerprint, templates: &Templates) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.add(rest.as_bytes());
    for name in templates.names() {
        hasher.add(name).add(
            templates
                .template_hash(name)
                .map_or([0; 16], |hash| *hash.as_bytes()),
        );
    }
    hasher.finish()
}

fn assets(
    files: &dyn Files,
    static_files: &BTreeMap<String, StaticFile>,
    templates: &Templates,
    problems: &mut Vec<Diagnostic>,
) -> Assets {
    let read = |name: &str| match static_files.get(name)? {
        StaticFile::Theme(bytes) => Some(bytes.clone()),
        StaticFile::Own(path) => match files.read(path) {
            Ok(bytes) => Some(Cow::Owned(bytes.to_vec())),
            Err(error) => {
                problems.push(unreadable(path, &error));
                None
            }
        },
    };
    assets::plan(
        &static_files.keys().cloned().collect(),
        read,
        &templates.asset_paths(),
    )
}

/// The date that the site is made for: the requested one, otherwise that of `now` in the site's
/// time zone.
pub(super) fn today(request: &Request, settings: &Settings) -> Date {
    let day_of = |now: jiff::Timestamp| {
        now.in_tz(&settings.timezone).map_or_else(
            |_| now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            |zoned| zoned.date(),
        )
    };
    request.today.unwrap_or_else(|| day_of(request.now))
}

/// A file with its bytes.
struct FileContent {
    /// Its path below its top folder.
    name: String,
    path: SourcePath,
    bytes: Arc<[u8]>,
}

fn read_all(
    files: &dyn Files,
    listed: Vec<(String, SourcePath)>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<FileContent> {
    let mut read = Vec::with_capacity(listed.len());
    for (name, path) in listed {
        match files.read(&path) {
            Ok(bytes) => read.push(FileContent { name, path, bytes }),
            Err(error) => problems.push(unreadable(&path, &error)),
        }
    }
    read
}

pub(super) fn unreadable(path: &SourcePath, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(
        Code::Unreadable,
        format!("this file cannot be read: {error}"),
    )
    .at(Location::start_of(path))
    .help("check its permissions")
}

/// The theme's files in a folder of `templates/`, followed by the site's own.
fn theme_and_site_files<'a>(
    own: &'a [FileContent],
    folder: &'a str,
) -> impl Iterator<Item = (String, SourcePath, Cow<'a, [u8]>, bool)> {
    let built_in = theme::templates().into_iter().map(|(name, bytes)| {
        let path = SourcePath::new(&format!("templates/{name}"))
            .expect("embedded names are inside the root");
        (name, path, bytes, false)
    });
    let own = own.iter().map(|file| {
        (
            file.name.clone(),
            file.path.clone(),
            Cow::Borrowed(&*file.bytes),
            true,
        )
    });
    built_in
        .chain(own)
        .filter_map(move |(name, path, bytes, is_own)| {
            Some((name.strip_prefix(folder)?.to_owned(), path, bytes, is_own))
        })
}

fn kinds(own: &[FileContent], problems: &mut Vec<Diagnostic>) -> Kinds {
    let mut kinds = Kinds::new();
    for (name, path, bytes, _) in theme_and_site_files(own, "kinds/")
        .filter(|(name, ..)| name.ends_with(".yaml") || name.ends_with(".yml"))
    {
        let name = name
            .rsplit_once('.')
            .map_or(name.clone(), |(stem, _)| stem.to_owned());
        match kind::read(&path, &bytes).take_into(problems) {
            Some(kind) => {
                kinds.insert(name, kind);
            }
            None => match kinds.get_mut(&name) {
                Some(built_in) => built_in.is_broken = true,
                None => kinds.extend(kind::broken(&path, &bytes).map(|kind| (name, kind))),
            },
        }
    }
    kinds
}

/// Reports the site's own kinds whose template does not exist, at the place where their files name
/// it.
fn kinds_without_template(
    own: &[FileContent],
    kinds: &Kinds,
    templates: &Templates,
) -> Vec<Diagnostic> {
    let own = own
        .iter()
        .filter_map(|file| Some((file, kinds.get(kind_name(&file.name)?)?)));
    let without = own
        .filter(|(_, kind)| !templates.has(&kind.template) && !templates.is_broken(&kind.template));
    let problem = |(file, kind): (&FileContent, &kind::Kind)| {
        let place = kind::template_place(&file.path, &file.bytes)
            .unwrap_or_else(|| Location::start_of(&file.path));
        missing_template(templates, &kind.template).at(place)
    };
    without.map(problem).collect()
}

/// The kind that a file of `templates/` defines.
fn kind_name(name: &str) -> Option<&str> {
    let name = name.strip_prefix("kinds/")?;
    name.strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"))
}

/// Reports that there is no template with this name.
pub(super) fn missing_template(templates: &Templates, name: &str) -> Diagnostic {
    let near = nearest(name, templates.names());
    let help = near.map_or_else(
        || format!("delete the key `template`, or add the file templates/{name}"),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::new(
        Code::MissingTemplate,
        format!("template `{name}` does not exist"),
    )
    .help(help)
}

fn words(own: &[FileContent], problems: &mut Vec<Diagnostic>) -> Translations {
    let mut files: Vec<_> = theme_and_site_files(own, "i18n/")
        .filter(|(name, ..)| name.ends_with(".yaml"))
        .collect();
    files.sort_by_key(|(name, _, _, is_own)| (*is_own, name != "en.yaml"));
    i18n::read(files.iter().map(|(name, path, bytes, is_own)| {
        (name.trim_end_matches(".yaml"), path, &**bytes, *is_own)
    }))
    .take_into(problems)
}

fn icons(own: &[FileContent]) -> BTreeMap<String, String> {
    let svg = theme_and_site_files(own, "icons/").filter_map(|(name, _, bytes, _)| {
        let name = name.strip_suffix(".svg")?.to_owned();
        Some((name, String::from_utf8_lossy(&bytes).trim().to_owned()))
    });
    svg.collect()
}

fn templates(own: &[FileContent], problems: &mut Vec<Diagnostic>) -> Templates {
    let (mut built_in, mut overrides, mut broken) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (name, path, bytes, is_own) in theme_and_site_files(own, "")
        .filter(|(name, ..)| name.ends_with(".html") || name.ends_with(".xml"))
    {
        match SourceFile::decode(&path, &bytes) {
            Ok(text) => {
                let file = TemplateFile {
                    name,
                    path: path.clone(),
                    text: with_lf(text.text).into_owned(),
                    is_own,
                };
                if is_own {
                    overrides.push(file)
                } else {
                    built_in.push(file)
                }
            }
            Err(problem) => {
                broken.insert(name);
                problems.push(*problem);
            }
        }
    }
    Templates::load(built_in, overrides, broken).take_into(problems)
}

/// Reports the rules of honest giving that a template violates, each at its place.
fn trust_violations(file: &FileContent, settings: &Settings) -> Vec<Diagnostic> {
    let Ok(text) = SourceFile::decode(&file.path, &file.bytes) else {
        return Vec::new();
    };
    if !file.name.ends_with(".html") {
        return Vec::new();
    }
    let lines = text.lines();
    let is_offer = file.name == "offer.html";
    let counts = |slip: &Violation| match slip {
        Violation::EmailGate => !is_offer,
        Violation::Remote(address) => !settings.allows(address),
        Violation::Pressure(_) | Violation::Analytics(_) => true,
        // The template does not show which pages use it, nor what those disclose.
        Violation::PaidLink => false,
    };
    let found = trust_rules::check_template(text.text)
        .into_iter()
        .filter(|(slip, _)| counts(slip));
    let mut problems: Vec<Diagnostic> = found
        .map(|(slip, range)| trust_rules::problem(&slip).at(lines.place(&file.path, range)))
        .collect();
    if let Some(word) = file
        .name
        .strip_prefix("components/")
        .and_then(trust_rules::pressure_word)
    {
        problems.push(
            trust_rules::problem(&Violation::Pressure(word.to_owned()))
                .at(Location::start_of(&file.path)),
        );
    }
    problems
}

fn vocabularies(
    files: &dyn Files,
    listed: &FileListing,
    problems: &mut Vec<Diagnostic>,
) -> Vocabularies {
    let mut read = |name: &str| {
        let path = listed
            .content
            .join(name)
            .ok()
            .filter(|path| listed.metadata.binary_search(path).is_ok())?;
        let bytes = files
            .read(&path)
            .map_err(|error| problems.push(unreadable(&path, &error)))
            .ok()?;
        let terms = vocabulary::read(&path, &bytes);
        // If a vocabulary cannot be read, its terms are not known, so none is reported as missing.
        let is_unread = terms
            .problems
            .iter()
            .any(|problem| matches!(problem.code, Code::BadYaml | Code::NotUtf8));
        let terms = terms.take_into(problems);
        (!is_unread).then_some(terms)
    };
    Vocabularies {
        topics: read("topics.yaml"),
        audiences: read("audiences.yaml"),
        authors: read("authors.yaml"),
    }
}

fn defaults(
    files: &dyn Files,
    metadata: &[SourcePath],
    kinds: &Kinds,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<SourcePath, YamlNode> {
    let mut defaults = BTreeMap::new();
    for path in metadata.iter().filter(|path| path.name() == DEFAULTS_FILE) {
        let bytes = match files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.push(unreadable(path, &error));
                continue;
            }
        };
        match yaml::read(path, &bytes) {
            Ok(Some(node)) => {
                problems.extend(front_matter::defaults(&node, kinds));
                defaults.insert(path.folder(), node);
            }
            Ok(None) => {}
            Err(errors) => problems.extend(errors),
        }
    }
    defaults
}
