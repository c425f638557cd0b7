//! Serves the outputs of the site as a static host would: with content types, entity tags,
//! redirects to the slash, range requests, and the site's own page for missing addresses. The
//! preview's script is added to pages.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::inject::{self, PageStatus};
use super::range::{self, RangeAnswer};
use super::{SharedState, large, work};
use crate::escape;
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;
use crate::pipeline::session::{LargeFile, LiveAnswer};
use crate::site::UnpublishedReason;

/// The response for an address.
#[derive(Clone, Debug)]
pub struct PreviewResponse {
    pub status: PageStatus,
    /// The content type of `bytes`.
    pub content_type: &'static str,
    /// The body, with the preview's script if it is a page.
    pub bytes: Bytes,
    /// The hash of the bytes before the script was added.
    pub hash: Fingerprint,
    pub source: Option<SourcePath>,
    /// The target of a redirect, or the nearest existing page of a missing address:
    /// percent-encoded, with the base path.
    pub elsewhere: Option<String>,
}

/// Handles a request for an output of the site.
pub async fn output(State(shared): State<Arc<SharedState>>, request: Request) -> Response {
    let base = shared.live.base_path();
    let (path, query) = (
        request.uri().path().to_owned(),
        request.uri().query().map(str::to_owned),
    );
    let Some(below) = path
        .strip_prefix(base.trim_end_matches('/'))
        .filter(|below| below.starts_with('/'))
    else {
        return if path == "/" || format!("{path}/") == base {
            redirect(&base)
        } else {
            outside(&base)
        };
    };
    let Some(address) = escape::percent_decode(below).filter(|address| is_plain(address)) else {
        return (StatusCode::BAD_REQUEST, "This is not a valid address.\n").into_response();
    };
    let served = {
        let address = address.clone();
        work(&shared, move |shared| {
            shared
                .live
                .large_file(&address)
                .ok_or_else(|| shared.respond(&address))
        })
        .await
    };
    let served = match served {
        Some(Ok(file)) => return large_file(&shared, file, &request),
        Some(Err(served)) => Some(served),
        None => None,
    };
    let Some(served) = served else {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Handsel failed on this page because of a bug. The next save may work.\n",
        )
            .into_response();
    };
    if served.status == PageStatus::Moved {
        let target = served.elsewhere.as_deref().unwrap_or(&base);
        return redirect(
            &query.map_or_else(|| target.to_owned(), |query| format!("{target}?{query}")),
        );
    }
    let tag = format!("\"{}-{}\"", served.hash, inject::version());
    let is_known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.to_str().is_ok_and(|known| known.contains(&tag)));
    if is_known && served.status == PageStatus::Found {
        return with_headers(
            StatusCode::NOT_MODIFIED.into_response(),
            &tag,
            None,
            &shared,
        );
    }
    shared.remember_file(&served, &path, &address);
    let response = match served.status {
        PageStatus::Found | PageStatus::Moved => {
            // Ranges are defined for GET only.
            let is_whole = request.method() != Method::GET;
            let part = if is_whole {
                RangeAnswer::Whole
            } else {
                range::requested(request.headers(), &tag, served.bytes.len())
            };
            part_of(&served.bytes, part)
        }
        PageStatus::Gone => {
            (StatusCode::NOT_FOUND, Body::from(served.bytes.clone())).into_response()
        }
        PageStatus::Broken => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Body::from(served.bytes.clone()),
        )
            .into_response(),
    };
    with_headers(response, &tag, Some(served.content_type), &shared)
}

/// The response for a file that is sent in pieces.
fn large_file(shared: &Arc<SharedState>, file: LargeFile, request: &Request) -> Response {
    let (tag, content_type) = (large::tag(&file), content_type(file.path.as_str()));
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.contains(&tag)) {
        return with_headers(StatusCode::NOT_MODIFIED.into_response(), &tag, None, shared);
    }
    with_headers(
        large::response(shared, file, request.method(), request.headers()),
        &tag,
        Some(content_type),
        shared,
    )
}

/// A file, or the requested part of it.
fn part_of(bytes: &Bytes, part: RangeAnswer) -> Response {
    let length = bytes.len();
    let (status, body, content_range) = match part {
        RangeAnswer::Whole => (StatusCode::OK, bytes.clone(), None),
        RangeAnswer::Bytes(range) => {
            let content_range = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            (
                StatusCode::PARTIAL_CONTENT,
                bytes.slice(range),
                Some(content_range),
            )
        }
        RangeAnswer::Unsatisfiable => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            Bytes::new(),
            Some(format!("bytes */{length}")),
        ),
    };
    let mut response =
        (status, [(header::ACCEPT_RANGES, "bytes")], Body::from(body)).into_response();
    if let Some(content_range) = content_range {
        let content_range = HeaderValue::from_str(&content_range).expect("numbers are plain text");
        response
            .headers_mut()
            .insert(header::CONTENT_RANGE, content_range);
    }
    response
}

