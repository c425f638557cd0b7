//! Calendar files (iCalendar, RFC 5545): one for each page with an event, and one to subscribe to
//! for each kind of such pages.
//!
//! Times are local to their zone, and the file describes the zone, so that a calendar program that
//! does not know it shows the right hour before and after each change of the clocks (see DECISIONS:
//! “Calendars describe their time zones change by change”). A file does not depend on when it was
//! made.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

use crate::document::markdown::plain_text;
use crate::fields::FieldItem;
use crate::kind::EventFields;
use crate::moment::{Moment, Occurrence};
use crate::page::Catalog;
use crate::paths::Route;
use crate::site::{PageId, SitePage};

/// The pages that a calendar covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarScope {
    Page(PageId),
    /// The kind with this name.
    Kind(String),
}

/// Every calendar file and its address.
pub fn list(catalog: &Catalog) -> Vec<(Route, CalendarScope)> {
    let pages = catalog
        .site
        .pages_with_ids()
        .filter(|(_, page)| page.entry.occurs.is_some());
    let single = pages
        .filter_map(|(id, page)| Some((catalog.calendar_of_page(page)?, CalendarScope::Page(id))));
    let kinds = catalog.site.kinds.values();
    let whole = kinds.filter_map(|kind| {
        Some((
            catalog.calendar_of_kind(kind)?,
            CalendarScope::Kind(kind.name.clone()),
        ))
    });
    single.chain(whole).collect()
}

/// The bytes of a calendar.
pub fn make(catalog: &Catalog, of: &CalendarScope) -> Vec<u8> {
    let (name, pages) = match of {
        CalendarScope::Page(id) => (catalog.site.page(*id).entry.title.clone(), vec![*id]),
        CalendarScope::Kind(kind) => {
            let all = catalog.site.pages_with_ids();
            let own = all.filter(|(_, page)| {
                page.entry.meta.kind == *kind && page.is_listed() && page.entry.occurs.is_some()
            });
            let mut own: Vec<(Date, PageId)> = own
                .filter_map(|(id, page)| Some((page.entry.occurs.as_ref()?.start.day(), id)))
                .collect();
            // Events on one day stay in the order of the site's pages.
            own.sort_by_key(|(day, _)| *day);
            (
                catalog.site_title(),
                own.into_iter().map(|(_, id)| id).collect(),
            )
        }
    };
    let mut file = ContentLines::default();
    file.put("BEGIN", "VCALENDAR");
    file.put("VERSION", "2.0");
    file.put("PRODID", "-//Handsel//Handsel//EN");
    file.put("CALSCALE", "GREGORIAN");
    file.put("METHOD", "PUBLISH");
    file.put("NAME", &escaped(&name));
    file.put("X-WR-CALNAME", &escaped(&name));
    for (zone, first, last) in zones(catalog, &pages) {
        describe(&zone, first, last, &mut file);
    }
    for id in pages {
        event(catalog, catalog.site.page(id), &mut file);
    }
    file.put("END", "VCALENDAR");
    file.0.into_bytes()
}

/// The time zones of these pages, each with the first and the last moment that its description has
/// to cover.
fn zones(catalog: &Catalog, pages: &[PageId]) -> Vec<(TimeZone, Timestamp, Timestamp)> {
    let mut zones: Vec<(TimeZone, Timestamp, Timestamp)> = Vec::new();
    let occurrences = pages
        .iter()
        .filter_map(|id| catalog.site.page(*id).entry.occurs.as_ref());
    let times = occurrences
        .flat_map(|occurs| std::iter::once(&occurs.start).chain(&occurs.end))
        .filter_map(|moment| match moment {
            Moment::Time(time) if named_zone(time).is_some() => Some(time),
            _ => None,
        });
    for time in times {
        let at = time.timestamp();
        match zones.iter_mut().find(|(zone, ..)| zone == time.time_zone()) {
            Some((_, first, last)) => (*first, *last) = ((*first).min(at), (*last).max(at)),
            None => zones.push((time.time_zone().clone(), at, at)),
        }
    }
    zones.sort_by(|(a, ..), (b, ..)| a.iana_name().cmp(&b.iana_name()));
    zones
}

/// The name of a time's zone; `None` for UTC, which needs no description.
fn named_zone(time: &Zoned) -> Option<&str> {
    time.time_zone()
        .iana_name()
        .filter(|name| !matches!(*name, "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT"))
}

/// Writes the rules of a zone from the first to the last of these moments, with each change of its
/// clocks separately.
fn describe(zone: &TimeZone, first: Timestamp, last: Timestamp, file: &mut ContentLines) {
    file.put("BEGIN", "VTIMEZONE");
    file.put("TZID", zone.iana_name().unwrap_or("UTC"));
    let begin = zone
        .preceding(first)
        .next()
        .map_or(Timestamp::UNIX_EPOCH, |change| change.timestamp());
    let changes = zone
        .following(begin)
        .take_while(|change| change.timestamp() <= last);
    let starts: Vec<Timestamp> = std::iter::once(begin)
        .chain(changes.map(|change| change.timestamp()))
        .collect();
    for start in starts {
        let now = zone.to_offset_info(start);
        let before = start
            .checked_sub(1.second())
            .map_or_else(|_| now.offset(), |before| zone.to_offset(before));
        let name = if now.dst().is_dst() {
            "DAYLIGHT"
        } else {
            "STANDARD"
        };
        file.put("BEGIN", name);
        file.put(
            "DTSTART",
            &before
                .to_datetime(start)
                .strftime("%Y%m%dT%H%M%S")
                .to_string(),
        );
        file.put("TZOFFSETFROM", &offset(before));
        file.put("TZOFFSETTO", &offset(now.offset()));
        file.put("TZNAME", &escaped(now.abbreviation()));
        file.put("END", name);
    }
    file.put("END", "VTIMEZONE");
}

fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, all) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let rest = if all % 60 == 0 {
        String::new()
    } else {
        format!("{:02}", all % 60)
    };
    format!("{sign}{:02}{:02}{rest}", all / 3600, all / 60 % 60)
}

fn event(catalog: &Catalog, page: &SitePage, file: &mut ContentLines) {
    let (Some(occurs), Some(fields)) = (&page.entry.occurs, event_fields(catalog, page)) else {
        return;
    };
    let text = |name: &Option<String>| {
        name.as_ref()
            .and_then(|name| page.entry.meta.fields.get(name))
            .and_then(FieldItem::as_text)
    };
    let url = catalog.url(&page.route);
    file.put("BEGIN", "VEVENT");
    let host = catalog
        .site
        .settings()
        .base_url
        .as_ref()
        .map_or("site.invalid", |base| {
            base.origin.rsplit('/').next().unwrap_or("site.invalid")
        });
    file.put(
        "UID",
        &format!(
            "{}@{host}",
            page.route.as_str().trim_matches('/').replace('/', ".")
        ),
    );
    file.put(
        "DTSTAMP",
        &format!(
            "{}T000000Z",
            page.changed()
                .unwrap_or(occurs.start.day())
                .strftime("%Y%m%d")
        ),
    );
    times(occurs, file);
    file.put("SUMMARY", &escaped(&page.entry.title));
    let about: Vec<&str> = page
        .entry
        .summary
        .iter()
        .chain(&url)
        .map(String::as_str)
        .collect();
    if !about.is_empty() {
        file.put("DESCRIPTION", &escaped(&about.join("\n\n")));
    }
    if let Some(place) = text(&fields.place)
        .map(plain_text)
        .or_else(|| text(&fields.url).map(str::to_owned))
    {
        file.put("LOCATION", &escaped(&place));
    }
    if let Some(url) = &url {
        file.put("URL", url);
    }
    let status = match text(&fields.status) {
        Some("cancelled") => "CANCELLED",
        Some("postponed") => "TENTATIVE",
        _ => "CONFIRMED",
    };
    file.put("STATUS", status);
    file.put("END", "VEVENT");
}

fn event_fields<'a>(catalog: &'a Catalog, page: &SitePage) -> Option<&'a EventFields> {
    catalog
        .site
        .kinds
        .get(&page.entry.meta.kind)?
        .event
        .as_ref()
}

/// Writes the start and the end. The end of an all-day event is the day after the last (§3.6.1).
fn times(occurs: &Occurrence, file: &mut ContentLines) {
    match &occurs.start {
        Moment::Day(day) => {
            file.put("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string());
            let end = occurs
                .last_day()
                .checked_add(1.day())
                .unwrap_or(occurs.last_day());
            file.put("DTEND;VALUE=DATE", &end.strftime("%Y%m%d").to_string());
        }
        Moment::Time(start) => {
            time("DTSTART", start, file);
            let end = match &occurs.end {
                Some(Moment::Time(end)) => Some(end.clone()),
                // The end of a day is the next midnight.
                Some(Moment::Day(day)) => day
                    .tomorrow()
                    .and_then(|next| next.to_zoned(start.time_zone().clone()))
                    .ok(),
                None => None,
            };
            if let Some(end) = end.filter(|end| end > start) {
                time("DTEND", &end, file);
            }
        }
    }
}

fn time(name: &str, time: &Zoned, file: &mut ContentLines) {
    match named_zone(time) {
        Some(zone) => file.put(
            &format!("{name};TZID={zone}"),
            &time.datetime().strftime("%Y%m%dT%H%M%S").to_string(),
        ),
        None => file.put(
            name,
            &time.datetime().strftime("%Y%m%dT%H%M%SZ").to_string(),
        ),
    }
}

/// Text as the value of a property (§3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Content lines (§3.1): each ends with CR and LF, and is folded after 75 bytes.
#[derive(Default)]
struct ContentLines(String);

/// The maximum number of bytes in a line.
const LINE_BYTES_MAX: usize = 75;

impl ContentLines {
    fn put(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if length + c.len_utf8() > LINE_BYTES_MAX {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_in_the_next_and_no_letter_is_cut() {
        let mut lines = ContentLines::default();
        lines.put("SUMMARY", &"äöü ".repeat(40));
        assert!(
            lines
                .0
                .split("\r\n")
                .all(|line| line.len() <= LINE_BYTES_MAX)
        );
        assert_eq!(
            lines.0.replace("\r\n ", "").trim_end_matches("\r\n"),
            format!("SUMMARY:{}", "äöü ".repeat(40))
        );
    }

    #[test]
    fn zones_are_described_on_either_side_of_a_change() {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let mut lines = ContentLines::default();
        describe(
            &zone,
            at("2026-03-28T17:00:00Z"),
            at("2026-03-29T16:00:00Z"),
            &mut lines,
        );
        let expected = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n\
            BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
            BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
            END:VTIMEZONE\r\n";
        assert_eq!(lines.0, expected);
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(escaped("a; b, c\\d\ne"), "a\\; b\\, c\\\\d\\ne");
    }
}
