//! Parses dates as people and other systems write them: `September 3, 2019`, `3.9.2019`,
//! `Tue, 03 Sep 2019 09:30:00 -0500`.
//!
//! A lenient build accepts them; a strict build reports them and shows the same date in the
//! required form. `03/04/2019` is ambiguous and never guessed.

use jiff::civil::{Date, Time};

/// A day, with the time that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenDate {
    pub day: Date,
    pub time: Option<Time>,
    /// The offset in minutes east of UTC.
    pub offset: Option<i32>,
}

/// The meaning of a text as a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateMeaning {
    Date(WrittenDate),
    /// Two possible dates, because the day and the month could be swapped.
    Ambiguous(Date, Date),
}

impl WrittenDate {
    /// Returns `2019-09-03`, or `2019-09-03T09:30:00-05:00`.
    pub fn iso(&self) -> String {
        let Some(time) = self.time else {
            return self.day.to_string();
        };
        let clock = if time.second() == 0 {
            time.strftime("%H:%M").to_string()
        } else {
            time.strftime("%H:%M:%S").to_string()
        };
        let offset = match self.offset {
            None => String::new(),
            Some(0) => "Z".to_owned(),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        format!("{}T{clock}{offset}", self.day)
    }
}

/// Parses a date in any form that people understand.
pub fn meaning(text: &str) -> Option<DateMeaning> {
    const LENGTH_MAX: usize = 80;
    if text.len() > LENGTH_MAX || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let text = text.replace(['年', '月'], "-").replace('日', " ");
    let mut parts = DateParts::default();
    let spaced = with_time_apart(&text);
    for word in spaced
        .split([' ', ',', '\t', '\u{A0}', '\u{202F}'])
        .filter(|word| !word.is_empty())
    {
        parts.take(word)?;
    }
    parts.finish()
}

/// Normalizes `2019-09-03T09:30` to a space in place of the `T`, with the offset separated from the
/// time.
fn with_time_apart(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 2);
    let mut has_time = false;
    let letters: Vec<char> = text.chars().collect();
    for (at, &c) in letters.iter().enumerate() {
        let is_digit = |at: Option<usize>| {
            at.and_then(|at| letters.get(at))
                .is_some_and(char::is_ascii_digit)
        };
        let is_between = is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        has_time |= c == ':';
        match c {
            'T' | 't' if is_between => spaced.push(' '),
            '+' | '-' if has_time => spaced.extend([' ', c]),
            'Z' | 'z' if is_digit(at.checked_sub(1)) => spaced.extend([' ', 'Z']),
            _ => spaced.push(c),
        }
    }
    spaced
}

/// The parts of a date found so far.
#[derive(Default)]
struct DateParts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    /// Two numbers, one of which is the day and the other the month.
    pair: Option<(i8, i8)>,
    time: Option<Time>,
    is_afternoon: Option<bool>,
    offset: Option<i32>,
}

impl DateParts {
    /// Reads a word; returns `None` if it cannot be part of a date.
    fn take(&mut self, word: &str) -> Option<()> {
        let lower = word.trim_end_matches('.').to_lowercase();
        if word.contains(':') && self.time.is_none() {
            self.time = Some(clock(word, &mut self.is_afternoon)?);
        } else if let Some(minutes) = offset(word).filter(|_| self.time.is_some()) {
            self.offset = Some(minutes);
        } else if word.contains(['-', '/', '.'])
            && word.trim_end_matches('.').contains(['-', '/', '.'])
        {
            self.numbers(word.trim_end_matches(['.', '-', '/']))?;
        } else if let Some(month) = month(&lower).filter(|_| self.month.is_none()) {
            self.month = Some(month);
        } else if matches!(lower.as_str(), "am" | "pm" | "a.m" | "p.m") {
            self.is_afternoon = Some(lower.starts_with('p'));
        } else if lower.bytes().all(|byte| byte.is_ascii_digit()) {
            self.number(&lower)?;
        } else if let Some(day) = ordinal(&lower).filter(|_| self.day.is_none()) {
            self.day = Some(day);
        } else if !(is_weekday(&lower)
            || matches!(lower.as_str(), "of" | "the" | "at" | "um" | "uhr" | "den")
            || lower.starts_with('('))
        {
            return None;
        }
        Some(())
    }

