//! What a function's role allows it, asked of every call that it makes.
//!
//! On AWS a call that the role does not name is refused. It is refused here too, so that a missing
//! grant is found on a laptop and not after a deployment.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use platform::transport::{Transport, TransportError};
use serde_json::Value;

use crate::{
    Engines, answer,
    template::{Role, names},
};

/// The engines as one role may use them.
#[derive(Clone)]
pub struct Permitted {
    engines: Engines,
    role: Role,
}

/// One thing that a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Deed {
    action: String,
    resource: String,
}

impl Permitted {
    /// The engines as `role` may use them.
    pub fn new(engines: Engines, role: Role) -> Self {
        Self { engines, role }
    }
}

impl Transport for Permitted {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let forbidden = deeds(&request)
            .into_iter()
            .find(|deed| !self.role.allows(&deed.action, &deed.resource));
        match forbidden {
            None => self.engines.call(request),
            Some(deed) => {
                let message = format!(
                    "{} is not authorized to perform {} on {}",
                    self.role.logical_id, deed.action, deed.resource
                );
                tracing::error!(message, "a role lacks a grant");
                Box::pin(async move { Ok(refusal(&request, &message)) })
            }
        }
    }
}

fn refusal(request: &Request<Bytes>, message: &str) -> Response<Bytes> {
    if target(request.headers()).is_some() {
        return answer::refusal("AccessDeniedException", message);
    }
    let body = format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>");
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}

/// What `request` does. One that cannot be read does nothing, and the engine will say so.
fn deeds(request: &Request<Bytes>) -> Vec<Deed> {
    let Some(target) = target(request.headers()) else {
        return object_deeds(request);
    };
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    match target.split_once('.') {
        Some(("DynamoDB_20120810", operation)) => table_deeds(operation, &body),
        Some(("AmazonSQS", operation)) => {
            let queue = body["QueueUrl"].as_str().unwrap_or_default();
            let name = queue.rsplit('/').next().unwrap_or_default();
            // A batch is allowed by what allows its parts.
            let action = operation.trim_end_matches("Batch");
            vec![deed("sqs", action, names::queue_arn(name))]
        }
        Some(("secretsmanager", operation)) => {
            let secret = body["SecretId"].as_str().unwrap_or_default();
            vec![deed("secretsmanager", operation, secret.to_owned())]
        }
        _ => Vec::new(),
    }
}

fn deed(service: &str, action: &str, resource: String) -> Deed {
    Deed {
        action: format!("{service}:{action}"),
        resource,
    }
}

fn table_deeds(operation: &str, body: &Value) -> Vec<Deed> {
    let on = |action: &str, table: &Value| {
        let name = table.as_str().unwrap_or_default();
        deed("dynamodb", action, names::table_arn(name))
    };
    match operation {
        "TransactWriteItems" => entries(&body["TransactItems"])
            .map(|(kind, item)| {
                let action = match kind.as_str() {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    _ => "ConditionCheckItem",
                };
                on(action, &item["TableName"])
            })
            .collect(),
        "TransactGetItems" => entries(&body["TransactItems"])
            .map(|(_, item)| on("GetItem", &item["TableName"]))
            .collect(),
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object();
            let names = tables.into_iter().flat_map(|tables| tables.keys());
            names
                .map(|name| on(operation, &Value::from(name.as_str())))
                .collect()
        }
        "Query" | "Scan" => {
            let mut deed = on(operation, &body["TableName"]);
            if let Some(index) = body["IndexName"].as_str() {
                deed.resource = format!("{}/index/{index}", deed.resource);
            }
            vec![deed]
        }
        _ => vec![on(operation, &body["TableName"])],
    }
}

/// The entries of a list of objects that have one member each.
fn entries(list: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_object()?.iter().next())
}

fn object_deeds(request: &Request<Bytes>) -> Vec<Deed> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
    let path = path.trim_start_matches('/');
    let host = request.uri().host().unwrap_or_default();
    // `<bucket>.s3.<region>…/<key>`, or `<any host>/<bucket>/<key>`.
    let object = match host.split_once(".s3.") {
        Some((bucket, _)) => format!("{bucket}/{path}"),
        None => path.to_owned(),
    };
    let action = match *request.method() {
        Method::GET | Method::HEAD => "GetObject",
        Method::PUT => "PutObject",
        Method::DELETE => "DeleteObject",
        _ => "PostObject",
    };
    let mut deeds = vec![deed("s3", action, names::bucket_arn(&object))];
    let source = request.headers().get("x-amz-copy-source");
    if let Some(source) = source.and_then(|source| source.to_str().ok()) {
        let source = percent_decode_str(source).decode_utf8_lossy();
        let source = source.trim_start_matches('/');
        deeds.push(deed("s3", "GetObject", names::bucket_arn(source)));
    }
    deeds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(target: &str, body: &str) -> Vec<(String, String)> {
        let request = Request::post("https://dynamodb.us-east-1.amazonaws.com/")
            .header("x-amz-target", target)
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        told(&request)
    }

    fn told(request: &Request<Bytes>) -> Vec<(String, String)> {
        let deeds = deeds(request).into_iter();
        deeds.map(|deed| (deed.action, deed.resource)).collect()
    }

    fn pair(action: &str, resource: &str) -> (String, String) {
        (action.to_owned(), resource.to_owned())
    }

    #[test]
    fn a_call_does_what_iam_calls_it() {
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/T";
        assert_eq!(
            call("DynamoDB_20120810.GetItem", r#"{"TableName":"T"}"#),
            [pair("dynamodb:GetItem", table)]
        );
        assert_eq!(
            call(
                "DynamoDB_20120810.Query",
                r#"{"TableName":"T","IndexName":"due"}"#
            ),
            [pair("dynamodb:Query", &format!("{table}/index/due"))]
        );
        assert_eq!(
            call(
                "DynamoDB_20120810.BatchGetItem",
                r#"{"RequestItems":{"T":{}}}"#
            ),
            [pair("dynamodb:BatchGetItem", table)]
        );
        assert_eq!(
            call(
                "DynamoDB_20120810.TransactWriteItems",
                r#"{"TransactItems":[{"Put":{"TableName":"T"}},{"ConditionCheck":{"TableName":"T"}}]}"#
            ),
            [
                pair("dynamodb:PutItem", table),
                pair("dynamodb:ConditionCheckItem", table)
            ]
        );
        assert_eq!(
            call(
                "AmazonSQS.SendMessageBatch",
                r#"{"QueueUrl":"http://sqs/000000000000/Q"}"#
            ),
            [pair(
                "sqs:SendMessage",
                "arn:aws:sqs:us-east-1:000000000000:Q"
            )]
        );
    }

    #[test]
    fn a_copy_reads_one_object_and_writes_another() {
        let request = Request::put("https://media.s3.us-east-1.amazonaws.com/clean/a%20b")
            .header("x-amz-copy-source", "media/quarantine/a")
            .body(Bytes::new())
            .unwrap();
        assert_eq!(
            told(&request),
            [
                pair("s3:PutObject", "arn:aws:s3:::media/clean/a b"),
                pair("s3:GetObject", "arn:aws:s3:::media/quarantine/a")
            ]
        );
        let request = Request::get("http://127.0.0.1:3000/media/clean/a")
            .body(Bytes::new())
            .unwrap();
        assert_eq!(
            told(&request),
            [pair("s3:GetObject", "arn:aws:s3:::media/clean/a")]
        );
    }
}
