//! The images of a rendered page: every `<img>` of the finished HTML gets the attributes that a
//! browser should know before it loads the image.
//!
//! The finished page is read again, so it does not matter whether an image comes from Markdown, a
//! component, raw HTML, front matter or one of the writer's templates. Attributes that the writer
//! sets are kept.

use crate::escape;
use memchr::memmem;

/// What is known about the image at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// Width and height in pixels, or `None` if unknown.
    pub size: Option<(u32, u32)>,
    /// Smaller variants in a format that every browser supports: address and width.
    pub set: Vec<(String, u32)>,
    /// Variants in a format that only newer browsers support, with its media type.
    pub newer: Option<(&'static str, Vec<(String, u32)>)>,
    /// The width of the image on the page, as in the `sizes` attribute.
    pub sizes: String,
}

/// The page with attributes added to its images, or `None` if nothing changes. `find` gets the
/// address of each image in turn, as written in an `href`.
pub fn add_image_attributes(
    html: &str,
    mut find: impl FnMut(&str) -> Option<ImageFacts>,
) -> Option<String> {
    let mut out = String::new();
    let (mut done, mut behind) = (0, 0);
    let main = memmem::find(html.as_bytes(), b"<main").unwrap_or(0);
    let mut has_first = false;
    for at in memmem::find_iter(html.as_bytes(), "<img") {
        let Some(tag) = ImageTag::read(html, at).filter(|_| at >= behind) else {
            continue;
        };
        behind = tag.end;
        let Some(shown) = tag.get("src").and_then(|source| find(&unescape(source))) else {
            continue;
        };
        // The first image is likely to be visible at once. Others can load when they become
        // visible.
        let is_lazy = tag.get("loading").map_or(at > main && has_first, |stated| {
            stated.eq_ignore_ascii_case("lazy")
        });
        has_first |= at >= main;
        out.push_str(&html[done..at]);
        let newer = shown.newer.as_ref().filter(|_| !tag.has("srcset"));
        if let Some((media_type, set)) = newer {
            out.push_str(&format!("<picture><source type=\"{media_type}\""));
            let stated = tag.get("sizes").map(unescape);
            write_set(
                &mut out,
                set,
                Some(&stated.unwrap_or_else(|| sizes(&shown, is_lazy))),
            );
            out.push('>');
        }
        out.push_str(&html[at..tag.attributes_end]);
        write_attributes(&mut out, &tag, &shown, is_lazy);
        out.push_str(&html[tag.attributes_end..tag.end]);
        if newer.is_some() {
            out.push_str("</picture>");
        }
        done = tag.end;
    }
    if done == 0 {
        return None;
    }
    out.push_str(&html[done..]);
    Some(out)
}

fn write_attributes(out: &mut String, tag: &ImageTag, shown: &ImageFacts, is_lazy: bool) {
    let stated = |name: &str| {
        tag.get(name)
            .and_then(|value| value.trim().parse::<u32>().ok())
            .filter(|side| *side > 0)
    };
    if let Some((width, height)) = shown.size {
        let part = |side: u32, of: u32, whole: u32| {
            (f64::from(side) * f64::from(of) / f64::from(whole)).round()
        };
        match (tag.has("width"), tag.has("height")) {
            (false, false) => out.push_str(&format!(" width=\"{width}\" height=\"{height}\"")),
            (true, false) => out.extend(
                stated("width").map(|side| format!(" height=\"{}\"", part(side, height, width))),
            ),
            (false, true) => out.extend(
                stated("height").map(|side| format!(" width=\"{}\"", part(side, width, height))),
            ),
            (true, true) => {}
        }
    }
    if is_lazy && !tag.has("loading") {
        out.push_str(" loading=\"lazy\"");
    }
    if !tag.has("decoding") {
        out.push_str(" decoding=\"async\"");
    }
    if !tag.has("srcset") && !shown.set.is_empty() {
        let sizes = (!tag.has("sizes")).then(|| sizes(shown, is_lazy));
        write_set(out, &shown.set, sizes.as_deref());
    }
}

/// The value of `sizes`. For a lazy image, browsers know its width when they load it (HTML,
/// §4.8.4.2.2).
fn sizes(shown: &ImageFacts, is_lazy: bool) -> String {
    if is_lazy {
        format!("auto, {}", shown.sizes)
    } else {
        shown.sizes.clone()
    }
}

fn write_set(out: &mut String, set: &[(String, u32)], sizes: Option<&str>) {
    out.push_str(" srcset=\"");
    for (index, (href, width)) in set.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        escape::html_into(out, href);
        out.push_str(&format!(" {width}w"));
    }
    out.push('"');
    if let Some(sizes) = sizes {
        out.push_str(" sizes=\"");
        escape::html_into(out, sizes);
        out.push('"');
    }
}

