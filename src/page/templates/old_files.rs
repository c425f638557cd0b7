//! Templates, partials and blocks of the theme that a site's own templates still call by old names.
//!
//! Such a template keeps working: it is loaded as if it used the new names, and each old name is
//! reported.

use std::collections::{BTreeMap, BTreeSet};

use super::field_names::tags;
use super::file::TemplateFile;
use crate::diagnostic::Diagnostic;
use crate::renamed::{self, NameKind, RENAMED, RenamedName};
use crate::source::LineStarts;

/// The site's own templates under new names, and a problem for each old name in them. `theme` is
/// the theme's templates by name.
pub fn with_new_names(
    mut files: Vec<TemplateFile>,
    theme: &BTreeMap<String, TemplateFile>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<TemplateFile> {
    let names: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    let own_blocks = own_blocks(&files, theme);
    // A template with an old name keeps it only if the new name is taken.
    let keeps_name = |old: &str, new: &str| names.contains(old) && names.contains(new);
    for file in &mut files {
        let is_renamed = |one: &RenamedName| match one.kind {
            NameKind::Template => !keeps_name(one.old, one.new),
            NameKind::Block => !own_blocks.contains(one.old),
            NameKind::Variable => true,
            _ => false,
        };
        replace_names(file, is_renamed, problems);
        problems.extend(renamed::template_problem(&file.name, &file.path, |name| {
            names.contains(name)
        }));
        if let Some(new) = renamed::new_name(NameKind::Template, &file.name)
            .filter(|new| !keeps_name(&file.name, new))
        {
            new.clone_into(&mut file.name);
        }
    }
    files
}

/// The blocks with old names that a layout of the site's own defines for itself. A layout that
/// replaces one of the theme's defines the theme's blocks.
fn own_blocks(files: &[TemplateFile], theme: &BTreeMap<String, TemplateFile>) -> BTreeSet<String> {
    let of_layout = |file: &TemplateFile| {
        let name = renamed::new_name(NameKind::Template, &file.name).unwrap_or(&file.name);
        let of_theme: BTreeSet<&str> = theme
            .get(name)
            .map(|file| blocks(&file.text))
            .unwrap_or_default()
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        let is_own = |old: &str| {
            renamed::new_name(NameKind::Block, old).is_some_and(|new| !of_theme.contains(new))
        };
        blocks(&file.text)
            .into_iter()
            .filter(|(_, name)| is_own(name))
            .map(|(_, name)| name.to_owned())
            .collect::<Vec<_>>()
    };
    let layouts = files.iter().filter(|file| !file.text.contains(" extends "));
    layouts.flat_map(of_layout).collect()
}

/// Replaces the old names in a template that are renamed in it, and reports each.
fn replace_names(
    file: &mut TemplateFile,
    is_renamed: impl Fn(&RenamedName) -> bool,
    problems: &mut Vec<Diagnostic>,
) {
    let mut found = Vec::new();
    for one in RENAMED.iter().filter(|one| is_renamed(one)) {
        let uses: Vec<usize> = match one.kind {
            NameKind::Template => quoted(&file.text, one.old),
            NameKind::Variable => words(&file.text, one.old),
            _ => blocks(&file.text)
                .into_iter()
                .filter(|(_, name)| *name == one.old)
                .map(|(at, _)| at)
                .collect(),
        };
        found.extend(uses.into_iter().map(|at| (at, one)));
    }
    found.sort_unstable_by_key(|(at, _)| *at);
    let lines = LineStarts::new(&file.text);
    let reported = found.iter().map(|(at, one)| {
        let range = *at..at + one.old.len();
        renamed::problem(one.old, one.new, lines.place(&file.path, range))
    });
    problems.extend(reported);
    let mut text = file.text.clone();
    for (at, one) in found.into_iter().rev() {
        text.replace_range(at..at + one.old.len(), one.new);
    }
    file.text = text;
}

/// The offsets of a name in quotation marks.
fn quoted(text: &str, name: &str) -> Vec<usize> {
    let is_quoted = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + name.len()..]);
        ['"', '\'']
            .into_iter()
            .any(|quote| before.ends_with(quote) && after.starts_with(quote))
    };
    let uses = text.match_indices(name).map(|(at, _)| at);
    uses.filter(is_quoted).collect()
}

/// The offsets of a variable in the tags of a template.
fn words(text: &str, name: &str) -> Vec<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '\'');
    let uses = |(start, tag): (usize, &str)| {
        let is_word = |at: &usize| {
            !tag[..*at].ends_with(is_part) && !tag[at + name.len()..].starts_with(is_part)
        };
        let uses = tag.match_indices(name).map(|(at, _)| at);
        uses.filter(is_word)
            .map(|at| start + at)
            .collect::<Vec<_>>()
    };
    if !text.contains(name) {
        return Vec::new();
    }
    tags(text).into_iter().flat_map(uses).collect()
}

