//! Checks the formula library's output against a list of the MathML that a page may contain.
//!
//! The library copies some names of a formula into its output without changes, and it uses `style`
//! attributes, which the pages' content security policy forbids. So its output is read tag by tag.
//! Elements on the list stay where they are allowed; their attributes are kept, replaced by a class
//! of `css/math.css` or left out. Everything else becomes text. See DECISIONS: “Formulas are read
//! again after the library wrote them”.

use super::links::ParsedTarget;
use crate::escape;
use crate::html::{HtmlToken, StartTag, Tokens};

/// A formula that is safe to publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanMathml {
    pub html: String,
    /// Addresses of links that were left out.
    pub refused_links: Vec<String>,
}

/// Elements that contain only text.
const LEAVES: [&str; 3] = ["mi", "mn", "mo"];

/// Elements that contain other MathML elements.
const CONTAINERS: [&str; 21] = [
    "merror",
    "mfrac",
    "mmultiscripts",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtr",
    "munder",
    "munderover",
    "menclose",
];

/// HTML elements that are allowed in `mtext`.
const IN_TEXT: [&str; 8] = ["a", "b", "code", "em", "i", "s", "span", "u"];

/// Attributes that are kept without changes. Their values are numbers, lengths and words.
const ATTRIBUTES: [&str; 19] = [
    "accent",
    "accentunder",
    "depth",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "width",
];

/// Classes that the library writes.
const CLASSES: [&str; 5] = [
    "math-core-sans-serif-font",
    "math-core-serif-font",
    "menclose-downdiagonalstrike",
    "menclose-horizontalstrike",
    "menclose-updiagonalstrike",
];

/// What replaces a style declaration.
enum Replacement {
    Class(&'static str),
    Attribute(&'static str),
    /// Another declaration of the same style has the same effect.
    Nothing,
}

/// The replacement for a declaration; `None` for one that the library does not write.
fn replacement(property: &str, value: &str) -> Option<Replacement> {
    use Replacement::{Attribute, Class, Nothing};
    Some(match (property, value) {
        ("color", _) => Attribute("mathcolor"),
        ("font-size", _) => Attribute("mathsize"),
        ("justify-items", _) | ("padding-bottom", "0") => Nothing,
        ("text-align", "left") => Class("math-left"),
        ("text-align", "right") => Class("math-right"),
        ("padding-left", "0") => Class("math-pl-0"),
        ("padding-left", "0.1em") => Class("math-pl-1"),
        ("padding-left", "0.1667em") => Class("math-pl-3"),
        ("padding-left", "0.2222em") => Class("math-pl-4"),
        ("padding-left", "0.2778em") => Class("math-pl-5"),
        ("padding-left", "1em") => Class("math-pl-18"),
        ("padding-right", "0") => Class("math-pr-0"),
        ("padding-right", "0.1em") => Class("math-pr-1"),
        ("padding-right", "0.1667em") => Class("math-pr-3"),
        ("padding-right", "0.2222em") => Class("math-pr-4"),
        ("padding-right", "0.2778em") => Class("math-pr-5"),
        ("padding-top", "0") => Class("math-tight"),
        ("padding-top", "0.1667em") => Class("math-cfrac"),
        ("width", "100%") => Class("math-wide"),
        ("width", "50%") => Class("math-side"),
        ("width", "7.5%") => Class("math-edge"),
        // The attribute `width` has the same effect.
        ("width", _) => Nothing,
        ("border-left", "0.05em solid currentcolor") => Class("math-line-left"),
        ("border-left", "0.05em dashed currentcolor") => Class("math-dash-left"),
        ("border-right", "0.05em solid currentcolor") => Class("math-line-right"),
        ("border-right", "0.05em dashed currentcolor") => Class("math-dash-right"),
        ("border-top", "0.05em solid currentcolor") => Class("math-line-top"),
        ("border-top", "0.05em dashed currentcolor") => Class("math-dash-top"),
        ("font-variant-caps", "small-caps") => Class("math-small-caps"),
        ("math-shift", "compact") => Class("math-compact"),
        ("margin-left", length) => Class(negative_space(length)),
        _ => return None,
    })
}

/// The class for a negative space: the nearest of the widths in `css/math.css`, in eighteenths of
/// an em.
fn negative_space(length: &str) -> &'static str {
    const STEPS: [(f32, &str); 7] = [
        (3.0, "math-back-3"),
        (4.0, "math-back-4"),
        (5.0, "math-back-5"),
        (9.0, "math-back-9"),
        (18.0, "math-back-18"),
        (36.0, "math-back-36"),
        (72.0, "math-back-72"),
    ];
    let unit = length
        .find(|c: char| c.is_ascii_alphabetic() || c == '%')
        .unwrap_or(length.len());
    let ems = match &length[unit..] {
        "ex" => 0.45,
        _ => 1.0,
    };
    let wanted = -length[..unit].parse::<f32>().unwrap_or(0.0) * ems * 18.0;
    let nearest = STEPS
        .iter()
        .min_by(|(a, _), (b, _)| (a - wanted).abs().total_cmp(&(b - wanted).abs()));
    nearest.map_or("", |(_, class)| class)
}

/// Cleans the library's output for a formula, which begins with `<math>`.
pub fn clean(mathml: &str) -> CleanMathml {
    let is_block = mathml.starts_with("<math display=\"block\">");
    let inner = mathml.split_once('>').map_or("", |(_, inner)| inner);
    let inner = inner.strip_suffix("</math>").unwrap_or(inner);
    let mut cleaner = MathmlCleaner {
        out: String::with_capacity(mathml.len() + 16),
        open: Vec::new(),
        refused_links: Vec::new(),
    };
    cleaner.out.push_str(if is_block {
        "<math display=\"block\">"
    } else {
        "<math>"
    });
    cleaner.read(inner);
    while let Some(name) = cleaner.open.pop() {
        cleaner.close(name);
    }
    cleaner.out.push_str("</math>");
    CleanMathml {
        html: cleaner.out,
        refused_links: cleaner.refused_links,
    }
}

struct MathmlCleaner {
    out: String,
    /// The open elements, innermost last.
    open: Vec<&'static str>,
    refused_links: Vec<String>,
}

impl MathmlCleaner {
    fn read(&mut self, text: &str) {
        for token in Tokens::new(text) {
            let (is_written, range) = match token {
                HtmlToken::StartTag(tag) => (self.start_tag(&tag, text), tag.range),
                HtmlToken::EndTag { name, range } => (self.end_tag(&name), range),
                HtmlToken::Text(range)
                | HtmlToken::Comment { range, .. }
                | HtmlToken::OddComment(range)
                | HtmlToken::Doctype(range)
                | HtmlToken::OpenTag(range) => (false, range),
            };
            if !is_written {
                self.text(&text[range]);
            }
        }
    }

