//! Loading the templates of a site.
//!
//! A template that cannot be read is reported with its line, and the built-in template of the same
//! name, if any, replaces it. So one run finds every problem.

use std::collections::{BTreeMap, BTreeSet};

use tera::{ComponentArgType, Tera};

use super::engine::{Engine, Engines};
use super::file::TemplateFile;
use super::template_deps::TemplateDeps;
use super::{field_names, limits, old_files, old_names, template_errors};
use crate::diagnostic::{Checked, Code, Diagnostic, Location};
use crate::document::components::{Argument, ArgumentKind, Signature, Signatures, addresses_in};
use crate::fingerprint::Fingerprint;
use crate::kind::Kinds;
use crate::paths::SourcePath;
use crate::source::LineStarts;

/// All templates of a site.
pub struct Templates {
    engines: Engines,
    pub signatures: Signatures,
    files: BTreeMap<String, TemplateFile>,
    /// The writer's templates as they are rendered, with a check wherever a value can grow.
    checked: BTreeMap<String, limits::CheckedTemplate>,
    /// All templates as they are rendered, or empty if every one is rendered as it is written.
    rendered: BTreeMap<String, TemplateFile>,
    template_deps: TemplateDeps,
    /// The writer's templates that cannot be read and have no built-in replacement. Their problems
    /// are reported.
    broken: BTreeSet<String>,
    old_names: Vec<Diagnostic>,
}

impl Templates {
    /// Loads the built-in templates and the writer's, which win by name. `broken` names the files
    /// that are not valid text.
    pub fn load(
        built_in: Vec<TemplateFile>,
        own: Vec<TemplateFile>,
        broken: BTreeSet<String>,
    ) -> Checked<Templates> {
        let theme: BTreeMap<String, TemplateFile> = built_in
            .into_iter()
            .map(|file| (file.name.clone(), file))
            .collect();
        let mut old_names: Vec<Diagnostic> = own.iter().flat_map(old_names::old_names).collect();
        let own = old_files::with_new_names(own, &theme, &mut old_names);
        let mut loader = Loader {
            files: theme.clone(),
            theme,
            broken,
            replaced: BTreeSet::new(),
            problems: Vec::new(),
        };
        own.into_iter().for_each(|file| loader.add_own(file));
        let engine = loader.parse();
        let signatures = loader.signatures(engine.tera());
        loader.report_undefined(&signatures);
        let Loader {
            files,
            broken,
            problems,
            ..
        } = loader;
        let template_deps = TemplateDeps::new(&files);
        let (engine, checked, rendered) = with_limits(engine, &files);
        let templates = Templates {
            engines: Engines::new(engine),
            signatures,
            files,
            checked,
            rendered,
            template_deps,
            broken,
            old_names,
        };
        Checked::new(templates, problems)
    }

