//! Templates: loading them, the functions they may call, and rendering a page with them. This is
//! the only module that uses `tera`.
//!
//! The built-in theme and the writer's overrides are one set, by name. A template that cannot be
//! read is reported with its line, and the built-in template of the same name, if any, replaces it.
//! So one run finds every problem. `render` renders, `render_context` holds what functions answer
//! from, and `template_deps` says which templates one template can reach.

mod field_names;
mod functions;
mod limits;
mod old_files;
mod old_names;
mod render;
mod render_context;
mod suggestions;
mod template_deps;
mod template_errors;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use tera::{ComponentArgType, Tera};

pub use render::{PageRenderer, RenderedPage, TOOL_TEMPLATE};
pub use render_context::{Dependency, RenderContext};
pub use values::{CardParts, SharedValue, fingerprint, hash_of};

use self::template_deps::TemplateDeps;
use crate::diagnostic::{Checked, Code, Diagnostic, Location};
use crate::document::components::{Argument, ArgumentKind, Signature, Signatures, addresses_in};
use crate::fingerprint::Fingerprint;
use crate::kind::Kinds;
use crate::paths::SourcePath;
use crate::source::LineStarts;

/// A template's text and its path.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// The path below `templates/`, such as `components/note.html`.
    pub name: String,
    /// The path for messages. The built-in theme's templates appear under the same path.
    pub path: SourcePath,
    pub text: String,
    /// Whether the file is the writer's own.
    pub is_own: bool,
}

/// All templates of a site.
pub struct Templates {
    tera: Tera,
    pub signatures: Signatures,
    files: BTreeMap<String, TemplateFile>,
    /// The writer's templates as they are rendered, with a check wherever a value can grow.
    checked: BTreeMap<String, limits::CheckedTemplate>,
    /// All templates as they are rendered, or empty if every one is rendered as it is written.
    drawn: BTreeMap<String, TemplateFile>,
    reach: TemplateDeps,
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
        mut broken: BTreeSet<String>,
    ) -> Checked<Templates> {
        let fallback: BTreeMap<String, TemplateFile> = built_in
            .into_iter()
            .map(|file| (file.name.clone(), file))
            .collect();
        let mut files = fallback.clone();
        let mut problems = Vec::new();
        let mut old_names: Vec<Diagnostic> = own.iter().flat_map(old_names::old_names).collect();
        for file in old_files::with_new_names(own, &fallback, &mut old_names) {
            match too_many_branches(&file) {
                None => drop(files.insert(file.name.clone(), file)),
                Some(problem) => {
                    problems.push(problem);
                    if !fallback.contains_key(&file.name) {
                        broken.insert(file.name);
                    }
                }
            }
        }
        let mut replaced = BTreeSet::new();
        let tera = loop {
            match try_load(&files) {
                Ok(tera) => break tera,
                Err(error) => {
                    let (culprits, found): (Vec<_>, Vec<_>) =
                        template_errors::on_load(&error, &files).into_iter().unzip();
                    problems.extend(
                        found
                            .into_iter()
                            .filter(|problem| !template_errors::is_consequence(problem, &broken)),
                    );
                    let mut culprits: BTreeSet<String> = culprits
                        .into_iter()
                        .flatten()
                        .filter(|name| files.contains_key(name))
                        .collect();
                    if culprits.is_empty() {
                        culprits.extend(files.keys().next_back().cloned());
                    }
                    for culprit in culprits {
                        let replacement = fallback
                            .get(&culprit)
                            .filter(|_| replaced.insert(culprit.clone()) && files[&culprit].is_own);
                        match replacement {
                            Some(file) => files.insert(culprit, file.clone()),
                            None => {
                                broken.insert(culprit.clone());
                                files.remove(&culprit)
                            }
                        };
                    }
                    if files.is_empty() {
                        break Tera::default();
                    }
                }
            }
        };
        let mut signatures = Signatures::new();
        for name in tera.get_component_names() {
            let definition = format!("component {name}(");
            let defining = files.values().find(|file| file.text.contains(&definition));
            signatures.insert(
                name.to_owned(),
                signature(&tera, name, defining.map_or("", |file| &file.text)),
            );
        }
        for name in broken.iter().filter(|name| name.starts_with("components/")) {
            signatures.entry(component_name(name)).or_insert(Signature {
                is_broken: true,
                ..Signature::default()
            });
        }
        for file in files
            .values()
            .filter(|file| file.name.starts_with("components/"))
        {
            let name = component_name(&file.name);
            if !signatures.contains_key(&name) {
                let problem = Diagnostic::new(
                    Code::BadTemplate,
                    format!("this file does not define a component `{name}`"),
                );
                problems.push(
                    problem
                        .at(Location::start_of(&file.path))
                        .help(format!("start the file with `{{% component {name}() %}}`")),
                );
            }
        }
        let reach = TemplateDeps::new(&files);
        let (tera, checked, drawn) = with_limits(tera, &files);
        Checked::new(
            Templates {
                tera,
                signatures,
                files,
                checked,
                drawn,
                reach,
                broken,
                old_names,
            },
            problems,
        )
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
    fn rendered_files(&self) -> &BTreeMap<String, TemplateFile> {
        if self.drawn.is_empty() {
            &self.files
        } else {
            &self.drawn
        }
    }

    /// Moves a rendering problem to its position in the file as it was written.
    fn as_written(&self, mut problem: Diagnostic) -> Diagnostic {
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
        self.reach.templates.get(name).copied()
    }

    /// The fingerprint of a component's template and of all templates that it can reach.
    pub fn component_hash(&self, name: &str) -> Option<Fingerprint> {
        self.reach.components.get(name).copied()
    }
}

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
    file.trim_start_matches("components/")
        .trim_end_matches(".html")
        .replace('-', "_")
}

fn try_load(files: &BTreeMap<String, TemplateFile>) -> tera::TeraResult<Tera> {
    let mut tera = Tera::default();
    functions::register(&mut tera);
    limits::register(&mut tera);
    tera.add_raw_templates(
        files
            .values()
            .map(|file| (file.name.as_str(), file.text.as_str())),
    )?;
    Ok(tera)
}

/// The parsed templates, the checks in the writer's templates, and the text of all templates with
/// these checks. The last two are empty if no value can grow.
type LimitedTemplates = (
    Tera,
    BTreeMap<String, limits::CheckedTemplate>,
    BTreeMap<String, TemplateFile>,
);

/// Adds a limit on the values that the writer's templates build.
fn with_limits(tera: Tera, files: &BTreeMap<String, TemplateFile>) -> LimitedTemplates {
    let own = files.values().filter(|file| file.is_own);
    let checked: BTreeMap<String, limits::CheckedTemplate> = own
        .filter_map(|file| Some((file.name.clone(), limits::with_checks(&file.text)?)))
        .collect();
    if checked.is_empty() {
        return (tera, checked, BTreeMap::new());
    }
    let mut drawn = files.clone();
    for (name, checked) in &checked {
        if let Some(file) = drawn.get_mut(name) {
            file.text.clone_from(&checked.text);
        }
    }
    match try_load(&drawn) {
        Ok(limited) => (limited, checked, drawn),
        // A template that only Tera can read is rendered as it is written.
        Err(_) => (tera, BTreeMap::new(), BTreeMap::new()),
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
