//! The address ledger, `handsel.lock`: one line for the address of every page and file that the
//! site has published, with the file behind it. Lists, feeds and calendars follow from the pages
//! and are not in it.
//!
//! The ledger lets a check report published addresses that have disappeared. Lines are sorted and
//! contain neither hashes nor times, so two branches merge line by line. What a merge leaves behind
//! (conflict markers, repeated lines, another order) is read as the union of both sides. This
//! module only converts text; the commands decide when to read and write the file.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use crate::diagnostic::{Checked, Code, Diagnostic};
use crate::escape;
use crate::paths::{Route, SourcePath};
use crate::source::LineStarts;

/// The file's name, at the site's root.
pub const LEDGER_NAME: &str = "handsel.lock";

const HEAD: &str = "# The addresses that this site has published, and the file behind each. `handsel build` writes this; keep it with the site.\n";

/// The markers that git puts around two versions of a line.
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The address of a page or file, or of an anchor on a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerAddress {
    pub route: Route,
    pub fragment: Option<String>,
}

impl LedgerAddress {
    pub fn of(route: Route) -> Self {
        Self {
            route,
            fragment: None,
        }
    }

    /// Reads `/guides/give-first/#why`; `None` if it is not an address from the site's root.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, fragment) = text
            .split_once('#')
            .map_or((text, None), |(path, fragment)| (path, Some(fragment)));
        if !path.starts_with('/') {
            return None;
        }
        let fragment = fragment
            .and_then(escape::percent_decode)
            .filter(|fragment| !fragment.is_empty());
        Some(Self {
            route: Route::new(&escape::percent_decode(path)?).ok()?,
            fragment,
        })
    }
}

impl fmt::Display for LedgerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_field(f, self.route.as_str())?;
        if let Some(fragment) = &self.fragment {
            f.write_char('#')?;
            write_field(f, fragment)?;
        }
        Ok(())
    }
}

/// Writes text with only the characters that separate fields percent-encoded.
fn write_field(target: &mut impl fmt::Write, text: &str) -> fmt::Result {
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, '%' | '#') {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes)
                .bytes()
                .try_for_each(|byte| write!(target, "%{byte:02X}"))?;
        } else {
            target.write_char(c)?;
        }
    }
    Ok(())
}

/// What is known about one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerLine {
    /// The source file of this address; `None` for an anchor.
    pub source: Option<SourcePath>,
    /// The line of the ledger that it was read from, counted from 1; 0 if it was not read from a
    /// file.
    pub number: u32,
}

/// Addresses with what is known about each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressLedger(pub BTreeMap<LedgerAddress, LedgerLine>);

impl AddressLedger {
    /// Reads a ledger. A line that is not an address is reported and skipped. Lines that an older
    /// version wrote for generated lists, feeds and calendars, which name no file, are skipped
    /// without a report, since those addresses follow from the pages.
    pub fn parse(path: &SourcePath, text: &str) -> Checked<Self> {
        let (mut ledger, mut problems) = (Self::default(), Vec::new());
        let lines = LineStarts::new(text);
        let mut at = 0;
        for (number, written) in (1..).zip(text.split_inclusive('\n')) {
            let start = at;
            at += written.len();
            let line = written.trim();
            if line.starts_with(MERGE_MARKS[0]) {
                let problem = Diagnostic::new(
                    Code::BadLedger,
                    "unresolved merge conflict; the lines of both sides are used",
                );
                let place = lines.place(path, start..start + written.trim_end().len());
                problems.push(problem.at(place).help(
                    "run `handsel build`, which rewrites the file without the markers, and commit it",
                ));
            }
            if line.is_empty()
                || line.starts_with('#')
                || MERGE_MARKS.iter().any(|mark| line.starts_with(mark))
            {
                continue;
            }
            let mut fields = line.split_whitespace();
            let address = fields.next().and_then(LedgerAddress::parse);
            let source = fields
                .next()
                .and_then(escape::percent_decode)
                .and_then(|source| SourcePath::new(&source).ok());
            match address.filter(|_| fields.next().is_none()) {
                Some(address) => {
                    let known = ledger.0.entry(address).or_default();
                    *known = LedgerLine {
                        source: source.or(known.source.take()),
                        number,
                    };
                }
                None => {
                    let problem = Diagnostic::new(
                        Code::BadLedger,
                        format!("`{line}` is not an address and a file"),
                    );
                    let place = lines.place(path, start..start + written.trim_end().len());
                    problems.push(
                        problem
                            .at(place)
                            .help("delete the line, or run `handsel build`, which deletes it"),
                    );
                }
            }
        }
        ledger
            .0
            .retain(|address, line| line.source.is_some() || address.fragment.is_some());
        Checked::new(ledger, problems)
    }

