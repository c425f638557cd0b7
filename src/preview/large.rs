//! Files that are published as they are and too large for the memory: sent piece by piece, from the
//! byte that was asked for.

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

/// So much of a file is in memory, so many times, while it is sent.
const PIECE_BYTES: usize = 256 << 10;
const PIECES_AHEAD: usize = 4;

/// The file's tag, by which a browser asks whether it is still the same.
pub fn tag(file: &LargeFile) -> String {
    format!("\"{}-{}\"", file.hash, inject::version())
}

/// The file, or the part of it that was asked for.
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

/// A body that is read while it is sent. A reader who is slow is waited for; one who goes ends the
/// reading.
fn body(shared: Arc<SharedState>, file: LargeFile, range: Range<usize>) -> Body {
    let (pieces, heard) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(PIECES_AHEAD);
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
    Body::from_stream(ReceiverStream::new(heard))
}
