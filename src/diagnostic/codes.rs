//! Every code a problem can have: its name, its severity unless set otherwise, and what it means.
//!
//! Names are stable: writers put them into settings and continuous integration looks for them. The
//! manual's page of codes is made from this table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Severity;
use crate::renamed::{self, NameKind};

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $meaning:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $meaning] $variant,)* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The stable name: `broken-link`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The severity unless the settings or the page say otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// What it means, in a sentence or two of the manual (Markdown).
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    // Files and names
    NotUtf8 = "not-utf8", Error, "A text file is not UTF-8, or holds a NUL byte. Save it as UTF-8.";
    Unreadable = "unreadable", Error, "A file cannot be read: permissions, or a fault of the disk.";
    BadSymlink = "bad-symlink", Error, "A symbolic link leads nowhere, to itself, or out of the site's folder.";
    FolderSymlink = "folder-symlink", Warning, "A symbolic link leads to a folder. Handsel does not enter linked folders.";
    AddressTaken = "address-taken", Error, "Two sources have one address. Rename one of them or give it a `slug:`.";
    UnportableName = "unportable-name", Warning, "A file name makes trouble on other systems: a name that Windows reserves, letter case as the only difference from another published file, or marks that hide what the name is.";
    UnreferencedFiles = "unreferenced-files", Warning, "Files in the content that no page refers to. They are not published.";
    UnreadFile = "unread-file", Warning, "Files that look like pages and are not read: a form other than Markdown (`.mdx`, `.html`), a name that begins with a dot, or Markdown in the content that a `.gitignore` file names.";
    NoPages = "no-pages", Error, "There is no Markdown file that could become a page.";
    DraftsFolder = "drafts-folder", Warning, "A folder is called `_drafts`, as other systems name the folder for drafts. Its pages are drafts.";
    // Settings, vocabularies, kinds
    BadYaml = "bad-yaml", Error, "The YAML cannot be read.";
    DuplicateKey = "duplicate-key", Error, "A key stands twice in one YAML mapping.";
    UnknownKey = "unknown-key", Warning, "A key that Handsel does not know; often a slip of the pen. What is your own belongs under `extra:`.";
    UnknownSetting = "unknown-setting", Error, "A key of `handsel.yaml` that Handsel does not know.";
    WrongType = "wrong-type", Error, "A value is not of the type that its field wants.";
    BadValue = "bad-value", Error, "A value is of the right type, but not one that the field allows.";
    BadSetting = "bad-setting", Error, "A setting has a value that cannot work.";
    LowContrast = "low-contrast", Warning, "A colour of the theme would be too faint to be read on what it stands on. It is used darker or lighter, as the message says.";
    RenamedName = "renamed-name", Warning, "A setting, a key, a value or a code has a new name. The old one still works; `handsel check --fix` writes the new one.";
    UnknownKind = "unknown-kind", Error, "A `kind:` that no file in `templates/kinds/` defines.";
    UnknownTerm = "unknown-term", Warning, "A topic, audience or author that the vocabulary (`topics.yaml`, `audiences.yaml`, `authors.yaml`) does not list.";
    SlugCollision = "slug-collision", Warning, "Two topics or audiences whose names differ in more than case and spaces, such as `C` and `C#`, have one address, and so one page.";
    DuplicateTerm = "duplicate-term", Warning, "Two pages of the glossary explain one word. The first of them is offered where the word is used.";
    // Front matter
    UnclosedFrontMatter = "unclosed-front-matter", Error, "Front matter is opened with `---` and never closed.";
    InvalidFrontMatter = "invalid-front-matter", Error, "Front matter is YAML between two lines `---`, the first of them line 1 of the file.";
    MissingTitle = "missing-title", Error, "A page has no `title:`, no first-level heading, and no heading before its text.";
    MissingField = "missing-field", Error, "A field that the page's kind requires is not there.";
    KindRule = "kind-rule", Error, "A page breaks a rule of its kind (`checks:` in the kind's file): an end before its start, a field that another one needs.";
    TextTooLong = "text-too-long", Error, "A field's text is longer than its kind allows.";
    WrongFileType = "wrong-file-type", Error, "A field wants a file of the site, perhaps of a certain type, and leads to something else.";
    LongTitle = "long-title", Warning, "A title over 200 characters.";
    EmptyPage = "empty-page", Warning, "A page has no body.";
    // Markdown
    HeadingJump = "heading-jump", Warning, "A heading skips a level. Screen readers navigate by levels.";
    DuplicateId = "duplicate-id", Warning, "Two places on a page have one id. Links lead to the first of them.";
    ExtraH1 = "extra-h1", Warning, "A page has a second first-level heading, or one below other headings. The first is the page's own.";
    MissingAlt = "missing-alt", Warning, "An image has no text for those who do not see it.";
    UndefinedFootnote = "undefined-footnote", Warning, "A footnote is referred to and never defined.";
    UnusedFootnote = "unused-footnote", Warning, "A footnote is defined twice, or never referred to.";
    UndefinedReference = "undefined-reference", Warning, "A reference link `[text][name]` whose `[name]: …` is nowhere.";
    LinkSpace = "link-space", Warning, "A link's target holds a space, so Markdown does not read it as a link.";
    MalformedLink = "malformed-link", Warning, "Text that was meant as a link and is not read as one: a space between `]` and `(`, a parenthesis that is never closed, an address such as `http:/x`.";
    MalformedBlock = "malformed-block", Warning, "Text that was meant as a heading, a list or a table and is not read as one: `#Heading` or `1.Item` without a space, a table without its second line, the bullets of a word processor.";
    MalformedEmphasis = "malformed-emphasis", Warning, "Stars next to punctuation that neither begin nor end emphasis, as in `**「text」**字`.";
    HiddenCharacter = "hidden-character", Warning, "The text holds control characters or marks that reverse the direction of text.";
    ForeignComment = "foreign-comment", Warning, "A comment in the syntax of another system, such as `%% … %%`, `{% comment %}` or `{# … #}`. It is left out of the page.";
    UnclosedHtml = "unclosed-html", Warning, "An HTML element, a comment or a code fence is opened and never closed.";
    UnknownElement = "unknown-element", Warning, "A tag that HTML does not have, such as `<u8>` or `<path>`, or that a page's text cannot have, such as `<title>`, is shown as text or left out; the words in its element stay. Write `\\<u8>`, or put code between backticks.";
    LongPage = "long-page", Warning, "A page has more than four million characters that may have a meaning in Markdown: brackets, stars, ends of lines. The rest is shown as plain text.";
    SurplusCells = "surplus-cells", Warning, "A row of a table has more cells than the table has columns. Those cells are not shown.";
    UnsafeHtml = "unsafe-html", Warning, "HTML that would run or load something was taken out. The setting `raw_html: allow` keeps it.";
    DroppedAttribute = "dropped-attribute", Warning, "An attribute, an id or a class that text may not set is left out of the page: it could make the theme's scripts act, or has no effect.";
    UnknownComponent = "unknown-component", Error, "A component that no file in `templates/components/` defines.";
    ComponentArguments = "component-arguments", Error, "A component's arguments do not fit what it declares.";
    UnclosedComponent = "unclosed-component", Error, "A component is opened and never closed, or closed without being open.";
    BadInclude = "bad-include", Error, "An included file, region or line range does not exist.";
    BadImage = "bad-image", Error, "A picture that a page shows cannot be read, ends before its time, or would unfold to more than 120 million pixels; or nobody can tell what is private in a film. Save it again, or smaller.";
    UnsafeSvg = "unsafe-svg", Warning, "An SVG holds scripts or loads something from elsewhere. That was taken out of what is published.";
    UnsafeFile = "unsafe-file", Warning, "A linked HTML, XML or compressed SVG file holds scripts or loads something from elsewhere. It is published as it is, and runs as a part of the site when a reader opens it. The setting `raw_html: allow` publishes such files without a warning; files in `static/` are never looked at.";
    BadMath = "bad-math", Error, "A formula cannot be read.";
    TooDeep = "too-deep", Warning, "Blocks are nested deeper than a reader can follow; the rest is shown flat.";
    // Tools
    UnknownNode = "unknown-node", Error, "An answer of a decision leads to a question or an outcome that is not there.";
    UnreachableNode = "unreachable-node", Error, "No road through a decision comes to this question or outcome.";
    DecisionCycle = "decision-cycle", Error, "The answers of a decision lead in a circle, so that somebody might never come to an outcome.";
    DeadEnd = "dead-end", Error, "A road through a decision stops without an outcome: a question without answers, or an answer that leads nowhere.";
    MissingDisclosure = "missing-disclosure", Error, "A comparison has something of the writer's own in it and does not say so.";
    BadEmbed = "bad-embed", Error, "A page is shown as a tool and declares none, or is given something that its tool does not take.";
    // Links
    BrokenLink = "broken-link", Error, "A link, an image or a file that is referred to does not exist.";
    BrokenAnchor = "broken-anchor", Error, "The page exists; the heading or place on it does not.";
    LinkCase = "link-case", Error, "A link differs from the file's name in letter case. It would work on some systems only.";
    LinkOutsideSite = "link-outside-site", Error, "A link leaves the site's folder.";
    LinkScheme = "link-scheme", Error, "A link of a kind that can run code or read the reader's disk (`javascript:`, `data:`, `file:` …), or a mistyped scheme.";
    AmbiguousLink = "ambiguous-link", Warning, "A link in a form that works by luck: protocol-relative, with backslashes, or with a scheme that browsers do not know.";
    OutsideOrigin = "outside-origin", Error, "A page would load something from another site as soon as it is opened, which the site's policy refuses. Bring the file along, or name the origin in `allow_origins`.";
    EmptyLink = "empty-link", Warning, "A link without a target.";
    LinkToDraft = "link-to-draft", Error, "A published page links to a draft, or to one that has expired or is still to come.";
    VanishedAddress = "vanished-address", Error, "An address that was published (`handsel.lock` has it) no longer exists. Redirect it with `aliases:`, or retire it with `handsel retire`.";
    VanishedAnchor = "vanished-anchor", Warning, "A heading that other pages linked to (`handsel.lock` has it) no longer exists. Give the new heading the old id, or retire the address with `handsel retire`.";
    BadLedger = "bad-ledger", Warning, "A line of `handsel.lock` is not an address, or is the mark of a conflict. The next build leaves it out.";
    IncompleteLedger = "incomplete-ledger", Warning, "`handsel.lock` lacks an address that the site publishes. Run `handsel build`, and commit the file. It stays a warning under `--strict`.";
    // Templates and data
    BadTemplate = "bad-template", Error, "A template cannot be read: syntax, an unknown filter, function, include or component.";
    TemplateFailed = "template-failed", Error, "A template failed on a page: a value that is not there, a loop without end.";
    UnknownField = "unknown-field", Warning, "A template asks for a field of a page that no kind declares, so it is never there; often a typo.";
    MissingTemplate = "missing-template", Error, "A template that a page or its kind names does not exist.";
    BadTranslation = "bad-translation", Error, "A file of the theme's words cannot be used.";
    BadData = "bad-data", Error, "A file in `data/` cannot be read.";
    // Tools
    ToolFormula = "tool-formula", Error, "A formula of a tool cannot be worked out: a sign too much, a name that nothing has, types or units that do not go together, formulas that need each other.";
    ToolExample = "tool-example", Error, "A worked example of a tool expects something else than the tool gives.";
    DivisionByZero = "division-by-zero", Warning, "A formula of a tool divides by what can be 0 for inputs that it allows. Where the reader's numbers make it 0, there is no result.";
    ToolUnused = "tool-unused", Warning, "An input, a step, a table or a text of a tool that changes nothing.";
    // The site
    SkippedPage = "skipped-page", Warning, "A page that could not be made was left out (`--lenient`).";
    ForeignFile = "foreign-file", Error, "The output folder holds a file that Handsel did not write where a page would go. `--force` replaces it.";
    // The value audit
    MissingSummary = "missing-summary", Warning, "A page has no `summary:`: lists, search and link previews have nothing to say about it.";
    LongTip = "long-tip", Warning, "A tip of more than 250 words. Perhaps it is a guide.";
    UntestedTool = "untested-tool", Warning, "A calculator has no worked example, so that neither a reader nor the next build can tell whether it is right.";
    ToolUnsourced = "tool-unsourced", Warning, "A calculator works with the figures of a table and says neither where they come from (`sources:`) nor how it came to them (`method:`).";
    Orphan = "orphan", Warning, "No page links here.";
    OverdueReview = "overdue-review", Warning, "A page's `review_every` has passed.";
    DuplicateTitle = "duplicate-title", Warning, "Two pages have one title.";
    ThinPage = "thin-page", Warning, "A page of fewer than 30 words that gives nothing in another way either.";
    NoNextStep = "no-next-step", Warning, "A page from which nothing leads on: no `next:`, no link, no topic that other pages share.";
    UselessAlt = "useless-alt", Warning, "An image's text is its file's name, or says only that it is an image.";
    VagueLinkText = "vague-link-text", Warning, "The words of a link do not say where it leads: “here”, “more”. Who moves from link to link hears nothing else.";
    LongSentences = "long-sentences", Warning, "A page's sentences are far longer than is usual on this site.";
    HardToRead = "hard-to-read", Warning, "A page is far harder to read than is usual on this site, by the length of its words and sentences.";
    SinglePageTopic = "single-page-topic", Warning, "A topic that one page alone has, on a site of twelve pages or more.";
    NoTranscript = "no-transcript", Warning, "A video has no transcript.";
    // Honest giving
    IncompleteGiving = "incomplete-giving", Warning, "`giving:` in the settings does not say who gives, why and who pays, or no licence is stated.";
    EmailGate = "email-gate", Error, "A form demands an e-mail address. A gift that asks for something first is a trade; only an offer of advice may need one.";
    UndisclosedLink = "undisclosed-link", Warning, "A link for which somebody is paid, on a page without `disclosure:`.";
    DarkPattern = "dark-pattern", Warning, "A countdown, a pop-up or made-up scarcity, by its name.";
    UncheckedSource = "unchecked-source", Warning, "A source with an address does not say when it was looked at last (`checked:`).";
    VisitorTracking = "visitor-tracking", Error, "A page would bring a program that counts or follows visitors.";
    // Ours
    Internal = "internal", Error, "A fault in Handsel itself. Please report it.";
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
