//! Calls of components: where they open and close, and their arguments.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::MarkdownWalk;
use super::flow::{Flow, FlowKind};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::document::body::{ComponentCall, Segment};
use crate::document::components::{
    self, ArgumentError, ArgumentValue, ComponentMarker, MarkerKind, Signature, WrittenArgument,
};
use crate::escape;

impl MarkdownWalk<'_> {
    /// Handles an HTML block that is a component's masked marker. Returns whether it was one.
    pub(super) fn component_mark(&mut self, range: &Range<usize>) -> bool {
        let shown = &self.hidden[range.clone()];
        let start = range.start + (shown.len() - shown.trim_start().len());
        let whole = start..start + shown.trim().len();
        let Some(mark) = self
            .marks
            .at(&whole)
            .filter(|mark| mark.range == whole)
            .cloned()
        else {
            return false;
        };
        self.title.has_text = true;
        match mark.kind {
            MarkerKind::Open(_) => self.open_component(mark),
            MarkerKind::Close(colons) => self.closing_mark(colons, &mark),
            MarkerKind::Leaf => self.leaf(&mark, true),
            MarkerKind::Colon => return false,
        }
        true
    }

    pub(super) fn open_component(&mut self, mark: ComponentMarker) {
        let call = match self.settings.signatures.get(&mark.name) {
            Some(signature) => self
                .arguments(&mark, signature)
                .map(|arguments| (mark.name.clone(), arguments)),
            None => {
                self.unknown_component(&mark);
                None
            }
        };
        if self.is_too_deep(self.flows.len(), &mark.range) {
            self.dropped_components += 1;
            return;
        }
        self.flows
            .push(Flow::new(FlowKind::Component { call, mark }));
    }

    pub(super) fn closing_mark(&mut self, count: usize, mark: &ComponentMarker) {
        if self.dropped_components > 0 {
            self.dropped_components -= 1;
            return;
        }
        let fits = |flow: &Flow, exactly: bool| match &flow.kind {
            FlowKind::Component { mark, .. } => {
                matches!(mark.kind, MarkerKind::Open(open) if if exactly { open == count } else { open <= count })
            }
            _ => false,
        };
        let reach = self
            .flows
            .iter()
            .rposition(|flow| !matches!(flow.kind, FlowKind::Component { .. }))
            .unwrap_or(0);
        let open = &self.flows[reach + 1..];
        let found = open
            .iter()
            .rposition(|flow| fits(flow, true))
            .or_else(|| open.iter().rposition(|flow| fits(flow, false)));
        let Some(index) = found.map(|index| reach + 1 + index) else {
            let problem = Diagnostic::new(
                Code::UnclosedComponent,
                "this closes a component, but none is open",
            );
            self.problem(
                problem.help("delete the line, or open a component above it"),
                mark.range.clone(),
            );
            let text = self.text[mark.range.clone()].to_owned();
            self.push_block(Event::Start(Tag::Paragraph), &mark.range);
            self.push(Event::Text(text.into()));
            self.push(Event::End(TagEnd::Paragraph));
            return;
        };
        while self.flows.len() > index + 1 {
            self.abandon_flow();
        }
        self.close_component();
    }

    pub(super) fn close_component(&mut self) {
        let body = self.finish_flow();
        let Some(flow) = self.flows.pop() else { return };
        let FlowKind::Component { call, mark } = flow.kind else {
            return;
        };
        self.note_calls(
            flow.calls
                .into_iter()
                .chain(call.iter().map(|(name, _)| name.clone())),
        );
        match call {
            Some((name, arguments)) => {
                let place = self.place(mark.range.clone());
                self.push_segment(
                    Segment::Component(Box::new(ComponentCall {
                        name,
                        arguments,
                        body: Some(body),
                        place,
                    })),
                    &mark.range,
                );
            }
            None => {
                if let Some(title) = mark.title {
                    let mut html = String::from("<p><strong>");
                    escape::html_into(&mut html, &self.text[title]);
                    html.push_str("</strong></p>\n");
                    self.push_block(Event::Html(html.into()), &mark.range);
                }
                let placeholders: String = body
                    .into_iter()
                    .map(|segment| self.add_placeholder(segment))
                    .collect();
                self.push(Event::Html((placeholders + "\n").into()));
            }
        }
    }

    /// A component without a body, on a line of its own (`is_block`) or within one.
    pub(super) fn leaf(&mut self, mark: &ComponentMarker, is_block: bool) {
        if mark.name == "include" && self.settings.is_whole {
            return self.include(mark);
        }
        if mark.name == "tool"
            && self.settings.is_whole
            && !self.settings.signatures.contains_key("tool")
        {
            return self.embed(mark, is_block);
        }
        let Some(signature) = self.settings.signatures.get(&mark.name) else {
            self.unknown_component(mark);
            let text = self.text[mark.range.clone()].to_owned();
            if is_block {
                self.push_block(Event::Start(Tag::Paragraph), &mark.range);
            }
            self.push(Event::Text(text.into()));
            if is_block {
                self.push(Event::End(TagEnd::Paragraph));
            }
            return;
        };
        let Some(arguments) = self.arguments(mark, signature) else {
            return;
        };
        self.note_calls([mark.name.clone()]);
        let place = self.place(mark.range.clone());
        let call = Segment::Component(Box::new(ComponentCall {
            name: mark.name.clone(),
            arguments,
            body: None,
            place,
        }));
        if is_block {
            self.push_segment(call, &mark.range);
        } else {
            let placeholder = self.add_placeholder(call);
            self.push(Event::InlineHtml(placeholder.into()));
        }
    }

    pub(super) fn unknown_component(&mut self, mark: &ComponentMarker) {
        if !self.settings.is_whole {
            let problem = Diagnostic::new(
                Code::UnknownComponent,
                "components are only allowed in a page's own text",
            );
            self.problem(
                problem.help("move it below the front matter, or use plain Markdown"),
                mark.name_range.clone(),
            );
            return;
        }
        let names = self
            .settings
            .signatures
            .keys()
            .map(String::as_str)
            .chain(super::LEAVES);
        let near = nearest(&mark.name, names.clone());
        let otherwise = || {
            format!(
                "use one of {}, or add your own to templates/components/",
                names.collect::<Vec<_>>().join(", ")
            )
        };
        let problem = Diagnostic::new(
            Code::UnknownComponent,
            format!("unknown component `{}`", mark.name),
        );
        let problem = problem.suggest(&mark.name, near, otherwise);
        self.problem(problem, mark.name_range.clone());
    }

    /// The checked arguments of a call; `None` if a required one is missing or the component's
    /// definition is broken, so that it cannot be rendered.
    pub(super) fn arguments(
        &mut self,
        mark: &ComponentMarker,
        signature: &Signature,
    ) -> Option<Vec<(String, ArgumentValue)>> {
        if signature.is_broken {
            return None;
        }
        let written = match self.written_arguments(mark, signature) {
            Ok(written) => written,
            Err(error) => {
                self.argument_error(error);
                Vec::new()
            }
        };
        let (valid, errors) = components::check(&mark.name, signature, &written, &mark.range);
        errors
            .into_iter()
            .for_each(|error| self.argument_error(error));
        let mut arguments = Vec::with_capacity(valid.len());
        for (name, value, range) in valid {
            let value = match value {
                ArgumentValue::Text(target) if !target.is_empty() => match signature
                    .link_role(&name)
                {
                    Some(role) => self
                        .link(&target, role, range)
                        .map_or_else(|| ArgumentValue::Text(String::new()), ArgumentValue::Link),
                    None => ArgumentValue::Text(target),
                },
                other => other,
            };
            if let (true, ArgumentValue::Text(words)) = (is_shown_argument(&name), &value) {
                self.push_section_text(words);
                self.push_section_text("\n");
            }
            arguments.push((name, value));
        }
        let is_given =
            |wanted: &components::Argument| arguments.iter().any(|(name, _)| *name == wanted.name);
        let is_complete = signature
            .arguments
            .iter()
            .filter(|wanted| wanted.is_required)
            .all(is_given);
        is_complete.then_some(arguments)
    }

    pub(super) fn written_arguments(
        &self,
        mark: &ComponentMarker,
        signature: &Signature,
    ) -> Result<Vec<WrittenArgument>, ArgumentError> {
        if let Some(range) = &mark.arguments {
            return components::read_arguments(&self.text[range.clone()], range.start);
        }
        let Some(title) = &mark.title else {
            return Ok(Vec::new());
        };
        let takes_title = ["title", "summary", "label", "caption"]
            .into_iter()
            .find(|name| signature.arguments.iter().any(|one| one.name == *name));
        match takes_title {
            Some(name) => Ok(vec![WrittenArgument {
                name: name.to_owned(),
                name_range: title.clone(),
                value: Some(self.text[title.clone()].to_owned()),
                value_range: title.clone(),
            }]),
            None => Err(ArgumentError {
                range: title.clone(),
                message: format!("`{}` does not take a title", mark.name),
                help: Some("write arguments between braces: {key=\"value\"}".into()),
            }),
        }
    }

    pub(super) fn argument_error(&mut self, error: ArgumentError) {
        self.problem(
            Diagnostic::new(Code::ComponentArguments, error.message).help_if(error.help),
            error.range,
        );
    }
}

/// Whether an argument with this name contains words that readers see.
fn is_shown_argument(name: &str) -> bool {
    matches!(
        name,
        "title" | "summary" | "label" | "caption" | "text" | "alt"
    )
}

pub(super) fn colons(mark: &ComponentMarker) -> String {
    match mark.kind {
        MarkerKind::Open(count) => ":".repeat(count),
        MarkerKind::Close(_) | MarkerKind::Leaf | MarkerKind::Colon => ":::".into(),
    }
}
