use super::*;

fn call(target: &str, body: &str) -> Vec<(String, String)> {
    let request = Request::post("https://dynamodb.us-east-1.amazonaws.com/")
        .header("x-amz-target", target)
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    told(&request)
}

fn told(request: &Request<Bytes>) -> Vec<(String, String)> {
    let deeds = deeds(request, &form_fields(request)).into_iter();
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

fn form() -> Request<Bytes> {
    let field = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = [
        field("Key", "quarantine/a/upload"),
        field(
            "x-amz-credential",
            "planet-Uploads/20260601/us-east-1/s3/aws4_request",
        ),
        // What a file says is no field.
        field(
            "file",
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nclean/a",
        ),
    ];
    Request::post("http://127.0.0.1:3000/media")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Bytes::from(fields.concat()))
        .unwrap()
}

#[test]
fn a_form_puts_the_object_that_its_field_names() {
    assert_eq!(
        told(&form()),
        [pair(
            "s3:PutObject",
            "arn:aws:s3:::media/quarantine/a/upload"
        )]
    );
}

#[test]
fn a_call_a_link_and_a_form_say_whose_they_are() {
    let key_of = |request: &Request<Bytes>| access_key_id(request, &form_fields(request));
    let call = Request::post("https://sqs.us-east-1.amazonaws.com/")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=planet-Orders/20260601/us-east-1/sqs/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(Bytes::new())
        .unwrap();
    assert_eq!(key_of(&call).as_deref(), Some("planet-Orders"));
    let link = Request::get(
        "http://127.0.0.1:3000/media/clean/a?X-Amz-Credential=planet-Orders%2F20260601%2Fs3",
    )
    .body(Bytes::new())
    .unwrap();
    assert_eq!(key_of(&link).as_deref(), Some("planet-Orders"));
    assert_eq!(key_of(&form()).as_deref(), Some("planet-Uploads"));
    let nobody = Request::get("http://127.0.0.1:3000/media/clean/a")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(key_of(&nobody), None);
}

#[test]
fn a_resource_is_named_as_a_grant_would_name_it() {
    let arns = [
        (
            "arn:aws:dynamodb:us-east-1:000000000000:table/planet-Orders",
            "Orders",
        ),
        (
            "arn:aws:dynamodb:us-east-1:000000000000:table/planet-OrdersOld",
            "OrdersOld",
        ),
        ("arn:aws:s3:::planet-media", "Media"),
    ];
    let permissions = Permissions {
        callers: BTreeMap::new(),
        logical_ids: arns
            .map(|(arn, logical_id)| (arn.to_owned(), logical_id.to_owned()))
            .into(),
        observed: None,
    };
    for (resource, named) in [
        (format!("{}/index/due", arns[0].0), "Orders/index/due"),
        (arns[1].0.to_owned(), "OrdersOld"),
        (format!("{}/clean/org/file", arns[2].0), "Media/clean/*"),
        (format!("{}/file", arns[2].0), "Media/*"),
        (arns[2].0.to_owned(), "Media"),
    ] {
        assert_eq!(permissions.in_a_grant(&resource), named);
    }
}

#[test]
fn what_a_condition_refused_was_done_and_what_the_engine_refused_was_not() {
    for (status, body, done) in [
        (200, "", true),
        (400, r#"{"__type":"ConditionalCheckFailedException"}"#, true),
        (400, r#"{"__type":"TransactionCanceledException"}"#, true),
        (400, r#"{"__type":"ValidationException"}"#, false),
        (403, "", false),
        (404, "", true),
        (500, "", false),
    ] {
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        assert_eq!(was_done(&response), done, "{status} {body}");
    }
}
