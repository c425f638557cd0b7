//! Facts from a file's bytes that a page shows: its size, its checksum, and the timed text of
//! captions or a transcript.
//!
//! Files are read when the page is rendered, not when its context is built. The page's hash
//! includes their fingerprints.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paths::SourcePath;

/// The facts of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileFacts {
    /// The size in bytes.
    pub size: u64,
    /// In hexadecimal digits, as `sha256sum` prints it.
    pub sha256: String,
    /// The text of captions (WebVTT) and transcripts (plain text), with its times.
    pub spoken: Vec<SpokenParagraph>,
}

/// The facts of several files.
pub type FileFactsTable = BTreeMap<SourcePath, FileFacts>;

/// A paragraph of a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpokenParagraph {
    pub seconds: Option<i64>,
    /// The start time in readable form: `1:05`.
    pub time: Option<String>,
    pub speaker: Option<String>,
    pub text: String,
}

/// The number of characters after which captions are joined into a paragraph, at the end of a
/// sentence.
const PARAGRAPH_CHARS: usize = 240;

/// The bytes of a file that are in memory at a time while it is read.
const PIECE_BYTES: usize = 256 << 10;

/// The most bytes of a transcript. A larger text is ignored.
const TRANSCRIPT_BYTES_MAX: usize = 4 << 20;

impl FileFacts {
    pub fn of(path: &SourcePath, bytes: &[u8]) -> Self {
        let sha256 = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        FileFacts {
            size: bytes.len() as u64,
            sha256,
            spoken: spoken(path, bytes),
        }
    }

    /// The facts of a file that is read in pieces, as it may be larger than the memory.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read(path: &SourcePath, file: &mut dyn Read) -> io::Result<Self> {
        let is_spoken = SPOKEN.contains(&path.extension().as_str());
        let (mut hasher, mut piece, mut size, mut text) =
            (Sha256::new(), vec![0; PIECE_BYTES], 0, Vec::new());
        loop {
            let read = match file.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&piece[..read]);
            size += read as u64;
            if is_spoken && text.len() <= TRANSCRIPT_BYTES_MAX {
                text.extend_from_slice(&piece[..read]);
            }
        }
        let sha256 = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(FileFacts {
            size,
            sha256,
            spoken: spoken(path, &text),
        })
    }
}

/// A number of seconds in readable form: `3:25`, `1:02:10`.
pub fn clock(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// The extensions of files that are read for captions or transcripts.
pub const SPOKEN: [&str; 3] = ["vtt", "txt", "md"];

/// The paragraphs of a captions file or a transcript. Other files have none.
pub fn spoken(path: &SourcePath, bytes: &[u8]) -> Vec<SpokenParagraph> {
    let text = || {
        String::from_utf8_lossy(if bytes.len() <= TRANSCRIPT_BYTES_MAX {
            bytes
        } else {
            b""
        })
    };
    match path.extension().as_str() {
        "vtt" => paragraphs(cues(&text())),
        "txt" | "md" => transcript(&text()),
        _ => Vec::new(),
    }
}

/// The cues of a WebVTT file (W3C, WebVTT §6), without notes, styles, tags and settings.
fn cues(text: &str) -> Vec<SpokenParagraph> {
    let text = text
        .trim_start_matches('\u{FEFF}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    if !text.starts_with("WEBVTT") {
        return Vec::new();
    }
    let cue = |block: &str| {
        let mut lines = block.lines();
        let timing = lines.by_ref().find(|line| line.contains("-->"))?;
        let seconds = seconds(timing.split("-->").next()?.trim())?;
        let payload = lines.collect::<Vec<_>>().join(" ");
        let (speaker, text) = plain(&payload);
        Some(SpokenParagraph {
            seconds: Some(seconds),
            time: Some(clock(seconds)),
            speaker,
            text,
        })
    };
    text.split("\n\n")
        .filter_map(cue)
        .filter(|cue| !cue.text.is_empty())
        .collect()
}

/// `00:01:05.500` → 65.
fn seconds(timestamp: &str) -> Option<i64> {
    let whole = timestamp.split('.').next()?;
    let parts: Vec<i64> = whole
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    (2..=3).contains(&parts.len()).then(|| {
        parts
            .into_iter()
            .fold(0, |seconds, part| seconds * 60 + part)
    })
}

/// The speaker (`<v Name>`) and the text of a cue's payload without its tags.
fn plain(payload: &str) -> (Option<String>, String) {
    let (mut speaker, mut text) = (None, String::with_capacity(payload.len()));
    let mut rest = payload;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        if let Some((name, said_by)) = tag.split_once(' ')
            && name.split('.').next() == Some("v")
        {
            speaker = Some(said_by.trim().to_owned());
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&lrm;", "")
        .replace("&rlm;", "");
    let text = text
        .replace("&amp;", "&")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (speaker, text)
}

/// The most seconds in one paragraph. Each paragraph begins with a time that links to that moment.
const PARAGRAPH_SECONDS: i64 = 90;

/// Joins consecutive cues into paragraphs that end with a sentence or, if no sentence ends, when
/// they are long enough.
fn paragraphs(cues: Vec<SpokenParagraph>) -> Vec<SpokenParagraph> {
    let mut joined: Vec<SpokenParagraph> = Vec::new();
    for cue in cues {
        let is_same = |last: &&mut SpokenParagraph| {
            let ends = last
                .text
                .ends_with(['.', '?', '!', '…', '。', '？', '！', '؟', '۔', '।']);
            let length = last.text.chars().count();
            let is_long = length > 2 * PARAGRAPH_CHARS
                || cue.seconds > last.seconds.map(|begin| begin + PARAGRAPH_SECONDS);
            (cue.speaker.is_none() || last.speaker == cue.speaker)
                && !is_long
                && !(ends && length > PARAGRAPH_CHARS)
        };
        match joined.last_mut().filter(is_same) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&cue.text);
            }
            None => joined.push(cue),
        }
    }
    joined
}

