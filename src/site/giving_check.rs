//! Checks that the settings contain everything for the statement about giving on each page.

use super::Site;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::paths::SourcePath;

/// Reports what the settings leave out. `config` is the settings file.
pub fn run(site: &Site, config: &SourcePath, problems: &mut Vec<Diagnostic>) {
    let settings = site.settings();
    let giving = &settings.giving;
    let is_unlicensed =
        settings.license.is_none() && site.pages().any(|page| page.entry.meta.license.is_none());
    let parts = [
        (giving.who.is_none(), "who provides it"),
        (giving.why.is_none(), "why it is provided"),
        (giving.pays.is_none(), "who pays for it"),
        (is_unlicensed, "what readers may do with it"),
    ];
    let unsaid: Vec<&str> = parts
        .into_iter()
        .filter_map(|(is_unsaid, what)| is_unsaid.then_some(what))
        .collect();
    if unsaid.is_empty() {
        return;
    }
    let keys = [
        giving.who.is_none(),
        giving.why.is_none(),
        giving.pays.is_none(),
    ]
    .into_iter()
    .zip(["who: …", "why: …", "pays: …"]);
    let keys: Vec<&str> = keys
        .filter_map(|(is_unsaid, key)| is_unsaid.then_some(key))
        .collect();
    let giving = (!keys.is_empty()).then(|| format!("`giving: {{ {} }}`", keys.join(", ")));
    let license = is_unlicensed.then(|| "`license: CC BY 4.0` or another".to_owned());
    let write: Vec<String> = giving.into_iter().chain(license).collect();
    let help = format!(
        "add {}; every page and the page about this resource show it",
        write.join(" and ")
    );
    let problem = Diagnostic::new(
        Code::IncompleteGiving,
        format!("the site does not say {}", unsaid.join(", ")),
    );
    problems.push(problem.at(Location::start_of(config)).help(help));
}
