//! Structured data for search engines. See DECISIONS: "Structured data is made when a page is
//! rendered".

mod graph;
mod json;
mod lists;
mod page;
mod parts;
mod patterns;

pub use self::graph::structured_data;