    /// Writes text. A character that the library escaped stays escaped.
    fn text(&mut self, text: &str) {
        let mut parts = text.split('&');
        escape::html_text_into(&mut self.out, parts.next().unwrap_or_default());
        for part in parts {
            let is_escaped = ["lt;", "gt;", "amp;", "quot;", "#39;"]
                .iter()
                .any(|name| part.starts_with(name));
            self.out.push_str(if is_escaped { "&" } else { "&amp;" });
            escape::html_text_into(&mut self.out, part);
        }
    }

    /// Writes the end tag of the innermost open element. Returns whether it is that.
    fn end_tag(&mut self, name: &str) -> bool {
        let Some(open) = self.open.pop_if(|open| *open == name) else {
            return false;
        };
        self.close(open);
        true
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Writes a start tag with its allowed attributes. Returns whether the tag is allowed here.
    fn start_tag(&mut self, tag: &StartTag, text: &str) -> bool {
        let Some(name) = self.allowed(&tag.name) else {
            return false;
        };
        self.out.push('<');
        self.out.push_str(name);
        let attributes: Vec<(String, String)> = tag
            .attributes(text)
            .map(|(name, value, _)| (name, value))
            .collect();
        self.attributes(name, &attributes);
        if tag.is_self_closing {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.open.push(name);
        }
        true
    }

    /// The element with this name, if it is allowed within the open ones.
    fn allowed(&self, name: &str) -> Option<&'static str> {
        let known = |names: &[&'static str]| names.iter().copied().find(|known| *known == name);
        match self.open.last() {
            Some(open) if LEAVES.contains(open) => None,
            Some(open) if *open == "mtext" || IN_TEXT.contains(open) => known(&IN_TEXT),
            _ => known(&LEAVES)
                .or_else(|| known(&CONTAINERS))
                .or_else(|| known(&["mtext"])),
        }
    }

    fn attributes(&mut self, element: &str, attributes: &[(String, String)]) {
        let mut classes: Vec<&str> = Vec::new();
        for (name, value) in attributes {
            match name.as_str() {
                "style" => self.style(value, &mut classes),
                "class" => classes.extend(value.split(' ').filter(|class| CLASSES.contains(class))),
                // The prefix keeps ids of a formula apart from those of the page.
                "id" if element == "mtd" => self.attribute("id", &format!("eq-{value}")),
                "href" if element == "a" => self.link(value),
                name if ATTRIBUTES.contains(&name) => self.attribute(name, value),
                _ => {}
            }
        }
        if !classes.is_empty() {
            self.attribute("class", &classes.join(" "));
        }
    }

    fn style<'a>(&mut self, style: &'a str, classes: &mut Vec<&'a str>) {
        let declarations = style
            .split(';')
            .filter_map(|declaration| declaration.split_once(':'));
        for (property, value) in
            declarations.map(|(property, value)| (property.trim(), value.trim()))
        {
            match replacement(property, value) {
                Some(Replacement::Class(class)) => classes.push(class),
                Some(Replacement::Attribute(name)) => self.attribute(name, value),
                Some(Replacement::Nothing) | None => {}
            }
        }
    }

