//! Who is let in: the names that a request may call us by, where it may come from, and the token
//! for those who want something done.
//!
//! A page of another site can make a browser send requests here. It cannot choose their Host (a
//! name of its own that it lets point here stays its own), it cannot hide its Origin, and it cannot
//! read the token.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::SharedState;
use super::connections::Connection;
use super::endpoints::refuse;
use crate::fingerprint::Fingerprint;

/// The largest body that a request may bring.
pub const BODY_MAX: usize = 16 * 1024;

/// How long a body may take.
const BODY_WAIT: Duration = Duration::from_secs(3);

/// The header that the token comes in. A page of another site cannot set it without being asked
/// first, and we say no.
pub const TOKEN_HEADER: &str = "handsel-token";

pub struct Guard {
    address: SocketAddr,
    /// As the writer named it, in lower case.
    host: String,
    token: String,
}

impl Guard {
    pub fn new(address: SocketAddr, host: &str) -> Self {
        // The standard library's hashers are keyed from the system's source of randomness.
        let parts: Vec<u64> = (0..4)
            .map(|part| {
                RandomState::new()
                    .hash_one(part)
                    .wrapping_add(RandomState::new().build_hasher().finish())
            })
            .collect();
        let token = Fingerprint::of(
            parts
                .iter()
                .flat_map(|part| part.to_le_bytes())
                .collect::<Vec<u8>>(),
        )
        .to_string();
        Self {
            address,
            host: host.to_ascii_lowercase(),
            token,
        }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether other machines can reach us.
    pub fn is_shared(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Whether a request calls us by a name that is ours. With other machines about, any address in
    /// figures is: a name that somebody lets point here is what has to be refused.
    fn is_ours(&self, authority: &str) -> bool {
        let (name, port) = split_port(authority);
        let name = name.to_ascii_lowercase();
        let is_figures = || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is_named = matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]")
            || name == self.host
            || name == format!("[{}]", self.host);
        let is_port = port.unwrap_or(80) == self.address.port();
        if self.is_shared() {
            is_named || is_figures()
        } else {
            is_named && is_port
        }
    }

    /// Whether a request that names where it comes from comes from a page of ours.
    fn is_from_us(&self, headers: &HeaderMap) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let is_own_origin = headers.get(header::ORIGIN).is_none_or(|origin| {
            let origin = origin.to_str().unwrap_or_default();
            origin
                .strip_prefix("http://")
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
        });
        let site = headers
            .get("sec-fetch-site")
            .map(|site| site.to_str().unwrap_or_default());
        is_own_origin && matches!(site, None | Some("same-origin" | "none"))
    }

    /// Whether a request knows the token.
    pub fn knows_token(&self, headers: &HeaderMap) -> bool {
        headers
            .get(TOKEN_HEADER)
            .is_some_and(|given| self.is_token(given.as_bytes()))
    }

    /// Whether this is the token. Hashes are compared, so that the time taken says nothing about
    /// it.
    pub fn is_token(&self, given: &[u8]) -> bool {
        Fingerprint::of(given) == Fingerprint::of(&self.token)
    }
}

/// A name and the port after it.
fn split_port(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && !port.ends_with(']') => {
            (name, Some(port.parse().unwrap_or(0)))
        }
        _ => (authority, None),
    }
}

/// Lets a request in, or says why not.
pub async fn check_request(
    State(shared): State<Arc<SharedState>>,
    Extension(connection): Extension<Arc<Connection>>,
    request: Request,
    next: Next,
) -> Response {
    let guard = &shared.guard;
    let headers = request.headers();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let named = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    if !host.is_some_and(|host| guard.is_ours(host))
        || named.is_some_and(|named| !guard.is_ours(named))
    {
        let words = "This preview answers to its own name only. Open it by the address that the terminal shows, with its port.\n";
        return (StatusCode::MISDIRECTED_REQUEST, words).into_response();
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_events = request
        .uri()
        .path()
        .strip_prefix(super::OWN_PREFIX)
        .is_some_and(|name| matches!(name, "events" | "problems"));
    if (!is_reading || is_events) && !guard.is_from_us(headers) {
        return (
            StatusCode::FORBIDDEN,
            "Another site's page may not ask for this.\n",
        )
            .into_response();
    }
    connection.start_response();
    let mut response = next.run(request).await;
    connection.end_answer();
    let headers = response.headers_mut();
    headers.insert(
        "x-content-type-options",
        header::HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        header::HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "referrer-policy",
        header::HeaderValue::from_static("same-origin"),
    );
    response
}

/// Lets a request through that wants something done: only with the token, and never where others
/// can see the site. Both are known from its head, so that no body is read for anybody else.
pub async fn check_action(
    State(shared): State<Arc<SharedState>>,
    request: Request,
    next: Next,
) -> Response {
    if shared.guard.is_shared() {
        return refuse(
            StatusCode::FORBIDDEN,
            "others can see this preview, so nothing is opened from it",
        );
    }
    if !shared.guard.knows_token(request.headers()) {
        return refuse(
            StatusCode::FORBIDDEN,
            "the token of this run is missing or wrong",
        );
    }
    let (head, body) = request.into_parts();
    match tokio::time::timeout(BODY_WAIT, to_bytes(body, BODY_MAX)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => refuse(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large"),
        Err(_) => refuse(
            StatusCode::REQUEST_TIMEOUT,
            "the request did not arrive in time",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(address: &str, host: &str) -> Guard {
        Guard::new(address.parse().expect("an address"), host)
    }

    #[test]
    fn names_that_are_ours() {
        let local = guard("127.0.0.1:4000", "127.0.0.1");
        for (host, expected) in [
            ("localhost:4000", true),
            ("LOCALHOST:4000", true),
            ("127.0.0.1:4000", true),
            ("[::1]:4000", true),
            ("localhost", false),
            ("localhost:80", false),
            ("localhost:x", false),
            ("evil.example:4000", false),
            ("localhost.evil.example:4000", false),
            ("127.0.0.1.nip.io:4000", false),
            ("192.168.0.2:4000", false),
            ("", false),
            (":4000", false),
        ] {
            assert_eq!(local.is_ours(host), expected, "{host}");
        }
        let shared = guard("0.0.0.0:4000", "0.0.0.0");
        assert!(
            shared.is_ours("192.168.0.2:4000")
                && shared.is_ours("[fe80::1]:4000")
                && shared.is_ours("localhost:8080")
        );
        assert!(!shared.is_ours("evil.example:4000"));
        assert!(guard("192.168.0.2:4000", "Desk.local").is_ours("desk.local:4000"));
    }

    #[test]
    fn tokens_differ() {
        let (one, other) = (guard("127.0.0.1:1", ""), guard("127.0.0.1:1", ""));
        assert_ne!(one.token(), other.token());
        let mut headers = HeaderMap::new();
        assert!(!one.knows_token(&headers));
        headers.insert(TOKEN_HEADER, one.token().parse().expect("a header's value"));
        assert!(one.knows_token(&headers) && !other.knows_token(&headers));
    }
}
