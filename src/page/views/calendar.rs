//! Calendar files.

use crate::page::catalog::Catalog;
use crate::page::view::CalendarView;
use crate::paths::Route;

/// The calendar file at a route.
pub fn calendar(catalog: &Catalog, route: &Route) -> CalendarView {
    let url = catalog.url(route);
    let subscribe = url.and_then(|url| Some(format!("webcal://{}", url.split_once("://")?.1)));
    CalendarView {
        href: catalog.href(route),
        subscribe,
    }
}