    /// The address of a link: a place within the formula, or another site.
    fn link(&mut self, address: &str) {
        if let Some(label) = address.strip_prefix('#') {
            self.attribute("href", &format!("#eq-{label}"));
        } else if ParsedTarget::parse(address) == ParsedTarget::Outside {
            self.attribute("href", address);
        } else {
            self.refused_links.push(address.to_owned());
        }
    }

    /// Writes an attribute. `value` is not escaped yet.
    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.out.push_str(&escape::html(value));
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(inner: &str) -> String {
        let clean = clean(&format!("<math>{inner}</math>")).html;
        clean
            .strip_prefix("<math>")
            .and_then(|rest| rest.strip_suffix("</math>"))
            .expect("it is one formula")
            .to_owned()
    }

    #[test]
    fn only_mathml_stays() {
        assert_eq!(
            html("<mo lspace=\"0\">sin</mo><mspace width=\"1em\"/>"),
            "<mo lspace=\"0\">sin</mo><mspace width=\"1em\"/>"
        );
        assert_eq!(
            html("<mo><script/src=/x.js></script></mo>"),
            "<mo>&lt;script/src=/x.js&gt;&lt;/script&gt;</mo>"
        );
        assert_eq!(
            html("<mo>a</mo></math><img src=x></mo>"),
            "<mo>a</mo>&lt;/math&gt;&lt;img src=x&gt;&lt;/mo&gt;"
        );
        assert_eq!(
            html("<mrow onclick=\"x()\" class=\"a b\"><mi>x</mi>"),
            "<mrow><mi>x</mi></mrow>"
        );
        assert_eq!(
            html("<b>x</b><mtext><b>&lt;y&</b></mtext>"),
            "&lt;b&gt;x&lt;/b&gt;<mtext><b>&lt;y&amp;</b></mtext>"
        );
        assert_eq!(
            html("<mtext><mi>x</mi></mtext>"),
            "<mtext>&lt;mi&gt;x&lt;/mi&gt;</mtext>"
        );
    }

    #[test]
    fn styles_become_classes_and_attributes() {
        assert_eq!(
            html("<mspace style=\"margin-left:-0.1667em;\"/>"),
            "<mspace class=\"math-back-3\"/>"
        );
        assert_eq!(
            html("<mrow style=\"color:#ff0000;\"></mrow>"),
            "<mrow mathcolor=\"#ff0000\"></mrow>"
        );
        assert_eq!(
            html("<mtd style=\"text-align: right;justify-items: end;padding-right: 0;\"></mtd>"),
            "<mtd class=\"math-right math-pr-0\"></mtd>"
        );
    }

    #[test]
    fn links_lead_within_the_formula_or_to_other_sites() {
        assert_eq!(
            html("<mtext><a href=\"#x\">1</a></mtext>"),
            "<mtext><a href=\"#eq-x\">1</a></mtext>"
        );
        let made = clean(
            "<math><mtext><a href=\"javascript:alert(1)\">x</a><a href=\"https://a.example/?b&amp;c\">y</a></mtext></math>",
        );
        assert_eq!(
            made.html,
            "<math><mtext><a>x</a><a href=\"https://a.example/?b&amp;c\">y</a></mtext></math>"
        );
        assert_eq!(made.refused_links, ["javascript:alert(1)"]);
    }
}
