//! Sanitizes an SVG in one pass, and finds its size, its active parts and how many elements it
//! draws. See DECISIONS: "SVG is cleaned by a pass of our own".

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::css;
use super::names::{is_attribute, is_element};
use super::references::{ReferenceGraph, ids_in};
use super::text::Entities;
use crate::escape;
use crate::images::ImageFault;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Elements that run something or contain another language.
const ACTIVE: [&str; 7] = [
    "script",
    "foreignobject",
    "iframe",
    "object",
    "embed",
    "handler",
    "listener",
];

/// Elements that change an attribute of another element.
const ANIMATING: [&str; 4] = ["animate", "set", "animateTransform", "animateColor"];

/// The schemes that links in an image may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The most active parts that are reported.
const FINDINGS_MAX: usize = 5;

/// A sanitized SVG.
pub struct CleanSvg {
    pub svg: String,
    pub size: (u32, u32),
    /// Descriptions of removed parts that run or load something.
    pub active: Vec<String>,
    /// How many elements a browser draws.
    pub drawn: u64,
}

/// Sanitizes an SVG.
///
/// # Errors
/// Why it is not a valid SVG.
pub fn sanitize(text: &str) -> Result<CleanSvg, ImageFault> {
    let mut reader = Reader::from_str(text);
    let mut pass = SanitizerPass {
        out: String::with_capacity(text.len()),
        ..SanitizerPass::default()
    };
    loop {
        match reader
            .read_event()
            .map_err(|error| ImageFault::Unreadable(error.to_string()))?
        {
            Event::Start(element) => pass.start(&element, false)?,
            Event::Empty(element) => pass.start(&element, true)?,
            Event::End(_) => pass.end(),
            Event::Text(text) => pass.text(&text, &text),
            Event::CData(data) => pass.text(&escape::xml_text(&data), &data),
            Event::GeneralRef(entity) => {
                pass.entity(&entity, entity.resolve_char_ref().ok().flatten())
            }
            Event::DocType(declared) => pass.entities.declare(&declared),
            Event::PI(instruction) if instruction.target() == "xml-stylesheet" => {
                pass.note("an external style sheet".to_owned())
            }
            Event::Eof => break,
            Event::PI(_) | Event::Comment(_) | Event::Decl(_) => {}
        }
        if pass.entities.is_too_much() {
            return Err(ImageFault::DrawsTooMuch);
        }
    }
    if !pass.has_root || pass.depth > 0 {
        return Err(ImageFault::CutShort);
    }
    if pass.out.is_empty() {
        return Err(ImageFault::Unreadable(format!(
            "its first element has no `xmlns=\"{SVG}\"`"
        )));
    }
    Ok(CleanSvg {
        svg: pass.out,
        size: pass.size,
        active: pass.active,
        drawn: pass.references.drawn(),
    })
}

#[derive(Default)]
struct SanitizerPass {
    out: String,
    has_root: bool,
    size: (u32, u32),
    active: Vec<String>,
    references: ReferenceGraph,
    entities: Entities,
    /// The number of open elements.
    depth: usize,
    /// The depth of the element that is being skipped with its contents.
    skipped_at: Option<usize>,
    /// The text of the style that is being read.
    style: Option<String>,
    /// The names of open elements that were written.
    names: Vec<String>,
    /// The declared namespaces: the depth of the declaring element, the prefix and the namespace.
    spaces: Vec<(usize, String, String)>,
}

impl SanitizerPass {
    fn note(&mut self, what: String) {
        if self.active.len() < FINDINGS_MAX && !self.active.contains(&what) {
            self.active.push(what);
        }
    }

