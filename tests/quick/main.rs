//! Tests of a few seconds that link fast: tiny sites as text, the layers of the sources, the
//! language of texts and names, the tables of the manual and the classes of the theme.

mod architecture;
mod cases;
#[path = "../common/mod.rs"]
mod common;
mod english;
mod manual;
mod theme_classes;
