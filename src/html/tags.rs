//! Start tags with the values of their attributes: all those of a text, or those of a finished page
//! that matter, found without reading the rest of the page.
//!
//! Finished pages are long, and few of their tags matter for a question. So the page is first
//! searched for bytes that such a tag contains, and only the tags around them are read. These
//! searches may find a tag within a comment or a script, which [`tags`] would not.

use std::ops::Range;

use memchr::memmem;

use super::raw_text::holds_text;
use super::{HtmlToken, StartTag, Tokens};

/// A start tag with the values of its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// In lower case.
    pub name: String,
    pub range: Range<usize>,
    /// Name in lower case, value with its character references decoded, and range; sorted by name.
    /// Of several attributes with the same name, only the first counts.
    pub attributes: Vec<(String, String, Range<usize>)>,
    /// Where the last attribute ends; where the name ends if there is none.
    pub attributes_end: usize,
}

impl Tag {
    /// The values of a tag of `text`.
    pub fn new(tag: StartTag, text: &str) -> Self {
        let mut attributes: Vec<_> = tag.attributes(text).collect();
        let end_of_name = tag.range.start + "<".len() + tag.name.len();
        let attributes_end = match (&tag.surplus, attributes.last()) {
            (Some(surplus), _) => surplus.end,
            (None, last) => last.map_or(end_of_name, |(.., range)| range.end),
        };
        attributes.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        attributes.dedup_by(|(later, ..), (first, ..)| later == first);
        Tag {
            name: tag.name,
            range: tag.range,
            attributes,
            attributes_end,
        }
    }

    /// The names and values of the attributes.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.attributes
            .iter()
            .map(|(name, value, _)| (name.as_str(), value.as_str()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Where the tag's name ends.
    pub fn end_of_name(&self) -> usize {
        self.range.start + "<".len() + self.name.len()
    }
}

/// The start tags of a text, read lazily.
pub fn tags(text: &str) -> impl Iterator<Item = Tag> + '_ {
    let mut tokens = Tokens::new(text);
    std::iter::from_fn(move || {
        loop {
            let HtmlToken::StartTag(tag) = tokens.next()? else {
                continue;
            };
            if holds_text(&tag.name) {
                tokens.read_text_of(&tag.name);
            }
            return Some(Tag::new(tag, text));
        }
    })
}

/// The start tag that begins at this offset, if one does.
pub fn tag_at(text: &str, at: usize) -> Option<Tag> {
    match Tokens::starting_at(text, at).next()? {
        HtmlToken::StartTag(tag) if tag.range.start == at => Some(Tag::new(tag, text)),
        _ => None,
    }
}

/// The tags of an element in a finished page, whose names are in lower case as `name` is. A tag
/// within another's attribute is skipped.
pub fn tags_named<'a>(html: &'a str, name: &str) -> impl Iterator<Item = Tag> + 'a {
    let (begin, name) = (format!("<{name}"), name.to_owned());
    let finder = memmem::Finder::new(&begin).into_owned();
    let (mut search, mut behind) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let at = search + finder.find(&html.as_bytes()[search..])?;
            search = at + 1;
            if at < behind {
                continue;
            }
            if let Some(tag) = tag_at(html, at).filter(|tag| tag.name == name) {
                behind = tag.range.end;
                return Some(tag);
            }
        }
    })
}

/// Where the first tag of an element begins in a finished page.
pub fn first_named(html: &str, name: &str) -> Option<usize> {
    memmem::find(html.as_bytes(), format!("<{name}").as_bytes())
}

