//! Adds an old address to a page's front matter, in the form that its `aliases:` already have.

use super::text::EditedText;
use crate::diagnostic::Location;
use crate::document::front_matter::{self, COMMON_FIELDS};
use crate::fields::field_named;
use crate::paths::{Route, SourcePath};
use crate::yaml::{self, YamlEntry, YamlNode, YamlValue};

/// Adds the old address of a page whose address is now `own`. If the aliases contain `own`, the new
/// alias replaces it. Returns `false` if the alias cannot be added.
pub fn add(path: &SourcePath, page: &mut EditedText, address: &Route, own: &Route) -> bool {
    let split = front_matter::split(path, &page.text);
    if split.problem.is_some() {
        return false;
    }
    let Some(front) = split.front else {
        page.replace(0..0, &format!("---\naliases: [{address}]\n---\n\n"));
        return true;
    };
    let Ok(node) = yaml::parse(path, &page.text, front.clone()) else {
        return false;
    };
    let aliases = node
        .as_ref()
        .and_then(YamlNode::as_map)
        .and_then(|map| map.iter().find(|(key, _)| is_aliases(key)));
    match aliases {
        Some((key, entry)) => {
            let known = aliases_of(&entry.node);
            if known.iter().any(|(_, known)| known == address) {
                return true;
            }
            match known.iter().find(|(_, known)| known == own) {
                Some((place, _)) => {
                    let at = page.at(place);
                    page.replace(at, &address.to_string());
                    true
                }
                None => extend(page, key, entry, address),
            }
        }
        None => {
            page.replace(front.end..front.end, &format!("aliases: [{address}]\n"));
            true
        }
    }
}

fn is_aliases(key: &str) -> bool {
    field_named(&[&COMMON_FIELDS], key).is_some_and(|field| field.name == "aliases")
}

/// The aliases of the page, each with its place.
fn aliases_of(node: &YamlNode) -> Vec<(&Location, Route)> {
    let nodes = match &node.value {
        YamlValue::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let address = |node: &YamlNode| {
        Route::new(node.as_text()?)
            .ok()
            .map(|route| route.as_folder())
    };
    nodes
        .into_iter()
        .filter_map(|node| Some((&node.place, address(node)?)))
        .collect()
}

fn extend(page: &mut EditedText, key: &str, entry: &YamlEntry, address: &Route) -> bool {
    let at = page.at(&entry.node.place);
    match &entry.node.value {
        YamlValue::None => {
            let key_at = page.at(&entry.key_place).start + key.len();
            let Some(colon) = page.text[key_at..].find(':').filter(|colon| *colon <= 1) else {
                return false;
            };
            page.replace(
                key_at + colon + 1..key_at + colon + 1,
                &format!(" [{address}]"),
            );
            true
        }
        YamlValue::List(items) if page.text[at.start..].starts_with('[') => {
            let comma = if items.is_empty() { "" } else { ", " };
            page.replace(at.start + 1..at.start + 1, &format!("{address}{comma}"));
            true
        }
        YamlValue::List(items) => {
            let Some(first) = items.first() else {
                return false;
            };
            let item = page.at(&first.place).start;
            let line = page.text[..item]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            let lead = &page.text[line..item];
            let Some(dash) = lead
                .find('-')
                .filter(|dash| lead[..*dash].trim().is_empty())
            else {
                return false;
            };
            let indent = lead[..dash].to_owned();
            page.replace(line..line, &format!("{indent}- {address}\n"));
            true
        }
        YamlValue::Text(text) if page.text[at.clone()].contains(text.as_str()) => {
            page.replace(at.start..at.start, &format!("[{address}, "));
            page.replace(at.end..at.end, "]");
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_alias(text: &str) -> String {
        let path = SourcePath::root();
        let mut page = EditedText::new(&path, text.as_bytes()).expect("text");
        assert!(
            add(
                &path,
                &mut page,
                &Route::page(["old"]),
                &Route::page(["own"])
            ),
            "{text}"
        );
        String::from_utf8(page.into_bytes()).expect("text")
    }

    #[test]
    fn every_form() {
        for (text, expected) in [
            ("# A\n", "---\naliases: [/old/]\n---\n\n# A\n"),
            (
                "---\ntitle: A\n---\nText",
                "---\ntitle: A\naliases: [/old/]\n---\nText",
            ),
            (
                "---\r\ntitle: A\r\n---\r\nText",
                "---\r\ntitle: A\r\naliases: [/old/]\r\n---\r\nText",
            ),
            ("---\n---\nText", "---\naliases: [/old/]\n---\nText"),
            (
                "---\naliases: [/a/] # b\n---\n",
                "---\naliases: [/old/, /a/] # b\n---\n",
            ),
            ("---\naliases: []\n---\n", "---\naliases: [/old/]\n---\n"),
            (
                "---\naliases:\n  - /a/\n  - /b/\ntitle: A\n---\n",
                "---\naliases:\n  - /old/\n  - /a/\n  - /b/\ntitle: A\n---\n",
            ),
            (
                "---\nredirect_from:\n- '/a/'\n---\n",
                "---\nredirect_from:\n- /old/\n- '/a/'\n---\n",
            ),
            ("---\nalias: /a/\n---\n", "---\nalias: [/old/, /a/]\n---\n"),
            (
                "---\naliases: \"/a/\"\n---\n",
                "---\naliases: [/old/, \"/a/\"]\n---\n",
            ),
            (
                "---\naliases:\ntitle: A\n---\n",
                "---\naliases: [/old/]\ntitle: A\n---\n",
            ),
            (
                "---\naliases: [/a/, /own/]\n---\n",
                "---\naliases: [/a/, /old/]\n---\n",
            ),
            (
                "---\naliases:\n  - /own\n---\n",
                "---\naliases:\n  - /old/\n---\n",
            ),
            ("---\nalias: /own/\n---\n", "---\nalias: /old/\n---\n"),
            (
                "---\naliases: [/old/]\n---\n",
                "---\naliases: [/old/]\n---\n",
            ),
        ] {
            assert_eq!(with_alias(text), expected, "{text}");
        }
    }
}
