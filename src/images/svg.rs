//! Reads and sanitizes SVG images.

mod css;
mod names;
mod references;
mod sanitize;
mod text;

use quick_xml::events::BytesStart;

use self::sanitize::CleanSvg;
use super::{ImageFault, ImageInfo, ImageType};

/// The most elements that an SVG may draw through references. Browsers draw all of them, so an
/// image with more is not published.
pub const DRAWN_MAX: u64 = 2_000_000;

pub(super) fn read_size(bytes: &[u8]) -> ImageInfo {
    match sanitize::sanitize(&text::decoded(bytes)) {
        Ok(CleanSvg {
            size: (width, height),
            active,
            drawn,
            ..
        }) => {
            let fault = (drawn > DRAWN_MAX).then_some(ImageFault::DrawsTooMuch);
            ImageInfo {
                active,
                fault,
                ..ImageInfo::plain(ImageType::Svg, width, height)
            }
        }
        Err(fault) => ImageInfo::invalid_image(ImageType::Svg, fault),
    }
}

/// Width and height in pixels: the stated ones, else those of the `viewBox` (SVG 2, §8.2).
fn size(root: &BytesStart) -> (u32, u32) {
    let stated = |name: &str| {
        let text = attribute(root, name)?;
        let number: f64 = text.trim().trim_end_matches("px").trim().parse().ok()?;
        (0.5..1e6).contains(&number).then_some(number)
    };
    let view_box = attribute(root, "viewBox").and_then(|text| {
        let numbers: Vec<f64> = text
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .filter_map(|part| part.parse().ok())
            .collect();
        let [_, _, width, height] = numbers[..] else {
            return None;
        };
        (width > 0.0 && height > 0.0).then_some((width, height))
    });
    let (width, height) = match (stated("width"), stated("height"), view_box) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(size)) => size,
        _ => return (0, 0),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are clamped to the limits"
    )]
    let pixels = |side: f64| side.round().clamp(1.0, 1e6) as u32;
    (pixels(width), pixels(height))
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.value.into_owned())
}

