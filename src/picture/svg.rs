//! SVG: its size, what is active in it, and the drawing without that.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Fault, Format, Picture};

/// Elements that run something, or bring another language along.
const ACTIVE: [&str; 6] = ["script", "foreignobject", "iframe", "object", "embed", "handler"];

/// At most so many findings are told; one is enough to look.
const FINDINGS_MAX: usize = 5;

pub(super) fn look(bytes: &[u8]) -> Picture {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut picture = Picture::plain(Format::Svg, 0, 0);
    let mut has_root = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let name = element.local_name().as_ref().to_lowercase();
                if !has_root {
                    has_root = true;
                    if name != "svg" {
                        return Picture::faulty(Format::Svg, Fault::Unreadable(format!("it begins with `<{name}>`")));
                    }
                    (picture.width, picture.height) = size(&element);
                }
                note_active(&name, &element, &mut picture.active);
            }
            Ok(Event::Eof) if has_root => return picture,
            Ok(Event::Eof) => return Picture::faulty(Format::Svg, Fault::CutShort),
            Ok(_) => {}
            Err(error) => return Picture { fault: Some(Fault::Unreadable(error.to_string())), ..picture },
        }
    }
}

/// Width and height in pixels: those stated, else those of the `viewBox` (SVG 2, §8.2).
fn size(root: &BytesStart) -> (u32, u32) {
    let stated = |name: &str| {
        let text = attribute(root, name)?;
        let number: f64 = text.trim().trim_end_matches("px").trim().parse().ok()?;
        (0.5..1e6).contains(&number).then_some(number)
    };
    let view_box = attribute(root, "viewBox").and_then(|text| {
        let numbers: Vec<f64> = text.split([' ', ',']).filter(|part| !part.is_empty()).filter_map(|part| part.parse().ok()).collect();
        let [_, _, width, height] = numbers[..] else { return None };
        (width > 0.0 && height > 0.0).then_some((width, height))
    });
    let (width, height) = match (stated("width"), stated("height"), view_box) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(size)) => size,
        _ => return (0, 0),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are held between the limits")]
    let pixels = |side: f64| side.round().clamp(1.0, 1e6) as u32;
    (pixels(width), pixels(height))
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.value.into_owned())
}

fn note_active(name: &str, element: &BytesStart, active: &mut Vec<String>) {
    let mut note = |what: String| {
        if active.len() < FINDINGS_MAX && !active.contains(&what) {
            active.push(what);
        }
    };
    if ACTIVE.contains(&name) {
        note(format!("the element `<{name}>`"));
    }
    for attribute in element.attributes().with_checks(false).flatten() {
        let key = attribute.key.as_ref().to_lowercase();
        let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_default().to_lowercase();
        let local = key.rsplit(':').next().unwrap_or(&key);
        if key.starts_with("on") {
            note(format!("the attribute `{key}`"));
        } else if matches!(local, "href" | "src") {
            let target = value.trim();
            let is_drawn = !matches!(name, "a");
            let is_outside = target.contains("://") || target.starts_with("//");
            if target.starts_with("javascript:") || (is_drawn && is_outside) {
                note(format!("the reference to `{}`", shortened(target)));
            }
        } else if !key.starts_with("xmlns") && value.contains("url(") && value.contains("//") {
            note(format!("an outside reference in `{key}`"));
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The drawing without scripts, event handlers, other languages and outside references.
pub(super) fn sanitise(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut filter = svg_hush::Filter::new();
    filter.set_data_url_filter(svg_hush::data_url_filter::allow_standard_images);
    let mut out = Vec::with_capacity(bytes.len());
    filter
        .filter(bytes, &mut out)
        .map_err(|error| std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of(attributes: &str) -> (u32, u32) {
        let picture = look(format!("<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg' {attributes}/>").as_bytes());
        assert_eq!(picture.fault, None);
        (picture.width, picture.height)
    }

    #[test]
    fn sizes() {
        assert_eq!(size_of("width='40' height='30px'"), (40, 30));
        assert_eq!(size_of("viewBox='0 0 24.4 12'"), (24, 12));
        assert_eq!(size_of("viewBox='0,0,24,12' width='48'"), (48, 24));
        assert_eq!(size_of("viewBox='0 0 24 12' width='100%' height='100%'"), (24, 12));
        assert_eq!(size_of("width='10em'"), (0, 0));
    }

    #[test]
    fn active_parts_are_told_and_taken_out() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 9 9' onload='x()'>\
                   <script>alert(1)</script><image xlink:href='https://spy.example/x.png'/><a href='https://example.org/'><circle r='3'/></a>\
                   <rect fill='url(#g)' width='4' height='4'/></svg>";
        let picture = look(svg.as_bytes());
        assert_eq!(picture.active, ["the attribute `onload`", "the element `<script>`", "the reference to `https://spy.example/x.png`"]);
        let clean = String::from_utf8(sanitise(svg.as_bytes()).expect("it is well formed")).expect("it is text");
        assert!(!clean.contains("alert") && !clean.contains("onload") && !clean.contains("spy.example"), "{clean}");
        assert!(clean.contains("circle") && clean.contains("url(#g)"), "{clean}");
    }

    #[test]
    fn what_is_no_svg_is_told() {
        for text in ["", "<html/>", "<svg><a b=\"", "plain"] {
            assert!(look(text.as_bytes()).fault.is_some(), "{text}");
        }
    }
}
