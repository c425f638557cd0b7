//! Reads collected answers: a CSV file with a header, as forms and spreadsheets write it, or JSON,
//! either one object per line or a list. Only the page and one statement about it are required.

use jiff::civil::Date;
use serde_json::Value;

/// A reader's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReaderAnswer {
    /// The page's address with the site's base path: `/guides/give-first/`.
    pub address: String,
    pub helped: Option<bool>,
    pub reason: Option<String>,
    pub words: Option<String>,
    pub date: Option<Date>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReaderAnswers {
    pub answers: Vec<ReaderAnswer>,
    /// Lines of the file without a readable answer, counted from 1; for a JSON list, the positions
    /// of its objects.
    pub unread: Vec<usize>,
}

impl ReaderAnswers {
    fn take(&mut self, number: usize, answer: Option<ReaderAnswer>) {
        match answer {
            Some(answer) => self.answers.push(answer),
            None => self.unread.push(number),
        }
    }
}

/// The file has no column that names the page of an answer. Contains the names in its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPageColumn(pub Vec<String>);

/// The accepted names of columns.
const ADDRESS: [&str; 5] = ["page", "address", "url", "path", "href"];
const HELPED: [&str; 4] = ["helped", "helpful", "answer", "vote"];
const REASON: [&str; 2] = ["reason", "why"];
const WORDS: [&str; 5] = ["words", "text", "comment", "message", "note"];
const DATE: [&str; 5] = ["date", "time", "timestamp", "created", "created_at"];

/// Reads a file of answers. Its first character determines the format.
pub fn read(text: &str) -> Result<ReaderAnswers, MissingPageColumn> {
    let text = text.trim_start_matches('\u{FEFF}');
    match text.trim_start().chars().next() {
        Some('{') => Ok(json_lines(text)),
        Some('[') => Ok(json_list(text).unwrap_or_else(|| json_lines(text))),
        _ => csv(text),
    }
}

fn json_lines(text: &str) -> ReaderAnswers {
    let mut feedback = ReaderAnswers::default();
    for (number, line) in (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
    {
        feedback.take(
            number,
            serde_json::from_str(line).ok().as_ref().and_then(of_object),
        );
    }
    feedback
}

/// A list of objects, as form services export it.
fn json_list(text: &str) -> Option<ReaderAnswers> {
    let mut feedback = ReaderAnswers::default();
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    (1..)
        .zip(&list)
        .for_each(|(number, value)| feedback.take(number, of_object(value)));
    Some(feedback)
}

fn of_object(value: &Value) -> Option<ReaderAnswer> {
    let object = value.as_object()?;
    let named = |name: &str| {
        object
            .iter()
            .find(|(key, _)| key.trim().to_lowercase() == name)
            .map(|(_, value)| value)
    };
    answer(|name| plain(named(name)?))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn csv(text: &str) -> Result<ReaderAnswers, MissingPageColumn> {
    let mut feedback = ReaderAnswers::default();
    let first = text.lines().next().unwrap_or_default();
    // On a tie, `max_by_key` returns the last delimiter: a comma if none occurs.
    let delimiter = *b"\t;,"
        .iter()
        .max_by_key(|mark| first.bytes().filter(|byte| byte == *mark).count())
        .unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .map(|head| head.iter().map(|name| name.trim().to_lowercase()).collect())
        .unwrap_or_default();
    if !text.trim().is_empty() && !names.iter().any(|name| ADDRESS.contains(&name.as_str())) {
        return Err(MissingPageColumn(names));
    }
    let mut record = csv::StringRecord::new();
    loop {
        let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(feedback),
            Ok(true) => {
                let field = |name: &str| {
                    let at = names.iter().position(|known| known == name)?;
                    record.get(at).map(str::to_owned)
                };
                feedback.take(line, answer(field));
            }
            Err(_) => {
                feedback.unread.push(line);
                return Ok(feedback);
            }
        }
    }
}

/// An answer needs a page and at least one statement about it.
fn answer(field: impl Fn(&str) -> Option<String>) -> Option<ReaderAnswer> {
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| field(name))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let answer = ReaderAnswer {
        address: address(&first(&ADDRESS)?)?,
        helped: first(&HELPED).and_then(|text| match text.to_lowercase().as_str() {
            "yes" | "true" | "1" | "y" | "ja" | "up" => Some(true),
            "no" | "false" | "0" | "n" | "nein" | "down" | "-1" => Some(false),
            _ => None,
        }),
        reason: first(&REASON).map(|text| text.to_lowercase()),
        words: first(&WORDS),
        date: first(&DATE).and_then(|text| date(&text)),
    };
    (answer.helped.is_some() || answer.reason.is_some() || answer.words.is_some()).then_some(answer)
}

