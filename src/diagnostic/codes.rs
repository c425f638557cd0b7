//! All diagnostic codes, each with its name, its default severity and its meaning.
//!
//! Names are stable, because settings and continuous integration scripts refer to them. The manual's
//! page of codes is generated from this table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Severity;
use crate::renamed::{self, NameKind};

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $meaning:literal;)*) => {
        /// The type of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $meaning] $variant,)* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The stable name, such as `broken-link`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The severity that applies unless the settings or the page set another.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// What the code means, in a sentence or two of Markdown, for the manual.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    // Files and names
    NotUtf8 = "not-utf8", Error, "A text file is not UTF-8, or contains a NUL byte. Save it as UTF-8.";
    Unreadable = "unreadable", Error, "A file cannot be read, because of its permissions or a disk error.";
    BadSymlink = "bad-symlink", Error, "A symbolic link points to nothing, to itself, or outside the site's folder.";
    FolderSymlink = "folder-symlink", Warning, "A symbolic link points to a folder. Handsel does not enter linked folders.";
    AddressTaken = "address-taken", Error, "Two sources have the same address. Rename one of them or give it a `slug:`.";
    UnportableName = "unportable-name", Warning, "A name causes problems on other systems: Windows reserves it, it is not UTF-8, it contains invisible characters, or two published names differ only in letter case or Unicode composition.";
    UnreferencedFiles = "unreferenced-files", Warning, "The content contains files that no page refers to. They are not published.";
    UnreadFile = "unread-file", Warning, "Files look like pages but are not read: they are in a format other than Markdown (`.mdx`, `.html`), their name begins with a dot, or a `.gitignore` file names them.";
    NoPages = "no-pages", Error, "The content contains no Markdown file that could become a page.";
    DraftsFolder = "drafts-folder", Warning, "A folder is called `_drafts`, the name that other systems use for drafts. Its pages are drafts.";
    // Settings, vocabularies, kinds
    BadYaml = "bad-yaml", Error, "A file's YAML cannot be parsed.";
    DuplicateKey = "duplicate-key", Error, "A YAML mapping has the same key twice.";
    UnknownKey = "unknown-key", Warning, "Handsel does not know a key; often it is a typo. Put your own fields under `extra:`.";
    UnknownSetting = "unknown-setting", Error, "`handsel.yaml` has a key that Handsel does not know.";
    WrongType = "wrong-type", Error, "A value does not have the type that its field requires.";
    BadValue = "bad-value", Error, "A value has the right type, but the field does not allow it.";
    BadSetting = "bad-setting", Error, "A setting has a value that cannot work.";
    LowContrast = "low-contrast", Warning, "A color of the theme would be too faint to read on its background. It is used darker or lighter, as the message says.";
    RenamedName = "renamed-name", Warning, "A setting, a key, a value or a code has a new name. The old name still works; `handsel check --fix` writes the new one.";
    UnknownKind = "unknown-kind", Error, "No file in `templates/kinds/` defines the `kind:` of a page.";
    UnknownTerm = "unknown-term", Warning, "The vocabulary (`topics.yaml`, `audiences.yaml`, `authors.yaml`) does not list a topic, audience or author.";
    SlugCollision = "slug-collision", Warning, "Two topics or audiences with different names, such as `C` and `C#`, have the same address and therefore share one page.";
    DuplicateTerm = "duplicate-term", Warning, "Two pages of the glossary explain the same word. Readers are offered the first of them.";
    // Front matter
    UnclosedFrontMatter = "unclosed-front-matter", Error, "Front matter is opened with `---` and never closed.";
    InvalidFrontMatter = "invalid-front-matter", Error, "Front matter is not YAML between two `---` lines, the first of them on line 1 of the file.";
    MissingTitle = "missing-title", Error, "A page has no `title:`, no first-level heading, and no heading before its text.";
    MissingField = "missing-field", Error, "A page lacks a field that its kind requires.";
    KindRule = "kind-rule", Error, "A page breaks a rule of its kind (`checks:` in the kind's file): for example, it ends before it starts, or lacks a field that another field requires.";
    TextTooLong = "text-too-long", Error, "A field's text is longer than the page's kind allows.";
    WrongFileType = "wrong-file-type", Error, "A field requires a file of the site, perhaps of a certain type, but names something else.";
    LongTitle = "long-title", Warning, "A title is longer than 200 characters.";
    EmptyPage = "empty-page", Warning, "A page has no body.";
    // Markdown
    HeadingJump = "heading-jump", Warning, "A heading skips a level. Screen readers navigate by levels.";
    DuplicateId = "duplicate-id", Warning, "Two places on a page have the same id. Links lead to the first of them.";
    ExtraH1 = "extra-h1", Warning, "A page has a second first-level heading, or one below other headings. The first heading is the page's title.";
    MissingAlt = "missing-alt", Warning, "An image has no alt text, so people who cannot see it do not learn what it shows.";
    UndefinedFootnote = "undefined-footnote", Warning, "A page refers to a footnote that it does not define.";
    UnusedFootnote = "unused-footnote", Warning, "A footnote is defined twice, or no text refers to it.";
    UndefinedReference = "undefined-reference", Warning, "A reference link `[text][name]` has no definition `[name]: …`.";
    LinkSpace = "link-space", Warning, "A link's target contains a space, so Markdown does not read it as a link.";
    MalformedLink = "malformed-link", Warning, "Text looks like a link but is not read as one: it has a space between `]` and `(`, an unclosed parenthesis, or an address such as `http:/x`.";
    MalformedBlock = "malformed-block", Warning, "Text looks like a heading, a list or a table but is not read as one: `#Heading` or `1.Item` without a space, a table without its second line, or bullets pasted from a word processor.";
    MalformedEmphasis = "malformed-emphasis", Warning, "Asterisks next to punctuation neither begin nor end emphasis, as in `**「text」**字`.";
    HiddenCharacter = "hidden-character", Warning, "The text contains control characters or characters that reverse the direction of text.";
    ForeignComment = "foreign-comment", Warning, "A comment uses the syntax of another system, such as `%% … %%`, `{% comment %}` or `{# … #}`. It is left out of the page.";
    UnclosedHtml = "unclosed-html", Warning, "An HTML element, a comment or a code fence is opened and never closed.";
    UnknownElement = "unknown-element", Warning, "A tag is not part of HTML, such as `<u8>` or `<path>`, or is not allowed in a page's text, such as `<title>`. It is shown as text or left out; the words inside the element are kept. Write `\\<u8>`, or put code between backticks.";
    LongPage = "long-page", Warning, "A page has more than four million characters that Markdown may have to interpret: brackets, asterisks, line ends. The rest is shown as plain text.";
    SurplusCells = "surplus-cells", Warning, "A row of a table has more cells than the table has columns. The extra cells are not shown.";
    UnsafeHtml = "unsafe-html", Warning, "HTML that would run or load something was removed. The setting `raw_html: allow` keeps it.";
    DroppedAttribute = "dropped-attribute", Warning, "An attribute, an id or a class that text may not set was left out of the page: it could activate the theme's scripts, or it has no effect.";
    UnknownComponent = "unknown-component", Error, "No file in `templates/components/` defines a component.";
    ComponentArguments = "component-arguments", Error, "A component's arguments do not match what it declares.";
    UnclosedComponent = "unclosed-component", Error, "A component is opened and never closed, or closed without being open.";
    BadInclude = "bad-include", Error, "An included file, region or line range does not exist.";
    BadImage = "bad-image", Error, "An image that a page shows cannot be read, is cut off, or would decode to more than 120 million pixels; or the private data in a video cannot be found. Save it again, or save a smaller version.";
    UnsafeSvg = "unsafe-svg", Warning, "An SVG contains scripts or loads something from another site. That part is removed from the published file.";
    UnsafeFile = "unsafe-file", Warning, "A linked HTML, XML or compressed SVG file contains scripts or loads something from another site. It is published unchanged, and runs as part of the site when a reader opens it. The setting `raw_html: allow` publishes such files without a warning; files in `static/` are never checked.";
    BadMath = "bad-math", Error, "A formula cannot be parsed.";
    TooDeep = "too-deep", Warning, "Blocks are nested too deeply; the innermost ones are shown without nesting.";
    // Tools
    UnknownNode = "unknown-node", Error, "An answer of a decision leads to a question or an outcome that does not exist.";
    UnreachableNode = "unreachable-node", Error, "No path through a decision leads to a question or outcome.";
    DecisionCycle = "decision-cycle", Error, "The answers of a decision form a circle, so a reader might never reach an outcome.";
    DeadEnd = "dead-end", Error, "A path through a decision stops without an outcome: a question has no answers, or an answer has no target.";
    MissingDisclosure = "missing-disclosure", Error, "A comparison includes something of the author's own and does not say so.";
    BadEmbed = "bad-embed", Error, "A page is embedded as a tool but declares none, or receives a value that its tool does not accept.";
    // Links
    BrokenLink = "broken-link", Error, "The target of a link, an image or a file reference does not exist.";
    BrokenAnchor = "broken-anchor", Error, "The page exists, but the heading or anchor on it does not.";
    LinkCase = "link-case", Error, "A link differs from the file's name in letter case. It would work on some systems only.";
    LinkOutsideSite = "link-outside-site", Error, "A link points outside the site's folder.";
    LinkScheme = "link-scheme", Error, "A link has a scheme that can run code or read the reader's disk (`javascript:`, `data:`, `file:` …), or a mistyped one.";
    AmbiguousLink = "ambiguous-link", Warning, "A link has a form that browsers may read differently: it is protocol-relative, contains backslashes, or has a scheme that browsers do not know.";
    OutsideOrigin = "outside-origin", Error, "A page would load something from another site as soon as it is opened, which the site's policy forbids. Copy the file into the site, or name the origin in `allow_origins`.";
    EmptyLink = "empty-link", Warning, "A link has no target.";
    LinkToDraft = "link-to-draft", Error, "A published page links to a draft, to a page that has expired, or to one that is not published yet.";
    VanishedAddress = "vanished-address", Error, "An address that was published (it is in `handsel.lock`) no longer exists. Redirect it with `aliases:`, or retire it with `handsel retire`.";
    VanishedAnchor = "vanished-anchor", Warning, "A heading that other pages linked to (it is in `handsel.lock`) no longer exists. Give the new heading the old id, or retire the address with `handsel retire`.";
    BadLedger = "bad-ledger", Warning, "A line of `handsel.lock` is not an address, or is a merge conflict marker. The next build leaves it out.";
    IncompleteLedger = "incomplete-ledger", Warning, "`handsel.lock` lacks an address that the site publishes. Run `handsel build`, and commit the file. It stays a warning under `--strict`.";
    // Templates and data
    BadTemplate = "bad-template", Error, "A template cannot be parsed: it has a syntax error, or an unknown filter, function, include or component.";
    TemplateFailed = "template-failed", Error, "A template failed on a page: for example, a value is missing, or a loop does not end.";
    UnknownField = "unknown-field", Warning, "A template uses a field of a page that no kind declares, so the field never has a value; often it is a typo.";
    MissingTemplate = "missing-template", Error, "A template that a page or its kind names does not exist.";
    BadTranslation = "bad-translation", Error, "A file with the theme's words cannot be used.";
    BadData = "bad-data", Error, "A file in `data/` cannot be read.";
    // Tools
    ToolFormula = "tool-formula", Error, "A formula of a tool cannot be computed: it has a syntax error or an unknown name, its types or units do not match, or formulas depend on each other.";
    ToolExample = "tool-example", Error, "A worked example of a tool expects a different result from the one that the tool computes.";
    DivisionByZero = "division-by-zero", Warning, "A formula of a tool divides by a value that can be 0 for inputs that the tool allows. For those inputs, there is no result.";
    ToolUnused = "tool-unused", Warning, "An input, a step, a table or a text of a tool has no effect.";
    // The site
    SkippedPage = "skipped-page", Warning, "A page that could not be rendered was left out (`--lenient`).";
    ForeignFile = "foreign-file", Error, "The output folder contains a file that Handsel did not write, at the place of a page. `--force` replaces it.";
    // What only `check` examines
    MissingSummary = "missing-summary", Warning, "A page has no `summary:`, so lists, search results and link previews cannot describe it.";
    LongTip = "long-tip", Warning, "A page has more words than its kind allows (`words_max`). A tip of more than 250 words may be a guide.";
    UntestedTool = "untested-tool", Warning, "A calculator has no worked example, so neither readers nor the next build can verify it.";
    ToolUnsourced = "tool-unsourced", Warning, "A calculator uses the numbers of a table and states neither where they come from (`sources:`) nor how they were obtained (`method:`).";
    Orphan = "orphan", Warning, "No other page links to a page.";
    OverdueReview = "overdue-review", Warning, "A page is past the review date that `review_every` sets.";
    DuplicateTitle = "duplicate-title", Warning, "Two pages have the same title.";
    ThinPage = "thin-page", Warning, "A page has fewer than 30 words and offers nothing else, such as a tool or a file.";
    NoNextStep = "no-next-step", Warning, "A page offers nothing to read next: it has no `next:`, no link, and no topic that other pages share.";
    UselessAlt = "useless-alt", Warning, "An image's alt text is its file's name, or says only that it is an image.";
    VagueLinkText = "vague-link-text", Warning, "The text of a link, such as “here” or “more”, does not say where it leads. People who move from link to link with a screen reader hear nothing else.";
    LongSentences = "long-sentences", Warning, "A page's sentences are far longer than is usual on this site.";
    HardToRead = "hard-to-read", Warning, "A page is far harder to read than is usual on this site, by the length of its words and sentences.";
    SinglePageTopic = "single-page-topic", Warning, "Only one page has a topic, on a site of twelve pages or more.";
    NoTranscript = "no-transcript", Warning, "A recording has no transcript.";
    // Honest giving
    IncompleteGiving = "incomplete-giving", Warning, "`giving:` in the settings does not say who gives, why, and who pays, or the site states no license.";
    EmailGate = "email-gate", Error, "A form requires an email address. A gift that asks for something first is a trade; only an answer that the reader asks for may need one.";
    UndisclosedLink = "undisclosed-link", Warning, "A page has a link that somebody is paid for, but no `disclosure:`.";
    DarkPattern = "dark-pattern", Warning, "A page has a countdown, a pop-up or made-up scarcity, judging by a name in its HTML.";
    UncheckedSource = "unchecked-source", Warning, "A source with an address does not say when it was last checked (`checked:`).";
    VisitorTracking = "visitor-tracking", Error, "A page would load a program that counts or tracks visitors.";
    // Handsel itself
    Internal = "internal", Error, "Handsel itself failed. Please report it as a bug.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let name = renamed::new_name(NameKind::Code, name).unwrap_or(name);
        Code::ALL
            .iter()
            .copied()
            .find(|code| code.name() == name)
            .ok_or(())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse()
            .map_err(|()| serde::de::Error::custom(format!("unknown code {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_read_back() {
        for code in Code::ALL {
            assert_eq!(code.name().parse(), Ok(*code));
            assert!(
                code.name()
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{code}"
            );
        }
    }
}