    /// The parsed templates, with which pages are rendered.
    pub fn engines(&self) -> &Engines {
        &self.engines
    }

    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Whether this template exists but cannot be read, which is reported elsewhere.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name) && !self.has(name)
    }

    /// Reports outdated names in the writer's templates.
    pub fn old_names(&self) -> Vec<Diagnostic> {
        self.old_names.clone()
    }

    /// Reports fields of pages that the writer's templates use and that no kind declares.
    pub fn unknown_fields(&self, kinds: &Kinds) -> Vec<Diagnostic> {
        if kinds.values().any(|kind| kind.is_broken) {
            return Vec::new();
        }
        self.files
            .values()
            .filter(|file| file.is_own)
            .flat_map(|file| field_names::unknown_fields(file, kinds))
            .collect()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The templates as they are rendered, including the checks.
    pub fn rendered_files(&self) -> &BTreeMap<String, TemplateFile> {
        if self.rendered.is_empty() {
            &self.files
        } else {
            &self.rendered
        }
    }

    /// Moves a rendering problem to its position in the file as it was written.
    pub fn as_written(&self, mut problem: Diagnostic) -> Diagnostic {
        let checked = |path: &SourcePath| {
            let file = self.files.values().find(|file| file.path == *path)?;
            self.checked.get(&file.name)
        };
        let related = problem.related.iter_mut().map(|(place, _)| place);
        for place in problem.location.iter_mut().chain(related) {
            if let Some(checked) = checked(&place.path) {
                let column = checked.written_column(place.line as usize, place.column as usize);
                place.column = u32::try_from(column).unwrap_or(place.column);
            }
        }
        problem
    }

    /// The files of `static/` that templates name in a literal `asset(path="…")`.
    pub fn asset_paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for file in self.files.values() {
            for (at, _) in file.text.match_indices("asset(path=") {
                let rest = &file.text[at + "asset(path=".len()..];
                let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                    continue;
                };
                if let Some((path, _)) = rest[1..].split_once(quote) {
                    paths.insert(path.trim_start_matches('/').to_owned());
                }
            }
        }
        paths
    }

    /// The fingerprint of a template's text and of all templates that it can reach.
    pub fn template_hash(&self, name: &str) -> Option<Fingerprint> {
        self.template_deps.templates.get(name).copied()
    }

    /// The fingerprint of a component's template and of all templates that it can reach.
    pub fn component_hash(&self, name: &str) -> Option<Fingerprint> {
        self.template_deps.components.get(name).copied()
    }
}