/// A start tag in finished HTML.
struct ImageTag<'a> {
    /// The offset after its `>`.
    end: usize,
    /// The offset after its last attribute.
    attributes_end: usize,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> ImageTag<'a> {
    /// Reads the tag that begins at `at` with `<img`. Returns `None` if it is another element or
    /// the tag is unclosed.
    fn read(html: &'a str, at: usize) -> Option<Self> {
        let is_space = |c: char| c.is_ascii_whitespace() || c == '/';
        let mut attributes = Vec::new();
        let mut here = at + "<img".len();
        let mut attributes_end = here;
        html[here..]
            .starts_with(|c: char| is_space(c) || c == '>')
            .then_some(())?;
        loop {
            here += html[here..].find(|c: char| !is_space(c))?;
            if html[here..].starts_with('>') {
                return Some(ImageTag {
                    end: here + 1,
                    attributes_end,
                    attributes,
                });
            }
            let length = html[here..]
                .find(|c: char| is_space(c) || matches!(c, '=' | '>'))
                .filter(|length| *length > 0)
                .unwrap_or(1);
            let name = html.get(here..here + length)?;
            here += length;
            attributes_end = here;
            let Some(value) = html[here..].strip_prefix('=') else {
                attributes.push((name, ""));
                continue;
            };
            let (value, behind) = match value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                Some(quote) => value[1..].split_once(quote)?,
                None => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
            };
            attributes.push((name, value));
            here = html.len() - behind.len();
            attributes_end = here;
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// Reverses the escapes of Handsel and its templates in an attribute's text.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&#x2F;", "/");
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(html: &str) -> String {
        let known = |href: &str| {
            let set = vec![
                (format!("{href}.400.webp"), 400),
                (format!("{href}.800.webp"), 800),
            ];
            href.ends_with(".jpg").then(|| ImageFacts {
                size: Some((800, 600)),
                set,
                newer: None,
                sizes: "50vw".into(),
            })
        };
        add_image_attributes(html, known).unwrap_or_else(|| html.to_owned())
    }

    #[test]
    fn the_first_is_loaded_at_once() {
        assert_eq!(
            run("<main><p><img src=\"/a.jpg\" alt=\"a\" /><img alt=b src=/b.jpg></p>"),
            "<main><p><img src=\"/a.jpg\" alt=\"a\" width=\"800\" height=\"600\" decoding=\"async\" \
             srcset=\"/a.jpg.400.webp 400w, /a.jpg.800.webp 800w\" sizes=\"50vw\" /><img alt=b src=/b.jpg width=\"800\" height=\"600\" \
             loading=\"lazy\" decoding=\"async\" srcset=\"/b.jpg.400.webp 400w, /b.jpg.800.webp 800w\" sizes=\"auto, 50vw\"></p>"
        );
    }

    #[test]
    fn the_head_of_a_page_waits_for_nothing_and_takes_nothing_from_the_text() {
        let html = run(
            "<header><img src=\"/logo.jpg\"></header><main><img src=\"/a.jpg\"><img src=\"/b.jpg\">",
        );
        assert_eq!(html.match_indices("lazy").count(), 1);
        assert!(html.find("lazy") > html.find("/a.jpg"));
    }

    #[test]
    fn what_is_stated_is_used() {
        assert_eq!(
            run("<img width=\"400\" src='/a.jpg' srcset=\"x 2x\" decoding=sync>"),
            "<img width=\"400\" src='/a.jpg' srcset=\"x 2x\" decoding=sync height=\"300\">"
        );
        assert_eq!(
            run("<img loading=lazy sizes=9px src='/a.jpg'>")
                .matches("sizes")
                .count(),
            1
        );
        assert_eq!(
            run("<img height=300 width=10 srcset src='/a.jpg'>"),
            "<img height=300 width=10 srcset src='/a.jpg' decoding=\"async\">"
        );
    }

    #[test]
    fn other_tags_and_broken_ones_are_left() {
        for html in [
            "<image src=\"/a.jpg\">",
            "<img",
            "<img src=\"/a.jpg",
            "<img src=/a.png>",
            "<img =\"/a.jpg\">",
            "<imgx>",
            "<img alt=\"<img\">",
            "",
        ] {
            assert_eq!(run(html), html);
        }
        assert!(run("<img src=\"/a&amp;b.jpg\">").contains("srcset=\"/a&amp;b.jpg.400.webp 400w"));
    }
}