    fn number(&mut self, digits: &str) -> Option<()> {
        match digits.len() {
            4 if self.year.is_none() => self.year = digits.parse().ok(),
            1 | 2 if self.day.is_none() => self.day = digits.parse().ok(),
            8 if self.year.is_none() && self.day.is_none() => {
                self.year = digits[..4]
                    .parse()
                    .ok()
                    .filter(|year| (1000..2200).contains(year));
                (self.month, self.day) = (digits[4..6].parse().ok(), digits[6..].parse().ok());
                self.year?;
            }
            _ => return None,
        }
        Some(())
    }

    /// Reads three numbers with separators; the one with four digits is the year. The month may
    /// also be a name, as in `3-Sep-2019`.
    fn numbers(&mut self, word: &str) -> Option<()> {
        let mark = word.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
        let parts: Vec<&str> = word.split(mark).collect();
        let [a, b, c] = parts[..] else { return None };
        if self.year.is_some() || self.day.is_some() {
            return None;
        }
        if let Some(named) = month(&b.to_lowercase()) {
            let (day, year) = if a.len() == 4 { (c, a) } else { (a, c) };
            (self.year, self.month, self.day) =
                (digits(year, 4..=4), Some(named), digits(day, 1..=2));
            return self.day.map(|_| ());
        }
        if a.len() == 4 {
            (self.year, self.month, self.day) =
                (digits(a, 4..=4), digits(b, 1..=2), digits(c, 1..=2));
        } else {
            self.year = digits(c, 4..=4);
            let (first, second) = (digits(a, 1..=2)?, digits(b, 1..=2)?);
            match mark {
                // Wherever dates are written with dots, the day comes first.
                '.' => (self.day, self.month) = (Some(first), Some(second)),
                _ if first > 12 => (self.day, self.month) = (Some(first), Some(second)),
                _ if second > 12 => (self.day, self.month) = (Some(second), Some(first)),
                _ if first == second => (self.day, self.month) = (Some(first), Some(first)),
                _ => self.pair = Some((first, second)),
            }
        }
        self.year.map(|_| ())
    }

    fn finish(self) -> Option<DateMeaning> {
        let year = self.year?;
        if let Some((first, second)) = self.pair {
            return Some(DateMeaning::Ambiguous(
                Date::new(year, second, first).ok()?,
                Date::new(year, first, second).ok()?,
            ));
        }
        let day = Date::new(year, self.month?, self.day?).ok()?;
        let time = match (self.time, self.is_afternoon) {
            (Some(time), Some(is_afternoon)) => {
                let hour = time.hour() % 12 + if is_afternoon { 12 } else { 0 };
                Some(Time::new(hour, time.minute(), time.second(), 0).ok()?)
            }
            (time, _) => time,
        };
        Some(DateMeaning::Date(WrittenDate {
            day,
            time,
            offset: self.offset,
        }))
    }
}

