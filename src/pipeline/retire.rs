//! Adds addresses to the setting `retired`, in the form that the list has in the file. Every other
//! byte of the file stays.

use super::move_page::text::EditedText;
use crate::paths::SourcePath;
use crate::settings;
use crate::site::missing_addresses::yaml_text;
use crate::yaml::{self, YamlEntry, YamlValue};

const KEY: &str = "retired";

/// The bytes of the settings with `addresses` added to the list; `None` if they cannot be added to
/// a file in this form.
pub fn add(path: &SourcePath, bytes: &[u8], addresses: &[String]) -> Option<Vec<u8>> {
    let mut file = EditedText::new(path, bytes)?;
    let whole = 0..file.text.len();
    let node = yaml::parse(path, &file.text, whole).ok()?;
    let map = match &node {
        Some(node) => Some(node.as_map()?),
        None => None,
    };
    match map.and_then(|map| map.iter().find(|(key, _)| *key == KEY)) {
        Some((_, entry)) => extend(&mut file, entry, addresses)?,
        None => append(&mut file, addresses),
    }
    let written = file.into_bytes();
    let read = settings::read(path, Some(&written)).value.retired;
    addresses
        .iter()
        .all(|address| read.contains(address))
        .then_some(written)
}

fn append(file: &mut EditedText, addresses: &[String]) {
    let end = file.text.len();
    let break_before = if file.text.is_empty() || file.text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let lines = block_lines("  ", addresses);
    file.replace(end..end, &format!("{break_before}{KEY}:\n{lines}"));
}

/// One line for each item, each with its line end.
fn block_lines(indent: &str, addresses: &[String]) -> String {
    addresses
        .iter()
        .map(|address| format!("{indent}- {}\n", yaml_text(address)))
        .collect()
}

fn extend(file: &mut EditedText, entry: &YamlEntry, addresses: &[String]) -> Option<()> {
    let at = file.at(&entry.node.place);
    let in_flow = addresses
        .iter()
        .map(|address| yaml_text(address))
        .collect::<Vec<_>>()
        .join(", ");
    match &entry.node.value {
        YamlValue::None => {
            let key_start = file.at(&entry.key_place).start;
            insert_after_line(file, key_start, &block_lines("  ", addresses));
        }
        YamlValue::List(items) if file.text[at.start..].starts_with('[') => {
            let comma = if items.is_empty() { "" } else { ", " };
            file.replace(at.start + 1..at.start + 1, &format!("{in_flow}{comma}"));
        }
        YamlValue::List(items) => {
            let last = file.at(&items.last()?.place).start;
            let line = file.text[..last]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            let lead = &file.text[line..last];
            let dash = lead
                .find('-')
                .filter(|dash| lead[..*dash].trim().is_empty())?;
            let lines = block_lines(&lead[..dash], addresses);
            insert_after_line(file, last, &lines);
        }
        YamlValue::Text(text) if file.text[at.clone()].contains(text.as_str()) => {
            file.replace(at.start..at.start, "[");
            file.replace(at.end..at.end, &format!(", {in_flow}]"));
        }
        _ => return None,
    }
    Some(())
}

/// Inserts whole lines after the line that contains `offset`.
fn insert_after_line(file: &mut EditedText, offset: usize, lines: &str) {
    match file.text[offset..].find('\n') {
        Some(newline) => file.replace(offset + newline + 1..offset + newline + 1, lines),
        None => {
            let end = file.text.len();
            file.replace(end..end, &format!("\n{}", lines.trim_end_matches('\n')));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, addresses: &[&str]) -> Option<String> {
        let path = SourcePath::new("handsel.yaml").expect("a plain name");
        let addresses: Vec<String> = addresses
            .iter()
            .map(|address| (*address).to_owned())
            .collect();
        add(&path, text.as_bytes(), &addresses).map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn every_form_of_the_list_is_extended_and_nothing_else_changes() {
        for (before, after) in [
            ("title: A\n", "title: A\nretired:\n  - /a/\n  - /b/#c\n"),
            (
                "title: A # the title",
                "title: A # the title\nretired:\n  - /a/\n  - /b/#c\n",
            ),
            ("", "retired:\n  - /a/\n  - /b/#c\n"),
            (
                "# only a comment\n",
                "# only a comment\nretired:\n  - /a/\n  - /b/#c\n",
            ),
            (
                "retired: [] # none\ntitle: A\n",
                "retired: [/a/, /b/#c] # none\ntitle: A\n",
            ),
            ("retired: [ /x/ ]\n", "retired: [/a/, /b/#c,  /x/ ]\n"),
            (
                "retired:\n- /x/ # why\n# after\ntitle: A\n",
                "retired:\n- /x/ # why\n- /a/\n- /b/#c\n# after\ntitle: A\n",
            ),
            (
                "retired:\n    - /x/\n    - \"/y/\"",
                "retired:\n    - /x/\n    - \"/y/\"\n    - /a/\n    - /b/#c",
            ),
            (
                "retired:\ntitle: A\n",
                "retired:\n  - /a/\n  - /b/#c\ntitle: A\n",
            ),
            (
                "retired: # none yet\r\ntitle: A\r\n",
                "retired: # none yet\r\n  - /a/\r\n  - /b/#c\r\ntitle: A\r\n",
            ),
            ("retired: /x/\n", "retired: [/x/, /a/, /b/#c]\n"),
            (
                "\u{FEFF}title: A\r\n",
                "\u{FEFF}title: A\r\nretired:\r\n  - /a/\r\n  - /b/#c\r\n",
            ),
        ] {
            assert_eq!(
                added(before, &["/a/", "/b/#c"]).as_deref(),
                Some(after),
                "{before:?}"
            );
        }
    }

    #[test]
    fn addresses_are_quoted_where_yaml_wants_it() {
        assert_eq!(
            added("retired: [/x/]\n", &["/a,b/"]).as_deref(),
            Some("retired: [\"/a,b/\", /x/]\n")
        );
        assert_eq!(
            added("", &["/a:"]).as_deref(),
            Some("retired:\n  - \"/a:\"\n")
        );
    }

    #[test]
    fn settings_that_cannot_be_extended_are_left_alone() {
        for text in [
            "{ title: A }\n",
            "- a\n",
            "title: [\n",
            "retired: { a: b }\n",
        ] {
            assert_eq!(added(text, &["/a/"]), None, "{text:?}");
        }
    }
}
