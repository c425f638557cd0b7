//! Which output pages have a social card, what it shows, and its address: next to the page, under a
//! name with a hash of its content.

use super::compose::Composer;
use super::templates::hash_of;
use super::{OutputPage, PageSubject};
use crate::images::ImageType;
use crate::images::card::{self, SocialCard};
use crate::kind;
use crate::paths::Route;
use crate::site::links::Destination;

impl Composer {
    /// An output page's card and its address. There is none if cards are turned off or the site has
    /// no `base_url`, on later pages of a list and on facet lists, and if the page names a
    /// shareable image of its own.
    pub fn social_card(&self, output_page: &OutputPage) -> Option<(Route, SocialCard)> {
        let settings = self.site.settings();
        if !settings.social_cards
            || settings.base_url.is_none()
            || output_page.number > 1
            || matches!(
                output_page.subject,
                PageSubject::NotFound | PageSubject::FacetList(_)
            )
        {
            return None;
        }
        let page = self.page_of(output_page).map(|page| self.site.page(page));
        if page
            .and_then(|page| page.image.as_ref())
            .is_some_and(|image| can_be_shared(&image.to))
        {
            return None;
        }
        let language = page.map_or(&*settings.language, |page| self.site.language(page));
        let title = page.map_or_else(
            || self.title_of_list(output_page),
            |page| page.entry.title.clone(),
        );
        let kind = page
            .filter(|page| page.entry.meta.kind != kind::PLAIN)
            .map(|page| self.kind_title(language, &page.entry.meta.kind));
        let card = SocialCard::new(&title, &kind.unwrap_or_default(), &self.site_title())?;
        let hash = hash_of(&(&card, card::VERSION)).short();
        let folder = output_page
            .route
            .as_str()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        Some((Route::new(&format!("{folder}/card.{hash}.png")).ok()?, card))
    }
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