/// A date in ISO format, with or without a time, or day first as some spreadsheets write it:
/// `21.11.2026`.
fn date(text: &str) -> Option<Date> {
    let day = text.split_whitespace().next().unwrap_or_default();
    let german = || {
        let [day, month, year] = day.split('.').collect::<Vec<_>>().try_into().ok()?;
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    text.get(..10)
        .and_then(|text| text.parse().ok())
        .or_else(german)
}

/// The path of an address, without its query and fragment.
fn address(text: &str) -> Option<String> {
    let path = text.split(['#', '?']).next().unwrap_or(text);
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => path,
    };
    let path = path.trim_end_matches("index.html");
    let is_path = !path.is_empty() && !path.contains(char::is_whitespace);
    is_path.then(|| {
        if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let csv = read(
            "Page,helped,reason,words,date\n/a/,yes,,,2026-11-01\nhttps://x.example/b/?u=1#c,no,Outdated,\"two,\nlines\",\n,yes,,,\n/c/,,,,\n",
        )
        .expect("the head names the page");
        let json = read(
            "{\"url\":\"/a/index.html\",\"helpful\":true,\"created_at\":\"2026-11-01T10:00:00Z\"}\n\n\
             {\"page\":\"/b/\",\"vote\":0,\"why\":\"outdated\",\"comment\":\"two,\\nlines\"}\nnonsense\n{\"helped\":true}\n",
        )
        .expect("objects need no head");
        assert_eq!(csv.answers, json.answers);
        assert_eq!((csv.unread, json.unread), (vec![5, 6], vec![4, 5]));
        assert_eq!(
            json.answers[0].date.map(|date| date.to_string()).as_deref(),
            Some("2026-11-01")
        );
        assert_eq!(json.answers[1].words.as_deref(), Some("two,\nlines"));
    }

    #[test]
    fn as_spreadsheets_and_services_write_it() {
        let expected = read("page,helped,date\n/a/,yes,2026-11-21\n/b,no,\n")
            .expect("the head names the page");
        for text in [
            "\u{FEFF}Page;Helped;Date\r\n/a/;ja;21.11.2026\r\nb;nein;\r\n".to_owned(),
            "URL\thelped\tDate\n/a/\tyes\t2026-11-21 10:00\n/b\tno\t\n".to_owned(),
            "[{\"Page\": \"/a/\", \"helped\": true, \"date\": \"2026-11-21\"},\n {\"page\": \"/b\", \"helped\": false}]".to_owned(),
        ] {
            assert_eq!(read(&text), Ok(expected.clone()), "{text}");
        }
        assert_eq!(
            read("page;helped;words, in short\n/a/;no;x, y\n").map(|read| read.answers.len()),
            Ok(1)
        );
        assert_eq!(
            read("Seite,hilfreich\n/a/,ja\n"),
            Err(MissingPageColumn(vec![
                "seite".to_owned(),
                "hilfreich".to_owned()
            ]))
        );
        assert_eq!(read(""), Ok(ReaderAnswers::default()));
        assert_eq!(
            read("[1, {\"page\": \"/a/\"}]").map(|read| read.unread),
            Ok(vec![1, 2])
        );
    }
}
