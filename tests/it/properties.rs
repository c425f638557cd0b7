//! Properties that hold for any text: addresses stay inside the site and are normalized, links
//! between pages always resolve, and neither the front matter splitter nor the component reader
//! loses text or panics.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::common::odd_text;
use handsel::diagnostic::Code;
use handsel::document::components::{ComponentMarkers, read_arguments};
use handsel::document::front_matter;
use handsel::document::highlight::span_cache::HighlightCache;
use handsel::document::markdown::{self, BodyPhrases, MarkdownSettings};
use handsel::escape::percent_decode;
use handsel::paths::{OutputPath, Route, SourcePath, slug};
use handsel::settings::RawHtml;
use handsel::site::links::relative;
use handsel::source::{LineStarts, MemoryFiles};
use proptest::prelude::*;

proptest! {
    #![proptest_config(crate::common::random::property(600, 20_000))]

    #[test]
    fn slugs_are_stable_and_fit_file_names(name in "\\PC{0,300}") {
        let result = slug(&name);
        prop_assert!(result.len() <= 240);
        prop_assert!(!result.contains(['/', '\\', '?', '#', '%', '"', '<', '>']));
        prop_assert!(result != "." && result != "..");
        prop_assert_eq!(&slug(&result), &result);
        if !name.is_empty() {
            prop_assert!(!result.is_empty());
        }
    }

    #[test]
    fn a_route_and_its_output_path_convert_both_ways(segments in prop::collection::vec("\\PC{1,12}", 0..5)) {
        let slugs: Vec<String> = segments.iter().map(|segment| slug(segment)).collect();
        let route = Route::page(slugs.iter().map(String::as_str));
        prop_assert_eq!(&route.output_path().route(), &route);
        let href = route.href("/docs/");
        prop_assert_eq!(percent_decode(&href), Some(format!("/docs{route}")));
    }

    #[test]
    fn no_path_leaves_its_root(path in "[a./]{0,40}") {
        for joined in [SourcePath::new(&path).map(|path| path.to_string()), OutputPath::new(&path).map(|path| path.to_string())].into_iter().flatten() {
            prop_assert!(joined.split('/').all(|segment| segment != ".."));
        }
    }

    #[test]
    fn a_relative_path_leads_from_a_folder_to_a_file(from in "[a-c]{1}(/[a-c]{1}){0,3}", to in "[a-c]{1}(/[a-c]{1}){0,3}/x\\.md") {
        let (folder, file) = (SourcePath::new(&from).expect("inside"), SourcePath::new(&to).expect("inside"));
        prop_assert_eq!(folder.join(&relative(&folder, &file)), Ok(file));
    }

    #[test]
    fn front_matter_is_split_without_loss(text in odd_text()) {
        let path = SourcePath::new("content/x.md").expect("inside");
        let split = front_matter::split(&path, &text);
        prop_assert!(split.body.end <= text.len() && text.is_char_boundary(split.body.start));
        let cut = split.cut.clone().unwrap_or_default();
        if let Some(front) = split.front.clone() {
            let is_outside = front.end <= split.body.start || cut.start <= front.start && front.end <= cut.end;
            prop_assert!(is_outside && text.is_char_boundary(front.start) && text.is_char_boundary(front.end));
        } else if split.problem.is_none() {
            prop_assert!(split.body == (0..text.len()));
        }
        prop_assert_eq!(split.without_cut(&text).len(), text.len());
    }

    #[test]
    fn unmasking_restores_component_markers(text in odd_text()) {
        let (masked, marks) = ComponentMarkers::mask(&text, 0..text.len(), |name| name == "note");
        prop_assert_eq!(masked.len(), text.len());
        let whole: Range<usize> = 0..text.len();
        prop_assert_eq!(&*marks.unmask(masked.clone(), &whole, &text), text.as_str());
    }

    #[test]
    fn arguments_never_panic(text in "\\PC{0,60}") {
        let _ = read_arguments(&text, 7);
    }

    #[test]
    fn any_markdown_becomes_a_body(text in odd_text()) {
        let path = SourcePath::new("content/x.md").expect("inside");
        let (signatures, colors) = (BTreeMap::from([("note".to_owned(), Default::default())]), HighlightCache::default());
        for raw_html in [RawHtml::Sanitize, RawHtml::Allow, RawHtml::Escape] {
            let settings = MarkdownSettings { is_whole: true, is_titled: true, raw_html, smart_punctuation: true, math: true, colors: Some(&colors), wants_body: true, wants_text: false, with_lines: false, allow_origins: &[],
        signatures: &signatures, forms: None, phrases: BodyPhrases::default() };
            let text = text.replace("\r\n", "\n");
            let read = markdown::read(&path, &text, &LineStarts::new(&text), 0..text.len(), &settings);
            let html = format!("{:?}", read.value.segments);
            prop_assert!(!html.contains('\u{1b}') && !html.contains("\u{FDD0}"), "{}", html);
            if raw_html != RawHtml::Allow {
                prop_assert!(!html.contains("<script"), "{}", html);
            }
            for problem in &read.problems {
                let place = problem.location.as_ref().expect("every problem of a text has a position");
                prop_assert!(place.line >= 1 && place.column >= 1);
            }
        }
    }

    #[test]
    fn every_page_can_be_linked_from_every_other(names in prop::collection::btree_set("[a-d](/[a-d]{1,3}){0,2}/[A-Za-z0-9][A-Za-z0-9 é+_-]{0,7}", 2..6)) {
        let mut files = MemoryFiles::default();
        let paths: Vec<String> = names.iter().map(|name| format!("content/{name}.md")).collect();
        for path in &paths {
            let folder = SourcePath::new(path).expect("inside").folder();
            let links = paths.iter().map(|other| {
                let target = relative(&folder, &SourcePath::new(other).expect("inside"));
                format!("[x](<{target}#part>)\n")
            });
            files.put(path, format!("# Page\n\n## Part\n\n{}", links.collect::<String>()));
        }
        let (built, _) = crate::common::build(&files, &crate::common::request());
        let broken: Vec<_> = built.problems.iter().filter(|problem| matches!(problem.code, Code::BrokenLink | Code::BrokenAnchor | Code::LinkOutsideSite)).collect();
        prop_assert!(broken.is_empty() || built.problems.iter().any(|problem| problem.code == Code::AddressTaken), "{:#?}", broken);
    }
}
