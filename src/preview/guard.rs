//! Checks requests: the Host that they name, the Origin that they come from, and the token of those
//! that do something.
//!
//! A page of another site can make a browser send requests to the preview. But it cannot choose
//! their Host: if its own domain name resolves to this address, the Host is still that name. It
//! cannot hide its Origin, and it cannot read the token.

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

/// The largest body of a request, in bytes.
pub const BODY_MAX: usize = 16 * 1024;

/// How long the body of a request may take to arrive.
const BODY_WAIT: Duration = Duration::from_secs(3);

/// The header of the token. A page of another site cannot set it without a CORS preflight request,
/// which the preview does not allow.
pub const TOKEN_HEADER: &str = "handsel-token";

pub struct Guard {
    address: SocketAddr,
    /// The host that the writer named with `--host`, in lower case.
    host: String,
    token: String,
}

impl Guard {
    pub fn new(address: SocketAddr, host: &str) -> Self {
        // The keys of the standard library's hashers come from the system's random source.
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

    /// Whether other machines can reach the preview.
    pub fn is_shared(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Whether a Host names this preview. If other machines can reach it, any IP address is
    /// accepted: only a foreign domain name that resolves to this address has to be refused.
    fn is_ours(&self, authority: &str) -> bool {
        let (name, port) = split_port(authority);
        let name = name.to_ascii_lowercase();
        let is_ip_address = || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is_named = matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]")
            || name == self.host
            || name == format!("[{}]", self.host);
        let is_port = port.unwrap_or(80) == self.address.port();
        if self.is_shared() {
            is_named || is_ip_address()
        } else {
            is_named && is_port
        }
    }

    /// Whether a request comes from a page of this preview, or does not say where it comes from.
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

    /// Whether a request has the token.
    pub fn knows_token(&self, headers: &HeaderMap) -> bool {
        headers
            .get(TOKEN_HEADER)
            .is_some_and(|given| self.is_token(given.as_bytes()))
    }

    /// Whether `given` is the token. Hashes are compared, so that the time of the comparison does
    /// not reveal anything about the token.
    pub fn is_token(&self, given: &[u8]) -> bool {
        Fingerprint::of(given) == Fingerprint::of(&self.token)
    }
}

/// The name and the port of a Host; a port that is not a number is 0.
fn split_port(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && !port.ends_with(']') => {
            (name, Some(port.parse().unwrap_or(0)))
        }
        _ => (authority, None),
    }
}

/// Middleware that refuses requests with a foreign Host or from a foreign Origin.
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
        let words = "This is not the address of the preview. Open the address that the terminal shows, including its port.\n";
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
            "Pages of other sites may not request this.\n",
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

/// Middleware for actions: it requires the token, and refuses all requests if other machines can
/// see the site. It checks both before it reads the body.
pub async fn check_action(
    State(shared): State<Arc<SharedState>>,
    request: Request,
    next: Next,
) -> Response {
    if shared.guard.is_shared() {
        return refuse(
            StatusCode::FORBIDDEN,
            "other machines can see this preview, so it does not open files",
        );
    }
    if !shared.guard.knows_token(request.headers()) {
        return refuse(StatusCode::FORBIDDEN, "the token is missing or wrong");
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
