//! The words of the theme by language: every text on a page that the author did not write.
//!
//! Each language has a YAML file in `templates/i18n/`. A word has one form or, if it depends on a
//! count, the plural forms that Unicode defines (CLDR, UTS #35 part 3). Languages without a file
//! and missing words fall back to English.

use std::borrow::Cow;
use std::collections::BTreeMap;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use indexmap::IndexMap;
use jiff::civil::Date;

use crate::diagnostic::{Checked, Code, Diagnostic, nearest};
use crate::paths::SourcePath;
use crate::renamed::{self, NameKind};
use crate::source::{SourceFile, with_lf};
use crate::yaml::{self, YamlValue};

/// A word or a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phrase {
    Plain(String),
    /// The forms by plural category: `one`, `few`, `other` …
    Counted(BTreeMap<String, String>),
}

/// All words by language and key.
#[derive(Clone, Default)]
pub struct Translations {
    languages: BTreeMap<String, IndexMap<String, Phrase>>,
    rules: BTreeMap<String, std::sync::Arc<PluralRules>>,
}

impl PartialEq for Translations {
    fn eq(&self, other: &Self) -> bool {
        self.languages == other.languages
    }
}

/// Shows the words only, because the plural rules follow from the languages.
impl std::fmt::Debug for Translations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.languages).finish()
    }
}

/// The language that replaces a missing word or language.
const FALLBACK: &str = "en";

impl Translations {
    /// Adds a file of words. A later file for a language overrides an earlier one word by word. If
    /// `is_override` is set, the file may only contain words that the theme has.
    pub fn add(
        &mut self,
        language: &str,
        path: &SourcePath,
        bytes: &[u8],
        is_override: bool,
    ) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let read = match SourceFile::decode(path, bytes) {
            Ok(text) => text,
            Err(problem) => return vec![*problem],
        };
        let text = with_lf(read.text);
        let node = match yaml::parse(path, &text, 0..text.len()) {
            Ok(Some(node)) => node,
            Ok(None) => return problems,
            Err(errors) => return errors,
        };
        let YamlValue::Map(map) = &node.value else {
            return vec![
                Diagnostic::new(
                    Code::BadTranslation,
                    "a translation file must contain `key: text` pairs",
                )
                .at(node.place),
            ];
        };
        let known: Vec<String> = self
            .languages
            .get(FALLBACK)
            .map(|words| words.keys().cloned().collect())
            .unwrap_or_default();
        let words = self
            .languages
            .entry(language.to_ascii_lowercase())
            .or_default();
        for (key, entry) in map {
            let new = renamed::new_name(NameKind::Word, key);
            problems.extend(new.map(|new| renamed::problem(key, new, entry.key_place.clone())));
            let key = new.unwrap_or(key);
            if is_override && !known.is_empty() && !known.iter().any(|known| known == key) {
                let near = nearest(key, known.iter().map(String::as_str));
                problems.push(
                    Diagnostic::new(Code::UnknownKey, format!("the theme has no word `{key}`"))
                        .at(entry.key_place.clone())
                        .suggest_if(key, near),
                );
            }
            match phrase(&entry.node) {
                Some(phrase) => {
                    words.insert(key.to_owned(), phrase);
                }
                None => {
                    let problem = Diagnostic::new(
                        Code::BadTranslation,
                        format!("`{key}` is neither a text nor a mapping of plural forms"),
                    );
                    problems.push(
                        problem
                            .at(entry.node.place.clone())
                            .help("write `key: text` or `key: { one: …, other: … }`"),
                    );
                }
            }
        }
        if let Ok(locale) = language.parse::<Locale>()
            && let Ok(rules) = PluralRules::try_new_cardinal(locale.into())
        {
            self.rules
                .insert(language.to_ascii_lowercase(), std::sync::Arc::new(rules));
        }
        problems
    }

    /// Returns a word in a language. `count` selects its form, and `{names}` are filled in from
    /// `fill`. Returns `None` if the word does not exist.
    pub fn text(
        &self,
        language: &str,
        key: &str,
        count: Option<i64>,
        fill: &[(&str, Cow<str>)],
    ) -> Option<String> {
        let (found_in, phrase) = self.find(language, key)?;
        let form = match phrase {
            Phrase::Plain(text) => text,
            Phrase::Counted(forms) => {
                let category = match (count, self.rules.get(found_in)) {
                    (Some(count), Some(rules)) => {
                        category_name(rules.category_for(count.unsigned_abs()))
                    }
                    (Some(1), None) => "one",
                    _ => "other",
                };
                forms
                    .get(category)
                    .or_else(|| forms.get("other"))
                    .or_else(|| forms.values().next())?
            }
        };
        Some(filled(form, count, fill))
    }

    /// Formats a date as is usual in the language, or as ISO 8601 if the language has no names of
    /// months.
    pub fn date(&self, language: &str, date: Date) -> String {
        let month = self.text(language, &format!("month_{}", date.month()), None, &[]);
        let fill = [
            ("day", Cow::from(date.day().to_string())),
            (
                "month",
                month.map_or_else(|| Cow::from(date.month().to_string()), Cow::from),
            ),
            ("year", Cow::from(date.year().to_string())),
        ];
        self.text(language, "date_long", None, &fill)
            .unwrap_or_else(|| date.to_string())
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.languages
            .get(FALLBACK)
            .into_iter()
            .flat_map(|words| words.keys())
            .map(String::as_str)
    }

    fn find<'a>(&'a self, language: &str, key: &str) -> Option<(&'a str, &'a Phrase)> {
        let is_lower = !language.bytes().any(|byte| byte.is_ascii_uppercase());
        let language = if is_lower {
            Cow::Borrowed(language)
        } else {
            Cow::Owned(language.to_ascii_lowercase())
        };
        let mut name = &*language;
        loop {
            if let Some((found, words)) = self.languages.get_key_value(name)
                && let Some(phrase) = words.get(key)
            {
                return Some((found, phrase));
            }
            match name.rsplit_once('-') {
                Some((shorter, _)) => name = shorter,
                None if name == FALLBACK => return None,
                None => name = FALLBACK,
            }
        }
    }
}

