//! One Markdown file in isolation: front matter, body, outline, links, components as holes, plain text. Knows no other file.

pub mod front_matter;
pub mod meta;
