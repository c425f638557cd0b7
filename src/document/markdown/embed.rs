//! What a page's text shows of other files: another page's tool (`::tool{page="…"}`), and the text
//! of a file (`::include{file="…"}`). Both are placeholders, filled in when the whole site is
//! known.

use super::MarkdownWalk;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::{FenceOptions, FileInclude, Segment, ToolEmbed};
use crate::document::components::{self, ArgumentValue, ComponentMarker, Signature};
use crate::document::links::LinkRole;
use crate::document::meta::LocatedValue;

impl MarkdownWalk<'_> {
    pub(super) fn embed(&mut self, mark: &ComponentMarker, is_block: bool) {
        if !is_block {
            let problem =
                Diagnostic::new(Code::ComponentArguments, "a tool cannot be within a line");
            return self.problem(
                problem.help("put it on a line of its own, with an empty line before and after"),
                mark.range.clone(),
            );
        }
        let written = match &mark.arguments {
            Some(range) => components::read_arguments(&self.text[range.clone()], range.start),
            None => Ok(Vec::new()),
        };
        let written = match written {
            Ok(written) => written,
            Err(error) => return self.argument_error(error),
        };
        let (mut link, mut given) = (None, Vec::new());
        for one in written {
            if one.name == "page" {
                link = self.link(
                    one.value.as_deref().unwrap_or_default(),
                    LinkRole::Text,
                    one.value_range,
                );
            } else {
                let place = self.place(one.name_range.start..one.value_range.end);
                given.push((
                    one.name,
                    LocatedValue {
                        value: one.value.unwrap_or_else(|| "true".to_owned()),
                        place,
                    },
                ));
            }
        }
        let Some(link) = link else {
            let problem = Diagnostic::new(Code::ComponentArguments, "`tool` needs `page`");
            return self.problem(
                problem.help("add `page=\"…\"`, the page with the tool, between the braces"),
                mark.range.clone(),
            );
        };
        let index = u32::try_from(self.out.embeds.len())
            .expect("a page embeds fewer tools than it has bytes");
        self.out.embeds.push(ToolEmbed {
            link,
            given,
            call: LocatedValue {
                value: (),
                place: self.place(mark.range.clone()),
            },
        });
        self.push_segment(Segment::Tool(index), &mark.range);
    }
    pub(super) fn include(&mut self, mark: &ComponentMarker) {
        let text = |name: &str, is_required| components::Argument {
            name: name.into(),
            kind: components::ArgumentKind::Text,
            is_required,
        };
        let mut signature = Signature {
            arguments: vec![
                text("file", true),
                text("region", false),
                text("lines", false),
                text("language", false),
                text("title", false),
            ],
            ..Signature::default()
        };
        signature.arguments.push(components::Argument {
            name: "numbers".into(),
            kind: components::ArgumentKind::Boolean,
            is_required: false,
        });
        let written = match self.written_arguments(mark, &signature) {
            Ok(written) => written,
            Err(error) => return self.argument_error(error),
        };
        let (valid, errors) = components::check("include", &signature, &written, &mark.range);
        errors
            .into_iter()
            .for_each(|error| self.argument_error(error));
        let mut file = None;
        let (mut region, mut lines, mut fence) = (None, None, FenceOptions::default());
        for (name, value, range) in valid {
            match (name.as_str(), value) {
                ("file", ArgumentValue::Text(value)) => {
                    file = Some(LocatedValue {
                        value,
                        place: self.place(range),
                    })
                }
                ("region", ArgumentValue::Text(value)) => region = Some(value),
                ("lines", ArgumentValue::Text(value)) => match line_range(&value) {
                    Some(range) => lines = Some(range),
                    None => self.problem(
                        Diagnostic::new(Code::BadInclude, "the line range is not valid")
                            .help("write it as `3-9`"),
                        range,
                    ),
                },
                ("language", ArgumentValue::Text(value)) => fence.language = Some(value),
                ("title", ArgumentValue::Text(value)) => fence.title = Some(value),
                ("numbers", ArgumentValue::Boolean(value)) => fence.numbers = value,
                _ => {}
            }
        }
        let Some(file) = file else { return };
        let index =
            u32::try_from(self.out.includes.len()).expect("a page has fewer includes than bytes");
        self.out.includes.push(FileInclude {
            file,
            region,
            lines,
            fence,
        });
        self.push_section_include(index);
        self.push_segment(Segment::Include(index), &mark.range);
    }
}

fn line_range(text: &str) -> Option<(usize, usize)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from >= 1 && from <= to).then_some((from, to))
}
