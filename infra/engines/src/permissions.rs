//! Who calls, and what that function's role allows it, asked of every call.
//!
//! On AWS a function signs with credentials of its role, and what the role does not name is refused.
//! Here each function has an access key of its own. It says whose a call is, and whose a link or a
//! form is that a function signed for somebody else. So a missing grant is found on a laptop and not
//! after a deployment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    ACCESS_KEY_ID, EngineError, answer,
    observed::Observed,
    template::{Role, Template, names},
};

/// The functions of a template by their access keys, with what each may do.
pub(crate) struct Permissions {
    callers: BTreeMap<String, Caller>,
    /// The logical id of everything that has an ARN.
    logical_ids: BTreeMap<String, String>,
    observed: Option<Arc<Observed>>,
}

struct Caller {
    function: String,
    role: Role,
}

/// One thing that a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Deed {
    action: String,
    resource: String,
}

/// A call that may be carried out.
pub(crate) struct Allowed<'a> {
    permissions: &'a Permissions,
    /// Whose it is; `None` is whoever owns the engines.
    caller: Option<&'a Caller>,
    deeds: Vec<Deed>,
}

impl Permissions {
    /// What `template` allows its functions. One without a role of its own may do everything: SAM
    /// would make a role for it, whose policies are SAM's own affair.
    pub(crate) fn of(template: &Template) -> Result<Self, EngineError> {
        let callers = template.functions.iter().filter_map(|function| {
            let role = template.role_of(function)?.clone();
            let function_id = function.logical_id.clone();
            let caller = Caller {
                function: function_id,
                role,
            };
            Some((function.access_key_id(), caller))
        });
        let tables = template.tables.iter();
        let queues = template.queues.iter();
        let buckets = template.buckets.iter();
        let secrets = template.secrets.iter();
        let logical_ids = tables
            .map(|table| (names::table_arn(&table.name), &table.logical_id))
            .chain(queues.map(|queue| (queue.arn(), &queue.logical_id)))
            .chain(buckets.map(|bucket| (bucket.arn(), &bucket.logical_id)))
            .chain(secrets.map(|secret| (secret.arn(), &secret.logical_id)));
        Ok(Self {
            callers: callers.collect(),
            logical_ids: logical_ids
                .map(|(arn, logical_id)| (arn, logical_id.clone()))
                .collect(),
            observed: Observed::of_environment()?,
        })
    }

    /// Whether `request` may be carried out; if not, what AWS would answer.
    pub(crate) fn judge(
        &self,
        request: &Request<Bytes>,
    ) -> Result<Allowed<'_>, Box<Response<Bytes>>> {
        let form = form_fields(request);
        let caller = access_key_id(request, &form).and_then(|key| self.callers.get(&key));
        let Some(caller) = caller else {
            return Ok(Allowed {
                permissions: self,
                caller: None,
                deeds: Vec::new(),
            });
        };
        let deeds = deeds(request, &form);
        let forbidden = deeds
            .iter()
            .find(|deed| !caller.role.allows(&deed.action, &deed.resource));
        match forbidden {
            None => Ok(Allowed {
                permissions: self,
                caller: Some(caller),
                deeds,
            }),
            Some(deed) => Err(Box::new(refused(request, caller, deed))),
        }
    }

    /// How a grant would name `resource`: by its logical id, with the index, or with the first part
    /// of an object's key.
    fn in_a_grant(&self, resource: &str) -> String {
        let found = self.logical_ids.iter().find_map(|(arn, logical_id)| {
            let rest = resource.strip_prefix(arn.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((logical_id, rest))
        });
        match found {
            None => resource.to_owned(),
            Some((logical_id, rest)) if resource.starts_with("arn:aws:s3:") => {
                match rest.split('/').collect::<Vec<_>>()[..] {
                    [_] => logical_id.clone(),
                    [_, first, _, ..] => format!("{logical_id}/{first}/*"),
                    _ => format!("{logical_id}/*"),
                }
            }
            Some((logical_id, rest)) => format!("{logical_id}{rest}"),
        }
    }
}

impl Allowed<'_> {
    /// Notes what was done, as the answer tells, and gives the answer that its caller may see.
    pub(crate) fn answered(
        self,
        headers: &HeaderMap,
        response: Response<Bytes>,
    ) -> Response<Bytes> {
        let Some(caller) = self.caller else {
            return response;
        };
        let mut deeds = self.deeds;
        // S3 tells that there is no such object to those alone who may list the bucket.
        if target(headers).is_none() && response.status() == StatusCode::NOT_FOUND {
            let read = deeds.iter().find(|deed| deed.action == "s3:GetObject");
            if let Some(listing) = read.map(Deed::listing) {
                if !caller.role.allows(&listing.action, &listing.resource) {
                    let message = message(caller, &listing);
                    return refusal(headers, &message);
                }
                deeds.push(listing);
            }
        }
        if let Some(observed) = &self.permissions.observed
            && was_done(&response)
        {
            for deed in &deeds {
                let resource = self.permissions.in_a_grant(&deed.resource);
                observed.note(&caller.function, &deed.action, &resource);
            }
        }
        response
    }
}

