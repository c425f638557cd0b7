//! When a page takes place or how long it plays, by the fields of its kind.

use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::meta::Meta;
use crate::fields::{Field, FieldItem, FieldType, Value};
use crate::kind::EventFields;
use crate::moment::{self, Moment, Occurrence};

/// The playing time in minutes, from the page's `duration`.
pub(super) fn minutes_that_it_plays(meta: &Meta, fields: &[Field]) -> Option<u32> {
    let name = fields
        .iter()
        .find(|field| field.name == "duration" && field.kind == FieldType::Clock)?;
    let seconds = meta.fields.get(&name.name)?.as_integer()?;
    Some(u32::try_from(seconds).ok()?.div_ceil(60).max(1))
}

/// The time zone of a page's times: its own, or else the site's.
pub(super) fn zone_of(meta: &Meta, happens: Option<&EventFields>, site_zone: &str) -> TimeZone {
    let own = happens
        .and_then(|happens| happens.timezone.as_ref())
        .and_then(|name| meta.fields.get(name));
    TimeZone::get(own.and_then(FieldItem::as_text).unwrap_or(site_zone)).unwrap_or(TimeZone::UTC)
}

/// When a page's event takes place. A time that its zone skips is reported.
pub(super) fn occurrence(
    meta: &Meta,
    happens: &EventFields,
    site_zone: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<Occurrence> {
    let zone = zone_of(meta, Some(happens), site_zone);
    let mut moment = |name: &String| {
        let item = meta.fields.get(name)?;
        match &item.value {
            Value::Date(day) => Some(Moment::Day(*day)),
            Value::Text(text) => {
                if let Some(instead) = moment::skipped(text, &zone) {
                    let message = format!(
                        "`{name}`: this time does not exist, because the clocks go forward"
                    );
                    let help = format!("write a time that exists; it is read as {instead}");
                    problems.push(
                        Diagnostic::new(Code::BadValue, message)
                            .severity(Severity::Warning)
                            .at(item.place.clone())
                            .help(help),
                    );
                }
                Moment::read(text, &zone)
            }
            _ => None,
        }
    };
    Some(Occurrence {
        start: moment(&happens.start)?,
        end: happens.end.as_ref().and_then(moment),
    })
}
