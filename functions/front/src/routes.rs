//! The routes: constant answers, all of which may be cached.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, Path};

/// Generated from the code of all contexts (`cargo run -- openapi`).
const OPENAPI: &str = include_str!("../../../docs/openapi.json");
const READER: &str = include_str!("reader.html");
/// The reader is one page that loads one document from its own origin and runs one inline script.
const READER_POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether the API answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: an API that is not does not answer.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version that is deployed.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// One kind of problem.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// What an error's `type` is.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    kind: String,
    /// What an error's `code` is.
    code: Code,
    /// The HTTP status that goes with it.
    #[schema(example = 404)]
    status: u16,
    /// What it means.
    title: &'static str,
    /// Whether the same request may succeed later.
    retryable: bool,
}

/// All kinds of problems.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKinds {
    /// Every kind that an error can have.
    items: Vec<ProblemKind>,
}

impl From<Code> for ProblemKind {
    fn from(code: Code) -> Self {
        Self {
            kind: code.type_uri(),
            code,
            status: code.status().as_u16(),
            title: code.title(),
            retryable: code.retryable(),
        }
    }
}

/// Health of the API
///
/// Answers as long as the gateway and the functions do.
#[utoipa::path(get, path = "/healthz", tag = "front", responses((status = 200, body = Health)))]
pub(crate) async fn healthz() -> impl IntoResponse {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// A reader for this document
#[utoipa::path(get, path = "/docs", tag = "front",
    responses((status = 200, content_type = "text/html", body = String)))]
pub(crate) async fn docs() -> Response {
    let mut response = cached(Html(READER));
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(READER_POLICY),
    );
    response
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "front",
    responses((status = 200, content_type = "application/json", body = Object)))]
pub(crate) async fn openapi() -> Response {
    let json = HeaderValue::from_static("application/json");
    cached(([(header::CONTENT_TYPE, json)], OPENAPI))
}

/// All kinds of problems
#[utoipa::path(get, path = "/problems", tag = "front", responses((status = 200, body = ProblemKinds)))]
pub(crate) async fn problems() -> Response {
    cached(Json(ProblemKinds {
        items: Code::ALL.iter().copied().map(ProblemKind::from).collect(),
    }))
}

/// One kind of problem
///
/// The `type` of every error leads here.
#[utoipa::path(get, path = "/problems/{code}", tag = "front",
    params(("code" = String, Path, description = "The code, with hyphens", example = "not-found")),
    responses((status = 200, body = ProblemKind)))]
pub(crate) async fn problem(Path(name): Path<String>) -> Result<Response, ApiError> {
    let code = Code::ALL
        .iter()
        .copied()
        .find(|code| code.as_str().replace('_', "-") == name)
        .ok_or_else(ApiError::not_found)?;
    Ok(cached(Json(ProblemKind::from(code))))
}

fn cached(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}
