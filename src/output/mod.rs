//! Everything that is published besides drawn pages: assets, feeds, the sitemap, inventories,
//! redirects.

pub mod assets;
pub mod calendar;
pub mod feeds;
pub mod machine_files;
mod minify_css;
pub mod report;
pub mod search;
pub mod suggestions;
pub mod theme_css;