    fn start(&mut self, element: &BytesStart, is_empty: bool) -> Result<(), ImageFault> {
        self.depth += 1;
        self.declare(element);
        let name = element.local_name().as_ref().to_owned();
        if !self.has_root {
            self.has_root = true;
            if name != "svg" {
                return Err(ImageFault::Unreadable(format!("it begins with `<{name}>`")));
            }
            self.size = super::size(element);
        }
        let lower = name.to_lowercase();
        let is_svg = self.space_of(element.name().as_ref()) == Some(SVG);
        // Without the namespace nothing is drawn, but active elements are reported anyway.
        if ACTIVE.contains(&lower.as_str()) {
            self.note(format!("the element `<{lower}>`"));
        }
        if self.skipped_at.is_none() && self.style.is_none() {
            let written = self.attributes(&name, element);
            if is_svg && is_element(&name) && written.is_some() {
                self.write_start(&name, &written.unwrap_or_default(), is_empty);
            } else {
                self.skipped_at = Some(self.depth);
            }
        } else if self.skipped_at.is_none() {
            self.skipped_at = Some(self.depth);
        }
        if is_empty {
            self.end();
        }
        Ok(())
    }

    fn declare(&mut self, element: &BytesStart) {
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = attribute.key.as_ref();
            let prefix = if key == "xmlns" {
                Some("")
            } else {
                key.strip_prefix("xmlns:")
            };
            if let Some(prefix) = prefix {
                let space = self.entities.unescape(&attribute.value).into_owned();
                self.spaces.push((self.depth, prefix.to_owned(), space));
            }
        }
    }

    /// The namespace of an element, or of an attribute with a prefix.
    fn space_of(&self, name: &str) -> Option<&str> {
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        self.spaces
            .iter()
            .rev()
            .find(|(_, own, _)| own == prefix)
            .map(|(_, _, space)| space.as_str())
    }

    /// The attributes that are published and the ids that they refer to; `None` if the element must
    /// not be published at all.
    fn attributes(&mut self, name: &str, element: &BytesStart) -> Option<ElementAttributes> {
        let mut written = ElementAttributes::default();
        let mut seen: Vec<String> = Vec::new();
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = attribute.key.as_ref();
            let value = self.entities.unescape(&attribute.value).into_owned();
            let lower = key.to_lowercase();
            let local = lower.rsplit(':').next().unwrap_or(&lower);
            if local.starts_with("on") {
                self.note(format!("the attribute `{local}`"));
            }
            if name == "a" && local == "ping" {
                self.note("the attribute `ping`".to_owned());
            }
            if ANIMATING.contains(&name)
                && local == "attributename"
                && is_dangerous_to_animate(&value)
            {
                self.note(format!("the animation of `{}`", shortened(value.trim())));
                return None;
            }
            let Some(key) = self.published_key(key) else {
                continue;
            };
            if seen.contains(&key) {
                continue;
            }
            if let Some(value) = self.value(name, &key, &value, &mut written) {
                written
                    .text
                    .push_str(&format!(" {key}=\"{}\"", escape::xml(value.as_str())));
            }
            seen.push(key);
        }
        Some(written)
    }

    /// The name under which an attribute is published; `None` if it is not.
    fn published_key(&self, key: &str) -> Option<String> {
        match key.split_once(':') {
            None => is_attribute(key).then(|| key.to_owned()),
            Some(("xml", "space" | "lang")) => Some(key.to_owned()),
            Some((_, "href")) if self.space_of(key) == Some(XLINK) => Some("href".to_owned()),
            Some(_) => None,
        }
    }

    /// The value of an attribute as it is published; `None` if the attribute is not published.
    fn value(
        &mut self,
        name: &str,
        key: &str,
        value: &str,
        written: &mut ElementAttributes,
    ) -> Option<String> {
        match key {
            "href" => {
                let is_kept = if name == "a" {
                    is_link(value)
                } else {
                    is_own(name, value)
                };
                if !is_kept {
                    self.note(format!(
                        "the reference to `{}`",
                        shortened(value.trim().to_lowercase().as_str())
                    ));
                    return None;
                }
                if name != "a" {
                    written
                        .named
                        .extend(value.trim().strip_prefix('#').map(str::to_owned));
                }
                Some(value.to_owned())
            }
            "id" => {
                written.id = Some(value.to_owned());
                Some(value.to_owned())
            }
            _ if value.contains(['(', '@', '\\']) => {
                let (value, is_changed) = css::cleaned(value);
                if is_changed {
                    self.note(format!("an external reference in `{key}`"));
                }
                written.named.extend(ids_in(&value));
                Some(value)
            }
            _ => Some(value.to_owned()),
        }
    }

    fn write_start(&mut self, name: &str, attributes: &ElementAttributes, is_empty: bool) {
        self.out.push('<');
        self.out.push_str(name);
        if self.names.is_empty() {
            self.out.push_str(&format!(" xmlns=\"{SVG}\""));
        }
        self.out.push_str(&attributes.text);
        self.out.push_str(if is_empty { "/>" } else { ">" });
        // An empty element has no end tag.
        self.names.push(if is_empty {
            String::new()
        } else {
            name.to_owned()
        });
        self.references
            .open(attributes.id.clone(), attributes.named.clone());
        if name == "style" && !is_empty {
            self.style = Some(String::new());
        }
    }

    fn end(&mut self) {
        match self.skipped_at {
            Some(depth) if depth == self.depth => self.skipped_at = None,
            Some(_) => {}
            None => {
                if let Some(style) = self.style.take() {
                    let (style, is_changed) = css::cleaned(&style);
                    if is_changed {
                        self.note("an external reference in `<style>`".to_owned());
                    }
                    self.out.push_str(&escape::xml_text(style.as_str()));
                }
                if let Some(name) = self.names.pop().filter(|name| !name.is_empty()) {
                    self.out.extend(["</", name.as_str(), ">"]);
                }
                self.references.close();
            }
        }
        while self
            .spaces
            .last()
            .is_some_and(|(depth, ..)| *depth == self.depth)
        {
            self.spaces.pop();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Adds text. `written` is escaped as in the file, and `meant` is the decoded text.
    fn text(&mut self, written: &str, meant: &str) {
        if self.skipped_at.is_some() || self.names.is_empty() {
            return;
        }
        match &mut self.style {
            Some(style) => style.push_str(meant),
            None => self.out.push_str(written),
        }
    }

    fn entity(&mut self, name: &str, character: Option<char>) {
        if let Some(c) = character.filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')) {
            self.text(&format!("&{name};"), c.encode_utf8(&mut [0; 4]));
        } else if let Some(meant) = resolve_predefined_entity(name) {
            self.text(&format!("&{name};"), meant);
        } else if let Some(meant) = self.entities.text(name).map(str::to_owned) {
            self.text(&escape::xml(meant.as_str()), &meant);
        }
    }
}

/// The attributes of one element.
#[derive(Default)]
struct ElementAttributes {
    text: String,
    id: Option<String>,
    /// The ids that they refer to.
    named: Vec<String>,
}

/// An address in lower case, without the characters that browsers ignore when they read its scheme.
fn strip_ignored(address: &str) -> String {
    address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect::<String>()
        .to_lowercase()
}

fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    (!scheme.contains(['/', '?', '#'])).then_some(scheme)
}

/// Whether an address may be the target of a link.
fn is_link(address: &str) -> bool {
    scheme(&strip_ignored(address)).is_none_or(|scheme| SCHEMES.contains(&scheme))
}

/// Whether an address that is drawn belongs to the image or to this site.
fn is_own(element: &str, address: &str) -> bool {
    let address = strip_ignored(address);
    let is_elsewhere =
        address.starts_with("//") || address.contains('\\') || scheme(&address).is_some();
    !is_elsewhere || (matches!(element, "image" | "feImage") && css::is_image_data(&address))
}

fn is_dangerous_to_animate(attribute: &str) -> bool {
    let name = strip_ignored(attribute);
    let local = name.rsplit(':').next().unwrap_or(&name);
    local == "href" || local == "src" || local == "style" || local.starts_with("on")
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
