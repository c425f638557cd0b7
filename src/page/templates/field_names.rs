//! Fields of pages that a template uses and that no kind declares. Nothing else reports that
//! `{% if recipe.servs %}` is never true.
//!
//! A template may assign the fields to a variable (`{% set recipe = page.fields %}`) and loop over
//! lists of mappings (`{% for step in recipe.steps %}`). Both are followed within one file. A
//! variable that is assigned twice is ignored.

use std::collections::BTreeMap;

use super::file::TemplateFile;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{Field, FieldType};
use crate::kind::Kinds;
use crate::source::LineStarts;

/// The fields that a value can have, or `None` if it can have any.
type ValueShape<'a> = Option<Vec<&'a Field>>;

/// One expression such as `page.fields.steps`: its names, each with its offset in the template.
pub(super) struct NameChain<'t> {
    pub(super) names: Vec<(usize, &'t str)>,
}

/// Reports the fields in a template that no kind declares.
pub fn unknown_fields(file: &TemplateFile, kinds: &Kinds) -> Vec<Diagnostic> {
    if !file.text.contains(".fields") {
        return Vec::new();
    }
    let declared: Vec<&Field> = kinds.values().flat_map(|kind| &kind.fields).collect();
    let tags = tags(&file.text);
    let names = names(&tags, &declared);
    let lines = LineStarts::new(&file.text);
    let mut problems = Vec::new();
    for chain in tags.iter().flat_map(|tag| chains(tag.0, tag.1)) {
        if let Some((offset, name, fields)) = unknown(&chain, &names, &declared) {
            let near = nearest(name, fields.iter().map(|field| field.name.as_str()));
            let problem = Diagnostic::new(
                Code::UnknownField,
                format!("no kind declares a field `{name}`, so it is never set"),
            );
            let otherwise = || "declare it under `fields:` in the kind's file".to_owned();
            problems.push(
                problem
                    .at(lines.place(&file.path, offset..offset + name.len()))
                    .suggest(name, near, otherwise),
            );
        }
    }
    problems
}

/// The insides of the tags `{{ … }}` and `{% … %}` with their offsets, without comments and raw
/// blocks.
pub(super) fn tags(text: &str) -> Vec<(usize, &str)> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|open| at + open) {
        let close = match text.as_bytes().get(open + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = open + 1;
                continue;
            }
        };
        let Some(end) = text[open + 2..].find(close).map(|end| open + 2 + end) else {
            break;
        };
        let inside = &text[open + 2..end];
        at = end + 2;
        if inside.trim_matches(['-', ' ']) == "raw" {
            at = text[at..].find("endraw").map_or(text.len(), |end| at + end);
        } else if close != "#}" {
            tags.push((open + 2, inside));
        }
    }
    tags
}

/// The expressions of names and dots in a tag. Strings and names of arguments are skipped.
pub(super) fn chains(start: usize, tag: &str) -> Vec<NameChain<'_>> {
    let bytes = tag.as_bytes();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut chains: Vec<NameChain> = Vec::new();
    let mut goes_on = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1
                    + tag[at + 1..]
                        .find(char::from(quote))
                        .unwrap_or(tag.len() - at - 1)
                    + 1;
                goes_on = false;
            }
            byte if is_name(byte) => {
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|byte| is_name(**byte))
                        .count();
                let name = (start + at, &tag[at..end]);
                match chains.last_mut().filter(|_| goes_on) {
                    Some(chain) => chain.names.push(name),
                    None => chains.push(NameChain { names: vec![name] }),
                }
                at = end;
                while let Some((offset, name, end)) = subscript(tag, at) {
                    if let Some(chain) = chains.last_mut() {
                        chain.names.push((start + offset, name));
                    }
                    at = end;
                }
                let dots = tag[at..]
                    .strip_prefix("?.")
                    .map(|_| 2)
                    .or_else(|| tag[at..].strip_prefix('.').map(|_| 1));
                at += dots.unwrap_or(0);
                goes_on = dots.is_some();
            }
            _ => {
                at += 1;
                goes_on = false;
            }
        }
    }
    chains
}

