//! The preview's own requests besides events: its files, the problems and a page's formulas as
//! JSON, and the two that do something: `open` starts the writer's editor, `goto` brings a tab to a
//! line of a source. Both need the token, and neither works where others can see the site.

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
use crate::paths::{SourcePath, percent_decode};

/// A script or style of the preview.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, content_type, text)) = ASSETS.iter().find(|(own, ..)| *own == name) else {
        return (
            StatusCode::NOT_FOUND,
            "The preview has nothing of this name.\n",
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

/// Every problem of the site.
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

/// The calculators on the page of `file=` as they stand in their files. What they come to, the
/// browser knows.
pub async fn formulas(
    State(shared): State<Arc<SharedState>>,
    RawQuery(query): RawQuery,
) -> Response {
    let file = query
        .as_deref()
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("file="))
        .and_then(percent_decode);
    let Some(source) = file.and_then(|file| SourcePath::new(&file).ok()) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "`file` names no source of this site",
        );
    };
    answer(work(&shared, move |shared| json(&shared.live.formulas(&source))).await)
}

/// A place in a source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcePosition {
    /// From the site's folder, or absolute.
    file: String,
    #[serde(default = "first_line")]
    line: u32,
    /// The folder that holds the file is meant.
    #[serde(default)]
    folder: bool,
}

fn first_line() -> u32 {
    1
}

/// Opens the writer's editor, or the folder of a source.
pub async fn open(State(shared): State<Arc<SharedState>>, body: Bytes) -> Response {
    let (wish, path) = match shared.requested_position(&body) {
        Ok(granted) => granted,
        Err(refused) => return *refused,
    };
    let opened = work(&shared, move |shared| {
        let full = shared.options.root.join(path.as_str());
        json(&if wish.folder {
            editor::open_folder(&full)
        } else {
            editor::open(shared.live.editor().as_deref(), &full, wish.line)
        })
    });
    answer(opened.await)
}

/// Brings a tab to a line of a source.
pub async fn goto(State(shared): State<Arc<SharedState>>, body: Bytes) -> Response {
    let (wish, path) = match shared.requested_position(&body) {
        Ok(granted) => granted,
        Err(refused) => return *refused,
    };
    let Some(address) = shared.live.address_of(&path) else {
        return refuse(
            StatusCode::NOT_FOUND,
            &format!("no page is made from {path}"),
        );
    };
    let base = shared.live.base_path();
    let below = address
        .strip_prefix(base.trim_end_matches('/'))
        .and_then(percent_decode)
        .unwrap_or_else(|| "/".to_owned());
    let reached = shared.tabs.goto(
        &below,
        GotoTarget {
            address: address.clone(),
            line: wish.line,
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
    /// What a request wants done, and the source that it is about; or why that is refused.
    fn requested_position(
        &self,
        body: &[u8],
    ) -> Result<(SourcePosition, SourcePath), Box<Response>> {
        let refused = |status: StatusCode, why: &str| Box::new(refuse(status, why));
        let wish: SourcePosition = serde_json::from_slice(body).map_err(|error| {
            refused(
                StatusCode::BAD_REQUEST,
                &format!("this is no wish in JSON: {error}"),
            )
        })?;
        if wish.line == 0 {
            return Err(refused(StatusCode::BAD_REQUEST, "lines count from 1"));
        }
        let file = std::path::Path::new(&wish.file);
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
            Some(path) => Ok((wish, path)),
            None => Err(refused(
                StatusCode::NOT_FOUND,
                "the site is made from no such file",
            )),
        }
    }
}

/// Says in JSON why nothing is done.
pub fn refuse(status: StatusCode, why: &str) -> Response {
    as_json(status, json(&OpenResult::not(why)))
}

/// The answer to a request, unless Handsel failed on it.
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
