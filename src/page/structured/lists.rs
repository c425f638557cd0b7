//! What the site and its lists say to machines: a list by the addresses of what stands on it, in the order in which it stands there.

use serde_json::{Value, json};

use super::{giver, of_no_kind};
use crate::page::compose::Composer;
use crate::page::view::{Listing, PageView};
use crate::page::{Sheet, Subject};
use crate::site::PageId;

/// The home page: what the site is and who gives it.
pub(super) fn site(composer: &Composer, view: &PageView, url: &str) -> Value {
    let mut data = of_no_kind("WebSite", view, url);
    let settings = composer.site.settings();
    data["name"] = json!(composer.site_title());
    data["isAccessibleForFree"] = json!(true);
    if let Some(summary) = view.summary.as_ref().or(settings.summary.as_ref()) {
        data["description"] = json!(summary);
    }
    if let Some(giver) = giver(composer) {
        data["publisher"] = giver;
    }
    if let Some(license) = settings.license.as_ref().filter(|license| license.starts_with("http")) {
        data["license"] = json!(license);
    }
    data
}

/// A page of a list, and the list on it.
pub(super) fn list(composer: &Composer, sheet: &Sheet, view: &PageView, url: &str) -> Value {
    let mut data = of_no_kind("CollectionPage", view, url);
    let entries = view.listing.as_ref().map(|listing| entries(composer, sheet, listing)).unwrap_or_default();
    if !entries.is_empty() {
        let place = |(index, url)| json!({ "@type": "ListItem", "position": index + 1, "url": url });
        let items: Vec<Value> = entries.into_iter().enumerate().map(place).collect();
        data["mainEntity"] = json!({ "@type": "ItemList", "itemListElement": items });
    }
    data
}

/// The addresses of what a list shows: of a list of lists, those of the lists.
fn entries(composer: &Composer, sheet: &Sheet, listing: &Listing) -> Vec<String> {
    let Some(base) = &composer.site.settings().base_url else { return Vec::new() };
    if matches!(sheet.subject, Subject::Topics | Subject::Audiences) {
        return listing.groups.iter().filter_map(|group| Some(format!("{}{}", base.origin, group.href.as_ref()?))).collect();
    }
    let shown = listing.items.iter().chain(listing.groups.iter().flat_map(|group| &group.items));
    shown.filter_map(|page: &PageId| composer.url(&composer.site.page(*page).route)).collect()
}