/// A name in square brackets, such as `["steps"]`: its offset, the name, and the offset after the
/// bracket.
fn subscript(tag: &str, at: usize) -> Option<(usize, &str, usize)> {
    let inside = tag[at..].strip_prefix('[')?;
    let quote = inside
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let (name, rest) = inside[1..].split_once(quote)?;
    rest.starts_with(']')
        .then(|| (at + 2, name, at + 2 + name.len() + 2))
}

/// The variables that a template assigns fields to, with the fields that each can have.
fn names<'t, 'a>(
    tags: &[(usize, &'t str)],
    declared: &[&'a Field],
) -> BTreeMap<&'t str, ValueShape<'a>> {
    let mut names: BTreeMap<&str, ValueShape> = BTreeMap::new();
    for (start, tag) in tags {
        let words = chains(*start, tag);
        let given: &[&str] = &["set", "set_global", "for"];
        let Some(first) = words
            .first()
            .filter(|word| word.names.len() == 1 && given.contains(&word.names[0].1))
        else {
            continue;
        };
        let is_loop = first.names[0].1 == "for";
        let (targets, source) = match (
            is_loop,
            words.iter().position(|word| word.names[0].1 == "in"),
        ) {
            (true, Some(at)) => (&words[1..at], &words[at + 1..]),
            _ => (&words[1..words.len().min(2)], &words[words.len().min(2)..]),
        };
        // Only a value that is a single expression, without a filter or a call, is followed.
        let is_plain =
            source.len() == 1 && targets.len() == 1 && !tag.contains(['|', '(', '[', '~']);
        let shape = if is_plain {
            shape_of(&source[0], &names, declared, is_loop)
        } else {
            None
        };
        for target in targets {
            let name = target.names[0].1;
            let known = names.contains_key(name);
            names.insert(name, if known { None } else { shape.clone() });
        }
    }
    names
}

/// The fields that the value of an expression can have. For a list, those of its items.
fn shape_of<'a>(
    chain: &NameChain,
    names: &BTreeMap<&str, ValueShape<'a>>,
    declared: &[&'a Field],
    is_loop: bool,
) -> ValueShape<'a> {
    let (mut fields, rest) = begin(chain, names, declared)?;
    let Some(((_, last), between)) = rest.split_last() else {
        return (!is_loop).then_some(fields);
    };
    for (_, name) in between {
        fields = inner(&fields, name, false)?;
    }
    inner(&fields, last, is_loop)
}

/// The names in an expression, each with its offset.
type ChainNames<'c, 't> = &'c [(usize, &'t str)];

/// The fields at the start of an expression, and the names after them.
fn begin<'c, 't, 'a>(
    chain: &'c NameChain<'t>,
    names: &BTreeMap<&str, ValueShape<'a>>,
    declared: &[&'a Field],
) -> Option<(Vec<&'a Field>, ChainNames<'c, 't>)> {
    let first = chain.names[0].1;
    if let Some(known) = names.get(first) {
        let is_item_fields = known.is_none()
            && chain
                .names
                .get(1)
                .is_some_and(|(_, name)| *name == "fields");
        return match known {
            Some(fields) => Some((fields.clone(), &chain.names[1..])),
            None if is_item_fields => Some((declared.to_vec(), &chain.names[2..])),
            None => None,
        };
    }
    let is_page = chain
        .names
        .get(1)
        .is_some_and(|(_, name)| *name == "fields");
    is_page.then(|| (declared.to_vec(), &chain.names[2..]))
}

/// The fields inside a field that is a mapping or, for the items of a loop, a list of mappings.
fn inner<'a>(fields: &[&'a Field], name: &str, is_item: bool) -> ValueShape<'a> {
    let mut inside = Vec::new();
    for field in fields.iter().filter(|field| field.name == name) {
        match (&field.kind, is_item) {
            (FieldType::Map(fields), false) => inside.extend(fields),
            (FieldType::List(of), true) => match &**of {
                FieldType::Map(fields) => inside.extend(fields),
                _ => return None,
            },
            _ => return None,
        }
    }
    (!inside.is_empty()).then_some(inside)
}

