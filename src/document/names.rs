//! What a file's name says about its page: title, date, and whether it is its folder's page.

use jiff::civil::Date;

use crate::paths::SourcePath;

/// Whether a file is the page of its folder (`index.md`, `_index.md` or `README.md`).
pub fn is_folder_page(path: &SourcePath) -> bool {
    let stem = path.stem();
    path.is_markdown()
        && (stem.eq_ignore_ascii_case("index")
            || stem.eq_ignore_ascii_case("readme")
            || stem == "_index")
}

/// The name from which a page's address is made, without a leading date, and that date:
/// `2026-01-31-title.md` gives `title`. A folder page takes the name of its folder.
pub fn name_and_date(path: &SourcePath) -> (String, Option<Date>) {
    let folder = path.folder_text();
    let name = if is_folder_page(path) {
        folder.rsplit('/').next().unwrap_or(folder)
    } else {
        path.stem()
    };
    let dated = name.get(..10).and_then(|date| date.parse::<Date>().ok());
    match dated {
        Some(date) if name.len() > 11 && name[10..].starts_with(['-', '_', ' ']) => {
            (name[11..].to_owned(), Some(date))
        }
        _ => (name.to_owned(), None),
    }
}

/// A title made from a file's name: `give-first.md` gives “Give first”.
pub fn title_of_name(path: &SourcePath) -> String {
    words_of_name(&name_and_date(path).0)
}

/// Turns a name into words: `small-team` gives “Small team”. A name with spaces stays as it is, and
/// dates keep their hyphens. The first word is capitalized unless it contains capitals already.
pub fn words_of_name(name: &str) -> String {
    let name = name.trim();
    let words = if name.contains(char::is_whitespace) {
        name.to_owned()
    } else {
        spaced(name)
    };
    let first = words.split(' ').next().unwrap_or_default();
    if first.contains(char::is_uppercase) {
        return words;
    }
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Home".to_owned(),
    }
}

/// A name with its hyphens and underscores replaced by spaces, except in dates.
fn spaced(name: &str) -> String {
    let is_number = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = name
        .split(['-', '_'])
        .filter(|part| !part.is_empty())
        .collect();
    let mut words: Vec<String> = Vec::with_capacity(parts.len());
    let mut rest = &parts[..];
    while let [first, behind @ ..] = rest {
        let is_year = is_number(first, 4);
        match behind {
            [month, day, behind @ ..] if is_year && is_number(month, 2) && is_number(day, 2) => {
                words.push(format!("{first}-{month}-{day}"));
                rest = behind;
            }
            [month] if is_year && is_number(month, 2) && words.is_empty() => {
                words.push(format!("{first}-{month}"));
                rest = &[];
            }
            _ => {
                words.push((*first).to_owned());
                rest = behind;
            }
        }
    }
    words.join(" ")
}
