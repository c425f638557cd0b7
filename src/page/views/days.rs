//! Days.

use jiff::civil::Date;

use crate::page::catalog::Catalog;
use crate::page::view::DayView;

/// A day in machine-readable form, and in readable form in a language.
pub fn day(catalog: &Catalog, language: &str, date: Date) -> DayView {
    DayView {
        iso: date.to_string(),
        text: catalog.date_text(language, date),
    }
}
