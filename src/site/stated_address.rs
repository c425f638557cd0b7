//! Addresses that a writer states for a page in `permalink:`, `slug:` and `aliases:`. They are read
//! as browsers request them: percent-encoding is decoded, an absolute address of this site becomes
//! its path, and an address that no file can serve is reported.

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::escape;
use crate::link_target::ParsedTarget;
use crate::paths::PathOutsideRoot;
use crate::settings::Settings;

/// Why a stated address cannot be one of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressProblem {
    code: Code,
    message: String,
    help: String,
}

impl AddressProblem {
    fn bad_value(message: String, help: impl Into<String>) -> Self {
        Self {
            code: Code::BadValue,
            message,
            help: help.into(),
        }
    }

    pub fn at(&self, place: Location) -> Diagnostic {
        Diagnostic::new(self.code, self.message.clone())
            .at(place)
            .help(self.help.clone())
    }
}

impl From<PathOutsideRoot> for AddressProblem {
    fn from(_: PathOutsideRoot) -> Self {
        let help = "write it from the site's root, without `..`".to_owned();
        Self {
            code: Code::LinkOutsideSite,
            message: "this address is outside the site".to_owned(),
            help,
        }
    }
}

/// The path from the site's root that a stated address names, decoded and composed (NFC).
///
/// # Errors
/// An explanation of what is wrong with it.
pub fn path(written: &str, settings: &Settings) -> Result<String, AddressProblem> {
    let written = written.trim();
    let own = settings
        .base_url
        .as_ref()
        .and_then(|base| base.below(written));
    let path = own.unwrap_or(written);
    let problem = |what: &str, help: &str| {
        Err(AddressProblem::bad_value(
            format!("the address `{written}` {what}"),
            help,
        ))
    };
    match ParsedTarget::parse(path) {
        ParsedTarget::Inside { .. } | ParsedTarget::Here { .. } | ParsedTarget::Empty => {}
        ParsedTarget::Outside
        | ParsedTarget::ProtocolRelative
        | ParsedTarget::WithoutHost { .. }
            if settings.base_url.is_none() =>
        {
            return problem(
                "contains a host",
                "write only the path, from the site's root, such as /old/",
            );
        }
        ParsedTarget::Outside
        | ParsedTarget::ProtocolRelative
        | ParsedTarget::WithoutHost { .. } => {
            return problem(
                "is not on this site",
                "write a path of this site from its root, such as /old/",
            );
        }
        _ => {
            return problem(
                "is not an address of a website",
                "write a path from the site's root, such as /old/",
            );
        }
    }
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let alone = &path[..end];
    match path[end..].chars().next() {
        Some('?') if alone.trim_matches('/').is_empty() => {
            return problem(
                "has a query, which a static file cannot answer",
                "remove it, or add a redirect in your host's settings",
            );
        }
        Some('?') => {
            return problem(
                "has a query, which a static file cannot answer",
                &format!("write `{alone}`"),
            );
        }
        Some('#') => {
            return problem(
                "has a fragment, which browsers do not send to the host",
                &format!("write `{alone}`"),
            );
        }
        _ => {}
    }
    let Some(decoded) = escape::percent_decode(alone) else {
        return problem(
            "is not valid UTF-8 when decoded",
            "write the characters without percent-encoding",
        );
    };
    if decoded.contains('\\') {
        return problem(
            "contains backslashes",
            &format!("write `{}`", decoded.replace('\\', "/")),
        );
    }
    if decoded.contains(char::is_control) {
        return problem(
            "contains a control character",
            "remove the control character",
        );
    }
    if let Some(placeholder) = decoded
        .split('/')
        .find(|segment| segment.len() > 1 && segment.starts_with(':'))
    {
        let message = format!(
            "the address `{written}` contains `{placeholder}`, which only patterns can use"
        );
        let help = "write the address itself, or set a pattern for all pages of a kind in the setting `permalinks`";
        return Err(AddressProblem::bad_value(message, help));
    }
    Ok(if decoded.is_ascii() {
        decoded
    } else {
        decoded.nfc().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::BaseUrl;

    #[test]
    fn addresses_are_read_as_browsers_ask_for_them() {
        let base_url = BaseUrl::parse("https://site.example/docs/").ok();
        let settings = Settings {
            base_url,
            ..Settings::default()
        };
        for (written, expected) in [
            ("/%C3%BCber-uns/", Some("/über-uns/")),
            ("/u\u{308}ber/", Some("/über/")),
            ("https://site.example/docs/old/c/", Some("/old/c/")),
            ("old", Some("old")),
            ("/100%", Some("/100%")),
            ("https://site.example/old/", None),
            ("https://other.example/old/", None),
            ("//other.example/old/", None),
            ("/?p=123", None),
            ("/a/?p=1", None),
            ("/a/#b", None),
            ("/:title/", None),
            ("/%ff/", None),
            ("C:\\old", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(
                path(written, &settings).ok().as_deref(),
                expected,
                "{written}"
            );
        }
    }
}
