//! Which output pages have a social card, what it shows, and its address: next to the page, under a
//! name with a hash of its content.

use super::generated_page::generated_page;
use crate::images::ImageType;
use crate::images::card::{self, SocialCard};
use crate::kind;
use crate::page::catalog::Catalog;
use crate::page::content_hash::hash_of;
use crate::page::output_page::{OutputPage, PageSubject, page_of};
use crate::page::view::SocialCardView;
use crate::paths::Route;
use crate::site::links::Destination;

/// An output page's card and its address. There is none if cards are turned off or the site has no
/// `base_url`, on later pages of a list and on facet lists, and if the page names a shareable image
/// of its own.
pub fn social_card(catalog: &Catalog, output_page: &OutputPage) -> Option<(Route, SocialCard)> {
    let settings = catalog.site.settings();
    let is_without = matches!(
        output_page.subject,
        PageSubject::NotFound | PageSubject::FacetList(_)
    );
    if !settings.social_cards || settings.base_url.is_none() || output_page.number > 1 || is_without
    {
        return None;
    }
    let page = page_of(catalog, output_page).map(|page| catalog.site.page(page));
    let image = page.and_then(|page| page.image.as_ref());
    if image.is_some_and(|image| can_be_shared(&image.to)) {
        return None;
    }
    let language = page.map_or(&*settings.language, |page| catalog.site.language(page));
    let title = page.map_or_else(
        || generated_page(catalog, output_page.subject).title,
        |page| page.entry.title.clone(),
    );
    let kind = page
        .filter(|page| page.entry.meta.kind != kind::PLAIN)
        .map(|page| catalog.kind_title(language, &page.entry.meta.kind));
    let card = SocialCard::new(&title, &kind.unwrap_or_default(), &catalog.site_title())?;
    let hash = hash_of(&(&card, card::VERSION)).short();
    let address = output_page.route.as_str();
    let folder = address.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some((Route::new(&format!("{folder}/card.{hash}.png")).ok()?, card))
}

/// The card at a route, as a page's head names it.
pub fn social_card_view(catalog: &Catalog, route: &Route) -> Option<SocialCardView> {
    Some(SocialCardView {
        href: catalog.href(route),
        url: catalog.url(route)?,
        width: card::WIDTH,
        height: card::HEIGHT,
    })
}

/// Whether services that preview shared addresses show this image. They do not show SVG.
fn can_be_shared(to: &Destination) -> bool {
    match to {
        Destination::Address { route, .. } => !matches!(
            ImageType::of_name(route.as_str()),
            None | Some(ImageType::Svg)
        ),
        Destination::AsWritten => true,
        _ => false,
    }
}