/// Fills in the names of a form. A name without a value is left unchanged.
fn filled(form: &str, count: Option<i64>, fill: &[(&str, Cow<str>)]) -> String {
    // Most words have no names to fill in.
    if !form.as_bytes().contains(&b'{') {
        return form.to_owned();
    }
    let mut text = String::with_capacity(form.len());
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or(("", after));
        let given = fill
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value);
        match (count, given) {
            (Some(count), _) if name == "count" => text.push_str(&count.to_string()),
            (_, Some(value)) => text.push_str(value),
            _ => {
                text.push('{');
                rest = after;
                continue;
            }
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn phrase(node: &yaml::YamlNode) -> Option<Phrase> {
    match &node.value {
        YamlValue::Map(map) => {
            let forms = map
                .iter()
                .map(|(key, entry)| Some((key.clone(), entry.node.as_text()?.to_owned())));
            forms
                .collect::<Option<BTreeMap<_, _>>>()
                .map(Phrase::Counted)
        }
        _ => node.as_text().map(|text| Phrase::Plain(text.to_owned())),
    }
}

fn category_name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

/// Returns the writing direction of a language, `ltr` or `rtl`.
pub fn direction(language: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 14] = [
        "ar", "arc", "ckb", "dv", "fa", "ha", "he", "khw", "ks", "ps", "sd", "ug", "ur", "yi",
    ];
    let mut parts = language.split('-');
    let base = parts.next().unwrap_or("").to_ascii_lowercase();
    let script = parts
        .find(|part| part.len() == 4)
        .map(str::to_ascii_lowercase);
    let is_rtl = match script.as_deref() {
        Some("arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm") => true,
        Some(_) => false,
        None => RIGHT_TO_LEFT.contains(&base.as_str()),
    };
    if is_rtl { "rtl" } else { "ltr" }
}

/// Reads words from files, given as `(language, path, bytes, is_override)`, those of the theme
/// first.
pub fn read<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a SourcePath, &'a [u8], bool)>,
) -> Checked<Translations> {
    let mut words = Translations::default();
    let mut problems = Vec::new();
    for (language, path, bytes, is_override) in files {
        problems.extend(words.add(language, path, bytes, is_override));
    }
    Checked::new(words, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_once() {
        let fill = [
            ("name", Cow::from("{count} of {name}")),
            ("empty", Cow::from("")),
        ];
        assert_eq!(
            filled("{count} by {name}{empty}.", Some(3), &fill),
            "3 by {count} of {name}."
        );
        assert_eq!(filled("{other} {name", None, &fill), "{other} {name");
        assert_eq!(
            filled("{{name}} {count}", None, &[("name", Cow::from("a"))]),
            "{a} {count}"
        );
    }
}
