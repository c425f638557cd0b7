//! Whether a script can send or load something, by the names that it uses.

use super::look_at_script;

/// Names with which a script sends or loads something.
const SENDING_CALLS: [&str; 16] = [
    "fetch(",
    "fetch (",
    "sendBeacon",
    "XMLHttpRequest",
    "WebSocket",
    "WebTransport",
    "EventSource",
    "RTCPeerConnection",
    "importScripts",
    "new Image",
    ".src=",
    ".src =",
    ".srcset",
    "\"src\"",
    "'src'",
    ".submit(",
];

/// Elements that load or send something when a script creates them.
const LOADING_ELEMENTS: [&str; 9] = [
    "img", "script", "iframe", "link", "form", "object", "embed", "video", "audio",
];

/// Whether a script can send something, by the names that it uses. Visitor tracking counts as
/// sending.
pub fn may_send(script: &str) -> bool {
    let makes_loading = |(at, call): (usize, &str)| {
        let element = script[at + call.len()..].trim_start_matches(['"', '\'', '`', ' ']);
        LOADING_ELEMENTS.iter().any(|name| {
            element
                .get(..name.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        })
    };
    SENDING_CALLS.iter().any(|name| script.contains(name))
        || script.match_indices("createElement(").any(makes_loading)
        || look_at_script(script).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_send() {
        for script in [
            "fetch('/x')",
            "new Image().src = a",
            "document.createElement('IMG')",
            "navigator.sendBeacon(u)",
            "i.src=u",
            "gtag('event')",
            "new WebSocket(u)",
        ] {
            assert!(may_send(script), "{script}");
        }
        for script in [
            "document.body.classList.add('x')",
            "// fetches nothing",
            "const fetched = 1; document.createElement('p')",
        ] {
            assert!(!may_send(script), "{script}");
        }
    }
}
