//! Finds what would run or load something in files of the content that browsers open as pages of
//! their own.

use std::borrow::Cow;

use crate::html::{ATTRIBUTES_MAX, HtmlToken, Tokens};

/// Extensions of files that browsers open as documents in which scripts run.
const DOCUMENTS: [&str; 16] = [
    "html", "htm", "xhtml", "xht", "shtml", "xml", "xsl", "xslt", "rdf", "rss", "atom", "svgz",
    "mhtml", "mht", "hta", "htc",
];

/// Extensions of files whose text is packed, so it is not checked.
const PACKED: [&str; 3] = ["svgz", "mhtml", "mht"];

/// Elements that run, load or send something.
const ACTIVE: [&str; 12] = [
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "base",
    "portal",
    "handler",
    "listener",
    "foreignobject",
];

/// The maximum number of findings; one is enough to make the writer look.
const FINDINGS_MAX: usize = 5;

/// Whether browsers open a file with this name as a document in which scripts run.
pub fn is_document(name: &str) -> bool {
    DOCUMENTS.contains(&extension(name).as_str())
}

fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase()
}

/// The parts of such a file that run or load something, in words.
pub fn active_parts(name: &str, bytes: &[u8]) -> Vec<String> {
    if PACKED.contains(&extension(name).as_str()) || bytes.starts_with(b"\x1F\x8B") {
        return vec!["packed text, in which scripts cannot be seen".to_owned()];
    }
    let text = decoded(bytes);
    let mut found = Vec::new();
    let mut note = |what: String| {
        if found.len() < FINDINGS_MAX && !found.contains(&what) {
            found.push(what);
        }
    };
    // A declared entity may contain tags.
    if text.contains("<!ENTITY") {
        note("an entity declaration".to_owned());
    }
    if text.contains("<?xml-stylesheet") {
        note("a style sheet that can write scripts".to_owned());
    }
    for token in Tokens::new(&text) {
        let tag = match token {
            HtmlToken::StartTag(tag) => tag,
            // Browsers read on where the tokenizer gives up.
            HtmlToken::OpenTag(range) if range.end < text.len() => {
                note("a tag that is not closed, which may hide a script".to_owned());
                continue;
            }
            _ => continue,
        };
        if tag.surplus.is_some() {
            note(format!("a tag with more than {ATTRIBUTES_MAX} attributes"));
        }
        let element = tag.name.rsplit(':').next().unwrap_or(&tag.name);
        if ACTIVE.contains(&element) {
            note(format!("the element `<{element}>`"));
        }
        for (key, value, _) in tag.attributes(&text) {
            let local = key.rsplit(':').next().unwrap_or(&key);
            if let Some(what) = active_attribute(element, local, &value) {
                note(what);
            }
        }
    }
    found
}

fn active_attribute(element: &str, attribute: &str, value: &str) -> Option<String> {
    let squeezed: String = value
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect::<String>()
        .to_lowercase();
    let is_outside = squeezed.starts_with("//")
        || squeezed.starts_with("http:")
        || squeezed.starts_with("https:");
    let is_loaded = match attribute {
        "src" | "srcset" | "poster" | "background" | "data" => true,
        "href" => !matches!(element, "a" | "area"),
        _ => false,
    };
    if attribute.starts_with("on") && attribute.len() > 2 {
        return Some(format!("the attribute `{attribute}`"));
    }
    if squeezed.starts_with("javascript:")
        || squeezed.starts_with("vbscript:")
        || squeezed.starts_with("data:text/html")
    {
        return Some(format!("an address that runs a script in `{attribute}`"));
    }
    if attribute == "http-equiv" && squeezed == "refresh" {
        return Some("a `refresh` that goes to another address".to_owned());
    }
    (is_loaded && is_outside).then(|| {
        format!(
            "the reference to `{}`",
            squeezed.chars().take(60).collect::<String>()
        )
    })
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|two| read([two[0], two[1]]))
            .collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        // XML that begins with `<` may be UTF-16 without a byte order mark.
        [b'<', 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, b'<', ..] => wide(bytes, u16::from_be_bytes),
        bytes => String::from_utf8_lossy(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_found_and_plain_documents_are_not_reported() {
        for (name, text, found) in [
            (
                "a.html",
                "<p>Plain <a href=\"https://example.org\">link</a></p>",
                "",
            ),
            (
                "a.html",
                "<SCRIPT>1</SCRIPT><p onclick=x>",
                "the element `<script>`, the attribute `onclick`",
            ),
            (
                "a.htm",
                "<a href=\" java\nscript:x\">",
                "an address that runs a script in `href`",
            ),
            (
                "a.xhtml",
                "<h:script xmlns:h='x'/>",
                "the element `<script>`",
            ),
            (
                "a.xml",
                "<?xml-stylesheet href='a.xsl'?><a/>",
                "a style sheet that can write scripts",
            ),
            (
                "a.html",
                "<img src=//spy.example/x>",
                "the reference to `//spy.example/x`",
            ),
            (
                "a.html",
                "<meta http-equiv=refresh content='0;url=//x'>",
                "a `refresh` that goes to another address",
            ),
            (
                "a.html",
                "<img < onerror=x>",
                "a tag that is not closed, which may hide a script",
            ),
            (
                "a.svgz",
                "\u{1f}",
                "packed text, in which scripts cannot be seen",
            ),
        ] {
            assert_eq!(
                active_parts(name, text.as_bytes()).join(", "),
                found,
                "{text}"
            );
        }
        let wide: Vec<u8> = "<script>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(active_parts("a.html", &wide), ["the element `<script>`"]);
        assert!(
            is_document("A.XHTML")
                && is_document("a.b.svgz")
                && !is_document("html")
                && !is_document("a.txt")
        );
    }
}
