//! Names that settings, keys, values and codes had in earlier versions of Handsel.
//!
//! Every old name is still accepted. `handsel check` reports it once, and `handsel check --fix`
//! writes the new one. Reading, the check, the fix and the manual's table all use [`RENAMED`].

use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Location};
use crate::paths::SourcePath;

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A key of `handsel.yaml`.
    Setting,
    /// A key of a kind's file.
    KindKey,
    /// A value of the key with this name, in any file.
    Value(&'static str),
    /// A value that templates read.
    TemplateValue,
    /// A key of `templates/i18n/*.yaml`.
    Word,
    /// A design token of the theme.
    Token,
    /// A file of `templates/`.
    Template,
    /// A block of a template.
    Block,
    /// A variable that a template sets for a partial that it includes.
    Variable,
    /// A script of the theme, in `static/`.
    Script,
    /// The code of a problem.
    Code,
}

/// An old name and the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenamedName {
    pub kind: NameKind,
    pub old: &'static str,
    pub new: &'static str,
}

const fn row(kind: NameKind, old: &'static str, new: &'static str) -> RenamedName {
    RenamedName { kind, old, new }
}

/// Every name that has changed.
pub const RENAMED: &[RenamedName] = &[
    row(NameKind::Setting, "external", "external_paths"),
    row(NameKind::Setting, "feed_length", "feed_limit"),
    row(NameKind::Setting, "markdown_twins", "markdown_copies"),
    row(NameKind::KindKey, "explains", "glossary"),
    row(NameKind::KindKey, "furniture", "show"),
    row(NameKind::KindKey, "gathers", "collects"),
    row(NameKind::KindKey, "happens", "event"),
    row(NameKind::KindKey, "journey", "steps"),
    row(NameKind::KindKey, "say", "message"),
    row(NameKind::KindKey, "surprise", "random_page"),
    row(NameKind::Value("level"), "starter", "beginner"),
    row(NameKind::Value("level"), "practised", "intermediate"),
    row(NameKind::Value("level"), "expert", "advanced"),
    row(NameKind::Value("raw_html"), "sanitise", "sanitize"),
    row(NameKind::Value("group"), "happening", "upcoming"),
    row(NameKind::Value("order"), "happening", "upcoming"),
    row(NameKind::Value("show"), "neighbours", "neighbors"),
    row(NameKind::Value("layout"), "narrowed", "facet-list"),
    row(NameKind::Value("layout"), "surprise", "random"),
    row(NameKind::TemplateValue, "following", "next_in_section"),
    row(NameKind::TemplateValue, "furniture", "show"),
    row(NameKind::TemplateValue, "gathered", "collected"),
    row(NameKind::TemplateValue, "happens", "event"),
    row(NameKind::TemplateValue, "surprise", "random_href"),
    row(NameKind::TemplateValue, "twin_href", "markdown_href"),
    row(NameKind::TemplateValue, "ways", "facet_links"),
    row(NameKind::Word, "level_starter", "level_beginner"),
    row(NameKind::Word, "level_practised", "level_intermediate"),
    row(NameKind::Word, "level_expert", "level_advanced"),
    row(NameKind::Word, "colours", "color_scheme"),
    row(NameKind::Word, "colours_auto", "color_scheme_system"),
    row(NameKind::Word, "colours_light", "color_scheme_light"),
    row(NameKind::Word, "colours_dark", "color_scheme_dark"),
    row(NameKind::Word, "keys", "keyboard_shortcuts"),
    row(NameKind::Word, "keys_on", "use_shortcuts"),
    row(NameKind::Word, "about_this_resource", "about_link"),
    row(NameKind::Word, "letters", "jump_to_letter"),
    row(NameKind::Word, "pages_of_list", "pagination"),
    row(NameKind::Word, "follow", "subscribe"),
    row(NameKind::Word, "surprise_me", "random_page"),
    row(NameKind::Word, "surprise_how", "random_hint"),
    row(NameKind::Word, "facet_none", "facet_no_matches"),
    row(NameKind::Word, "facet_shown", "facet_matching"),
    row(NameKind::Word, "narrowed_to", "facet_title"),
    row(NameKind::Word, "choose_means", "choose_audience_note"),
    row(NameKind::Word, "sorted_for", "shown_first"),
    row(NameKind::Word, "forget_choice", "clear_audience"),
    row(NameKind::Word, "who_are_you", "choose_start"),
    row(NameKind::Word, "on_the_shelf", "browse_by_section"),
    row(NameKind::Word, "all_that_is_new", "all_new_pages"),
    row(NameKind::Word, "all_for_you", "more_for_audience"),
    row(NameKind::Word, "video_contacts", "video_notice"),
    row(NameKind::Word, "take_along", "downloads"),
    row(NameKind::Word, "embed_means", "embed_note"),
    row(NameKind::Word, "take_it", "download"),
    row(NameKind::Word, "also_as", "other_formats"),
    row(NameKind::Word, "as_a_page", "as_web_page"),
    row(NameKind::Word, "checksum_means", "checksum_note"),
    row(NameKind::Word, "coming", "upcoming"),
    row(NameKind::Word, "into_calendar", "add_to_calendar"),
    row(NameKind::Word, "term_also", "also_called"),
    row(NameKind::Word, "or_instead", "alternative"),
    row(NameKind::Word, "what_not", "not_included"),
    row(NameKind::Word, "how_it_goes", "how_it_works"),
    row(NameKind::Word, "what_after", "what_happens_next"),
    row(NameKind::Word, "owe_nothing", "no_obligation"),
    row(NameKind::Word, "for_whom", "audience"),
    row(NameKind::Word, "draft_means", "draft_note"),
    row(NameKind::Word, "one_next_step", "next_step"),
    row(NameKind::Word, "looked_after_by", "maintained_by"),
    row(NameKind::Word, "next_check", "next_review"),
    row(NameKind::Word, "checked", "reviewed"),
    row(NameKind::Word, "tell_us", "let_us_know"),
    row(NameKind::Word, "neighbours", "previous_and_next"),
    row(NameKind::Word, "following", "next"),
    row(NameKind::Word, "path_go_on", "path_continue"),
    row(NameKind::Word, "path_left", "path_time_left"),
    row(NameKind::Word, "path_all_done", "path_completed"),
    row(NameKind::Word, "path_forget", "path_clear"),
    row(NameKind::Word, "kept_here", "saved_here"),
    row(NameKind::Word, "tool_kept", "tool_saved"),
    row(NameKind::Word, "tool_forgotten", "tool_deleted"),
    row(NameKind::Word, "tool_untick", "tool_uncheck_all"),
    row(NameKind::Word, "tool_open", "tool_unanswered"),
    row(NameKind::Word, "tool_way", "tool_answers_so_far"),
    row(NameKind::Word, "tool_all_roads", "tool_overview"),
    row(NameKind::Word, "tool_roads_drawn", "tool_overview_drawing"),
    row(NameKind::Word, "tool_even", "tool_equal_weights"),
    row(NameKind::Word, "tool_together", "tool_total"),
    row(NameKind::Word, "tool_most", "tool_highest"),
    row(NameKind::Word, "tool_unweighed", "tool_no_weights"),
    row(NameKind::Word, "tool_even_again", "tool_reset_weights"),
    row(NameKind::Word, "tool_answers", "tool_inputs"),
    row(NameKind::Word, "tool_working", "tool_calculation"),
    row(NameKind::Word, "tool_mend", "tool_correct_errors"),
    row(NameKind::Word, "tool_no_number", "tool_enter_number"),
    row(NameKind::Word, "tool_no_date", "tool_enter_date"),
    row(NameKind::Word, "tool_empty", "tool_enter_value"),
    row(NameKind::Word, "tool_faults", "tool_errors"),
    row(NameKind::Word, "search_alike", "search_similar"),
    row(NameKind::Word, "search_narrow", "search_filter"),
    row(NameKind::Word, "not_found_means", "not_found_note"),
    row(NameKind::Word, "ways_on", "where_next"),
    row(NameKind::Word, "way_a_to_z", "browse_a_to_z"),
    row(NameKind::Word, "way_topics", "browse_topics"),
    row(NameKind::Word, "way_home", "go_home"),
    row(NameKind::Word, "while_here", "might_like"),
    row(NameKind::Word, "did_it_help", "was_it_helpful"),
    row(NameKind::Word, "own_words", "feedback_text"),
    row(NameKind::Word, "send_answer", "feedback_send"),
    row(NameKind::Word, "answer_goes_to", "feedback_note"),
    row(NameKind::Word, "kept_colours", "stored_color_scheme"),
    row(NameKind::Word, "kept_audience", "stored_audience"),
    row(NameKind::Word, "kept_path", "stored_path"),
    row(NameKind::Word, "kept_checklist", "stored_checklist"),
    row(NameKind::Word, "kept_tab", "stored_tab"),
    row(NameKind::Word, "kept_folded", "stored_folded"),
    row(NameKind::Word, "kept_keys", "stored_shortcuts"),
    row(NameKind::Word, "kept_search", "stored_search"),
    row(NameKind::Word, "kept_branch", "stored_section_nav"),
    row(NameKind::Word, "privacy_kept", "privacy_stored"),
    row(
        NameKind::Word,
        "privacy_kept_in_tab",
        "privacy_stored_in_tab",
    ),
    row(NameKind::Word, "privacy_answers", "privacy_feedback"),
    row(
        NameKind::Word,
        "privacy_answers_mail",
        "privacy_feedback_mail",
    ),
    row(
        NameKind::Word,
        "privacy_answers_issues",
        "privacy_feedback_issues",
    ),
    row(
        NameKind::Word,
        "privacy_answers_form",
        "privacy_feedback_form",
    ),
    row(NameKind::Word, "zoom", "enlarge_hint"),
    row(NameKind::Word, "zoom_close", "lightbox_close"),
    row(NameKind::Token, "cut", "tag-cut"),
    row(NameKind::Token, "edge-line", "border"),
    row(NameKind::Token, "flow", "paragraph-space"),
    row(NameKind::Token, "hole", "tag-hole"),
    row(NameKind::Token, "leaf", "success"),
    row(NameKind::Token, "ochre", "warning"),
    row(NameKind::Token, "page", "page-width"),
    row(NameKind::Token, "rose", "danger"),
    row(NameKind::Token, "s1", "space-1"),
    row(NameKind::Token, "s2", "space-2"),
    row(NameKind::Token, "s3", "space-3"),
    row(NameKind::Token, "s4", "space-4"),
    row(NameKind::Token, "s5", "space-5"),
    row(NameKind::Token, "s6", "space-6"),
    row(NameKind::Token, "s7", "space-7"),
    row(NameKind::Token, "s8", "space-8"),
    row(NameKind::Token, "s9", "space-9"),
    row(NameKind::Token, "second", "accent-2"),
    row(NameKind::Token, "sunk", "sunken"),
    row(NameKind::Template, "narrowed.html", "facet-list.html"),
    row(NameKind::Template, "shown.html", "media.html"),
    row(NameKind::Template, "statement.html", "info-page.html"),
    row(NameKind::Template, "surprise.html", "random.html"),
    row(
        NameKind::Template,
        "partials/around.html",
        "partials/related.html",
    ),
    row(
        NameKind::Template,
        "partials/branch.html",
        "partials/section-nav.html",
    ),
    row(
        NameKind::Template,
        "partials/contents.html",
        "partials/toc.html",
    ),
    row(
        NameKind::Template,
        "partials/glance.html",
        "partials/at-a-glance.html",
    ),
    row(
        NameKind::Template,
        "partials/journey.html",
        "partials/path-steps.html",
    ),
    row(
        NameKind::Template,
        "partials/knot.html",
        "partials/next-step.html",
    ),
    row(
        NameKind::Template,
        "partials/neighbours.html",
        "partials/prev-next.html",
    ),
    row(
        NameKind::Template,
        "partials/page-bar.html",
        "partials/toolbar.html",
    ),
    row(
        NameKind::Template,
        "partials/rows.html",
        "partials/compact-list.html",
    ),
    row(
        NameKind::Template,
        "partials/ways.html",
        "partials/facet-links.html",
    ),
    row(
        NameKind::Template,
        "partials/when.html",
        "partials/event-dates.html",
    ),
    row(NameKind::Block, "around", "related"),
    row(NameKind::Block, "bar", "toolbar"),
    row(NameKind::Block, "ending", "after_text"),
    row(NameKind::Block, "glance", "before_text"),
    row(NameKind::Block, "more", "media_details"),
    row(NameKind::Block, "statement", "text"),
    row(NameKind::Block, "thing", "media"),
    row(NameKind::Variable, "has_branch", "has_section_nav"),
    row(NameKind::Script, "js/peek.js", "js/tooltip.js"),
    row(NameKind::Script, "js/lost.js", "js/not-found.js"),
    row(NameKind::Script, "js/branch.js", "js/section-nav.js"),
    row(NameKind::Script, "js/journey.js", "js/path-progress.js"),
    row(NameKind::Script, "js/graphic.js", "js/lightbox.js"),
    row(NameKind::Script, "js/zoom.js", "js/lightbox.js"),
    row(NameKind::Script, "js/questions.js", "js/faq.js"),
    row(NameKind::Script, "js/scrollers.js", "js/scroll-focus.js"),
    row(NameKind::Script, "js/tool/kit.js", "js/tool/tool-shared.js"),
    row(NameKind::Script, "js/colours.js", "js/color-scheme.js"),
    row(NameKind::Script, "js/contents.js", "js/toc.js"),
    row(NameKind::Script, "js/store.js", "js/storage.js"),
    row(NameKind::Code, "active-file", "unsafe-file"),
    row(NameKind::Code, "active-html", "unsafe-html"),
    row(NameKind::Code, "active-picture", "unsafe-svg"),
    row(NameKind::Code, "bad-picture", "bad-image"),
    row(NameKind::Code, "bad-words", "bad-translation"),
    row(NameKind::Code, "endless-road", "decision-cycle"),
    row(NameKind::Code, "folder-link", "folder-symlink"),
    row(NameKind::Code, "footnote-unused", "unused-footnote"),
    row(NameKind::Code, "front-matter-form", "invalid-front-matter"),
    row(NameKind::Code, "incomplete-promise", "incomplete-giving"),
    row(NameKind::Code, "link-form", "ambiguous-link"),
    row(NameKind::Code, "link-outside", "link-outside-site"),
    row(NameKind::Code, "lone-topic", "single-page-topic"),
    row(NameKind::Code, "long-text", "text-too-long"),
    row(NameKind::Code, "not-that-file", "wrong-file-type"),
    row(NameKind::Code, "odd-name", "unportable-name"),
    row(NameKind::Code, "one-address", "slug-collision"),
    row(NameKind::Code, "open-component", "unclosed-component"),
    row(NameKind::Code, "open-front-matter", "unclosed-front-matter"),
    row(NameKind::Code, "open-html", "unclosed-html"),
    row(NameKind::Code, "page-left-out", "skipped-page"),
    row(NameKind::Code, "pressure", "dark-pattern"),
    row(NameKind::Code, "second-title", "extra-h1"),
    row(NameKind::Code, "term-twice", "duplicate-term"),
    row(NameKind::Code, "tool-division", "division-by-zero"),
    row(NameKind::Code, "tool-unproven", "untested-tool"),
    row(NameKind::Code, "vague-link", "vague-link-text"),
    row(NameKind::Code, "visitor-counting", "visitor-tracking"),
];