    /// The addresses that `now` has and this ledger lacks.
    pub fn missing<'a>(
        &'a self,
        now: &'a AddressLedger,
    ) -> impl Iterator<Item = &'a LedgerAddress> {
        now.0
            .keys()
            .filter(|address| !self.0.contains_key(*address))
    }

    pub fn to_text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (address, line) in &self.0 {
            let _ = write!(text, "{address}");
            if let Some(source) = &line.source {
                text.push(' ');
                let _ = write_field(&mut text, source.as_str());
            }
            text.push('\n');
        }
        text
    }

    /// The ledger after a build that published `now`. Only retired addresses that no longer exist
    /// are removed.
    pub fn after(mut self, now: &AddressLedger, retired: &[String]) -> Self {
        self.0
            .retain(|address, _| now.0.contains_key(address) || !is_retired(address, retired));
        for (address, line) in &now.0 {
            self.0.insert(address.clone(), line.clone());
        }
        self
    }
}

/// Whether the setting `retired` names an address. It can name the address itself, the page of an
/// anchor, or a folder above it with `/**`.
pub fn is_retired(address: &LedgerAddress, retired: &[String]) -> bool {
    retired.iter().any(|written| {
        if let Some(folder) = written
            .strip_suffix("**")
            .filter(|folder| folder.ends_with('/'))
        {
            return LedgerAddress::parse(folder)
                .is_some_and(|folder| address.route.as_str().starts_with(folder.route.as_str()));
        }
        let Some(named) = LedgerAddress::parse(written) else {
            return false;
        };
        let is_page = named.route == address.route || named.route.as_folder() == address.route;
        is_page && (named.fragment.is_none() || named.fragment == address.fragment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> AddressLedger {
        AddressLedger::parse(&SourcePath::root(), text).value
    }

    fn retired(address: &str, names: &[&str]) -> bool {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        is_retired(&LedgerAddress::parse(address).expect("an address"), &names)
    }

    #[test]
    fn text_goes_in_and_comes_out() {
        let text = format!(
            "{HEAD}/ content/index.md\n/a/ content/a%20b%23.md\n/a/#x\n/日本/ content/日本.md\n"
        );
        assert_eq!(read(&text).to_text(), text);
    }

    #[test]
    fn generated_lists_of_an_older_ledger_are_left_out_without_a_word() {
        let older = "/ content/index.md\n/a-z/\n/feed.xml\n/tips/\n/tips/a/ content/tips/a.md\n/tips/a/#x\n/topics/trust/\n";
        let checked = AddressLedger::parse(&SourcePath::root(), older);
        assert_eq!(checked.problems, Vec::new());
        assert_eq!(
            checked.value.to_text(),
            format!("{HEAD}/ content/index.md\n/tips/a/ content/tips/a.md\n/tips/a/#x\n")
        );
    }

    #[test]
    fn what_a_merge_leaves_is_the_union() {
        let merged = "<<<<<<< ours\n/b/ b.md\n||||||| base\n=======\n/a/ a.md\n/b/ b.md\n>>>>>>> theirs\n/a/\r\n";
        assert_eq!(
            read(merged).to_text(),
            format!("{HEAD}/a/ a.md\n/b/ b.md\n")
        );
        let reported = AddressLedger::parse(&SourcePath::root(), merged).problems;
        assert_eq!(
            reported
                .iter()
                .map(|problem| problem.code)
                .collect::<Vec<_>>(),
            [Code::BadLedger]
        );
    }

    #[test]
    fn nothing_is_forgotten_but_what_is_retired() {
        let before = read("/a/ a.md\n/b/ b.md\n/b/#x\n/c/ c.md");
        let now = read("/c/ d.md\n/e/ e.md");
        let retired = ["/b/".to_owned(), "/c/".to_owned()];
        assert_eq!(
            before.after(&now, &retired).to_text(),
            format!("{HEAD}/a/ a.md\n/c/ d.md\n/e/ e.md\n")
        );
    }

    #[test]
    fn retired_addresses() {
        assert!(
            retired("/a/", &["/a/"])
                && retired("/a/", &["/a"])
                && retired("/a/#x", &["/a/"])
                && retired("/a/#x", &["/a/#x"])
        );
        assert!(retired("/a/b/", &["/a/**"]) && retired("/a/", &["/a/**"]));
        assert!(
            !retired("/a/", &["/a/#x"])
                && !retired("/a/b/", &["/a/"])
                && !retired("/ab/", &["/a/**"])
                && !retired("/a/", &["a"])
        );
    }

    #[test]
    fn other_lines_are_reported() {
        let checked = AddressLedger::parse(&SourcePath::root(), "/a/ a.md\nb\n/c/ c.md more\n");
        assert_eq!((checked.value.0.len(), checked.problems.len()), (1, 2));
    }
}