impl Deed {
    /// What else it takes to learn that the object is not there.
    fn listing(&self) -> Self {
        let object = self.resource.trim_start_matches("arn:aws:s3:::");
        let bucket = object.split('/').next().unwrap_or_default();
        deed("s3", "ListBucket", names::bucket_arn(bucket))
    }
}

/// Whether the call that was answered so had been permitted and understood: it had its effect, or a
/// condition stood in its way, or there is no such thing.
fn was_done(response: &Response<Bytes>) -> bool {
    const CONDITIONS: [&str; 2] = [
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
    ];
    match response.status() {
        StatusCode::NOT_FOUND | StatusCode::PRECONDITION_FAILED => true,
        StatusCode::BAD_REQUEST => {
            let body = String::from_utf8_lossy(response.body());
            CONDITIONS.iter().any(|kind| body.contains(kind))
        }
        status => status.is_success() || status.is_redirection(),
    }
}

fn refused(request: &Request<Bytes>, caller: &Caller, deed: &Deed) -> Response<Bytes> {
    let message = message(caller, deed);
    tracing::error!(message, "a role lacks a grant");
    refusal(request.headers(), &message)
}

fn message(caller: &Caller, deed: &Deed) -> String {
    format!(
        "{} is not authorized to perform {} on {}",
        caller.role.logical_id, deed.action, deed.resource
    )
}

fn refusal(headers: &HeaderMap, message: &str) -> Response<Bytes> {
    if target(headers).is_some() {
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

/// Every access key there is: the owner's, and each function's.
pub(crate) fn access_key_ids(template: &Template) -> BTreeSet<String> {
    let functions = template.functions.iter();
    functions
        .map(|function| function.access_key_id())
        .chain([ACCESS_KEY_ID.to_owned()])
        .collect()
}

/// The access key that the `Authorization` header says the request is signed with.
pub(crate) fn signer(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').next()
}

/// The access key of the header, of a link, or of a form.
fn access_key_id(request: &Request<Bytes>, form: &BTreeMap<String, String>) -> Option<String> {
    if let Some(key) = signer(request.headers()) {
        return Some(key.to_owned());
    }
    let query = request.uri().query().unwrap_or_default();
    let linked = query
        .split('&')
        .find_map(|part| part.strip_prefix("X-Amz-Credential="))
        .map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned());
    let credential = linked.or_else(|| form.get("x-amz-credential").cloned())?;
    credential.split('/').next().map(str::to_owned)
}

/// The fields of a form that stand before its file, by their names in lower case; none for any other
/// request.
fn form_fields(request: &Request<Bytes>) -> BTreeMap<String, String> {
    const FILE: &[u8] = b"name=\"file\"";
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let boundary = content_type
        .filter(|_| request.method() == Method::POST)
        .and_then(|value| value.strip_prefix("multipart/form-data"))
        .and_then(|value| value.split_once("boundary="));
    let Some((_, boundary)) = boundary else {
        return BTreeMap::new();
    };
    let body = request.body();
    let file = body.windows(FILE.len()).position(|bytes| bytes == FILE);
    let fields = String::from_utf8_lossy(&body[..file.unwrap_or(body.len())]);
    fields
        .split(&format!("--{}", boundary.trim_matches('"')))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let (_, name) = head.split_once("name=\"")?;
            let (name, _) = name.split_once('"')?;
            let value = value.strip_suffix("\r\n").unwrap_or(value);
            Some((name.to_ascii_lowercase(), value.to_owned()))
        })
        .collect()
}

/// What `request` does. One that cannot be read does nothing, and the engine will say so.
fn deeds(request: &Request<Bytes>, form: &BTreeMap<String, String>) -> Vec<Deed> {
    let Some(target) = target(request.headers()) else {
        return object_deeds(request, form);
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

fn object_deeds(request: &Request<Bytes>, form: &BTreeMap<String, String>) -> Vec<Deed> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
    let path = path.trim_start_matches('/');
    let host = request.uri().host().unwrap_or_default();
    // `<bucket>.s3.<region>…/<key>`, or `<any host>/<bucket>/<key>`.
    let mut object = match host.split_once(".s3.") {
        Some((bucket, _)) => format!("{bucket}/{path}"),
        None => path.to_owned(),
    };
    let action = match *request.method() {
        Method::GET | Method::HEAD => "GetObject",
        Method::PUT => "PutObject",
        Method::DELETE => "DeleteObject",
        _ => match form.get("key") {
            // A form names its object in a field.
            Some(key) => {
                object = format!("{}/{key}", object.trim_end_matches('/'));
                "PutObject"
            }
            None => "PostObject",
        },
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
mod tests;
