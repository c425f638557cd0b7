//! Everything that is published besides drawn pages: assets, feeds, the sitemap, inventories,
//! redirects.

pub mod assets;
pub mod calendar;
pub mod feeds;
pub mod inventory;
pub mod look;
pub mod report;
pub mod search;
mod squeeze;
pub mod suggestions;