/// The image without scripts, event handlers, foreign elements and external references. Characters
/// between its elements do not change, so no text moves.
///
/// # Errors
/// When it is not an SVG, or draws too many elements.
pub(super) fn sanitize(bytes: &[u8]) -> Result<Vec<u8>, ImageFault> {
    let CleanSvg { svg, drawn, .. } = sanitize::sanitize(&text::decoded(bytes))?;
    if drawn > DRAWN_MAX {
        Err(ImageFault::DrawsTooMuch)
    } else {
        Ok(svg.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of(attributes: &str) -> (u32, u32) {
        let info = read_size(format!("<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg' {attributes}/>").as_bytes());
        assert_eq!(info.fault, None);
        (info.width, info.height)
    }

    /// The contents of a sanitized image with `inside` in it.
    fn clean(inside: &str) -> String {
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{inside}</svg>"
        );
        let clean = String::from_utf8(sanitize(svg.as_bytes()).expect("it is well formed"))
            .expect("it is text");
        let inside = clean
            .strip_prefix("<svg xmlns=\"http://www.w3.org/2000/svg\">")
            .and_then(|rest| rest.strip_suffix("</svg>"));
        inside.unwrap_or_else(|| panic!("{clean}")).to_owned()
    }

    #[test]
    fn sizes() {
        assert_eq!(size_of("width='40' height='30px'"), (40, 30));
        assert_eq!(size_of("viewBox='0 0 24.4 12'"), (24, 12));
        assert_eq!(size_of("viewBox='0,0,24,12' width='48'"), (48, 24));
        assert_eq!(
            size_of("viewBox='0 0 24 12' width='100%' height='100%'"),
            (24, 12)
        );
        assert_eq!(size_of("width='10em'"), (0, 0));
    }

    #[test]
    fn active_parts_are_reported_and_removed() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 9 9' onload='x()'>\
                   <script>alert(1)</script><image xlink:href='https://spy.example/x.png'/><a href='https://example.org/'><circle r='3'/></a>\
                   <rect fill='url(#g)' width='4' height='4'/></svg>";
        let info = read_size(svg.as_bytes());
        assert_eq!(
            info.active,
            [
                "the attribute `onload`",
                "the element `<script>`",
                "the reference to `https://spy.example/x.png`"
            ]
        );
        let clean = String::from_utf8(sanitize(svg.as_bytes()).expect("it is well formed"))
            .expect("it is text");
        assert!(
            !clean.contains("alert") && !clean.contains("onload") && !clean.contains("spy.example"),
            "{clean}"
        );
        assert!(
            clean.contains("circle")
                && clean.contains("url(#g)")
                && clean.contains("<a href=\"https://example.org/\">"),
            "{clean}"
        );
    }

    #[test]
    fn what_is_not_svg_is_reported() {
        for text in [
            "",
            "<html/>",
            "<svg><a b=\"",
            "plain",
            "<svg xmlns='http://www.w3.org/2000/svg'><g></svg>",
            "<svg xmlns='http://www.w3.org/2000/svg'>",
        ] {
            assert!(read_size(text.as_bytes()).fault.is_some(), "{text}");
        }
    }

    #[test]
    fn no_character_of_a_text_changes() {
        for inside in [
            "<text x=\"1\">One<tspan dy=\"2\">two</tspan><tspan>three</tspan> four</text>",
            "<text xml:space=\"preserve\">  a   b<tspan>  c</tspan>\n d</text>",
            "<text font-family=\"Größe, serif\">&lt;5 &amp; größer &#x263A;</text>",
            "<g id=\"größe\"><use href=\"#größe\"/></g>",
            "<a href=\"mailto:a@b.example\" target=\"_blank\"><text>write</text></a>",
        ] {
            assert_eq!(clean(inside), inside);
        }
        assert_eq!(
            clean("<text>a<![CDATA[<b>]]></text>"),
            "<text>a&lt;b&gt;</text>"
        );
        assert_eq!(
            clean("<text>a<!-- b --><?c d?></text><metadata><x/></metadata>"),
            "<text>a</text>"
        );
    }

    #[test]
    fn nothing_that_runs_or_loads_comes_through() {
        for inside in [
            "<a href='javascript:alert(1)'/>",
            "<a xlink:href=' java&#10;script:alert(1)'/>",
            "<a href='data:text/html,x'/>",
            "<animate attributeName='href' values='javascript:alert(1)'/>",
            "<set attributeName='onclick' to='alert(1)'/>",
            "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
            "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
            "<image href='//spy.example/a.png'/>",
            "<image href='data:image/svg+xml,x'/>",
            "<use href='https://spy.example/a.svg#x'/>",
            "<style>@import 'https://spy.example/a.css';</style>",
            "<style>@\\69mport url(https://spy.example/a.css);</style>",
            "<g style='fill:u\\72l(https://spy.example/a.svg)'/>",
            "<g fill='url( \"https://spy.example/a.svg#b\" ) red'/>",
            "<g style='background:image-set(\"https://spy.example/a.png\" 1x)'/>",
            "<g onclick='alert(1)' ev:onload='alert(1)' xmlns:ev='x'/>",
        ] {
            let clean = clean(inside);
            for active in [
                "script",
                "alert",
                "spy.example/",
                "data:",
                "import",
                "foreign",
                "onclick",
                "onload",
            ] {
                // Even an unused word must not remain.
                assert!(!clean.contains(active), "{inside}: {clean}");
            }
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{inside}</svg>"
            );
            assert!(
                !read_size(svg.as_bytes()).active.is_empty(),
                "{inside} is not reported"
            );
        }
    }

    #[test]
    fn nesting_costs_what_it_is_long_and_unfolding_is_refused() {
        let depth = 20_000;
        let nested = "<g>".repeat(depth) + &"</g>".repeat(depth);
        assert_eq!(clean(&nested).len(), nested.len());
        let mut unfolding = "<g id='a0'><path d='M0 0'/></g>".to_owned();
        for level in 1..9 {
            let uses = format!("<use href='#a{}'/>", level - 1).repeat(10);
            unfolding.push_str(&format!("<g id='a{level}'>{uses}</g>"));
        }
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{unfolding}</svg>");
        assert_eq!(
            read_size(svg.as_bytes()).fault,
            Some(ImageFault::DrawsTooMuch)
        );
        let circle = "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>";
        assert_eq!(
            read_size(format!("<svg xmlns='http://www.w3.org/2000/svg'>{circle}</svg>").as_bytes())
                .fault,
            None
        );
        let pattern = "<pattern id='p'><rect fill='url(#p)'/></pattern><rect fill='url(#p)'/>";
        assert_eq!(
            read_size(
                format!("<svg xmlns='http://www.w3.org/2000/svg'>{pattern}</svg>").as_bytes()
            )
            .fault,
            None
        );
    }

    #[test]
    fn entities_of_editors_are_resolved_within_a_limit() {
        let svg = "<!DOCTYPE svg [<!ENTITY ns \"http://www.w3.org/2000/svg\"><!ENTITY t \"x &amp; y\">]><svg xmlns=\"&ns;\"><text>&t;</text></svg>";
        let clean = String::from_utf8(sanitize(svg.as_bytes()).expect("it is well formed"))
            .expect("it is text");
        assert_eq!(
            clean,
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>x &amp; y</text></svg>"
        );
        let long = "y".repeat(60_000);
        let svg = format!(
            "<!DOCTYPE svg [<!ENTITY l \"{long}\">]><svg xmlns='http://www.w3.org/2000/svg'><text>{}</text></svg>",
            "&l;".repeat(500)
        );
        assert!(read_size(svg.as_bytes()).fault.is_some());
    }
}