/// The tags of any of these elements, in upper or lower case.
pub fn tags_of<'a>(html: &'a str, names: &'a [&str]) -> impl Iterator<Item = Tag> + 'a {
    let begins = |at: usize, name: &str| {
        html.as_bytes()[at + 1..]
            .get(..name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    memchr::memchr_iter(b'<', html.as_bytes())
        .filter(move |at| names.iter().any(|name| begins(*at, name)))
        .filter_map(|at| tag_at(html, at))
        .filter(|tag| names.contains(&tag.name.as_str()))
}

/// The tags of a finished page that contain the host of an address, in an attribute from which a
/// browser may load it, and the tag of each style that contains one.
pub fn tags_with_hosts(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    // The last tag that was read, up to the last position in it that was checked.
    let mut read = 0..0;
    for at in hosts(html) {
        if read.contains(&at) || !may_load(&html[..at]) {
            continue;
        }
        let from = if at >= read.end { read.end } else { 0 };
        let Some(open) = memchr::memrchr(b'<', &html.as_bytes()[from..at]).map(|open| from + open)
        else {
            // It is in the same tag, or in the text after it.
            if at >= read.end {
                read.end = at;
            }
            continue;
        };
        read = open..at;
        found.extend(tag_at(html, open));
    }
    found
}

/// Positions at which the host of an address may begin: at `//`, at a backslash that browsers read
/// as a slash, and after `https:` alone.
fn hosts(html: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = html.as_bytes();
    let ends_scheme = |at: usize| {
        let is_scheme = |name: &str| {
            at >= name.len() && bytes[at - name.len()..at].eq_ignore_ascii_case(name.as_bytes())
        };
        (is_scheme("http") || is_scheme("https")) && !bytes[at + 1..].starts_with(b"//")
    };
    let odd = memchr::memchr2_iter(b':', b'\\', bytes).filter_map(move |at| match bytes[at] {
        b':' => ends_scheme(at).then_some(at + 1),
        // The first of the two may be a slash.
        _ => Some(if at > 0 && bytes[at - 1] == b'/' {
            at - 1
        } else {
            at
        }),
    });
    memmem::find_iter(bytes, "//").chain(odd)
}

/// Whether the `//` that follows may belong to an address that is loaded. Most are in data, in text
/// or in attributes that load nothing.
fn may_load(before: &str) -> bool {
    let without = |scheme: &str| {
        let at = before
            .len()
            .checked_sub(scheme.len())
            .filter(|at| before.is_char_boundary(*at))?;
        before[at..]
            .eq_ignore_ascii_case(scheme)
            .then(|| &before[..at])
    };
    let bare = without("https:").or_else(|| without("http:"));
    let Some(opened) = bare.unwrap_or(before).strip_suffix(['"', '\'']) else {
        return bare.is_some() || before.ends_with(['=', '(']);
    };
    let Some(named) = opened.strip_suffix('=') else {
        return !opened.ends_with([':', ',', '[']);
    };
    let name = &named[named
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map_or(0, |at| at + 1)..];
    match name {
        "content" => false,
        "href" => named.rfind('<').is_some_and(|open| {
            named[open..]
                .get(1..5)
                .is_some_and(|tag| tag.eq_ignore_ascii_case("link"))
        }),
        _ => true,
    }
}

/// Whether a text contains what may begin a comment in a browser: `<!`, `<?`, or `</` without a
/// name.
pub fn may_contain_comments(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| match bytes.get(at + 1) {
        Some(b'!' | b'?') => true,
        Some(b'/') => bytes
            .get(at + 2)
            .is_none_or(|byte| !byte.is_ascii_alphabetic()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tags: impl IntoIterator<Item = Tag>) -> Vec<String> {
        tags.into_iter().map(|tag| tag.name).collect()
    }

    #[test]
    fn a_tag_with_its_values() {
        let html = "é<IMG src='a&amp;b' alt ALT=x />";
        let tag = tag_at(html, 2).expect("a tag");
        assert_eq!((tag.get("src"), tag.get("alt")), (Some("a&b"), Some("")));
        assert_eq!(&html[..tag.end_of_name()], "é<IMG");
        assert_eq!(&html[tag.attributes_end..], " />");
        assert_eq!(tag_at(html, 0), None);
        assert_eq!(tag_at("a <b>", 0), None);
    }

    #[test]
    fn all_tags_but_not_those_in_scripts_and_comments() {
        let html = "<p><!-- <a> --><script>\"<b>\"</script><i title='<u>'>";
        assert_eq!(names(tags(html)), ["p", "script", "i"]);
        assert_eq!(names(tags_of(html, &["a", "i", "u"])), ["a", "i", "u"]);
    }

    #[test]
    fn tags_of_one_element() {
        let html = "<img alt=\"<img>\"><imgx><img";
        assert_eq!(names(tags_named(html, "img")), ["img"]);
        assert_eq!(first_named("<header><head>", "head"), Some(0));
    }

    #[test]
    fn only_tags_with_hosts_are_read() {
        let html = "<a href=\"//a\">//</a><img src=\"https://b\"><link href='//c'><p style='url(//d)'>\
                    <meta content='//e'><style>@import '//f'</style>";
        assert_eq!(names(tags_with_hosts(html)), ["img", "link", "p", "style"]);
    }

    #[test]
    fn what_may_begin_a_comment() {
        assert!(
            ["<!", "a<?b", "</", "</ a"]
                .into_iter()
                .all(may_contain_comments)
        );
        assert!(!may_contain_comments("<p>a</p> < b"));
    }
}
