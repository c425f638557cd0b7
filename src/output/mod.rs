//! Everything that is published in addition to pages: assets, feeds, calendars, the sitemap, files
//! for machines, the search index and redirects.

pub mod assets;
pub mod calendar;
pub mod feeds;
pub mod machine_files;
mod minify_css;
pub mod report;
pub mod search;
pub mod suggestions;
pub mod theme_css;
