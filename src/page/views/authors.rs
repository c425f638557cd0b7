//! The authors of a page.

use crate::document::meta::LocatedValue;
use crate::page::catalog::Catalog;
use crate::page::view::AuthorView;
use crate::paths::slug;

/// The authors that a page names, with what the vocabulary says about them.
pub fn authors(catalog: &Catalog, named: &[LocatedValue<String>]) -> Vec<AuthorView> {
    let known = catalog.site.vocabularies.authors.as_ref();
    let author = |name: &LocatedValue<String>| {
        let listed = known.and_then(|authors| authors.get(&name.value));
        AuthorView {
            key: slug(&name.value),
            name: listed.map_or_else(|| name.value.clone(), |author| author.title.clone()),
            url: listed.and_then(|author| author.url.clone()),
            description: listed.and_then(|author| author.description.clone()),
        }
    };
    named.iter().map(author).collect()
}
