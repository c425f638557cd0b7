//! Every page of the published site as a closed view, and the view as HTML.
//!
//! The catalog answers questions about single pages, and the index holds what is derived from all
//! of them. `output_pages` lists what is rendered: pages, and the lists of pages. `views` has one
//! function for each part of a view, and the builder makes the context of one output page from
//! them. `templates` renders it. Nothing here reads a body.

pub mod builder;
pub mod cards;
pub mod catalog;
pub mod content_hash;
pub mod field_json;
pub mod files;
pub mod images;
pub mod index;
mod media_type;
pub mod output_page;
pub mod output_pages;
mod page_context;
mod query_text;
pub mod structured;
pub mod templates;
#[cfg(test)]
mod test_catalog;
#[cfg(test)]
mod tests;
mod text;
pub mod tool;
mod update;
pub mod view;
pub mod views;

pub use self::builder::PageBuilder;
pub use self::catalog::Catalog;
pub use self::index::SiteIndex;
pub use self::output_page::{OutputPage, PageSubject, not_found, page_of};
pub use self::output_pages::output_pages;
pub use self::page_context::{PageContent, PageContext};
