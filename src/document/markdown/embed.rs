//! `::tool{page="…"}`: another page's tool within this one's text. A hole, filled when the site is known.

use super::Walk;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::{Embed, Segment};
use crate::document::components::{self, Mark};
use crate::document::links::Role;
use crate::document::meta::Placed;

impl Walk<'_> {
    pub(super) fn embed(&mut self, mark: &Mark, is_block: bool) {
        if !is_block {
            let problem = Diagnostic::new(Code::ComponentArguments, "a tool cannot stand within a line");
            return self.problem(problem.help("put it on a line of its own, with an empty line before and after"), mark.range.clone());
        }
        let written = match &mark.arguments {
            Some(range) => components::read_arguments(&self.text[range.clone()], range.start),
            None => Ok(Vec::new()),
        };
        let written = match written {
            Ok(written) => written,
            Err(misfit) => return self.misfit(misfit),
        };
        let (mut link, mut given) = (None, Vec::new());
        for one in written {
            if one.name == "page" {
                link = self.link(one.value.as_deref().unwrap_or_default(), Role::Text, one.value_range);
            } else {
                let place = self.place(one.name_range.start..one.value_range.end);
                given.push((one.name, Placed { value: one.value.unwrap_or_else(|| "true".to_owned()), place }));
            }
        }
        let Some(link) = link else {
            let problem = Diagnostic::new(Code::ComponentArguments, "`tool` needs the page whose tool is meant");
            return self.problem(problem.help("add page=\"…\" between the braces"), mark.range.clone());
        };
        let index = u32::try_from(self.out.embeds.len()).expect("a page embeds fewer tools than it has bytes");
        self.out.embeds.push(Embed { link, given, call: Placed { value: (), place: self.place(mark.range.clone()) } });
        self.push_segment(Segment::Tool(index), &mark.range);
    }
}