/// Returns the new name for `old`, or `None` if it was never a name of this kind.
pub fn new_name(kind: NameKind, old: &str) -> Option<&'static str> {
    RENAMED
        .iter()
        .find(|renamed| renamed.kind == kind && renamed.old == old)
        .map(|renamed| renamed.new)
}

/// Returns the new word for `old` as a value of the key `key`.
pub fn new_value(key: &str, old: &str) -> Option<&'static str> {
    let is_of_key = |kind: NameKind| matches!(kind, NameKind::Value(known) if known == key);
    RENAMED
        .iter()
        .find(|renamed| is_of_key(renamed.kind) && renamed.old == old)
        .map(|renamed| renamed.new)
}

/// Returns the old word for `new` as a value of the key `key`.
pub fn old_value(key: &str, new: &str) -> Option<&'static str> {
    let is_of_key = |kind: NameKind| matches!(kind, NameKind::Value(known) if known == key);
    RENAMED
        .iter()
        .find(|renamed| is_of_key(renamed.kind) && renamed.new == new)
        .map(|renamed| renamed.old)
}

/// Returns a value of the key `key` under its current name.
pub fn current_value(key: &str, value: String) -> String {
    new_value(key, &value).map_or(value, str::to_owned)
}

/// Returns the new name of a template, or `None` if `written` is not an old one. A name written
/// without `.html` is returned without it.
pub fn new_template(written: &str) -> Option<&'static str> {
    new_name(NameKind::Template, written).or_else(|| {
        let new = new_name(NameKind::Template, &format!("{written}.html"))?;
        new.strip_suffix(".html")
    })
}

