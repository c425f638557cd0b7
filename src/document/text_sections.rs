//! A page's text, divided at its headings, for the search. What the page shows in addition to its
//! own text (a tool, the fields of its kind) follows in sections without a heading. Included files
//! are only named, because they are not read here.

/// A heading and the text below it, up to the next heading. The first section has no heading: it is
/// the text above them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextSection {
    /// The heading's id; empty for the first.
    pub anchor: String,
    /// 2 to 4; 1 for the first section, and for what is not part of the page's own text.
    pub level: u8,
    pub heading: String,
    /// The words as readers see them, including code, one block per line.
    pub text: String,
    /// The files shown in the section, by their indexes in the page's includes. Their content is
    /// not part of `text`.
    pub includes: Vec<u32>,
}

impl TextSection {
    /// A section for what a page shows in addition to its own text, with the id of the part that
    /// shows it; `None` if there is no text.
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

/// The text of all sections, headings included.
pub fn joined(sections: &[TextSection]) -> String {
    let mut all = String::new();
    for section in sections {
        for text in [&section.heading, &section.text] {
            all.push_str(text);
            all.push('\n');
        }
    }
    all
}
