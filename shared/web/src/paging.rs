//! Lists in pages, with cursors that mean nothing to a client.

use std::str::FromStr;

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{error::ApiError, json::Query};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// Which page a caller asks for.
#[derive(Clone, Debug)]
pub struct Paging {
    /// The sort key after which the page begins. It says where in the caller's own list, never
    /// whose list, so a forged one shows nothing foreign.
    pub after: Option<String>,
    /// How many items at most, 1 to 100.
    pub limit: u32,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// The parameters of a paged list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PagingParams {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(params) = Query::<PagingParams>::from_request_parts(parts, state).await?;
        Self::of(params.cursor, params.limit)
    }
}

impl Paging {
    /// The page that these two parameters ask for, on a route that has others beside them.
    pub fn of(cursor: Option<String>, limit: Option<u32>) -> Result<Self, ApiError> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::field("limit", "it is not between 1 and 100"));
        }
        let after = cursor.map(|cursor| decode(&cursor)).transpose()?;
        Ok(Self { after, limit })
    }

    /// Where the page begins, in the words of its list.
    pub fn start<T: FromStr>(&self) -> Result<Option<T>, ApiError> {
        let start = self.after.as_deref().map(str::parse).transpose();
        start.map_err(|_| ApiError::foreign_cursor())
    }
}

impl ApiError {
    /// The answer to a cursor that belongs to no list, or to another.
    pub fn foreign_cursor() -> Self {
        Self::field("cursor", "it is no cursor that this list gave out")
    }
}

fn decode(cursor: &str) -> Result<String, ApiError> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|sort_key| !sort_key.is_empty() && sort_key.len() <= 1024)
        .ok_or_else(ApiError::foreign_cursor)
}

impl<T> List<T> {
    /// A page whose next one begins after the sort key `next`.
    pub fn new(items: Vec<T>, next: Option<&str>) -> Self {
        Self {
            items,
            next_cursor: next.map(|sort_key| URL_SAFE_NO_PAD.encode(sort_key)),
        }
    }
}
