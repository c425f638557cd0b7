//! The pictures of a drawn page: every `<img>` of the finished HTML gets what a browser should know
//! before it loads it.
//!
//! The page is read once more rather than each template told: so it makes no difference whether a
//! picture came by Markdown, a component, raw HTML, front matter or a template of the writer's own.
//! What the writer states himself stands.

use memchr::memmem;

use crate::document::raw_html::escape_into;

/// What is known of the picture at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// In pixels; `None` where it is unknown.
    pub size: Option<(u32, u32)>,
    /// Smaller pictures of the form that every browser knows: address and width.
    pub set: Vec<(String, u32)>,
    /// The same in a form that only newer ones know, with its media type.
    pub newer: Option<(&'static str, Vec<(String, u32)>)>,
    /// How wide it stands on the page.
    pub sizes: String,
}

/// The page with its pictures' attributes; `find` is asked for the address of each in turn, as it
/// stands in an `href`. `None` when nothing differs.
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
        // What stands at the page's beginning is seen at once; anything else can wait until it is.
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

/// Of a picture that waits, browsers know how wide it stands when its turn comes (HTML,
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
        escape_into(out, href);
        out.push_str(&format!(" {width}w"));
    }
    out.push('"');
    if let Some(sizes) = sizes {
        out.push_str(" sizes=\"");
        escape_into(out, sizes);
        out.push('"');
    }
}

/// A start tag in finished HTML.
struct ImageTag<'a> {
    /// Behind its `>`.
    end: usize,
    /// Behind its last attribute.
    attributes_end: usize,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> ImageTag<'a> {
    /// The tag that begins at `at` with `<img`; `None` when that is another element or the tag
    /// never ends.
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

/// An attribute's text: what Handsel and its templates escape, taken back.
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
    fn what_is_stated_stands() {
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
