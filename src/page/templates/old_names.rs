//! Outdated names in a site's own templates: of values, of words, and of words to compare with.

use super::field_names::{NameChain, chains, tags};
use super::file::TemplateFile;
use crate::diagnostic::Diagnostic;
use crate::renamed::{self, NameKind, RENAMED};
use crate::source::LineStarts;

/// Objects in templates whose values may have any names of the site's own.
const OTHERS: [&str; 5] = ["words", "site", "nav", "loop", "extra"];

/// The value of a list that has a new name. All other renamed values are those of pages or cards.
const OF_LISTING: &str = "facet_links";

/// Reports the old names in a template.
pub fn old_names(file: &TemplateFile) -> Vec<Diagnostic> {
    if !RENAMED
        .iter()
        .any(|renamed| file.text.contains(renamed.old))
    {
        return Vec::new();
    }
    let lines = LineStarts::new(&file.text);
    let problem = |(offset, old, new): (usize, &str, &str)| {
        renamed::problem(
            old,
            new,
            lines.place(&file.path, offset..offset + old.len()),
        )
    };
    let mut problems = Vec::new();
    for (start, tag) in tags(&file.text) {
        problems.extend(
            chains(start, tag)
                .iter()
                .filter_map(renamed_value)
                .map(problem),
        );
        problems.extend(
            literals(start, tag)
                .filter_map(|(at, text)| Some((at, text, renamed_word(tag, text)?)))
                .map(problem),
        );
    }
    problems
}

/// The old name in an expression such as `page.twin_href` or `words.level_starter`: its offset, the
/// name, and the new name.
fn renamed_value<'t>(chain: &NameChain<'t>) -> Option<(usize, &'t str, &'static str)> {
    let (owner, at, name) = match chain.names[..] {
        [(_, "page"), (_, "listing"), (at, name), ..] => ("listing", at, name),
        [(_, owner), (at, name), ..] => (owner, at, name),
        _ => return None,
    };
    let kind = if owner == "words" {
        NameKind::Word
    } else {
        NameKind::TemplateValue
    };
    let new = renamed::new_name(kind, name)?;
    // A card can have any variable name in a template, and only one of its values was renamed.
    let is_of_card = new == "event" && !OTHERS.contains(&owner);
    let is_of_owner = match owner {
        "words" => true,
        "page" => new != OF_LISTING,
        "listing" => new == OF_LISTING,
        _ => is_of_card,
    };
    is_of_owner.then_some((at, name, new))
}

/// The new name of a quoted text that is a value or a word's key, if the tag uses it as such.
fn renamed_word(tag: &str, text: &str) -> Option<&'static str> {
    let of_value = ["level", "order", "layout", "show"]
        .into_iter()
        .find_map(|key| renamed::new_value(key, text).filter(|_| tag.contains(key)));
    of_value.or_else(|| renamed::new_name(NameKind::Word, text).filter(|_| tag.contains("key")))
}

/// The quoted texts within a tag, each with its offset in the template.
fn literals(start: usize, tag: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + tag[at..].find(['"', '\'', '`'])?;
        let quote = char::from(tag.as_bytes()[open]);
        let end = open + 1 + tag[open + 1..].find(quote)?;
        at = end + 1;
        Some((start + open + 1, &tag[open + 1..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    fn reported(text: &str) -> Vec<String> {
        let path = SourcePath::new("templates/page.html").expect("inside");
        let file = TemplateFile {
            name: "page.html".into(),
            path,
            text: text.into(),
            is_own: true,
        };
        old_names(&file)
            .into_iter()
            .map(|problem| {
                format!(
                    "{} {}",
                    problem.location.map_or(0, |place| place.column),
                    problem.message
                )
            })
            .collect()
    }

    #[test]
    fn old_names_are_reported_where_they_are_used() {
        for (text, expected) in [
            (
                "{{ page.twin_href }}",
                "9 `twin_href` is now called `markdown_href`",
            ),
            (
                "{{ page.listing.ways }}",
                "17 `ways` is now called `facet_links`",
            ),
            (
                "{% if card.happens %}{% endif %}",
                "12 `happens` is now called `event`",
            ),
            (
                "{{ words.level_expert }}",
                "10 `level_expert` is now called `level_advanced`",
            ),
            (
                "{{ t(key=\"level_expert\") }}",
                "11 `level_expert` is now called `level_advanced`",
            ),
            (
                "{% if page.level == 'starter' %}{% endif %}",
                "22 `starter` is now called `beginner`",
            ),
            (
                "{% for card in pages(order=\"happening\") %}{% endfor %}",
                "29 `happening` is now called `upcoming`",
            ),
        ] {
            assert_eq!(reported(text), [expected], "{text}");
        }
    }

    #[test]
    fn names_of_ones_own_are_not_reported() {
        let own = "{{ page.ways }}{{ page.fields.happens }}{{ page.extra.twin_href }}{{ site.following }}{{ words.home }}{{ following }}\
                   {# page.twin_href #}twin_href{{ \"starter\" }}";
        assert_eq!(reported(own), Vec::<String>::new());
    }
}
