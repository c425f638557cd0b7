//! Range requests: which bytes of a file a request gets (RFC 9110, section 14).
//!
//! Players request a video in parts, and Safari does not play videos from a server that ignores
//! range requests.

use std::ops::Range;

use axum::http::{HeaderMap, HeaderName, header};

/// How much of a file a request gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeAnswer {
    Whole,
    Bytes(Range<usize>),
    /// No byte of the file is in the range.
    Unsatisfiable,
}

/// The part that a request gets of a file with this length and entity tag.
///
/// A range that is not valid gets the whole file, and so does one with several parts: both are
/// allowed, and no browser requests several parts. `If-Range` matches the same tag only. Dates
/// never match, because the preview does not send any.
pub fn requested(headers: &HeaderMap, tag: &str, length: usize) -> RangeAnswer {
    let Some(range) = only_value(headers, &header::RANGE) else {
        return RangeAnswer::Whole;
    };
    if headers.contains_key(header::IF_RANGE) && only_value(headers, &header::IF_RANGE) != Some(tag)
    {
        return RangeAnswer::Whole;
    }
    parse(range, length).unwrap_or(RangeAnswer::Whole)
}

/// The value of a header that occurs exactly once.
fn only_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then(|| value.trim())
}

/// Reads `bytes=10-19`, `bytes=10-` or `bytes=-10`.
fn parse(range: &str, length: usize) -> Option<RangeAnswer> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    match (number(first)?, number(last)?) {
        (None, None) => None,
        (None, Some(0)) => Some(RangeAnswer::Unsatisfiable),
        // The last bytes of an empty file are the whole file.
        (None, Some(_)) if length == 0 => Some(RangeAnswer::Whole),
        (None, Some(count)) => Some(RangeAnswer::Bytes(length.saturating_sub(count)..length)),
        (Some(first), Some(last)) if last < first => None,
        (Some(first), _) if first >= length => Some(RangeAnswer::Unsatisfiable),
        (Some(first), last) => Some(RangeAnswer::Bytes(
            first..last.map_or(length, |last| last.saturating_add(1).min(length)),
        )),
    }
}

/// A decimal number, or `Some(None)` if `digits` is empty. A number that is too large becomes the
/// largest; `None` if there is anything but digits.
fn number(digits: &str) -> Option<Option<usize>> {
    if digits.is_empty() {
        return Some(None);
    }
    digits
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| Some(digits.parse().unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, length, expected) in [
            ("bytes=10-19", 100, Some(RangeAnswer::Bytes(10..20))),
            ("BYTES = 0-0", 100, Some(RangeAnswer::Bytes(0..1))),
            ("bytes=90-", 100, Some(RangeAnswer::Bytes(90..100))),
            (
                "bytes=90-99999999999999999999999",
                100,
                Some(RangeAnswer::Bytes(90..100)),
            ),
            ("bytes=-10", 100, Some(RangeAnswer::Bytes(90..100))),
            ("bytes=-1000", 100, Some(RangeAnswer::Bytes(0..100))),
            ("bytes=100-", 100, Some(RangeAnswer::Unsatisfiable)),
            (
                "bytes=99999999999999999999999-",
                100,
                Some(RangeAnswer::Unsatisfiable),
            ),
            ("bytes=-0", 100, Some(RangeAnswer::Unsatisfiable)),
            ("bytes=0-", 0, Some(RangeAnswer::Unsatisfiable)),
            ("bytes=-1", 0, Some(RangeAnswer::Whole)),
            ("bytes=19-10", 100, None),
            ("bytes=-", 100, None),
            ("bytes=", 100, None),
            ("bytes=+1-2", 100, None),
            ("bytes=1 -2", 100, None),
            ("bytes=0-1,5-6", 100, None),
            ("lines=1-2", 100, None),
            ("10-19", 100, None),
        ] {
            assert_eq!(parse(range, length), expected, "{range} of {length}");
        }
    }
}
