//! Builds the tree from the YAML parser's events, with the location of every node.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use serde_yaml::granit_parser::{self, Event, ScalarStyle, StructureStyle, Tag};

use super::{
    DEPTH_MAX, REPLAYED_BYTES_MAX, REPLAYED_NODES_MAX, YamlEntry, YamlMap, YamlNode, YamlValue,
};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::paths::SourcePath;
use crate::source::LineStarts;

/// A node with the cost of copying it.
#[derive(Clone)]
pub(super) struct CountedNode {
    pub(super) node: YamlNode,
    size: NodeSize,
}

/// The size of a node, including everything in it.
#[derive(Clone, Copy, Default)]
struct NodeSize {
    nodes: usize,
    /// The number of bytes of keys and text.
    bytes: usize,
}

impl NodeSize {
    fn add(&mut self, other: NodeSize) {
        self.nodes += other.nodes;
        self.bytes += other.bytes;
    }
}

/// A list or mapping that is not closed yet.
pub(super) struct OpenContainer {
    pub(super) node: YamlNode,
    size: NodeSize,
    pub(super) anchor: usize,
    pub(super) key: Option<(String, Location)>,
    /// The offset of `[` or `{`; `None` for block style.
    pub(super) bracket_at: Option<usize>,
}

pub(super) struct Reader<'a> {
    pub(super) path: &'a SourcePath,
    /// The file's text up to the end of the YAML.
    pub(super) text: &'a str,
    pub(super) lines: LineStarts<'a>,
    /// The offset at which the YAML begins in the file.
    pub(super) start: usize,
    pub(super) stack: Vec<OpenContainer>,
    pub(super) root: Option<CountedNode>,
    pub(super) documents: usize,
    pub(super) anchors: HashMap<usize, CountedNode>,
    replayed: NodeSize,
    /// The last requested location: the start of its line, the offset, and the column there.
    pub(super) last_place: Cell<(u32, usize, u32)>,
    pub(super) repeated: Vec<(String, YamlNode)>,
    /// Where the last event ended; the text after it has not been read.
    pub(super) read_to: usize,
    pub(super) problems: Vec<Diagnostic>,
}

/// Stops reading. The problem has already been recorded.
pub(super) struct ReadStop;

