//! Finds signs of dishonest giving in a single tag or address: a field that requires an e-mail
//! address, pressure on readers, visitor tracking, a paid link.
//!
//! The same checks apply to HTML in Markdown and to templates, and each problem is reported where
//! it is written. The checks compare names, so they find what is written in the usual way, not what
//! is hidden on purpose. See DECISIONS: “Honesty is checked in the source, and again in what pages
//! load”.

mod loads;
mod sending;

use std::ops::Range;

use self::loads::{content_of, remote};
pub use self::loads::{loaded_by, loaded_by_style};
pub use self::sending::may_send;
use crate::diagnostic::{Code, Diagnostic};
use crate::escape;
use crate::html::tags::{Tag, tags, tags_of};

/// A violation of a rule of honest giving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A form field that requires an e-mail address.
    EmailGate,
    /// A countdown, a pop-up or made-up scarcity, with the word that reveals it.
    Pressure(String),
    /// Visitor tracking, with its host or file.
    Analytics(String),
    /// The address of something on another host that is loaded as soon as the page is opened.
    Remote(String),
    /// A link whose `rel` says that it is paid, though its address does not show it.
    PaidLink,
}

/// The problem for a violation, without a location.
pub fn problem(violation: &Violation) -> Diagnostic {
    let (code, message, help) = match violation {
        Violation::EmailGate => (
            Code::EmailGate,
            "this field requires an e-mail address".to_owned(),
            "remove `required`, or remove the field",
        ),
        Violation::Pressure(word) => (
            Code::DarkPattern,
            format!("“{word}” puts pressure on readers"),
            "remove it; if it does something else, rename it",
        ),
        Violation::Analytics(name) => (
            Code::VisitorTracking,
            format!("`{name}` tracks visitors"),
            "remove it: the pages say that visitors are not tracked",
        ),
        Violation::Remote(address) => (
            Code::OutsideOrigin,
            format!("`{address}` would be loaded from another site"),
            "put the file into static/, or add its origin to the setting `allow_origins`",
        ),
        Violation::PaidLink => (
            Code::UndisclosedLink,
            "this is a paid link, and the page does not disclose it".to_owned(),
            "add `disclosure:` to the front matter; it is shown above the text",
        ),
    };
    let problem = Diagnostic::new(code, message).help(help);
    match violation {
        Violation::Remote(address) => problem.about(address),
        _ => problem,
    }
}

/// Words in names of classes, ids, data attributes and components that put pressure on readers.
const PRESSURE: [&str; 10] = [
    "countdown",
    "count-down",
    "popup",
    "pop-up",
    "exit-intent",
    "scarcity",
    "urgency",
    "interstitial",
    "nag-screen",
    "limited-offer",
];

/// Parts of addresses of scripts and images that track visitors.
const ANALYTICS: [&str; 28] = [
    "google-analytics.com",
    "googletagmanager.com",
    "gtag/js",
    "plausible.io",
    "plausible.js",
    "umami.is",
    "umami.js",
    "goatcounter",
    "matomo.js",
    "piwik.js",
    "piwik.pro",
    "hotjar.com",
    "connect.facebook.net",
    "facebook.com/tr",
    "snap.licdn.com",
    "clarity.ms",
    "cdn.segment.com",
    "cloudflareinsights.com",
    "usefathom.com",
    "gc.zgo.at",
    "simpleanalytics",
    "mixpanel.com",
    "amplitude.com",
    "posthog.com",
    "fullstory.com",
    "bat.bing.com",
    "analytics.tiktok.com",
    "statcounter.com",
];

/// Calls in scripts that track visitors.
const COUNTING_CALLS: [&str; 13] = [
    "_paq.push",
    "_gaq.push",
    "gtag(",
    "dataLayer.push",
    "ga('create'",
    "ga(\"create\"",
    "fbq(",
    "lintrk(",
    "ttq.load",
    "umami.track",
    "mixpanel.init",
    "amplitude.init",
    "posthog.init",
];

/// Hosts of affiliate links.
const AFFILIATE_HOSTS: [&str; 16] = [
    "amzn.to",
    "shareasale.com",
    "awin1.com",
    "anrdoezrs.net",
    "dpbolvw.net",
    "tkqlhce.com",
    "jdoqocy.com",
    "kqzyfj.com",
    "linksynergy.com",
    "skimresources.com",
    "prf.hn",
    "rstyle.me",
    "hop.clickbank.net",
    "tradedoubler.com",
    "digidip.net",
    "pntra.com",
];

/// Parameters of addresses that identify an affiliate.
const AFFILIATE_PARAMETERS: [&str; 12] = [
    "aff",
    "affid",
    "aff_id",
    "affiliate",
    "affiliate_id",
    "affiliateid",
    "awc",
    "irclickid",
    "clickref",
    "partnerid",
    "partner_id",
    "aff_sub",
];

