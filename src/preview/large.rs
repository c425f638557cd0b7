//! Sends files that are published unchanged and are too large for memory: in pieces, from the
//! requested byte on.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio_stream::wrappers::ReceiverStream;

use super::range::{self, RangeAnswer};
use super::{SharedState, inject};
use crate::pipeline::session::LargeFile;

/// The size of a piece.
const PIECE_BYTES: usize = 256 << 10;

/// How many pieces are read ahead while a file is sent.
const PIECES_AHEAD: usize = 4;

/// The entity tag of a file.
pub fn tag(file: &LargeFile) -> String {
    format!("\"{}-{}\"", file.hash, inject::version())
}

/// The file, or the requested part of it.
pub fn response(
    shared: &Arc<SharedState>,
    file: LargeFile,
    method: &Method,
    headers: &HeaderMap,
) -> Response {
    let length = usize::try_from(file.length).unwrap_or(usize::MAX);
    let part = if method == Method::GET {
        range::requested(headers, &tag(&file), length)
    } else {
        RangeAnswer::Whole
    };
    let (status, range) = match part {
        RangeAnswer::Whole => (StatusCode::OK, 0..length),
        RangeAnswer::Bytes(range) => (StatusCode::PARTIAL_CONTENT, range),
        RangeAnswer::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    let content_range = match status {
        StatusCode::PARTIAL_CONTENT => {
            Some(format!("bytes {}-{}/{length}", range.start, range.end - 1))
        }
        StatusCode::RANGE_NOT_SATISFIABLE => Some(format!("bytes */{length}")),
        _ => None,
    };
    let size = HeaderValue::from(range.len());
    let body = if method == Method::HEAD || range.is_empty() {
        Body::empty()
    } else {
        body(Arc::clone(shared), file, range)
    };
    let mut response = (status, [(header::ACCEPT_RANGES, "bytes")], body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, size);
    if let Some(Ok(content_range)) = content_range.map(|range| HeaderValue::from_str(&range)) {
        response
            .headers_mut()
            .insert(header::CONTENT_RANGE, content_range);
    }
    response
}

/// A body that is read while it is sent. Reading waits for a slow client, and ends when the client
/// disconnects.
fn body(shared: Arc<SharedState>, file: LargeFile, range: Range<usize>) -> Body {
    let (pieces, received) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let sent = shared
            .live
            .open_file(&file.file, range.start as u64)
            .and_then(|reader| {
                let mut rest = reader.take(range.len() as u64);
                loop {
                    let mut piece = Vec::with_capacity(PIECE_BYTES);
                    (&mut rest)
                        .take(PIECE_BYTES as u64)
                        .read_to_end(&mut piece)?;
                    if piece.is_empty() || pieces.blocking_send(Ok(piece.into())).is_err() {
                        return Ok(());
                    }
                }
            });
        if let Err(error) = sent {
            let _ = pieces.blocking_send(Err(error));
        }
    });
    Body::from_stream(ReceiverStream::new(received))
}
