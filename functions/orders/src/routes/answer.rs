//! Answers of routes that change an order, which are the same when they are asked for again.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kernel::{Id, kind};
use web::{ApiError, Json, replayed};

use super::{dispute_out::DisputeOut, order_out::OrderOut, refund_out::RefundRequestOut};
use crate::{changes::Done, refund};

/// The whole order.
pub(super) fn order(status: StatusCode, done: Done) -> Response {
    let out = OrderOut::from(&done.order);
    marked(&done, (status, Json(out)))
}

/// One of its refund requests.
pub(super) fn refund_request(
    status: StatusCode,
    done: Done,
    id: Id<kind::RefundRequest>,
) -> Result<Response, ApiError> {
    let request = refund::request(&done.order, id);
    let request = request.ok_or_else(|| ApiError::internal("a refund request is not there"))?;
    let out = RefundRequestOut::from(request);
    Ok(marked(&done, (status, Json(out))))
}

/// Its dispute.
pub(super) fn dispute(status: StatusCode, done: Done) -> Result<Response, ApiError> {
    let out = DisputeOut::of(&done.order);
    let out = out.ok_or_else(|| ApiError::internal("a dispute is not there"))?;
    Ok(marked(&done, (status, Json(out))))
}

fn marked(done: &Done, response: impl IntoResponse) -> Response {
    if done.is_repeated {
        replayed(response)
    } else {
        response.into_response()
    }
}
