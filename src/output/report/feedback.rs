//! Answers that were collected: a CSV file with a head, or one JSON object a line. What a reader need not have said need not be there.

use jiff::civil::Date;
use serde_json::{Map, Value};

/// What a reader answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The page's address with the site's base path: `/guides/give-first/`.
    pub address: String,
    pub helped: Option<bool>,
    pub reason: Option<String>,
    pub words: Option<String>,
    pub date: Option<Date>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    pub answers: Vec<Answer>,
    /// Lines of the file, from 1, that hold no answer that can be read.
    pub unread: Vec<usize>,
}

/// Names under which a value is looked for.
const ADDRESS: [&str; 5] = ["page", "address", "url", "path", "href"];
const HELPED: [&str; 4] = ["helped", "helpful", "answer", "vote"];
const REASON: [&str; 2] = ["reason", "why"];
const WORDS: [&str; 5] = ["words", "text", "comment", "message", "note"];
const DATE: [&str; 5] = ["date", "time", "timestamp", "created", "created_at"];

/// Reads a file of answers; its first character tells which of the two forms it has.
pub fn read(text: &str) -> Feedback {
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim_start().starts_with('{') { json_lines(text) } else { csv(text) }
}

fn json_lines(text: &str) -> Feedback {
    let mut feedback = Feedback::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let answer = serde_json::from_str::<Map<String, Value>>(line).ok().and_then(|object| answer(|name| plain(object.get(name)?)));
        match answer {
            Some(answer) => feedback.answers.push(answer),
            None => feedback.unread.push(number),
        }
    }
    feedback
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn csv(text: &str) -> Feedback {
    let mut feedback = Feedback::default();
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map(|head| head.iter().map(|name| name.trim().to_lowercase()).collect()).unwrap_or_default();
    let mut record = csv::StringRecord::new();
    loop {
        let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(false) => return feedback,
            Ok(true) => {
                let field = |name: &str| {
                    let at = names.iter().position(|known| known == name)?;
                    record.get(at).map(str::to_owned)
                };
                match answer(field) {
                    Some(answer) => feedback.answers.push(answer),
                    None => feedback.unread.push(line),
                }
            }
            Err(_) => {
                feedback.unread.push(line);
                return feedback;
            }
        }
    }
}

/// An answer needs a page and something that is said of it.
fn answer(field: impl Fn(&str) -> Option<String>) -> Option<Answer> {
    let first =
        |names: &[&str]| names.iter().find_map(|name| field(name)).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let answer = Answer {
        address: address(&first(&ADDRESS)?)?,
        helped: first(&HELPED).and_then(|text| match text.to_lowercase().as_str() {
            "yes" | "true" | "1" | "y" | "ja" | "up" => Some(true),
            "no" | "false" | "0" | "n" | "nein" | "down" | "-1" => Some(false),
            _ => None,
        }),
        reason: first(&REASON).map(|text| text.to_lowercase()),
        words: first(&WORDS),
        date: first(&DATE).and_then(|text| text.get(..10)?.parse().ok()),
    };
    (answer.helped.is_some() || answer.reason.is_some() || answer.words.is_some()).then_some(answer)
}

/// The path of an address, without what was said after it.
fn address(text: &str) -> Option<String> {
    let path = text.split(['#', '?']).next().unwrap_or(text);
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => path,
    };
    let path = path.trim_end_matches("index.html");
    path.starts_with('/').then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let csv = read(
            "Page,helped,reason,words,date\n/a/,yes,,,2026-11-01\nhttps://x.example/b/?u=1#c,no,Outdated,\"two,\nlines\",\n,yes,,,\n/c/,,,,\n",
        );
        let json = read(
            "{\"url\":\"/a/index.html\",\"helpful\":true,\"created_at\":\"2026-11-01T10:00:00Z\"}\n\n\
             {\"page\":\"/b/\",\"vote\":0,\"why\":\"outdated\",\"comment\":\"two,\\nlines\"}\nnonsense\n{\"helped\":true}\n",
        );
        assert_eq!(csv.answers, json.answers);
        assert_eq!((csv.unread, json.unread), (vec![5, 6], vec![4, 5]));
        assert_eq!(json.answers[0].date.map(|date| date.to_string()).as_deref(), Some("2026-11-01"));
        assert_eq!(json.answers[1].words.as_deref(), Some("two,\nlines"));
    }
}
