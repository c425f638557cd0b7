//! Which templates one template can reach: those that it extends, includes and calls, and those
//! that they reach in turn.
//!
//! The dependencies are read from the templates' text and err on the side of too many: any quoted
//! name of a template inside a tag counts, and any `<name` of a component. A page is rendered again
//! if a template changes that it might reach, and no other page is. See DECISIONS: "A page's
//! template dependencies are read from the templates' text".

use std::collections::{BTreeMap, BTreeSet};

use super::file::TemplateFile;
use crate::fingerprint::{Fingerprint, Hasher};

/// Fingerprints of templates and components, each including everything that it can reach.
#[derive(Clone, Debug, Default)]
pub struct TemplateDeps {
    pub templates: BTreeMap<String, Fingerprint>,
    pub components: BTreeMap<String, Fingerprint>,
}

impl TemplateDeps {
    pub fn new(files: &BTreeMap<String, TemplateFile>) -> Self {
        let tags: BTreeMap<&str, String> = files
            .values()
            .map(|file| (file.name.as_str(), tags(&file.text)))
            .collect();
        let mut defined: BTreeMap<&str, &str> = BTreeMap::new();
        for (file, code) in &tags {
            defined.extend(
                code.split("component ")
                    .skip(1)
                    .map(|rest| (word(rest), *file)),
            );
        }
        let steps: BTreeMap<&str, BTreeSet<&str>> = tags
            .iter()
            .map(|(file, code)| (*file, steps(code, files, &defined)))
            .collect();
        let own: BTreeMap<&str, Fingerprint> = files
            .values()
            .map(|file| (file.name.as_str(), Fingerprint::of(&file.text)))
            .collect();
        let hash = |file: &str| {
            let mut hasher = Hasher::new();
            for reached in closure(file, &steps) {
                hasher.add(reached).add(own[reached].as_bytes());
            }
            hasher.finish()
        };
        TemplateDeps {
            templates: files
                .keys()
                .map(|file| (file.clone(), hash(file)))
                .collect(),
            components: defined
                .iter()
                .map(|(name, file)| ((*name).to_owned(), hash(file)))
                .collect(),
        }
    }
}

fn closure<'a>(from: &'a str, steps: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in steps.get(file).into_iter().flatten() {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

/// The templates that one template reaches directly.
fn steps<'a>(
    code: &str,
    files: &'a BTreeMap<String, TemplateFile>,
    defined: &BTreeMap<&str, &'a str>,
) -> BTreeSet<&'a str> {
    let quoted = code
        .split(['"', '\'', '`'])
        .filter_map(|name| files.get_key_value(name))
        .map(|(name, _)| name.as_str());
    let called = code
        .split('<')
        .skip(1)
        .filter_map(|rest| defined.get(word(rest)).copied());
    quoted.chain(called).collect()
}

fn word(text: &str) -> &str {
    let text = text.trim_start();
    &text[..text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(text.len())]
}

/// The text inside the tags of a template.
fn tags(text: &str) -> String {
    let mut inside = String::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (close, is_comment) = match after.bytes().next() {
            Some(b'%') => ("%}", false),
            Some(b'{') => ("}}", false),
            Some(b'#') => ("#}", true),
            _ => {
                rest = after;
                continue;
            }
        };
        let tag = &after[1..];
        let end = tag.find(close).unwrap_or(tag.len());
        if !is_comment {
            inside.push_str(&tag[..end]);
            inside.push('\n');
        }
        rest = tag.get(end + 2..).unwrap_or("");
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    #[test]
    fn a_change_reaches_those_that_come_to_it() {
        let load = |card: &str| {
            let texts = [
                (
                    "base.html",
                    "{# {% include \"alone.html\" %} #}{% include \"head.html\" %}",
                ),
                (
                    "page.html",
                    "{% extends 'base.html' %}{{ <card page=\"x\" /> }}",
                ),
                ("head.html", "<title>"),
                ("components/card.html", card),
                ("alone.html", "base.html"),
            ];
            let file = |(name, text): (&str, &str)| TemplateFile {
                name: name.into(),
                path: SourcePath::root(),
                text: text.into(),
                is_own: true,
            };
            TemplateDeps::new(
                &texts
                    .into_iter()
                    .map(|pair| (pair.0.to_owned(), file(pair)))
                    .collect(),
            )
        };
        let (before, after) = (
            load("{% component card(page) %}a{% endcomponent %}"),
            load("{% component card(page) %}b{% endcomponent %}"),
        );
        let differ: Vec<&String> = before
            .templates
            .keys()
            .filter(|name| before.templates[*name] != after.templates[*name])
            .collect();
        assert_eq!(differ, ["components/card.html", "page.html"]);
        assert_ne!(before.components["card"], after.components["card"]);
    }
}