/// Checks one tag. Names and values are as written.
pub fn check_tag<'a>(
    element: &str,
    attributes: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let value = |name: &str| {
        attributes
            .clone()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    };
    let wants_mail = |text: &str| text.to_ascii_lowercase().contains("mail");
    if element == "input" && value("required").is_some() {
        let is_email = value("type").is_some_and(|kind| kind.eq_ignore_ascii_case("email"));
        if is_email
            || value("name").is_some_and(wants_mail)
            || value("autocomplete").is_some_and(wants_mail)
        {
            violations.push(Violation::EmailGate);
        }
    }
    for (key, text) in attributes.clone() {
        if key.starts_with("on") {
            violations.extend(look_at_script(text).map(|(violation, _)| violation));
        }
        let pressing = match key {
            "class" | "id" => pressure_word(text),
            _ if key.starts_with("data-") => pressure_word(key),
            _ => None,
        };
        violations.extend(pressing.map(|word| Violation::Pressure(word.to_owned())));
    }
    if matches!(element, "script" | "img" | "iframe") {
        let counting =
            value("src").and_then(|source| ANALYTICS.iter().find(|name| source.contains(*name)));
        violations.extend(counting.map(|name| Violation::Analytics((*name).to_owned())));
    }
    if is_paid(element, attributes) && !value("href").is_some_and(is_affiliate) {
        violations.push(Violation::PaidLink);
    }
    violations
}

/// The first call or host in a script that tracks visitors, and its range in the text.
pub fn look_at_script(text: &str) -> Option<(Violation, Range<usize>)> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let hosts = ANALYTICS
        .iter()
        .filter_map(|name| Some((text.find(name)?, *name, *name)));
    let call = |name: &'static str| {
        let mut places = text.match_indices(name).map(|(at, _)| at);
        let at = places.find(|at| !text[..*at].ends_with(is_of_name))?;
        Some((at, name, name.split('(').next().unwrap_or(name)))
    };
    let (at, found, name) = hosts
        .chain(COUNTING_CALLS.into_iter().filter_map(call))
        .min()?;
    Some((Violation::Analytics(name.to_owned()), at..at + found.len()))
}

/// Whether a tag is a paid link, by its address or by its `rel`.
pub fn is_paid<'a>(
    element: &str,
    attributes: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
) -> bool {
    matches!(element, "a" | "area")
        && attributes.clone().any(|(key, value)| match key {
            "href" => is_affiliate(value),
            "rel" => is_sponsored(value),
            _ => false,
        })
}

fn is_sponsored(relations: &str) -> bool {
    relations
        .split_ascii_whitespace()
        .any(|relation| relation.eq_ignore_ascii_case("sponsored"))
}

/// The `rel` of a paid link.
pub fn with_sponsored(relations: &str) -> String {
    if is_sponsored(relations) {
        relations.to_owned()
    } else {
        format!("{relations} sponsored").trim_start().to_owned()
    }
}

/// The label that readers see after a paid link.
pub fn label_after_link(paid_link: &str) -> String {
    format!(
        " <small class=\"sponsored\">({})</small>",
        escape::html(paid_link)
    )
}

/// The word in a name that puts pressure on readers.
pub fn pressure_word(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    PRESSURE.into_iter().find(|word| name.contains(word))
}

/// Whether a rendered page runs a script or shows a frame whose address is unknown. A frame without
/// an address counts as its tag.
pub fn runs_unknown(html: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let is_unknown = |tag: Tag| {
        let is_frame = tag.name == "iframe";
        let address = tag
            .get("src")
            .map(str::trim)
            .or(is_frame.then_some("iframe"));
        (is_frame || tag.name == "script") && address.is_some_and(|address| !is_known(address))
    };
    // For nearly every page, a look at each script is enough. If one is unknown, the whole page is
    // read to see whether it is a tag at all: it may be in a comment or in data.
    tags_of(html, &["script", "iframe"]).any(is_unknown) && tags(html).any(is_unknown)
}

/// Checks a template. Each violation comes with the range of its tag.
pub fn check_template(text: &str) -> Vec<(Violation, Range<usize>)> {
    let mut found = Vec::new();
    for tag in tags(text) {
        let violations = check_tag(&tag.name, &tag.values())
            .into_iter()
            .chain(remote(&tag.name, tag.values()).map(Violation::Remote));
        found.extend(violations.map(|violation| (violation, tag.range.clone())));
        let from = tag.range.end;
        let within = |range: Range<usize>| from + range.start..from + range.end;
        match tag.name.as_str() {
            "script" | "noscript" => {
                found.extend(
                    look_at_script(content_of(&tag, text))
                        .map(|(violation, range)| (violation, within(range))),
                );
            }
            "style" => {
                let loaded = loaded_by_style(content_of(&tag, text));
                found.extend(loaded.into_iter().map(|(address, range)| {
                    (Violation::Remote(address.to_owned()), within(range))
                }));
            }
            _ => {}
        }
    }
    found
}

