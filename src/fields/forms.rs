//! Parses text with a certain form: dates, periods, addresses, yes and no. No other module parses
//! these.

use jiff::civil::Date;
use jiff::{Span, SpanRelativeTo, Unit};

use super::dates::{self, DateMeaning, WrittenDate};
use crate::link_target::ParsedTarget;
use crate::yaml::{YamlNode, YamlValue as Yaml};

/// Why a text does not have the required form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FormatFault {
    pub message: String,
    /// Whether the form is right but the value is impossible, such as the thirtieth of February.
    pub is_of_the_form: bool,
}

fn nonexistent_date(expected: &str, text: &str) -> FormatFault {
    FormatFault {
        message: format!("expected {expected}, found `{text}`"),
        is_of_the_form: false,
    }
}

fn impossible_time(message: String) -> FormatFault {
    FormatFault {
        message,
        is_of_the_form: true,
    }
}

/// Parses `true` and `false`, quoted or not, and the words that YAML 1.1 accepted for them. In a
/// boolean field these words can have no other meaning.
pub fn boolean(node: &YamlNode) -> Option<bool> {
    match &node.value {
        Yaml::Bool(value) => Some(*value),
        Yaml::Text(text) => boolean_word(text.trim()),
        _ => None,
    }
}

/// Parses a word that means yes or no, in any letter case.
pub fn boolean_word(word: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes", "on", "y"]) {
        Some(true)
    } else if is_one_of(["false", "no", "off", "n"]) {
        Some(false)
    } else {
        None
    }
}

/// Parses a date with its time and offset, in the required form or, if `is_lenient` is set, in any
/// form that people understand.
pub fn written_date(text: &str, is_lenient: bool) -> Option<WrittenDate> {
    let text = text.trim();
    if !is_lenient && date(text).is_err() {
        return None;
    }
    match dates::meaning(text) {
        Some(DateMeaning::Date(written)) => Some(written),
        _ => None,
    }
}

/// Returns the day of `2026-01-31` or `2026-01-31T09:00:00+01:00`.
pub(super) fn date(text: &str) -> Result<Date, FormatFault> {
    dated(text, "a date").map(|(date, _)| date)
}

/// Checks that a text is a day with a time, such as `2026-01-31T09:00`.
pub(super) fn date_time(text: &str) -> Result<(), FormatFault> {
    match dated(text, "a date and time")? {
        (_, true) => Ok(()),
        (_, false) => Err(nonexistent_date("a date and time", text)),
    }
}

