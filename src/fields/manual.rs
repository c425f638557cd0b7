//! Describes fields in words: the phrase for a type, an example, and the manual's table.

use std::fmt;

use super::check::listed;
use super::{Field, FieldType};

impl fmt::Display for FieldType {
    /// Writes the phrase for messages and the manual, such as `a date` or `a list of text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Text | FieldType::Template => f.write_str("text"),
            FieldType::Markdown => f.write_str("Markdown"),
            FieldType::Line => f.write_str("a line of Markdown"),
            FieldType::Integer => f.write_str("a whole number"),
            FieldType::Number => f.write_str("a number"),
            FieldType::Boolean => f.write_str("true or false"),
            FieldType::Date => f.write_str("a date"),
            FieldType::DateTime => f.write_str("a date and time"),
            FieldType::Minutes => f.write_str("a time such as `15 min`"),
            FieldType::Period => f.write_str("a period such as `12 months`"),
            FieldType::Url => f.write_str("an address that begins with https://, mailto: or tel:"),
            FieldType::Link => f.write_str("a link"),
            FieldType::Page => f.write_str("a page of the site"),
            FieldType::File(extensions) if extensions.is_empty() => {
                f.write_str("a file of the site")
            }
            FieldType::File(extensions) => write!(
                f,
                "a file of the site ({})",
                listed(extensions.iter().map(String::as_str))
            ),
            FieldType::Zone => f.write_str("a time zone such as `Europe/Berlin`"),
            FieldType::Clock => f.write_str("a time in a recording such as `3:25`"),
            FieldType::Choice(words) => {
                write!(f, "one of {}", listed(words.iter().map(String::as_str)))
            }
            FieldType::Terms => f.write_str("a list of keys"),
            FieldType::List(of) => write!(f, "a list of {}", of.plural()),
            FieldType::Map(fields) => {
                let names: Vec<String> = fields
                    .iter()
                    .map(|field| format!("`{}`", field.name))
                    .collect();
                write!(f, "a mapping ({})", names.join(", "))
            }
            FieldType::MapOf(of) => write!(f, "a mapping of names to {of}"),
            FieldType::Either(kinds) => f.write_str(
                &kinds
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" or "),
            ),
            FieldType::Tool => f.write_str("the declaration of a tool"),
            FieldType::Anything => f.write_str("anything"),
        }
    }
}

impl FieldType {
    /// Returns the phrase for several values of this type, such as `links` or `text`.
    fn plural(&self) -> String {
        let (one, many) = match self {
            FieldType::Text
            | FieldType::Template
            | FieldType::Markdown
            | FieldType::Boolean
            | FieldType::Choice(_)
            | FieldType::Anything => return self.to_string(),
            FieldType::Either(kinds) => {
                return kinds
                    .iter()
                    .map(FieldType::plural)
                    .collect::<Vec<_>>()
                    .join(" or ");
            }
            FieldType::Line => ("a line", "lines"),
            FieldType::Integer => ("a whole number", "whole numbers"),
            FieldType::Number => ("a number", "numbers"),
            FieldType::Date => ("a date", "dates"),
            FieldType::DateTime => ("a date and time", "dates and times"),
            FieldType::Minutes | FieldType::Clock => ("a time", "times"),
            FieldType::Period => ("a period", "periods"),
            FieldType::Url => ("an address that begins", "addresses that begin"),
            FieldType::Link => ("a link", "links"),
            FieldType::Page => ("a page", "pages"),
            FieldType::File(_) => ("a file", "files"),
            FieldType::Zone => ("a time zone", "time zones"),
            FieldType::Terms | FieldType::List(_) => ("a list", "lists"),
            FieldType::Map(_) | FieldType::MapOf(_) => ("a mapping", "mappings"),
            FieldType::Tool => ("the declaration of a tool", "declarations of tools"),
        };
        self.to_string().replacen(one, many, 1)
    }

    /// Returns an example value of this type in YAML.
    pub fn example(&self) -> String {
        match self {
            FieldType::Text | FieldType::Markdown | FieldType::Line | FieldType::Anything => {
                "\"…\"".into()
            }
            FieldType::Template => "page.html".into(),
            FieldType::Tool => "{ type: calculator, … }".into(),
            FieldType::Integer => "3".into(),
            FieldType::Number => "1.5".into(),
            FieldType::Boolean => "true".into(),
            FieldType::Date => "2026-01-31".into(),
            FieldType::DateTime => "2026-01-31T09:00".into(),
            FieldType::Minutes => "15 min".into(),
            FieldType::Period => "12 months".into(),
            FieldType::Url => "https://example.org/".into(),
            FieldType::Link | FieldType::Page => "other-page.md".into(),
            FieldType::File(extensions) => {
                format!("file.{}", extensions.first().map_or("pdf", String::as_str))
            }
            FieldType::Zone => "Europe/Berlin".into(),
            FieldType::Clock => "3:25".into(),
            FieldType::Choice(words) => words.first().cloned().unwrap_or_default(),
            FieldType::Terms => "[one, two]".into(),
            FieldType::List(of) => format!("[{}]", of.example()),
            FieldType::Map(fields) => {
                let pairs = fields
                    .iter()
                    .take(2)
                    .map(|field| format!("{}: {}", field.name, field.kind.example()));
                format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
            }
            FieldType::MapOf(of) => format!("{{ name: {} }}", of.example()),
            FieldType::Either(kinds) => kinds.first().map(FieldType::example).unwrap_or_default(),
        }
    }
}

/// Returns the fields as a Markdown table with the columns key, value and meaning.
pub fn manual_table(fields: &[Field]) -> String {
    let mut table = String::from("| key | value | meaning |\n|---|---|---|\n");
    for field in fields {
        let required = if field.is_required { " (required)" } else { "" };
        let mut meaning = field.description.clone();
        if let Some(most) = field.length_max {
            meaning += &format!(" At most {most} characters.");
        }
        if !field.default.is_empty() {
            meaning += &format!(" Default: {}.", field.default);
        }
        if !field.also.is_empty() {
            meaning += &format!(
                " Also understood: {}.",
                listed(field.also.iter().map(String::as_str))
            );
        }
        let cells = [
            format!("`{}`{required}", field.name),
            field.kind.to_string(),
            meaning.trim().to_owned(),
        ];
        let escaped: Vec<String> = cells
            .iter()
            .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
            .collect();
        table += &format!("| {} |\n", escaped.join(" | "));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_for_the_manual() {
        let fields = [
            Field::text("title")
                .required()
                .about("What the page is called."),
            Field::date("published").also(&["date"]),
            Field::new("related", FieldType::List(Box::new(FieldType::Link))),
        ];
        let expected = "| key | value | meaning |\n|---|---|---|\n\
                        | `title` (required) | text | What the page is called. |\n\
                        | `published` | a date | Also understood: `date`. |\n\
                        | `related` | a list of links |  |\n";
        assert_eq!(manual_table(&fields), expected);
    }
}
