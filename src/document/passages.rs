//! A page's text as its headings divide it: what the search finds it by.

/// A heading and the text under it, up to the next one. The first has no heading of its own: it is what stands above them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// The heading's id; empty for the first.
    pub anchor: String,
    /// 2 to 4; 1 for the first.
    pub level: u8,
    pub heading: String,
    /// Words as readers see them, code included, blocks by lines.
    pub text: String,
}
