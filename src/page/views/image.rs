//! The image of a page.

use crate::page::catalog::Catalog;
use crate::page::view::ImageView;
use crate::site::SitePage;
use crate::site::links::Destination;

/// The image that a page names.
pub fn image(catalog: &Catalog, page: &SitePage) -> Option<ImageView> {
    let (image, resolved) = (page.entry.meta.image.as_ref()?, page.image.as_ref()?);
    let href = catalog.site.href(&resolved.to, &image.src.value);
    let url = match &resolved.to {
        Destination::Address { route, .. } => catalog.url(route),
        _ => Some(href.clone()).filter(|href| href.starts_with("http")),
    };
    Some(ImageView {
        href,
        alt: image.alt.clone(),
        url,
    })
}
