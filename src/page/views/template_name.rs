//! The template of an output page.

use crate::page::catalog::Catalog;
use crate::page::output_page::{PageSubject, layout};
use crate::site::PageId;

/// The name of the template that renders a subject: the one that the page names, or else that of
/// its kind or layout. `page` is the page whose text is shown.
pub fn template_name(catalog: &Catalog, subject: PageSubject, page: Option<PageId>) -> String {
    let known = catalog.known_templates.as_ref();
    let is_known = |name: &String| known.is_none_or(|names| names.contains(name));
    let stated = page.and_then(|page| catalog.stated_template(page));
    if let Some(stated) = stated.filter(is_known) {
        return stated;
    }
    match subject {
        PageSubject::Page(page) => catalog
            .kind(catalog.site.page(page))
            .map_or_else(|| "page.html".to_owned(), |kind| kind.template.clone()),
        other => format!("{}.html", layout(other)),
    }
}
