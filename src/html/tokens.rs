//! Splits HTML into tokens by the rules of the HTML Standard (§13.2.5), in one pass and without
//! recursion, so that the work grows only with the length of the input. Every byte of the text
//! belongs to one token, so no word can get lost between them. See DECISIONS: “HTML is read by a
//! tokenizer of our own”.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::raw_text::end_of_text;
use super::references::decode_attribute;

/// The maximum number of attributes that are read in a tag.
pub const ATTRIBUTES_MAX: usize = 200;

/// A part of an HTML text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlToken {
    StartTag(StartTag),
    EndTag {
        name: String,
        range: Range<usize>,
    },
    Text(Range<usize>),
    Comment {
        range: Range<usize>,
        is_open: bool,
    },
    /// What browsers read as a comment: `</3>`, `<![CDATA[…]]>`, `<?…?>`.
    OddComment(Range<usize>),
    Doctype(Range<usize>),
    /// A tag without `>` at its end.
    OpenTag(Range<usize>),
}

/// A start tag. Ranges are byte ranges of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartTag {
    /// In lower case.
    pub name: String,
    pub range: Range<usize>,
    pub is_self_closing: bool,
    /// The attributes beyond the maximum.
    pub surplus: Option<Range<usize>>,
    /// Where a quotation mark is missing, or where there is one too many.
    pub odd_quote: Option<usize>,
    attributes: Vec<Attribute>,
}

/// An attribute as written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    name: Range<usize>,
    value: Range<usize>,
    quote: Option<u8>,
}

impl StartTag {
    /// The attributes: the name in lower case, the value with its character references resolved,
    /// and the range in `text`. Of several attributes with the same name, only the first counts.
    pub fn attributes(&self, text: &str) -> impl Iterator<Item = (String, String, Range<usize>)> {
        self.attributes
            .iter()
            .map(move |Attribute { name, value, quote }| {
                let key = text[name.clone()].to_ascii_lowercase();
                let end = value.end + usize::from(quote.is_some());
                (
                    key,
                    decode_attribute(&text[value.clone()], *quote),
                    name.start..end.max(name.end),
                )
            })
    }
}