fn with_headers(
    mut response: Response,
    tag: &str,
    content_type: Option<&'static str>,
    shared: &SharedState,
) -> Response {
    let headers = response.headers_mut();
    // The browser caches the response, but revalidates it on each request.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::ETAG,
        HeaderValue::from_str(tag).expect("a fingerprint is plain text"),
    );
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if content_type.starts_with("text/html")
            && let Ok(policy) = HeaderValue::from_str(&shared.live.policy())
        {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

/// A temporary redirect, which the browser must not cache because the site may change.
fn redirect(target: &str) -> Response {
    (
        StatusCode::FOUND,
        [
            (header::LOCATION, target),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response()
}

fn outside(base: &str) -> Response {
    (
        StatusCode::NOT_FOUND,
        format!("This site is at {base}, because of its `base_url`.\n"),
    )
        .into_response()
}

/// Whether a decoded path can be an address: it has no `.` or `..` segments and no backslash, which
/// some systems read as a separator.
fn is_plain(address: &str) -> bool {
    !address.contains(['\0', '\\'])
        && !address
            .split('/')
            .any(|segment| segment == ".." || segment == ".")
}

impl SharedState {
    /// The response for a decoded address below the base path: the page that was rendered for its
    /// open tabs if nothing has changed since, else a new one.
    pub fn respond(&self, address: &str) -> Arc<PreviewResponse> {
        match self.tabs.cached(address) {
            Some(cached) => cached,
            None => Arc::new(self.make(address)),
        }
    }

    /// Renders the response for a decoded address below the base path.
    pub fn make(&self, address: &str) -> PreviewResponse {
        let base = self.live.base_path();
        let encoded = |address: &str| {
            let mut target = base.clone();
            escape::percent_into(
                &mut target,
                address.trim_start_matches('/'),
                escape::IN_PATH,
            );
            target
        };
        match self.live.answer(address, true) {
            LiveAnswer::Found {
                path,
                bytes,
                source,
            } => {
                let content_type = content_type(path.as_str());
                let hash = Fingerprint::of(&bytes);
                let is_page = content_type.starts_with("text/html");
                let bytes = if is_page {
                    inject::add(&bytes, hash, PageStatus::Found)
                } else {
                    bytes
                };
                PreviewResponse {
                    status: PageStatus::Found,
                    content_type,
                    bytes: bytes.into(),
                    hash,
                    source,
                    elsewhere: None,
                }
            }
            LiveAnswer::Moved(target) => PreviewResponse::preview_page(
                PageStatus::Moved,
                Bytes::new(),
                None,
                Some(encoded(&target)),
            ),
            LiveAnswer::Missing { bytes, near } => match self.live.unpublished_at(address) {
                Some((source, UnpublishedReason::Broken | UnpublishedReason::AddressTaken)) => {
                    self.broken(Some(source))
                }
                hidden => {
                    let page = if bytes.is_empty() {
                        inject::not_found_page()
                    } else {
                        bytes
                    };
                    let bytes = inject::add(&page, Fingerprint::of(""), PageStatus::Gone);
                    PreviewResponse::preview_page(
                        PageStatus::Gone,
                        bytes.into(),
                        hidden.map(|(source, _)| source),
                        Some(encoded(&near)),
                    )
                }
            },
            LiveAnswer::Broken { source, .. } => self.broken(source),
        }
    }

    fn broken(&self, source: Option<SourcePath>) -> PreviewResponse {
        let bytes = inject::add(
            &inject::unrenderable_page(source.as_ref()),
            Fingerprint::of(""),
            PageStatus::Broken,
        );
        PreviewResponse::preview_page(PageStatus::Broken, bytes.into(), source, None)
    }
}

impl PreviewResponse {
    /// A redirect, or a page in place of one that is missing or broken.
    fn preview_page(
        status: PageStatus,
        bytes: Bytes,
        source: Option<SourcePath>,
        elsewhere: Option<String>,
    ) -> Self {
        let hash = Fingerprint::of(&bytes);
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            bytes,
            hash,
            source,
            elsewhere,
        }
    }
}

/// The content type that static hosts use for a file of this name.
fn content_type(path: &str) -> &'static str {
    let extension = path
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "xml" => "application/xml; charset=utf-8",
        "atom" => "application/atom+xml; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "vtt" => "text/vtt; charset=utf-8",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "wasm" => "application/wasm",
        "ics" => "text/calendar; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "md" | "markdown" => "text/markdown; charset=utf-8",
        "txt" | "csv" | "yaml" | "yml" | "toml" => "text/plain; charset=utf-8",
        "" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_climb() {
        for (address, expected) in [
            ("/a/b/", true),
            ("/a..b/", true),
            ("/../x", false),
            ("/a/./b", false),
            ("/a\\b", false),
            ("/\0", false),
        ] {
            assert_eq!(is_plain(address), expected, "{address}");
        }
    }

    #[test]
    fn types_of_files() {
        assert_eq!(content_type("a/index.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("CNAME"), "text/plain; charset=utf-8");
        assert_eq!(content_type("a.tar.xz"), "application/octet-stream");
    }
}