/// Reports a script that would replace one of the theme's if it had the new name.
pub fn script_problem(old: &str, path: &SourcePath) -> Option<Diagnostic> {
    let new = new_name(NameKind::Script, old)?;
    Some(file_problem(old, new, path).help(format!("rename the file to `{new}`")))
}

/// Reports a template with an old name. It replaces the theme's template with the new name, unless
/// the site has a template with that name too.
pub fn template_problem(
    old: &str,
    path: &SourcePath,
    has_template: impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let new = new_name(NameKind::Template, old)?;
    let help = if has_template(new) {
        format!("your `{new}` is used instead: move what you need there, and delete this file")
    } else {
        format!("rename the file to `{new}`, or run `handsel check --fix`")
    };
    Some(file_problem(old, new, path).help(help))
}

fn file_problem(old: &str, new: &str, path: &SourcePath) -> Diagnostic {
    let message = format!("the theme's `{old}` is now called `{new}`");
    Diagnostic::new(Code::RenamedName, message)
        .at(Location::start_of(path))
        .about(old)
}

/// Reports an old name at its location, with the new one as the fix.
pub fn problem(old: &str, new: &str, place: Location) -> Diagnostic {
    Diagnostic::new(Code::RenamedName, format!("`{old}` is now called `{new}`"))
        .at(place)
        .about(old)
        .help(format!("write `{new}`, or run `handsel check --fix`"))
        .fix(Some(Fix::new(old, new, Applicability::MachineApplicable)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_name_has_one_new_name_and_a_new_name_is_never_old() {
        for (at, one) in RENAMED.iter().enumerate() {
            let others = || {
                RENAMED
                    .iter()
                    .enumerate()
                    .filter(move |(place, other)| *place != at && other.kind == one.kind)
            };
            assert!(
                others().all(|(_, other)| other.old != one.old && other.old != one.new),
                "{one:?}"
            );
        }
    }

    #[test]
    fn a_renamed_code_exists_under_its_new_name_alone() {
        for renamed in RENAMED
            .iter()
            .filter(|renamed| renamed.kind == NameKind::Code)
        {
            assert!(
                Code::ALL.iter().any(|code| code.name() == renamed.new),
                "{}",
                renamed.new
            );
            assert!(
                Code::ALL.iter().all(|code| code.name() != renamed.old),
                "{}",
                renamed.old
            );
        }
    }
}