/// The first name in an expression that is not a declared field, and the fields that are possible
/// there.
fn unknown<'t, 'a>(
    chain: &NameChain<'t>,
    names: &BTreeMap<&str, ValueShape<'a>>,
    declared: &[&'a Field],
) -> Option<(usize, &'t str, Vec<&'a Field>)> {
    let (mut fields, rest) = begin(chain, names, declared)?;
    for (offset, name) in rest {
        if !fields.iter().any(|field| field.name == *name) {
            return Some((*offset, name, fields));
        }
        fields = inner(&fields, name, false)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    fn reported(text: &str) -> Vec<String> {
        let kind = "fields:\n  serves: integer\n  steps: [{ title: text, minutes: minutes }]\n  photo: link\n  cook: { name: text }\n";
        let path = SourcePath::new("templates/kinds/recipe.yaml").expect("inside");
        let kind = crate::kind::read(&path, kind.as_bytes())
            .value
            .expect("readable");
        let kinds = Kinds::from([("recipe".to_owned(), kind)]);
        let path = SourcePath::new("templates/recipe.html").expect("inside");
        let file = TemplateFile {
            name: "recipe.html".into(),
            path,
            text: text.into(),
            is_own: true,
        };
        let problem = |problem: Diagnostic| {
            let column = problem.location.as_ref().map_or(0, |place| place.column);
            format!(
                "{column} {} {}",
                problem.message,
                problem.help.unwrap_or_default()
            )
        };
        unknown_fields(&file, &kinds)
            .into_iter()
            .map(problem)
            .collect()
    }

    #[test]
    fn a_typo_in_a_declared_field_is_reported_however_it_is_asked_for() {
        for (text, column) in [
            ("{% if page.fields.servs %}x{% endif %}", 19),
            ("{{ page.fields?.servs }}", 17),
            ("{% if page.fields[\"servs\"] %}x{% endif %}", 20),
            (
                "{% set recipe = page.fields %}{% if recipe.servs %}x{% endif %}",
                44,
            ),
            (
                "{% for card in page.listing.items %}{{ card.fields.servs }}{% endfor %}",
                52,
            ),
        ] {
            let expected = format!(
                "{column} no kind declares a field `servs`, so it is never set did you mean `serves`?"
            );
            assert_eq!(reported(text), [expected], "{text}");
        }
        let nested = "{% set r = page.fields %}{% for step in r.steps %}{{ step.titel }}{% endfor %}{{ r.cook.nam }}";
        assert_eq!(reported(nested).len(), 2, "{:?}", reported(nested));
    }

    #[test]
    fn nothing_is_said_where_a_value_can_be_anything() {
        for text in [
            "{% set r = page.fields %}{{ r.serves }}{{ r.cook.name }}{{ r.photo.href }}{{ r.photo.card.title }}",
            "{% for step in page.fields.steps %}{{ step.title }}{{ loop.index }}{% endfor %}",
            "{# page.fields.servs #}{% raw %}{{ page.fields.servs }}{% endraw %}{{ \"page.fields.servs\" }}",
            "{% set r = page.fields %}{% for r in page.paths %}{{ r.title }}{% endfor %}",
            "{% for name, value in page.fields %}{{ value.anything }}{% endfor %}",
            "{{ page.fields | length }}{{ page.fields[name] }}{% set a = page.fields.steps | first %}{{ a.titel }}",
        ] {
            assert_eq!(reported(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn the_theme_asks_for_declared_fields_only() {
        let themed: Vec<(String, Vec<u8>)> = crate::theme::templates()
            .into_iter()
            .map(|(name, bytes)| (name, bytes.into_owned()))
            .collect();
        let read = |(name, bytes): &(String, Vec<u8>)| {
            let path = SourcePath::new(&format!("templates/{name}")).expect("inside");
            name.starts_with("kinds/")
                .then(|| crate::kind::read(&path, bytes).value)
                .flatten()
        };
        let kinds: Kinds = themed
            .iter()
            .filter_map(read)
            .map(|kind| (kind.name.clone(), kind))
            .collect();
        for (name, bytes) in themed.iter().filter(|(name, _)| name.ends_with(".html")) {
            let path = SourcePath::new(&format!("templates/{name}")).expect("inside");
            let text = String::from_utf8(bytes.clone()).expect("text");
            assert_eq!(
                unknown_fields(
                    &TemplateFile {
                        name: name.clone(),
                        path,
                        text,
                        is_own: false
                    },
                    &kinds
                ),
                Vec::new()
            );
        }
    }
}
