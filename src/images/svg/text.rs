//! Decodes the text of an SVG file and the entities that it declares.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::escape::{resolve_predefined_entity, unescape_with};

/// The most bytes that all entities of a file may expand to.
const EXPANDED_MAX: usize = 1 << 20;

/// The text of a file in UTF-8, in UTF-16 with a byte order mark, or in Latin-1 if the file says
/// so.
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|two| read([two[0], two[1]]));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes).into(),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes).into(),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{FEFF}').into(),
            Err(_) if says_latin(bytes) => bytes
                .iter()
                .map(|byte| char::from(*byte))
                .collect::<String>()
                .into(),
            Err(_) => String::from_utf8_lossy(bytes),
        },
    }
}

fn says_latin(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_lowercase();
    ["iso-8859-1", "latin1", "windows-1252"]
        .iter()
        .any(|name| head.contains(name))
}

/// The entities that the document type of the file declares.
#[derive(Default)]
pub struct Entities {
    values: HashMap<String, String>,
    expanded: usize,
}

impl Entities {
    /// Reads `<!ENTITY name "value">` in a document type. Entities whose values contain another
    /// entity or a tag are ignored.
    pub fn declare(&mut self, document_type: &str) {
        for declared in document_type.split("<!ENTITY").skip(1) {
            let declared = declared.trim_start();
            let Some((name, rest)) = declared.split_once(char::is_whitespace) else {
                continue;
            };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let Some((value, _)) = rest[1..].split_once(quote) else {
                continue;
            };
            if let Ok(value) = unescape_with(value, resolve_predefined_entity)
                && !value.contains('<')
            {
                self.values.insert(name.to_owned(), value.into_owned());
            }
        }
    }

    /// The text of an entity; `None` if it is unknown, or if all entities together expand to too
    /// much.
    pub fn text(&mut self, name: &str) -> Option<&str> {
        let value = self.values.get(name)?;
        self.expanded += value.len();
        (self.expanded <= EXPANDED_MAX).then_some(value)
    }

    pub fn is_too_much(&self) -> bool {
        self.expanded > EXPANDED_MAX
    }

    /// The value of an attribute, with its entities decoded.
    pub fn unescape<'a>(&mut self, raw: &'a str) -> Cow<'a, str> {
        if !raw.contains('&') {
            return Cow::Borrowed(raw);
        }
        let mut used = 0;
        let resolve = |name: &str| {
            let text = resolve_predefined_entity(name)
                .or_else(|| self.values.get(name).map(String::as_str));
            used += text.map_or(0, str::len);
            if used > EXPANDED_MAX { Some("") } else { text }
        };
        let text = unescape_with(raw, resolve).map(Cow::into_owned);
        self.expanded += used;
        text.map_or_else(|_| Cow::Owned(raw.replace('&', "")), Cow::Owned)
    }
}
