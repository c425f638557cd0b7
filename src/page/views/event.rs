//! When a page's event takes place.

use crate::moment::Moment;
use crate::page::catalog::Catalog;
use crate::page::view::{EventView, MomentView};
use crate::site::SitePage;

/// When a page's event takes place, if its kind is an event.
pub fn event(catalog: &Catalog, page: &SitePage) -> Option<EventView> {
    let occurs = page.entry.occurs.as_ref()?;
    let language = catalog.site.language(page);
    let zone = match &occurs.start {
        Moment::Day(_) => None,
        Moment::Time(time) => time.time_zone().iana_name().map(str::to_owned),
    };
    Some(EventView {
        start: moment(catalog, language, &occurs.start),
        end: occurs
            .end
            .as_ref()
            .map(|end| moment(catalog, language, end)),
        is_one_day: occurs.last_day() == occurs.start.day(),
        is_past: occurs.is_past(catalog.site.today),
        zone,
    })
}

fn moment(catalog: &Catalog, language: &str, moment: &Moment) -> MomentView {
    let time = match moment {
        Moment::Day(_) => None,
        Moment::Time(time) => {
            let fill = [
                ("hour", format!("{:02}", time.hour()).into()),
                ("minute", format!("{:02}", time.minute()).into()),
            ];
            Some(catalog.text(language, "time_of_day", &fill))
        }
    };
    MomentView {
        iso: moment.iso(),
        text: catalog.date_text(language, moment.day()),
        time,
    }
}