/// Whether an address is an affiliate link, by a known host or by a parameter.
pub fn is_affiliate(target: &str) -> bool {
    let Some(rest) = target
        .trim()
        .split_once("://")
        .map(|(_, rest)| rest.to_ascii_lowercase())
    else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if AFFILIATE_HOSTS.iter().any(|known| {
        host == *known
            || host
                .strip_suffix(known)
                .is_some_and(|before| before.ends_with('.'))
    }) {
        return true;
    }
    let before_fragment = rest.split('#').next().unwrap_or_default();
    let query = before_fragment
        .split_once('?')
        .map_or("", |(_, query)| query);
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        AFFILIATE_PARAMETERS.contains(&name) || (name == "tag" && host.contains("amazon."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(html: &str) -> Vec<Violation> {
        check_template(html)
            .into_iter()
            .map(|(violation, _)| violation)
            .collect()
    }

    #[test]
    fn what_a_tag_shows() {
        assert_eq!(
            violations("<input type=\"email\" required>"),
            [Violation::EmailGate]
        );
        assert_eq!(
            violations("<input name=e_mail type=text required>"),
            [Violation::EmailGate]
        );
        assert_eq!(
            violations("<input type=email> <input type=text required name=town>"),
            []
        );
        assert_eq!(
            violations("<div class=\"big Count_Down\"></div>"),
            [Violation::Pressure("count-down".into())]
        );
        assert_eq!(
            violations("<p data-countdown=\"3\">countdown</p>"),
            [Violation::Pressure("countdown".into())]
        );
        assert_eq!(
            violations("<script async src=\"https://www.googletagmanager.com/gtag/js?id=1\">"),
            [
                Violation::Analytics("googletagmanager.com".into()),
                Violation::Remote("https://www.googletagmanager.com/gtag/js?id=1".into()),
            ]
        );
        assert_eq!(
            violations("{% if a < b %}<p title=\"{{ x }}\">popup</p>{% endif %}"),
            []
        );
    }

    #[test]
    fn what_a_script_says() {
        let said = |text| look_at_script(text).map(|(violation, range)| (violation, &text[range]));
        let counts = |name: &str| Violation::Analytics(name.to_owned());
        assert_eq!(
            said("var a = 1; gtag('js', new Date())"),
            Some((counts("gtag"), "gtag("))
        );
        assert_eq!(
            said("window._paq = []; _paq.push(['x'])"),
            Some((counts("_paq.push"), "_paq.push"))
        );
        assert_eq!(
            said("s.src='https://plausible.io/js'; fbq('track')"),
            Some((counts("plausible.io"), "plausible.io"))
        );
        assert_eq!(said("mygtag(1); $gtag(2); alert(3)"), None);
        let template = "<p>gtag(1)</p><script>\n  gtag(2)</SCRIPT><noscript><img src=\"https://www.facebook.com/tr?id=1\"></noscript>";
        let found: Vec<&str> = check_template(template)
            .into_iter()
            .map(|(_, range)| &template[range])
            .collect();
        assert_eq!(found, ["gtag(", "facebook.com/tr"]);
        assert_eq!(
            violations("<a onclick=\"gtag('event')\">x</a>"),
            [counts("gtag")]
        );
    }

    #[test]
    fn what_a_page_loads() {
        let html = "<a href=\"https://a.example\">x // y</a><link rel=canonical href='https://b.example/'><link rel='shortcut icon' href=//c.example/i>\
                    <img src=\"https://d.example/a.png\" alt=\"a > b\"><p style='background: url( \"//f.example/b.png\")'><script src=\"/own.js\"></script> http://e.example\
                    <meta property='og:url' content=\"https://g.example/\"><LINK href=https://h.example/ rel=stylesheet>\
                    <script type=\"application/ld+json\">{\"src\":\"https://i.example/\",\"image\":[\"https://j.example/\",\"//k.example/\"]}</script>\
                    <img srcset=\"https://l.example/b.png 2x\" alt=\"\"><div style='background:url(\"https://m.example/\")'></div>\
                    <img srcset=\"/o.png 1x, https://n.example/p.png 2x\" alt=\"\">\
                    <img src=\"https:q.example/a\"><script src='HTTP:/r.example/b'></script><img src=\"/\\s.example/c\"><img src=\"HTTPS://t.example/d\"> http:u.example";
        assert_eq!(
            loaded_by(html),
            [
                "//c.example/i",
                "//f.example/b.png",
                "/\\s.example/c",
                "HTTP:/r.example/b",
                "HTTPS://t.example/d",
                "https://d.example/a.png",
                "https://h.example/",
                "https://l.example/b.png 2x",
                "https://m.example/",
                "https://n.example/p.png 2x",
                "https:q.example/a",
            ]
        );
    }

    #[test]
    fn links_that_pay() {
        for target in [
            "https://amzn.to/x",
            "https://www.amazon.de/dp/1?tag=me-21",
            "https://a.example/?x=1&aff=2#y",
            "https://www.awin1.com/c",
        ] {
            assert!(is_affiliate(target), "{target}");
        }
        for target in [
            "https://a.example/?tag=1",
            "https://notamzn.to/x",
            "https://a.example/affiliate",
            "aff=1",
            "https://a.example/#?aff=1",
        ] {
            assert!(!is_affiliate(target), "{target}");
        }
    }
}