/// The paragraphs of a plain text. Each may begin with its time, `1:05` or `[1:05]`.
fn transcript(text: &str) -> Vec<SpokenParagraph> {
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    let paragraph = |block: &str| {
        let text = block.split_whitespace().collect::<Vec<_>>().join(" ");
        let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let seconds = seconds(first.trim_matches(['[', ']', '(', ')']));
        match seconds {
            Some(seconds) => SpokenParagraph {
                seconds: Some(seconds),
                time: Some(clock(seconds)),
                speaker: None,
                text: rest.to_owned(),
            },
            None => SpokenParagraph {
                text,
                ..SpokenParagraph::default()
            },
        }
    };
    text.split("\n\n")
        .map(paragraph)
        .filter(|spoken| !spoken.text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions() {
        let text = "WEBVTT - a talk\n\nNOTE not said\n\n1\n00:00:01.000 --> 00:00:03.000 align:start\n<v Ada>Give <i>first</i>,\n\n00:04.500 --> 00:06.000\nthen &amp; only then ask.\n\n01:02:03.000 --> 01:02:04.000\n<v Ben>Why?";
        let said: Vec<(Option<String>, Option<String>, String)> = paragraphs(cues(text))
            .into_iter()
            .map(|one| (one.time, one.speaker, one.text))
            .collect();
        let expected = [
            ("0:01", "Ada", "Give first, then & only then ask."),
            ("1:02:03", "Ben", "Why?"),
        ];
        assert_eq!(
            said,
            expected.map(|(time, name, text)| (
                Some(time.to_owned()),
                Some(name.to_owned()),
                text.to_owned()
            ))
        );
        assert!(cues("00:01.000 --> 00:02.000\nno head").is_empty());
        let minute =
            |minute: u32| format!("\n\n00:{minute:02}:00.000 --> 00:{minute:02}:50.000\nand so on");
        let endless = "WEBVTT".to_owned() + &(0..10).map(minute).collect::<String>();
        let times: Vec<Option<i64>> = paragraphs(cues(&endless))
            .iter()
            .map(|one| one.seconds)
            .collect();
        assert_eq!(
            times,
            [0, 120, 240, 360, 480].map(Some),
            "text without sentences is split by time"
        );
    }

    #[test]
    fn transcripts_and_checksums() {
        let said = transcript("[0:05] One\nand a half.\n\nTwo.\n\n\n1:00:00 Three.");
        let times: Vec<Option<i64>> = said.iter().map(|one| one.seconds).collect();
        assert_eq!(
            (times, said[0].text.as_str()),
            (vec![Some(5), None, Some(3600)], "One and a half.")
        );
        let facts = FileFacts::of(&SourcePath::new("a.bin").expect("inside"), b"abc");
        for (name, bytes) in [
            ("a.bin", &b"abc"[..]),
            ("a.txt", b"0:05 Ada: Good morning.\n"),
            ("a.vtt", b""),
        ] {
            let path = SourcePath::new(name).expect("inside");
            assert_eq!(
                FileFacts::read(&path, &mut &bytes[..]).expect("memory"),
                FileFacts::of(&path, bytes),
                "{name}"
            );
        }
        assert_eq!((facts.size, &facts.sha256[..8]), (3, "ba7816bf"));
    }
}
