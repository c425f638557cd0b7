//! A page's text as its headings divide it: what the search finds it by. What the page shows beside
//! its own text (a tool, the fields of its kind) follows in passages without a heading; the files
//! that it shows are named, for here nobody reads them.

/// A heading and the text under it, up to the next one. The first has no heading of its own: it is
/// what stands above them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextSection {
    /// The heading's id; empty for the first.
    pub anchor: String,
    /// 2 to 4; 1 for the first, and for what stands beside the page's own text.
    pub level: u8,
    pub heading: String,
    /// Words as readers see them, code included, blocks by lines.
    pub text: String,
    /// The files shown in it, by their numbers among those that the page includes. What they say is
    /// not in the text.
    pub includes: Vec<u32>,
}

impl TextSection {
    /// What a page shows beside its own text, at the id of the part that shows it; `None` where
    /// that says nothing.
    pub fn add_field_sections(anchor: &str, texts: &[&str]) -> Option<Self> {
        let texts: Vec<&str> = texts
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
            .collect();
        (!texts.is_empty()).then(|| TextSection {
            anchor: anchor.to_owned(),
            level: 1,
            text: texts.join(" · "),
            ..TextSection::default()
        })
    }
}

/// All that passages say, as one text.
pub fn joined(passages: &[TextSection]) -> String {
    let mut all = String::new();
    for passage in passages {
        for text in [&passage.heading, &passage.text] {
            all.push_str(text);
            all.push('\n');
        }
    }
    all
}