/// The templates while they are loaded.
struct Loader {
    /// The built-in templates.
    theme: BTreeMap<String, TemplateFile>,
    /// The templates that are loaded.
    files: BTreeMap<String, TemplateFile>,
    /// The writer's templates that cannot be read.
    broken: BTreeSet<String>,
    /// The broken templates that the theme's replaced.
    replaced: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Loader {
    /// Adds a template of the writer.
    fn add_own(&mut self, file: TemplateFile) {
        let Some(problem) = too_many_branches(&file) else {
            self.files.insert(file.name.clone(), file);
            return;
        };
        self.problems.push(problem);
        if !self.theme.contains_key(&file.name) {
            self.broken.insert(file.name);
        }
    }

    /// Parses the templates. Those that cannot be parsed are reported and replaced or left out,
    /// until the others can be.
    fn parse(&mut self) -> Engine {
        loop {
            match Engine::load(&self.files) {
                Ok(engine) => return engine,
                Err(error) => self.drop_broken(&error),
            }
            if self.files.is_empty() {
                return Engine::default();
            }
        }
    }

    /// Reports an error, and replaces or removes the templates that cause it.
    fn drop_broken(&mut self, error: &tera::Error) {
        let (culprits, found): (Vec<_>, Vec<_>) = template_errors::on_load(error, &self.files)
            .into_iter()
            .unzip();
        let is_cause =
            |problem: &Diagnostic| !template_errors::is_consequence(problem, &self.broken);
        self.problems.extend(found.into_iter().filter(is_cause));
        let mut culprits: BTreeSet<String> = culprits
            .into_iter()
            .flatten()
            .filter(|name| self.files.contains_key(name))
            .collect();
        if culprits.is_empty() {
            culprits.extend(self.files.keys().next_back().cloned());
        }
        for culprit in culprits {
            let of_theme = self.theme.get(&culprit);
            let replacement = of_theme
                .filter(|_| self.replaced.insert(culprit.clone()) && self.files[&culprit].is_own);
            match replacement {
                Some(file) => self.files.insert(culprit, file.clone()),
                None => {
                    self.broken.insert(culprit.clone());
                    self.files.remove(&culprit)
                }
            };
        }
    }

    /// The arguments of each component.
    fn signatures(&self, tera: &Tera) -> Signatures {
        let mut signatures = Signatures::new();
        for name in tera.get_component_names() {
            let definition = format!("component {name}(");
            let mut files = self.files.values();
            let defining = files.find(|file| file.text.contains(&definition));
            let text = defining.map_or("", |file| &file.text);
            signatures.insert(name.to_owned(), signature(tera, name, text));
        }
        let broken = self.broken.iter();
        for name in broken.filter(|name| name.starts_with(COMPONENTS)) {
            let broken = Signature {
                is_broken: true,
                ..Signature::default()
            };
            signatures.entry(component_name(name)).or_insert(broken);
        }
        signatures
    }

    /// Reports files of components that do not define the component.
    fn report_undefined(&mut self, signatures: &Signatures) {
        let files = self.files.values();
        for file in files.filter(|file| file.name.starts_with(COMPONENTS)) {
            let name = component_name(&file.name);
            if !signatures.contains_key(&name) {
                let message = format!("this file does not define a component `{name}`");
                self.problems.push(
                    Diagnostic::new(Code::BadTemplate, message)
                        .at(Location::start_of(&file.path))
                        .help(format!("start the file with `{{% component {name}() %}}`")),
                );
            }
        }
    }
}

/// The folder of components.
const COMPONENTS: &str = "components/";

/// The most `elif` branches in one template. Tera's parser calls itself for each of them, so
/// thousands would overflow the stack.
const BRANCHES_MAX: usize = 256;

fn too_many_branches(file: &TemplateFile) -> Option<Diagnostic> {
    let (at, word) = file.text.match_indices("elif").nth(BRANCHES_MAX)?;
    let place = LineStarts::new(&file.text).place(&file.path, at..at + word.len());
    let problem = Diagnostic::new(
        Code::BadTemplate,
        format!("this template has more than {BRANCHES_MAX} `elif` branches"),
    );
    Some(
        problem
            .at(place)
            .help("look the value up in a mapping, or split the template"),
    )
}

fn component_name(file: &str) -> String {
    file.trim_start_matches(COMPONENTS)
        .trim_end_matches(".html")
        .replace('-', "_")
}

/// The parsed templates, the checks in the writer's templates, and the text of all templates with
/// these checks. The last two are empty if no value can grow.
type LimitedTemplates = (
    Engine,
    BTreeMap<String, limits::CheckedTemplate>,
    BTreeMap<String, TemplateFile>,
);

/// Adds a limit on the values that the writer's templates build.
fn with_limits(engine: Engine, files: &BTreeMap<String, TemplateFile>) -> LimitedTemplates {
    let own = files.values().filter(|file| file.is_own);
    let checked: BTreeMap<String, limits::CheckedTemplate> = own
        .filter_map(|file| Some((file.name.clone(), limits::with_checks(&file.text)?)))
        .collect();
    if checked.is_empty() {
        return (engine, checked, BTreeMap::new());
    }
    let mut rendered = files.clone();
    for (name, checked) in &checked {
        if let Some(file) = rendered.get_mut(name) {
            file.text.clone_from(&checked.text);
        }
    }
    match Engine::load(&rendered) {
        Ok(limited) => (limited, checked, rendered),
        // A template that only Tera can read is rendered as it is written.
        Err(_) => (engine, BTreeMap::new(), BTreeMap::new()),
    }
}

fn signature(tera: &Tera, name: &str, text: &str) -> Signature {
    let Some(info) = tera.get_component_definition(name) else {
        return Signature::default();
    };
    let argument = |argument: &tera::ComponentArg| Argument {
        name: argument.name().to_owned(),
        kind: match argument.arg_type() {
            Some(ComponentArgType::String) => ArgumentKind::Text,
            Some(ComponentArgType::Bool) => ArgumentKind::Boolean,
            Some(ComponentArgType::Integer) => ArgumentKind::Integer,
            Some(ComponentArgType::Float | ComponentArgType::Number) => ArgumentKind::Number,
            _ => ArgumentKind::Anything,
        },
        is_required: argument.is_required(),
    };
    let shown = info
        .args()
        .iter()
        .filter(|argument| !argument.is_implicit());
    Signature {
        arguments: shown.map(argument).collect(),
        is_broken: false,
        addresses: addresses_in(text),
    }
}
