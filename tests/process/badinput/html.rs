//! Checks of every page's HTML, whatever the case: it has no active content, no hidden characters
//! and no unclosed elements.

use std::collections::BTreeMap;

use handsel::diagnostic::is_bidi_control;
use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Elements that load or run something. The theme's own scripts are files of the site, or data.
const ACTIVE: &[&str] = &[
    "iframe", "object", "embed", "applet", "base", "frame", "frameset", "portal",
];

/// Elements whose end tags must not be omitted, so that start and end tags can be counted.
const PAIRED: &[&str] = &[
    "html",
    "body",
    "head",
    "main",
    "header",
    "footer",
    "nav",
    "aside",
    "section",
    "article",
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "a",
    "span",
    "em",
    "strong",
    "code",
    "details",
    "form",
    "svg",
];

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &[
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "cite",
    "background",
    "xlink:href",
    "srcset",
];

pub fn safety(path: &str, bytes: &[u8], base_path: &str, faults: &mut Vec<String>) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return faults.push(format!("{path} is not UTF-8"));
    };
    if let Some(c) = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{FEFF}')
    {
        faults.push(format!(
            "{path} contains the control character U+{:04X}",
            u32::from(c)
        ));
    }
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut depth: BTreeMap<String, i64> = BTreeMap::new();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for token in Tokenizer::new_with_emitter(text, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attribute = |wanted: &str| {
                    let found = tag
                        .attributes
                        .iter()
                        .find(|(name, _)| name.as_slice() == wanted.as_bytes());
                    found.map(|(_, value)| String::from_utf8_lossy(&value.value).into_owned())
                };
                if ACTIVE.contains(&name.as_str()) {
                    faults.push(format!("{path} contains <{name}>"));
                }
                let is_data = attribute("type").is_some_and(|kind| kind.ends_with("json"));
                if name == "script"
                    && !is_data
                    && attribute("src")
                        .is_none_or(|src| !src.starts_with('/') || src.starts_with("//"))
                {
                    faults.push(format!("{path} contains a script that is not the theme's"));
                }
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute).into_owned();
                    let value = String::from_utf8_lossy(&value.value);
                    active_attribute(path, &name, &attribute, &value, faults);
                    if ADDRESSES.contains(&attribute.as_str())
                        && value.starts_with('/')
                        && !value.starts_with("//")
                        && !value.starts_with(base_path)
                    {
                        faults.push(format!(
                            "{path}: <{name} {attribute}={value:?}> is not below {base_path}"
                        ));
                    }
                }
                if let Some(id) = attribute("id") {
                    *ids.entry(id).or_default() += 1;
                }
                if !tag.self_closing {
                    *depth.entry(name).or_default() += 1;
                }
            }
            Token::EndTag(tag) => {
                *depth
                    .entry(String::from_utf8_lossy(&tag.name).into_owned())
                    .or_default() -= 1
            }
            _ => {}
        }
    }
    for (id, count) in ids {
        if id.trim().is_empty() || count > 1 {
            faults.push(format!("{path} has the id {id:?} {count} times"));
        }
    }
    let open = PAIRED
        .iter()
        .filter(|name| depth.get(**name).is_some_and(|depth| *depth != 0));
    for name in open {
        faults.push(format!(
            "{path}: <{name}> is opened and closed unequally: {:+}",
            depth[*name]
        ));
    }
}

fn active_attribute(path: &str, tag: &str, name: &str, value: &str, faults: &mut Vec<String>) {
    if name.starts_with("on") || name == "srcdoc" {
        faults.push(format!("{path}: <{tag} {name}> runs code in the browser"));
    }
    if ADDRESSES.contains(&name) {
        let scheme: String = value
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .collect::<String>()
            .to_ascii_lowercase();
        let is_image = scheme.starts_with("data:image/") && tag == "img";
        let is_unsafe = ["javascript:", "vbscript:", "data:", "file:", "blob:"]
            .iter()
            .any(|prefix| scheme.starts_with(prefix));
        if is_unsafe && !is_image {
            faults.push(format!(
                "{path}: <{tag} {name}={value:?}> runs code in the browser or reads local files"
            ));
        }
        if value.contains(char::is_whitespace) && name != "srcset" {
            faults.push(format!(
                "{path}: <{tag} {name}={value:?}> contains white space"
            ));
        }
        if value.chars().any(is_bidi_control) {
            faults.push(format!(
                "{path}: <{tag} {name}> contains characters that reorder text"
            ));
        }
    }
}