/// The names of blocks at their start and end tags, with their offsets.
fn blocks(text: &str) -> Vec<(usize, &str)> {
    let name = |(at, _): (usize, &str)| {
        let tag = text[at + 2..].trim_start_matches('-').trim_start();
        let name = tag
            .strip_prefix("endblock ")
            .or_else(|| tag.strip_prefix("block "))?
            .trim_start();
        let length = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        Some((text.len() - name.len(), &name[..length]))
    };
    text.match_indices("{%").filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    fn loaded(files: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
        let file = |(name, text): &(&str, &str)| TemplateFile {
            name: (*name).to_owned(),
            path: SourcePath::new(&format!("templates/{name}")).expect("inside"),
            text: (*text).to_owned(),
            is_own: true,
        };
        let theme = file(&("media.html", "{% block media %}{% endblock media %}"));
        let theme = BTreeMap::from([(theme.name.clone(), theme)]);
        let mut problems = Vec::new();
        let files = with_new_names(files.iter().map(file).collect(), &theme, &mut problems);
        let place =
            |problem: &Diagnostic| problem.location.as_ref().map_or(0, |place| place.column);
        let problems = problems
            .iter()
            .map(|problem| format!("{} {}", place(problem), problem.message))
            .collect();
        (
            files
                .into_iter()
                .map(|file| (file.name, file.text))
                .collect(),
            problems,
        )
    }

    #[test]
    fn a_template_with_an_old_name_replaces_the_one_with_the_new_name() {
        let (files, problems) = loaded(&[(
            "partials/around.html",
            "{% include \"partials/rows.html\" %}",
        )]);
        assert_eq!(
            files,
            [(
                "partials/related.html".to_owned(),
                "{% include \"partials/compact-list.html\" %}".to_owned()
            )]
        );
        assert_eq!(
            problems,
            [
                "13 `partials/rows.html` is now called `partials/compact-list.html`",
                "1 the theme's `partials/around.html` is now called `partials/related.html`"
            ]
        );
    }

    #[test]
    fn two_templates_with_old_names_find_each_other() {
        let (files, problems) = loaded(&[
            ("partials/rows.html", "rows"),
            ("page.html", "{% include \"partials/rows.html\" %}"),
        ]);
        assert_eq!(files[0].0, "partials/compact-list.html");
        assert_eq!(files[1].1, "{% include \"partials/compact-list.html\" %}");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_template_keeps_its_old_name_if_the_new_one_is_taken() {
        let own = [
            ("shown.html", "old"),
            ("media.html", "new"),
            ("page.html", "{% include \"shown.html\" %}"),
        ];
        let (files, problems) = loaded(&own);
        assert_eq!(
            files,
            own.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert_eq!(
            problems,
            ["1 the theme's `shown.html` is now called `media.html`"]
        );
    }

    #[test]
    fn an_old_block_replaces_the_one_with_the_new_name() {
        let (files, problems) = loaded(&[(
            "page.html",
            "{% extends 'entry.html' %}{%- block ending %}{% endblock ending %}",
        )]);
        assert_eq!(
            files[0].1,
            "{% extends 'entry.html' %}{%- block after_text %}{% endblock after_text %}"
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_layout_of_ones_own_keeps_its_blocks() {
        let own = [
            ("base.html", "{% block more %}{% endblock more %}"),
            (
                "page.html",
                "{% extends \"base.html\" %}{% block more %}x{% endblock more %}",
            ),
        ];
        let (files, problems) = loaded(&own);
        assert_eq!(
            files,
            own.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn a_layout_that_replaces_the_themes_has_its_blocks() {
        let (files, problems) = loaded(&[(
            "shown.html",
            "{% block thing %}{% endblock thing %}{% block more %}{% endblock more %}",
        )]);
        assert_eq!(
            files[0].1,
            "{% block media %}{% endblock media %}{% block more %}{% endblock more %}"
        );
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn a_variable_for_a_partial_gets_its_new_name() {
        let (files, problems) = loaded(&[(
            "page.html",
            "{% set has_branch = false %}{{ page.has_branch }} has_branch{% if not has_branch %}x{% endif %}",
        )]);
        assert_eq!(
            files[0].1,
            "{% set has_section_nav = false %}{{ page.has_branch }} has_branch{% if not has_section_nav %}x{% endif %}"
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