/// Reads the tokens of a text, lazily.
#[derive(Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The element whose content is read as text, up to its end tag.
    text_of: Option<String>,
    /// The token after the text that was just returned.
    following: Option<HtmlToken>,
    /// The last search for `>`: from each offset in this range, the next `>` is at the end of the
    /// range.
    to_next_close: Range<usize>,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::starting_at(text, 0)
    }

    /// Reads the tokens of a text from this offset on. Their ranges are those of the whole text.
    pub fn starting_at(text: &'a str, at: usize) -> Self {
        Tokens {
            text,
            at,
            text_of: None,
            following: None,
            to_next_close: 0..0,
        }
    }

    /// Reads the text that follows as the content of this element, up to its end tag.
    pub fn read_text_of(&mut self, element: &str) {
        self.text_of = Some(element.to_owned());
    }

    /// Goes back to an offset within the token returned last.
    pub fn rewind_to(&mut self, to: usize) {
        (self.at, self.following) = (to, None);
    }

    fn rest(&self, from: usize) -> &'a [u8] {
        &self.text.as_bytes()[from..]
    }

    /// The markup that begins at a `<`; `None` if that is text.
    fn markup(&mut self, open: usize) -> Option<HtmlToken> {
        let rest = self.rest(open);
        let token = match (rest.get(1)?, rest.get(2)) {
            (byte, _) if byte.is_ascii_alphabetic() => self.tag(open, open + 1),
            (b'/', Some(byte)) if byte.is_ascii_alphabetic() => self.tag(open, open + 2),
            (b'!', _) if rest.starts_with(b"<!--") => self.comment(open),
            (b'!', _)
                if rest
                    .get(2..9)
                    .is_some_and(|name| name.eq_ignore_ascii_case(b"doctype")) =>
            {
                HtmlToken::Doctype(open..self.end_of_markup(open))
            }
            (b'!' | b'?', _) | (b'/', Some(_)) => {
                HtmlToken::OddComment(open..self.end_of_markup(open))
            }
            _ => return None,
        };
        self.at = token.end();
        Some(token)
    }

    /// Where markup that begins at `open` ends: after the next `>`, or at the end of the text.
    fn end_of_markup(&mut self, open: usize) -> usize {
        if !self.to_next_close.contains(&open) {
            let close = memchr(b'>', self.rest(open)).map_or(self.text.len(), |at| open + at);
            self.to_next_close = open..close;
        }
        (self.to_next_close.end + 1).min(self.text.len())
    }

    fn comment(&self, open: usize) -> HtmlToken {
        let inner = open + 4;
        let rest = self.rest(inner);
        let close = if rest.starts_with(b">") {
            Some(1)
        } else if rest.starts_with(b"->") {
            Some(2)
        } else {
            let mut closes = memchr::memchr_iter(b'>', rest)
                .filter(|at| rest[..*at].ends_with(b"--") || rest[..*at].ends_with(b"--!"));
            closes.next().map(|at| at + 1)
        };
        HtmlToken::Comment {
            range: open..close.map_or(self.text.len(), |length| inner + length),
            is_open: close.is_none(),
        }
    }

    /// The tag whose name begins at `from`.
    fn tag(&self, open: usize, from: usize) -> HtmlToken {
        let bytes = self.text.as_bytes();
        let name_end = from
            + length_until(&bytes[from..], |byte| {
                is_space(byte) || matches!(byte, b'/' | b'>')
            });
        let mut tag = StartTag {
            name: self.text[from..name_end].to_ascii_lowercase(),
            ..StartTag::default()
        };
        match tag.read_attributes(bytes, name_end) {
            Err(end) => HtmlToken::OpenTag(open..end),
            Ok(end) if from == open + 2 => HtmlToken::EndTag {
                name: tag.name,
                range: open..end,
            },
            Ok(end) => {
                tag.range = open..end;
                HtmlToken::StartTag(tag)
            }
        }
    }

    /// The text up to the end tag of the element that contains it.
    fn text_of(&mut self, element: &str) -> Option<HtmlToken> {
        let from = self.at;
        self.at = from + end_of_text(self.rest(from), element);
        (self.at > from).then_some(HtmlToken::Text(from..self.at))
    }
}

impl Iterator for Tokens<'_> {
    type Item = HtmlToken;

    fn next(&mut self) -> Option<HtmlToken> {
        if let Some(token) = self.following.take() {
            return Some(token);
        }
        if let Some(text) = self
            .text_of
            .take()
            .and_then(|element| self.text_of(&element))
        {
            return Some(text);
        }
        let from = self.at;
        let mut search = from;
        while let Some(open) = memchr(b'<', self.rest(search)).map(|at| search + at) {
            if let Some(token) = self.markup(open) {
                if open == from {
                    return Some(token);
                }
                self.following = Some(token);
                return Some(HtmlToken::Text(from..open));
            }
            search = open + 1;
        }
        self.at = self.text.len();
        (from < self.at).then_some(HtmlToken::Text(from..self.at))
    }
}

impl HtmlToken {
    fn end(&self) -> usize {
        match self {
            HtmlToken::StartTag(tag) => tag.range.end,
            HtmlToken::EndTag { range, .. }
            | HtmlToken::Text(range)
            | HtmlToken::Comment { range, .. }
            | HtmlToken::OddComment(range)
            | HtmlToken::Doctype(range)
            | HtmlToken::OpenTag(range) => range.end,
        }
    }
}

impl Attribute {
    /// The quotation mark that shows that one is missing in this tag, or that there is one too
    /// many: it is part of a name, or it begins a value that goes on past the intended end of the
    /// tag.
    fn odd_quote(&self, bytes: &[u8]) -> Option<usize> {
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
        let in_name = || {
            bytes[self.name.clone()]
                .iter()
                .position(is_quote)
                .map(|at| self.name.start + at)
        };
        match self.quote {
            Some(_) if self.contains_end_of_tag(bytes) => Some(self.value.start - 1),
            _ => in_name(),
        }
    }

