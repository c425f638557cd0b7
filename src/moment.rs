//! Points in time as authors write them: a day, or a day and a time in a zone; and events that last
//! from one to another.
//!
//! A time with an offset (`2026-03-28T18:00+01:00`) is that instant; a time without one is local
//! time in the zone. When the clocks change, a time that occurs twice or not at all is read as RFC
//! 5545 (§3.3.5) defines: the first of the two, or the time by the offset before the gap.

use std::cmp::Ordering;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// A day or a point in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Moment {
    Day(Date),
    Time(Zoned),
}

impl Moment {
    /// Parses `2026-03-28`, `2026-03-28T18:00`, or the latter with seconds and an offset.
    pub fn read(text: &str, zone: &TimeZone) -> Option<Self> {
        let text = text.trim();
        if let Ok(day) = text.parse::<Date>()
            && text.len() == 10
        {
            return Some(Moment::Day(day));
        }
        let compact = compact(text);
        if let Ok(instant) = compact.parse::<Timestamp>() {
            return Some(Moment::Time(instant.to_zoned(zone.clone())));
        }
        let wall: DateTime = compact.parse().ok()?;
        wall.to_zoned(zone.clone()).ok().map(Moment::Time)
    }

    /// Returns the day in the moment's zone.
    pub fn day(&self) -> Date {
        match self {
            Moment::Day(day) => *day,
            Moment::Time(time) => time.date(),
        }
    }

    /// Formats the moment as `2026-03-28`, or as `2026-03-28T18:00:00+01:00`.
    pub fn iso(&self) -> String {
        match self {
            Moment::Day(day) => day.to_string(),
            Moment::Time(time) => {
                let offset = time.offset().seconds();
                let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
                format!(
                    "{}{sign}{:02}:{:02}",
                    time.datetime().strftime("%Y-%m-%dT%H:%M:%S"),
                    minutes / 60,
                    minutes % 60
                )
            }
        }
    }

    /// Compares two moments. A day counts as its first instant.
    pub fn compare(&self, other: &Moment) -> Ordering {
        match (self, other) {
            (Moment::Time(a), Moment::Time(b)) => a.timestamp().cmp(&b.timestamp()),
            (Moment::Time(a), Moment::Day(day)) if a.date() == *day => Ordering::Greater,
            (Moment::Day(day), Moment::Time(b)) if b.date() == *day => Ordering::Less,
            (a, b) => a.day().cmp(&b.day()),
        }
    }
}

/// Normalizes a text to the form in which times are parsed.
fn compact(text: &str) -> String {
    let compact = text.trim().replacen(' ', "T", 1).replace(' ', "");
    let bare = compact
        .strip_suffix("UTC")
        .or_else(|| compact.strip_suffix("GMT"));
    bare.map_or(compact.clone(), |bare| format!("{bare}Z"))
}

/// Returns the time as which a skipped local time is read, such as `12:30`; `None` if the zone does
/// not skip the time.
pub fn skipped(text: &str, zone: &TimeZone) -> Option<String> {
    let compact = compact(text);
    if compact.parse::<Timestamp>().is_ok() {
        return None;
    }
    let wall: DateTime = compact.parse().ok()?;
    let instead = wall.to_zoned(zone.clone()).ok()?.datetime();
    (instead != wall).then(|| instead.strftime("%H:%M").to_string())
}

/// The start and end of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    pub start: Moment,
    pub end: Option<Moment>,
}

impl Occurrence {
    pub fn last_day(&self) -> Date {
        self.end
            .as_ref()
            .map_or(self.start.day(), Moment::day)
            .max(self.start.day())
    }

    /// Returns whether the event was over before this day began.
    pub fn is_past(&self, today: Date) -> bool {
        self.last_day() < today
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_summer_time() {
        let berlin = TimeZone::get("Europe/Berlin").expect("bundled");
        let iso = |text: &str| Moment::read(text, &berlin).map(|moment| moment.iso());
        for (text, expected) in [
            ("2026-03-28T18:00", "2026-03-28T18:00:00+01:00"),
            ("2026-03-29 18:00", "2026-03-29T18:00:00+02:00"),
            ("2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),
            ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
            ("2026-06-01T10:00:00Z", "2026-06-01T12:00:00+02:00"),
            ("2026-06-01 10:00:00 +0200", "2026-06-01T10:00:00+02:00"),
            ("2026-06-01", "2026-06-01"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(iso("soon"), None);
    }

    #[test]
    fn what_is_past() {
        let day = |day| Moment::Day(jiff::civil::date(2026, 3, day));
        let days = Occurrence {
            start: day(1),
            end: Some(day(3)),
        };
        assert!(
            !days.is_past(jiff::civil::date(2026, 3, 3))
                && days.is_past(jiff::civil::date(2026, 3, 4))
        );
    }
}
