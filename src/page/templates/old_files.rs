//! Templates, partials and blocks of the theme that a site's own templates still call by old names.
//!
//! Such a template keeps working: it is loaded as if it used the new names, and each old name is
//! reported.

use std::collections::BTreeSet;

use super::TemplateFile;
use crate::diagnostic::Diagnostic;
use crate::renamed::{self, NameKind, RENAMED};
use crate::source::LineStarts;

/// The site's own templates under new names, and a problem for each old name in them.
pub fn with_new_names(
    mut files: Vec<TemplateFile>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<TemplateFile> {
    let names: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    // A layout of the site's own may have blocks with these names.
    let own_layouts = files.iter().filter(|file| !file.text.contains(" extends "));
    let own_blocks: BTreeSet<String> = own_layouts
        .flat_map(|file| blocks(&file.text))
        .map(|(_, name)| name.to_owned())
        .collect();
    for file in &mut files {
        let old_blocks = blocks(&file.text)
            .into_iter()
            .filter(|(_, name)| !own_blocks.contains(*name));
        let mut found: Vec<(usize, &str, &str)> = old_blocks
            .filter_map(|(at, name)| Some((at, name, renamed::new_name(NameKind::Block, name)?)))
            .collect();
        for one in RENAMED
            .iter()
            .filter(|one| one.kind == NameKind::Template && !names.contains(one.old))
        {
            let quoted = |quote: char| format!("{quote}{}{quote}", one.old);
            let uses = ['"', '\''].map(|quote| {
                file.text
                    .match_indices(&quoted(quote))
                    .map(|(at, _)| at + 1)
                    .collect::<Vec<_>>()
            });
            found.extend(uses.concat().into_iter().map(|at| (at, one.old, one.new)));
        }
        found.sort_unstable();
        let lines = LineStarts::new(&file.text);
        let reported = found.iter().map(|(at, old, new)| {
            renamed::problem(old, new, lines.place(&file.path, *at..at + old.len()))
        });
        problems.extend(reported);
        let mut text = file.text.clone();
        for (at, old, new) in found.into_iter().rev() {
            text.replace_range(at..at + old.len(), new);
        }
        file.text = text;
        problems.extend(renamed::file_problem(
            NameKind::Template,
            &file.name,
            &file.path,
        ));
        if let Some(new) =
            renamed::new_name(NameKind::Template, &file.name).filter(|new| !names.contains(*new))
        {
            new.clone_into(&mut file.name);
        }
    }
    files
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
        let mut problems = Vec::new();
        let files = with_new_names(files.iter().map(file).collect(), &mut problems);
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
}