    /// Whether a quoted value seems to contain the `>` of its own tag. A formula such as `a > b`
    /// may be intended; but then no tag and no line begins after it, and a space follows the
    /// closing quotation mark.
    fn contains_end_of_tag(&self, bytes: &[u8]) -> bool {
        let value = &bytes[self.value.clone()];
        let Some(close) = memchr2(b'<', b'>', value)
            .filter(|at| value[*at] == b'>' && !value[..*at].ends_with(b"="))
        else {
            return false;
        };
        let rest = &value[close..];
        let begins_tag = |at: usize| {
            rest.get(at + 1)
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/')
        };
        let is_followed_by_name = bytes
            .get(self.value.end + 1)
            .is_some_and(|byte| !is_space(*byte) && !matches!(byte, b'/' | b'>'));
        let continues_on_next_line =
            memchr(b'\n', rest).is_some() && memchr(b'\n', &value[..close]).is_none();
        is_followed_by_name
            || continues_on_next_line
            || memchr::memchr_iter(b'<', rest).any(begins_tag)
    }
}

impl StartTag {
    /// Reads the rest of the tag after its name, including `>`, and returns where it ends.
    ///
    /// # Errors
    /// Where the tag breaks off: at the end of the text, or where another tag begins.
    fn read_attributes(&mut self, bytes: &[u8], from: usize) -> Result<usize, usize> {
        let mut at = from;
        loop {
            at = after_spaces(bytes, at);
            match (bytes.get(at).ok_or(at)?, bytes.get(at + 1)) {
                (b'>', _) => break,
                (b'/', Some(b'>')) => {
                    self.is_self_closing = true;
                    at += 1;
                    break;
                }
                (b'/', _) => at += 1,
                _ => {
                    let attribute = read_attribute(bytes, at)?;
                    at = attribute.value.end + usize::from(attribute.quote.is_some());
                    self.odd_quote = self.odd_quote.or_else(|| attribute.odd_quote(bytes));
                    if self.attributes.len() < ATTRIBUTES_MAX {
                        self.attributes.push(attribute);
                    } else {
                        let begin = self
                            .surplus
                            .take()
                            .map_or(attribute.name.start, |surplus| surplus.start);
                        self.surplus = Some(begin..at);
                    }
                }
            }
        }
        Ok(at + 1)
    }
}

/// The attribute that begins here. If it has no value, the value is empty and is where the name
/// ends.
fn read_attribute(bytes: &[u8], from: usize) -> Result<Attribute, usize> {
    // A `=` at the beginning belongs to the name.
    let name_end = from
        + 1
        + length_until(&bytes[from + 1..], |byte| {
            is_space(byte) || matches!(byte, b'/' | b'>' | b'=' | b'<')
        });
    let name = from..name_end;
    if bytes[from] == b'<' || bytes.get(name_end) == Some(&b'<') {
        return Err(if bytes[from] == b'<' { from } else { name_end });
    }
    let equals = after_spaces(bytes, name_end);
    if bytes.get(equals) != Some(&b'=') {
        return Ok(Attribute {
            name,
            value: name_end..name_end,
            quote: None,
        });
    }
    let begin = after_spaces(bytes, equals + 1);
    match *bytes.get(begin).ok_or(bytes.len())? {
        quote @ (b'"' | b'\'') => {
            let length = memchr(quote, &bytes[begin + 1..]).ok_or(bytes.len())?;
            Ok(Attribute {
                name,
                value: begin + 1..begin + 1 + length,
                quote: Some(quote),
            })
        }
        _ => {
            let length = length_until(&bytes[begin..], |byte| is_space(byte) || byte == b'>');
            Ok(Attribute {
                name,
                value: begin..begin + length,
                quote: None,
            })
        }
    }
}

/// Whether a byte is white space between attributes (Infra, §4.6, ASCII whitespace).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

fn length_until(bytes: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| is_end(*byte))
        .unwrap_or(bytes.len())
}

fn after_spaces(bytes: &[u8], from: usize) -> usize {
    from + length_until(&bytes[from..], |byte| !is_space(byte))
}

#[cfg(test)]
mod tests;
