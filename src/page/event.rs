//! When events take place, in words; the addresses of their calendar files; file sizes in words.

use super::compose::Composer;
use super::parts::translate;
use super::view::{EventView, MomentView};
use crate::kind::Kind;
use crate::moment::Moment;
use crate::paths::Route;
use crate::site::SitePage;

impl Composer {
    /// The address of an event page's calendar file.
    pub fn calendar_of_page(&self, page: &SitePage) -> Option<Route> {
        page.entry.occurs.as_ref()?;
        Route::new(&format!("{}event.ics", page.route)).ok()
    }

    /// The address of a kind's calendar, or `None` if the kind has no events.
    pub fn calendar_of_kind(&self, kind: &Kind) -> Option<Route> {
        kind.event.as_ref()?;
        let folder = kind.folder.as_ref()?;
        let takes_place = |page: &SitePage| {
            page.entry.meta.kind == kind.name && page.is_listed() && page.entry.occurs.is_some()
        };
        self.site
            .pages()
            .any(takes_place)
            .then(|| Route::new(&format!("/{folder}/calendar.ics")).ok())
            .flatten()
    }
}

impl Composer {
    /// When a page's event takes place, if its kind is an event.
    pub(super) fn event_view(&self, page: &SitePage) -> Option<EventView> {
        let occurs = page.entry.occurs.as_ref()?;
        let language = self.site.language(page);
        let view = |moment: &Moment| MomentView {
            iso: moment.iso(),
            text: self.words.date(language, moment.day()),
            time: match moment {
                Moment::Day(_) => None,
                Moment::Time(time) => {
                    let fill = [
                        ("hour", format!("{:02}", time.hour()).into()),
                        ("minute", format!("{:02}", time.minute()).into()),
                    ];
                    Some(translate(&self.words, language, "time_of_day", &fill))
                }
            },
        };
        let zone = match &occurs.start {
            Moment::Day(_) => None,
            Moment::Time(time) => time.time_zone().iana_name().map(str::to_owned),
        };
        Some(EventView {
            start: view(&occurs.start),
            end: occurs.end.as_ref().map(view),
            is_one_day: occurs.last_day() == occurs.start.day(),
            is_past: occurs.is_past(self.site.today),
            zone,
        })
    }

    /// A number of bytes in readable form: `12 kB`, `3.4 MB`. A kilobyte has 1000 bytes (IEC
    /// 80000-13).
    pub fn size_text(&self, language: &str, bytes: u64) -> String {
        let (key, divisor) = match bytes {
            0..1_000 => ("size_bytes", 1),
            1_000..1_000_000 => ("size_kb", 1_000),
            1_000_000..1_000_000_000 => ("size_mb", 1_000_000),
            _ => ("size_gb", 1_000_000_000),
        };
        let tenths = (bytes * 10 + divisor / 2) / divisor;
        let size = if divisor == 1 || tenths >= 100 {
            ((tenths + 5) / 10).to_string()
        } else {
            format!(
                "{}{}{}",
                tenths / 10,
                translate(&self.words, language, "decimal_mark", &[]),
                tenths % 10
            )
        };
        let count = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.words
            .text(language, key, Some(count), &[("size", size.into())])
            .unwrap_or_else(|| key.to_owned())
    }
}
