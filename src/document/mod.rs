//! One Markdown file in isolation: front matter, body, outline, links, components as holes, plain text. Knows no other file.

pub mod meta;
