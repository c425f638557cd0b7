//! Settings that hold addresses.

use super::given::{GivenSettings, fault};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::FieldItem;
use crate::link_target::{AddressUse, origin, refusal};
use crate::settings::{BaseUrl, Editor, FeedbackWay, SettingLink};

pub(super) fn base_url(
    given: &GivenSettings<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<BaseUrl> {
    let item = given.item("base_url")?;
    let text = item.as_text()?;
    BaseUrl::parse(text)
        .map_err(|fault_is| {
            problems.push(fault(
                item,
                format!("`base_url`: `{text}` {fault_is}"),
                "write `base_url: https://example.org/`",
            ))
        })
        .ok()
}

/// Reads the contact: plain text, an email address, or a link that a page may have.
pub(super) fn contact(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.map("giving")?.get("contact")?;
    let text = item.as_text()?;
    // Plain text may contain a colon, too, so only unsafe links are refused.
    match refusal(text, AddressUse::Link).filter(|refusal| refusal.code == Code::LinkScheme) {
        None => Some(text.to_owned()),
        Some(refusal) => {
            let problem = Diagnostic::new(
                refusal.code,
                format!("`giving.contact`: {}", refusal.message),
            );
            problems.push(
                problem
                    .at(item.place.clone())
                    .help("write an email address, or an address that begins with https://"),
            );
            None
        }
    }
}

/// Reads the origins for the policy of the pages. Each must be exactly one origin, because the
/// policy is a list of origins.
pub(super) fn allowed_origins(
    given: &GivenSettings<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut origins = Vec::new();
    for item in given.list("allow_origins") {
        let Some(text) = item.as_text() else { continue };
        let bare = text.trim_end_matches('/');
        let host = bare.strip_prefix("https://").unwrap_or_default();
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        let host = host.strip_prefix("*.").unwrap_or(host);
        if !host.is_empty() && host.chars().all(is_host) {
            origins.push(bare.to_owned());
            continue;
        }
        let message = match bare.strip_prefix("http://") {
            Some(_) => format!(
                "`allow_origins`: `{text}` is not encrypted, so anyone on the network path could change what it sends"
            ),
            None => format!("`allow_origins`: `{text}` is not an origin"),
        };
        let named = origin(text)
            .and_then(|origin| Some(origin.split_once("://")?.1.to_owned()))
            .filter(|host| host.chars().all(is_host));
        let help = format!(
            "write `https://{}`: https and a host, with nothing after it",
            named.as_deref().unwrap_or("cdn.example.org")
        );
        problems.push(fault(item, message, help));
    }
    origins
}

pub(super) fn menu_link(item: &FieldItem) -> Option<SettingLink> {
    let map = item.as_map()?;
    let link = map.get("link")?;
    let title = map.get("title")?.as_text()?;
    Some(SettingLink {
        title: title.to_owned(),
        target: link.as_text()?.to_owned(),
        place: link.place.clone(),
    })
}

/// Reads the one way in which readers give feedback. Only one is allowed, so that all answers
/// arrive in one place.
pub(super) fn feedback(
    given: &GivenSettings<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<FeedbackWay> {
    let map = given.map("feedback")?;
    let item = given.item("feedback")?;
    let text = |name: &str| {
        map.get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let ways = [
        text("mail").map(FeedbackWay::Mail),
        text("issues").map(FeedbackWay::Issues),
        text("endpoint").map(FeedbackWay::Endpoint),
    ];
    let mut stated = ways.into_iter().flatten();
    let first = stated.next();
    if first.is_none() || stated.next().is_some() {
        let help =
            "write only `mail: you@example.org`, or only `issues:` or `endpoint:` with an address";
        problems.push(fault(
            item,
            "`feedback` must have exactly one of `mail`, `issues` and `endpoint`".to_owned(),
            help,
        ));
    }
    match &first {
        Some(FeedbackWay::Mail(address))
            if !address.contains('@') || address.contains([' ', ':', '?', '&', '"']) =>
        {
            problems.push(fault(
                item,
                format!("`feedback`: `{address}` is not a valid email address"),
                "write `mail: you@example.org`",
            ));
            None
        }
        _ => first,
    }
}

/// Reads an address with placeholders in braces for values of the page. All of `needed` must occur
/// in it.
pub(super) fn pattern_url(
    given: &GivenSettings<'_>,
    name: &str,
    needed: &[&str],
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let item = given.item(name)?;
    let text = item.as_text()?;
    let is_url = text.starts_with("https://") || text.starts_with("http://");
    if is_url && needed.iter().all(|part| text.contains(part)) {
        return Some(text.to_owned());
    }
    let with = if needed.is_empty() {
        String::new()
    } else {
        format!(" with `{}` in it", needed.join("`, `"))
    };
    let help = format!(
        "write `{name}: https://example.org/…{}`",
        needed
            .first()
            .map_or_else(|| "?title={title}".to_owned(), |part| format!("/{part}"))
    );
    problems.push(fault(
        item,
        format!("`{name}`: `{text}` is not an https:// address{with}"),
        help,
    ));
    None
}

/// Reads the editor, which must be a known one. Settings may come from anyone, so they must not
/// decide which program runs.
pub(super) fn editor(given: &GivenSettings<'_>, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let item = given.item("editor")?;
    let name = item.as_text()?;
    if Editor::named(name).is_some() {
        return Some(name.to_owned());
    }
    let names: Vec<&str> = Editor::ALL.iter().map(|editor| editor.name).collect();
    let near = crate::diagnostic::nearest(name, names.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let help = format!(
        "{near}use one of {}; to use another program, set the environment variable VISUAL",
        names.join(", ")
    );
    problems.push(fault(
        item,
        format!("`editor`: unknown editor `{name}`"),
        help,
    ));
    None
}