/// Returns the day, and whether a time follows it.
fn dated(text: &str, expected: &str) -> Result<(Date, bool), FormatFault> {
    let (day, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_date_like = day.len() == 10
        && day.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 4 | 7) {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    if !is_date_like {
        return Err(nonexistent_date(expected, text));
    }
    let number = |range: std::ops::Range<usize>| day[range].parse::<i16>().unwrap_or_default();
    let small = |range: std::ops::Range<usize>| day[range].parse::<i8>().unwrap_or_default();
    let date = Date::new(number(0..4), small(5..7), small(8..10))
        .map_err(|_| impossible_time(format!("{day} is not a valid date")))?;
    if rest.is_empty() {
        return Ok((date, false));
    }
    let time = rest
        .strip_prefix(['T', 't', ' '])
        .ok_or_else(|| nonexistent_date(expected, text))?
        .trim();
    if is_time(time) {
        Ok((date, true))
    } else {
        Err(impossible_time(format!(
            "{time} is not a valid time of day"
        )))
    }
}

/// Returns whether a text is `HH:MM` or `HH:MM:SS`, optionally with a fraction, and with an offset
/// or `Z`.
fn is_time(text: &str) -> bool {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.'))
        .unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    let zone = zone.trim();
    let mut parts = clock.split(':');
    let below = |part: Option<&str>, limit: u8| {
        part.is_some_and(|part| part.len() == 2 && part.parse::<u8>().is_ok_and(|n| n < limit))
    };
    let is_clock = below(parts.next(), 24)
        && below(parts.next(), 60)
        && parts
            .next()
            .is_none_or(|seconds| below(seconds.split('.').next(), 61))
        && parts.next().is_none();
    let is_offset = |digits: &str| {
        matches!(digits.len(), 2 | 4 | 5)
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    let is_zone = matches!(zone, "" | "Z" | "z" | "UTC" | "GMT")
        || zone.strip_prefix(['+', '-']).is_some_and(is_offset);
    is_clock && is_zone
}

/// Parses a duration in whole minutes, rounded up: `15 min`, `1 h 30 min`, `20`.
pub(super) fn minutes(text: &str) -> Result<i64, FormatFault> {
    const MINUTES_MAX: f64 = 1e6;
    let wrong = || nonexistent_date("a time such as `15 min`", text);
    let minutes = match text.parse::<f64>() {
        Ok(minutes) => minutes,
        Err(_) => {
            let span: Span = text.parse().map_err(|_| wrong())?;
            span.total((Unit::Minute, SpanRelativeTo::days_are_24_hours()))
                .map_err(|_| wrong())?
        }
    };
    if !(minutes > 0.0 && minutes <= MINUTES_MAX) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is at most MINUTES_MAX")]
    Ok(minutes.ceil() as i64)
}

/// Checks a period of days, weeks, months or years, such as `12 months`.
pub(super) fn period(text: &str) -> Result<(), FormatFault> {
    let is_period = text.parse::<Span>().is_ok_and(|span| span.is_positive());
    if is_period {
        Ok(())
    } else {
        Err(nonexistent_date("a period such as `12 months`", text))
    }
}

/// Checks that the tz database has this time zone, such as `Europe/Berlin`.
pub(super) fn zone(text: &str) -> Result<(), FormatFault> {
    match jiff::tz::TimeZone::get(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(nonexistent_date(
            "a time zone such as `Europe/Berlin`",
            text,
        )),
    }
}

/// Parses `3:25` or `1:02:10` as seconds. A plain number is a number of seconds.
pub(super) fn clock(text: &str) -> Result<i64, FormatFault> {
    const HOURS_MAX: i64 = 1_000;
    let wrong = || nonexistent_date("a time in a recording such as `3:25`", text);
    let parts: Vec<&str> = text.split(':').collect();
    let is_digits = |part: &&str| {
        !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.len() > 3 || !parts.iter().all(is_digits) {
        return Err(wrong());
    }
    let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    if numbers.iter().skip(1).any(|number| *number > 59)
        || numbers.len() == 3 && numbers[0] > HOURS_MAX
    {
        return Err(wrong());
    }
    Ok(numbers
        .into_iter()
        .fold(0, |seconds, number| seconds * 60 + number))
}

/// Checks an absolute address: `https://…`, `http://…`, `mailto:…`, `tel:…`.
pub(super) fn url(text: &str) -> Result<(), FormatFault> {
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    let is_url = ParsedTarget::parse(text) == ParsedTarget::Outside
        && match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => rest
                .strip_prefix("//")
                .is_some_and(|rest| !rest.starts_with('/') && rest.len() > 1),
            "mailto" | "tel" => !rest.is_empty(),
            _ => false,
        };
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    if is_url && is_plain {
        Ok(())
    } else {
        Err(nonexistent_date(
            "an address that begins with https://, mailto: or tel:",
            text,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for text in [
            "2026-01-15",
            "2026-01-15T10:00",
            "2026-01-15 10:00:00 +0100",
            "2026-01-15T10:00:00.123Z",
            "2026-01-15T10:00:00+01:00",
        ] {
            assert_eq!(date(text), Ok(jiff::civil::date(2026, 1, 15)), "{text}");
        }
        for text in [
            "2026-1-5",
            "2026",
            "yesterday",
            "2026-02-30",
            "2026-01-15T25:00",
            "2026-01-15x",
            "2026-01-15T",
            "é026-01-151",
            "",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
        assert!(date_time("2026-01-15").is_err() && date_time("2026-01-15T09:00").is_ok());
    }

    #[test]
    fn spans() {
        for (text, expected) in [
            ("15 min", 15),
            ("1 h 30 min", 90),
            ("20", 20),
            ("2 hours", 120),
            ("90 minutes", 90),
            ("30 s", 1),
            ("2.5", 3),
        ] {
            assert_eq!(minutes(text), Ok(expected), "{text}");
        }
        for text in ["soon", "0", "-5 min", "1 month", "", "nan", "inf"] {
            assert!(minutes(text).is_err(), "{text}");
        }
        for text in [
            "12 months",
            "2 years",
            "90 days",
            "1 year 6 months",
            "1 week",
        ] {
            assert!(period(text).is_ok(), "{text}");
        }
        for text in ["12", "yearly", "0 days", "-1 month"] {
            assert!(period(text).is_err(), "{text}");
        }
    }

    #[test]
    fn clocks_and_zones() {
        for (text, seconds) in [
            ("0:00", 0),
            ("3:25", 205),
            ("1:02:10", 3730),
            ("75:00", 4500),
            ("90", 90),
        ] {
            assert_eq!(clock(text), Ok(seconds), "{text}");
        }
        for text in ["3:75", "1:2:3:4", "a:10", "", ":10", "-1:00", "1:60:00"] {
            assert!(clock(text).is_err(), "{text}");
        }
        assert!(zone("Europe/Berlin").is_ok() && zone("UTC").is_ok() && zone("Berlin").is_err());
    }

    #[test]
    fn addresses() {
        for text in [
            "https://example.org",
            "http://a/b?c#d",
            "mailto:a@example.org",
            "tel:+123",
        ] {
            assert!(url(text).is_ok(), "{text}");
        }
        for text in [
            "example.org",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "ftp://x",
            "https:\\\\a",
            "java\u{1}script:x",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