impl<'a> Reader<'a> {
    pub(super) fn new(path: &'a SourcePath, text: &'a str, start: usize) -> Self {
        Reader {
            path,
            text,
            lines: LineStarts::new(text),
            start,
            stack: Vec::new(),
            root: None,
            documents: 0,
            anchors: HashMap::new(),
            replayed: NodeSize::default(),
            last_place: Cell::new((1, 0, 1)),
            repeated: Vec::new(),
            read_to: start,
            problems: Vec::new(),
        }
    }

    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        span: &granit_parser::Span,
    ) -> Result<(), ReadStop> {
        let range = span.byte_range().unwrap_or_default();
        let range = range.start + self.start..range.end + self.start;
        self.read_to = self.read_to.max(range.end);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.stop(
                        &range,
                        "a second YAML document begins here",
                        "keep one document, and delete the line `---`",
                    );
                }
            }
            Event::Alias(id) => return self.replay(id, &range),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                let (value, written) = scalar(text, style, tag.as_deref());
                let bytes = written.len()
                    + if let YamlValue::Text(text) = &value {
                        text.len()
                    } else {
                        0
                    };
                let node = YamlNode {
                    value,
                    place: self.place(&range),
                    written,
                };
                self.put(
                    CountedNode {
                        node,
                        size: NodeSize { nodes: 1, bytes },
                    },
                    anchor,
                )?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                self.open(YamlValue::List(Vec::new()), style, anchor, &range)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                self.open(YamlValue::Map(YamlMap::new()), style, anchor, &range)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let mut open = self
                    .stack
                    .pop()
                    .expect("the parser closes only what it opened");
                self.merge(&mut open);
                self.put(
                    CountedNode {
                        node: open.node,
                        size: open.size,
                    },
                    open.anchor,
                )?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the location of a range. Ranges arrive in order, so on a long line, columns are
    /// counted from the start of the previous range.
    pub(super) fn place(&self, range: &Range<usize>) -> Location {
        let (line, offset, column) = self.last_place.get();
        let between = self
            .text
            .get(offset..range.start)
            .filter(|_| self.lines.line(range.start) == line);
        let column = match between {
            Some(between) => column + u32::try_from(between.chars().count()).unwrap_or(u32::MAX),
            None => {
                let place = self.lines.place(self.path, range.clone());
                self.last_place.set((place.line, range.start, place.column));
                return place;
            }
        };
        self.last_place.set((line, range.start, column));
        let within = self.text.get(range.clone()).unwrap_or_default();
        let length = within
            .split('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        Location {
            path: self.path.clone(),
            line,
            column,
            length: u32::try_from(length).unwrap_or(u32::MAX),
        }
    }

    fn stop(&mut self, range: &Range<usize>, message: &str, help: &str) -> Result<(), ReadStop> {
        self.problems.push(
            Diagnostic::new(Code::BadYaml, message)
                .at(self.place(range))
                .help(help),
        );
        Err(ReadStop)
    }

    /// Refuses tags, except those that name one of the plain types.
    fn refuse_tag(&mut self, tag: Option<&Tag>, span: &granit_parser::Span) {
        const PLAIN: [&str; 8] = [
            "str",
            "int",
            "float",
            "bool",
            "null",
            "seq",
            "map",
            "timestamp",
        ];
        let Some(tag) = tag else { return };
        if tag
            .core_suffix()
            .is_some_and(|suffix| PLAIN.contains(&suffix))
            || tag.original() == "!"
        {
            return;
        }
        let range = span
            .tag_span()
            .unwrap_or(*span)
            .byte_range()
            .unwrap_or_default();
        let message = format!("unsupported YAML tag `{}`", tag.original());
        let place = self.place(&(range.start + self.start..range.end + self.start));
        self.problems.push(
            Diagnostic::new(Code::BadYaml, message)
                .at(place)
                .help("delete the tag; if it is text that begins with `!`, put the text in quotes"),
        );
    }

    fn open(
        &mut self,
        value: YamlValue,
        style: StructureStyle,
        anchor: usize,
        range: &Range<usize>,
    ) -> Result<(), ReadStop> {
        if self.stack.len() >= DEPTH_MAX {
            let message = format!("lists or mappings are nested deeper than {DEPTH_MAX} levels");
            return self.stop(range, &message, "flatten the nested lists or mappings");
        }
        let is_key = self.stack.last().is_some_and(|parent| {
            matches!(parent.node.value, YamlValue::Map(_)) && parent.key.is_none()
        });
        if is_key {
            return self.stop(
                range,
                "a list or a mapping cannot be a key",
                "put a key that begins with `[` or `{` in quotes",
            );
        }
        let bracket_at = (style == StructureStyle::Flow).then_some(range.start);
        let node = YamlNode {
            value,
            place: self.place(range),
            written: String::new(),
        };
        self.stack.push(OpenContainer {
            node,
            size: NodeSize { nodes: 1, bytes: 0 },
            anchor,
            key: None,
            bracket_at,
        });
        Ok(())
    }

    fn replay(&mut self, id: usize, range: &Range<usize>) -> Result<(), ReadStop> {
        const HELP: &str =
            "write the value out; if it is text that begins with `*`, put the text in quotes";
        let Some(anchored) = self.anchors.get(&id) else {
            return self.stop(
                range,
                "an alias is within the value that it names, which would never end",
                HELP,
            );
        };
        self.replayed.add(anchored.size);
        if self.replayed.nodes > REPLAYED_NODES_MAX {
            let message = format!("the aliases expand to more than {REPLAYED_NODES_MAX} values");
            return self.stop(range, &message, HELP);
        }
        if self.replayed.bytes > REPLAYED_BYTES_MAX {
            let message =
                format!("the aliases expand to more than {REPLAYED_BYTES_MAX} bytes of text");
            return self.stop(range, &message, HELP);
        }
        let mut counted = anchored.clone();
        counted.node.place = self.place(range);
        self.put(counted, 0)
    }

    /// Adds a finished node to its parent: the root, a list, a key or a key's value.
    fn put(&mut self, counted: CountedNode, anchor: usize) -> Result<(), ReadStop> {
        if anchor != 0 {
            self.anchors.insert(anchor, counted.clone());
        }
        let is_outermost = self.stack.len() == 1;
        let Some(open) = self.stack.last_mut() else {
            self.root.get_or_insert(counted);
            return Ok(());
        };
        open.size.add(counted.size);
        match &mut open.node.value {
            YamlValue::List(items) => items.push(counted.node),
            YamlValue::Map(entries) => match open.key.take() {
                None => {
                    let text = counted
                        .node
                        .as_text()
                        .unwrap_or(&counted.node.written)
                        .to_owned();
                    open.key = Some((text, counted.node.place));
                }
                Some((key, key_place)) => match entries.entry(key) {
                    indexmap::map::Entry::Vacant(vacant) => {
                        vacant.insert(YamlEntry {
                            key_place,
                            node: counted.node,
                        });
                    }
                    indexmap::map::Entry::Occupied(first) => {
                        let message = format!("duplicate key `{}`", first.key());
                        let first_place = first.get().key_place.clone();
                        let help = format!(
                            "keep one of them; the first is on line {}",
                            first_place.line
                        );
                        self.problems.push(
                            Diagnostic::new(Code::DuplicateKey, message)
                                .at(key_place)
                                .help(help)
                                .with_related(first_place, "the first is here"),
                        );
                        if is_outermost {
                            self.repeated.push((first.key().clone(), counted.node));
                        }
                    }
                },
            },
            _ => unreachable!("only lists and mappings are opened"),
        }
        Ok(())
    }

    /// Resolves `<<`: takes over the keys of the mappings that it names, except for keys that are
    /// set here.
    fn merge(&mut self, open: &mut OpenContainer) {
        let YamlValue::Map(entries) = &mut open.node.value else {
            return;
        };
        let Some(merged) = entries.shift_remove("<<") else {
            return;
        };
        let sources = match merged.node.value {
            YamlValue::List(sources) => sources,
            _ => vec![merged.node],
        };
        for source in sources {
            let YamlValue::Map(inherited) = source.value else {
                let message = format!("`<<` requires a mapping, found {}", source.noun());
                self.problems
                    .push(Diagnostic::new(Code::BadYaml, message).at(source.place));
                continue;
            };
            for (key, entry) in inherited {
                entries.entry(key).or_insert(entry);
            }
        }
    }
}