fn digits<T: std::str::FromStr>(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<T> {
    (length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Parses `9:30`, `09:30:00.000` or `9:30pm`.
fn clock(word: &str, is_afternoon: &mut Option<bool>) -> Option<Time> {
    let lower = word.to_lowercase();
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    match &lower[bare.len()..] {
        "" | "z" => {}
        "am" | "pm" => *is_afternoon = Some(lower.ends_with("pm")),
        _ => return None,
    }
    let mut parts = bare.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = digits(parts.next()?, 2..=2)?;
    let second = parts
        .next()
        .map_or(Some(0), |seconds| digits(seconds.split('.').next()?, 2..=2))?;
    Time::new(hour, minute, second, 0)
        .ok()
        .filter(|_| parts.next().is_none())
}

/// Returns the offset in minutes east of UTC of `-0500`, `+02:00`, `GMT` or `EST` (the zones of RFC
/// 2822, §4.3).
fn offset(word: &str) -> Option<i32> {
    let hours = match word.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" => return Some(0),
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        other => {
            let (sign, rest) = match other.as_bytes().first()? {
                b'+' => (1, &other[1..]),
                b'-' => (-1, &other[1..]),
                _ => return None,
            };
            let digits: String = rest.chars().filter(|c| *c != ':').collect();
            let is_offset = matches!(digits.len(), 1 | 2 | 4)
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: i32 = digits.parse().ok().filter(|_| is_offset)?;
            let minutes = if digits.len() == 4 {
                number / 100 * 60 + number % 100
            } else {
                number * 60
            };
            return (minutes <= 14 * 60).then_some(sign * minutes);
        }
    };
    Some(hours * 60)
}

/// Returns the month for a name in English or German, or for the beginning of one.
fn month(word: &str) -> Option<i8> {
    const NAMES: [[&str; 2]; 12] = [
        ["january", "januar"],
        ["february", "februar"],
        ["march", "märz"],
        ["april", "april"],
        ["may", "mai"],
        ["june", "juni"],
        ["july", "juli"],
        ["august", "august"],
        ["september", "september"],
        ["october", "oktober"],
        ["november", "november"],
        ["december", "dezember"],
    ];
    let word = word.trim_end_matches('.');
    let is_meant = |name: &&str| word.chars().count() >= 3 && name.starts_with(word);
    NAMES
        .iter()
        .zip(1..)
        .find(|(names, _)| names.iter().any(is_meant))
        .map(|(_, month)| month)
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 14] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
    ];
    let length = word.chars().count();
    NAMES
        .iter()
        .any(|name| length >= 2 && name.starts_with(word))
}

/// Parses an ordinal such as `3rd` or `21st`.
fn ordinal(word: &str) -> Option<i8> {
    let number = ["st", "nd", "rd", "th"]
        .into_iter()
        .find_map(|ending| word.strip_suffix(ending))?;
    digits(number, 1..=2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        match meaning(text)? {
            DateMeaning::Date(date) => Some(date.iso()),
            DateMeaning::Ambiguous(a, b) => Some(format!("{a} or {b}")),
        }
    }

    #[test]
    fn plain_to_a_person() {
        for (text, expected) in [
            ("2019-09-03 9:30:00 -0500", "2019-09-03T09:30-05:00"),
            ("2019-9-3", "2019-09-03"),
            ("2019/09/03", "2019-09-03"),
            ("2019.09.03", "2019-09-03"),
            ("20190903", "2019-09-03"),
            ("Tue, 03 Sep 2019 09:30:00 -0500", "2019-09-03T09:30-05:00"),
            ("Tue Sep  3 09:30:15 2019", "2019-09-03T09:30:15"),
            (
                "Tue Sep 03 2019 09:30:00 GMT-0500 (EST)",
                "2019-09-03T09:30-05:00",
            ),
            ("September 3, 2019", "2019-09-03"),
            ("Sept. 3rd, 2019", "2019-09-03"),
            ("3 September 2019", "2019-09-03"),
            ("the 3rd of September 2019", "2019-09-03"),
            ("3. September 2019", "2019-09-03"),
            ("21.11.2026", "2026-11-21"),
            ("3.9.2019", "2019-09-03"),
            ("25/12/2019", "2019-12-25"),
            ("12/25/2019", "2019-12-25"),
            ("3-Sep-2019", "2019-09-03"),
            ("03/04/2019", "2019-04-03 or 2019-03-04"),
            ("03/03/2019", "2019-03-03"),
            ("2019-09-03T9:30", "2019-09-03T09:30"),
            ("2019-09-03 9:30 pm", "2019-09-03T21:30"),
            ("2019-09-03T09:30:00.123Z", "2019-09-03T09:30Z"),
            ("2019年9月3日", "2019-09-03"),
            ("2019-09-03 10:00 +02:00", "2019-09-03T10:00+02:00"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "yesterday",
            "2019",
            "2019-09",
            "2019-02-30",
            "31.2.2019",
            "5",
            "version 2.0.19",
            "3 apples 2019",
            "12:30",
            "",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }
}
