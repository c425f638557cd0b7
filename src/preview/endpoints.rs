//! The preview's own endpoints, except for events: its files, the problems and a page's formulas as
//! JSON, and two actions. `open` starts the writer's editor, and `goto` moves a tab to a line of a
//! source. Both need the token, and neither works if other machines can see the site.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::editor::{self, OpenResult};
use super::inject::{self, ASSETS};
use super::reload::{GotoResult, GotoTarget, json};
use super::{SharedState, problems, work};
use crate::escape;
use crate::paths::SourcePath;

/// Serves a script or style of the preview.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, content_type, text)) = ASSETS.iter().find(|(own, ..)| *own == name) else {
        return (
            StatusCode::NOT_FOUND,
            "The preview has no file of this name.\n",
        )
            .into_response();
    };
    let tag = format!("\"{}\"", inject::version());
    let head = [
        (header::CONTENT_TYPE, *content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, tag.as_str()),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, *text).into_response()
}

/// Serves all problems of the site as JSON.
pub async fn problems(State(shared): State<Arc<SharedState>>) -> Response {
    let reported = work(&shared, |shared| {
        json(&problems::render_problems(
            &shared.live.problems(),
            &*shared.files,
            &shared.options.shown,
        ))
    });
    answer(reported.await)
}

/// Serves the formulas of the calculators on the page of `file=` as JSON. The browser computes
/// their values.
pub async fn formulas(
    State(shared): State<Arc<SharedState>>,
    RawQuery(query): RawQuery,
) -> Response {
    let file = query
        .as_deref()
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("file="))
        .and_then(escape::percent_decode);
    let Some(source) = file.and_then(|file| SourcePath::new(&file).ok()) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "`file` is not a source of this site",
        );
    };
    answer(work(&shared, move |shared| json(&shared.live.formulas(&source))).await)
}

/// A line of a source, as a request names it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcePosition {
    /// Relative to the site's folder, or absolute.
    file: String,
    #[serde(default = "first_line")]
    line: u32,
    /// Whether to open the folder that contains the file instead.
    #[serde(default)]
    folder: bool,
}

fn first_line() -> u32 {
    1
}

/// Opens the writer's editor, or the folder of a source.
pub async fn open(State(shared): State<Arc<SharedState>>, body: Bytes) -> Response {
    let (position, path) = match shared.requested_position(&body) {
        Ok(granted) => granted,
        Err(refused) => return *refused,
    };
    let opened = work(&shared, move |shared| {
        let full = shared.options.root.join(path.as_str());
        json(&if position.folder {
            editor::open_folder(&full)
        } else {
            editor::open(shared.live.editor().as_deref(), &full, position.line)
        })
    });
    answer(opened.await)
}

/// Moves a tab to a line of a source.
pub async fn goto(State(shared): State<Arc<SharedState>>, body: Bytes) -> Response {
    let (position, path) = match shared.requested_position(&body) {
        Ok(granted) => granted,
        Err(refused) => return *refused,
    };
    let Some(address) = shared.live.address_of(&path) else {
        return refuse(
            StatusCode::NOT_FOUND,
            &format!("{path} does not make a page"),
        );
    };
    let base = shared.live.base_path();
    let below = address
        .strip_prefix(base.trim_end_matches('/'))
        .and_then(escape::percent_decode)
        .unwrap_or_else(|| "/".to_owned());
    let reached = shared.tabs.goto(
        &below,
        GotoTarget {
            address: address.clone(),
            line: position.line,
        },
    );
    #[derive(serde::Serialize)]
    struct GonePage {
        address: String,
        reached: GotoResult,
    }
    as_json(StatusCode::OK, json(&GonePage { address, reached }))
}

impl SharedState {
    /// The position that a request names and its source, or the response that refuses it.
    fn requested_position(
        &self,
        body: &[u8],
    ) -> Result<(SourcePosition, SourcePath), Box<Response>> {
        let refused = |status: StatusCode, why: &str| Box::new(refuse(status, why));
        let position: SourcePosition = serde_json::from_slice(body).map_err(|error| {
            refused(
                StatusCode::BAD_REQUEST,
                &format!("the body is not a valid request: {error}"),
            )
        })?;
        if position.line == 0 {
            return Err(refused(StatusCode::BAD_REQUEST, "lines count from 1"));
        }
        let file = std::path::Path::new(&position.file);
        let below = if file.is_absolute() {
            file.strip_prefix(&self.options.root)
                .ok()
                .and_then(|below| below.to_str())
        } else {
            file.to_str()
        };
        let below = below.map(|below| {
            if cfg!(windows) {
                below.replace('\\', "/")
            } else {
                below.to_owned()
            }
        });
        let path = below
            .filter(|below| !below.starts_with('/'))
            .and_then(|below| SourcePath::new(&below).ok());
        match path.filter(|path| self.live.is_source(path)) {
            Some(path) => Ok((position, path)),
            None => Err(refused(
                StatusCode::NOT_FOUND,
                "the file is not a source of this site",
            )),
        }
    }
}

/// A JSON response that says why a request is refused.
pub fn refuse(status: StatusCode, why: &str) -> Response {
    as_json(status, json(&OpenResult::not(why)))
}

/// A JSON response, or an internal error if there is no text.
fn answer(text: Option<String>) -> Response {
    text.map_or_else(
        || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |text| as_json(StatusCode::OK, text),
    )
}

fn as_json(status: StatusCode, text: String) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        text,
    )
        .into_response()
}