/// Returns the value of a scalar, and its text if that differs from the value.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> (YamlValue, String) {
    let typed_by_tag = tag
        .and_then(Tag::core_suffix)
        .is_some_and(|suffix| matches!(suffix, "int" | "float" | "bool" | "null"));
    let is_plain = (style == ScalarStyle::Plain && tag.is_none()) || typed_by_tag;
    match is_plain.then(|| plain(&text)).flatten() {
        Some(value) => (value, text.into_owned()),
        None => (YamlValue::Text(text.into_owned()), String::new()),
    }
}

/// Returns the value of a plain scalar that is not text, by the core schema (YAML 1.2.2, §10.3.2).
pub(super) fn plain(text: &str) -> Option<YamlValue> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(YamlValue::None),
        "true" | "True" | "TRUE" => return Some(YamlValue::Bool(true)),
        "false" | "False" | "FALSE" => return Some(YamlValue::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Some(YamlValue::Float(f64::NAN)),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.starts_with(['+', '-']))
            .map(YamlValue::Int);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8)
            .ok()
            .filter(|_| !digits.starts_with(['+', '-']))
            .map(YamlValue::Int);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(YamlValue::Float(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }));
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.contains(|c: char| c.is_ascii_digit())
        || !unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    text.parse()
        .map(YamlValue::Int)
        .or_else(|_| text.parse().map(YamlValue::Float))
        .ok()
}
