use serde_json::{Value, json};

use super::{BodyFilter, PatternError, RecordFilter};

fn passes(pattern: Value, record: &Value) -> bool {
    RecordFilter::read(&[pattern]).unwrap().passes(record)
}

fn problem_of(pattern: Value) -> String {
    match RecordFilter::read(&[pattern]) {
        Ok(filter) => panic!("{filter:?} is no error"),
        Err(error) => error.to_string(),
    }
}

/// The table of comparison operators in the Lambda developer guide ("Filter rule syntax"), with the
/// values each lets through and those it does not.
#[test]
fn every_operator_of_the_developer_guide_does_what_it_says() {
    let table = [
        // Null: "UserID is null".
        (
            json!([null]),
            vec![json!(null)],
            vec![json!(""), json!(0), json!("null")],
        ),
        // Empty: "LastName is empty".
        (json!([""]), vec![json!("")], vec![json!(null), json!(" ")]),
        // Equals: "Name is "Alice"".
        (
            json!(["Alice"]),
            vec![json!("Alice")],
            vec![json!("alice"), json!("Alice ")],
        ),
        // Equals, ignoring case.
        (
            json!([{"equals-ignore-case": "Alice"}]),
            vec![json!("alice"), json!("ALICE")],
            vec![json!("Alic"), json!(1)],
        ),
        // Or: "PaymentType is "Credit" or "Debit"".
        (
            json!(["Credit", "Debit"]),
            vec![json!("Credit"), json!("Debit")],
            vec![json!("Cash")],
        ),
        // Not: "Weather is anything but "Raining"".
        (
            json!([{"anything-but": ["Raining"]}]),
            vec![json!("Sunny"), json!(1), json!(null)],
            vec![json!("Raining")],
        ),
        // Numeric, equals: "Price is 100".
        (
            json!([{"numeric": ["=", 100]}]),
            vec![json!(100), json!(100.0)],
            vec![json!(101), json!("100"), json!(null)],
        ),
        // Numeric, range: "Price is more than 10, and less than or equal to 20".
        (
            json!([{"numeric": [">", 10, "<=", 20]}]),
            vec![json!(10.5), json!(20)],
            vec![json!(10), json!(20.5)],
        ),
        (
            json!([{"numeric": [">=", 3]}]),
            vec![json!(3)],
            vec![json!(2)],
        ),
        (
            json!([{"numeric": ["<", 3]}]),
            vec![json!(2)],
            vec![json!(3)],
        ),
        // Exists: "ProductName exists".
        (
            json!([{"exists": true}]),
            vec![json!("x"), json!(null), json!(false)],
            vec![json!({"a": 1}), json!([])],
        ),
        // Begins with: "Region is in the US".
        (
            json!([{"prefix": "us-"}]),
            vec![json!("us-east-1")],
            vec![json!("eu-us-1"), json!(1)],
        ),
        // Ends with: "FileName ends with a .png extension".
        (
            json!([{"suffix": ".png"}]),
            vec![json!("a.png")],
            vec![json!("a.png.txt")],
        ),
        // Numbers are compared as they are written.
        (
            json!([300]),
            vec![json!(300)],
            vec![json!(300.0), json!("300")],
        ),
        (
            json!([true]),
            vec![json!(true)],
            vec![json!(false), json!("true"), json!(1)],
        ),
        (
            json!([{"anything-but": "a"}]),
            vec![json!("b")],
            vec![json!("a")],
        ),
        (
            json!([{"anything-but": [1, 2]}]),
            vec![json!(3), json!("1")],
            vec![json!(1), json!(2)],
        ),
        (
            json!([{"anything-but": {"prefix": "us-"}}]),
            vec![json!("eu-1")],
            vec![json!("us-1")],
        ),
        (
            json!([{"anything-but": {"suffix": "-1"}}]),
            vec![json!("eu-2")],
            vec![json!("eu-1")],
        ),
    ];
    for (rules, fitting, others) in table {
        let pattern = json!({ "field": rules });
        for value in fitting {
            assert!(
                passes(pattern.clone(), &json!({ "field": value })),
                "{pattern} must let {value} pass"
            );
        }
        for value in others {
            assert!(
                !passes(pattern.clone(), &json!({ "field": value })),
                "{pattern} must not let {value} pass"
            );
        }
    }
}

#[test]
fn only_a_rule_for_absence_fits_what_is_absent() {
    let absent = json!({ "other": 1 });
    assert!(passes(json!({ "field": [{"exists": false}] }), &absent));
    for rules in [
        json!([null]),
        json!([{"exists": true}]),
        json!([{"anything-but": "a"}]),
        json!([{"numeric": ["<", 1]}]),
    ] {
        assert!(!passes(json!({ "field": rules }), &absent));
    }
    assert!(!passes(
        json!({ "field": [{"exists": false}] }),
        &json!({ "field": null })
    ));
    assert!(passes(
        json!({ "a": { "b": [{"exists": false}] } }),
        &json!({ "a": 5 })
    ));
}

#[test]
fn fields_are_joined_by_and_and_alternatives_by_or() {
    // "Location is "New York" and Day is "Monday"".
    let both = json!({ "Location": ["New York"], "Day": ["Monday"] });
    assert!(passes(
        both.clone(),
        &json!({ "Location": "New York", "Day": "Monday" })
    ));
    assert!(!passes(
        both,
        &json!({ "Location": "New York", "Day": "Sunday" })
    ));

    // "Location is "New York", or Day is "Monday"".
    let either = json!({ "$or": [{ "Location": ["New York"] }, { "Day": ["Monday"] }] });
    assert!(passes(
        either.clone(),
        &json!({ "Location": "Paris", "Day": "Monday" })
    ));
    assert!(passes(either.clone(), &json!({ "Location": "New York" })));
    assert!(!passes(
        either,
        &json!({ "Location": "Paris", "Day": "Sunday" })
    ));

    let nested = json!({ "a": { "b": [1], "$or": [{ "c": [1] }, { "d": { "e": [1] } }] } });
    assert!(passes(
        nested.clone(),
        &json!({ "a": { "b": 1, "d": { "e": 1 } } })
    ));
    assert!(!passes(nested.clone(), &json!({ "a": { "b": 2, "c": 1 } })));
    assert!(!passes(nested, &json!({ "a": { "b": 1 } })));
}

#[test]
fn a_list_fits_where_one_element_does() {
    assert!(passes(
        json!({ "tags": ["b"] }),
        &json!({ "tags": ["a", ["b"]] })
    ));
    assert!(!passes(
        json!({ "tags": ["c"] }),
        &json!({ "tags": ["a", "b"] })
    ));

    let line = json!({ "lines": { "sku": ["x"], "count": [2] } });
    let one_has_both = json!({ "lines": [{ "sku": "y" }, { "sku": "x", "count": 2 }] });
    let each_has_one = json!({ "lines": [{ "sku": "x", "count": 1 }, { "count": 2 }] });
    assert!(passes(line.clone(), &one_has_both));
    assert!(!passes(line, &each_has_one));
}

#[test]
fn a_stream_is_filtered_by_its_records() {
    // From the developer guide's page on DynamoDB.
    let record = json!({
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": { "PK": { "S": "CUSTOMER-1" } },
            "NewImage": { "PK": { "S": "CUSTOMER-1" }, "AccountType": { "S": "gold" } },
        },
    });
    for (pattern, fits) in [
        (json!({ "eventName": ["INSERT"] }), true),
        (json!({ "eventName": ["REMOVE", "MODIFY"] }), false),
        (
            json!({ "dynamodb": { "Keys": { "PK": { "S": [{ "prefix": "CUSTOMER-" }] } } } }),
            true,
        ),
        (
            json!({ "dynamodb": { "NewImage": { "AccountType": { "S": ["silver"] } } } }),
            false,
        ),
        (
            json!({ "dynamodb": { "OldImage": { "PK": { "S": [{ "exists": false }] } } } }),
            true,
        ),
    ] {
        assert_eq!(passes(pattern.clone(), &record), fits, "{pattern}");
    }
}

#[test]
fn one_of_several_patterns_is_enough_and_none_lets_all_pass() {
    let patterns = [json!({ "a": [1] }), json!({ "a": [2] })];
    let filter = RecordFilter::read(&patterns).unwrap();
    assert!(filter.passes(&json!({ "a": 2 })));
    assert!(!filter.passes(&json!({ "a": 3 })));
    assert!(RecordFilter::default().passes(&json!({})));
    assert!(BodyFilter::default().passes("anything"));
}

/// The table of the developer guide's page on SQS.
#[test]
fn a_body_is_read_as_json_only_if_pattern_and_body_both_are() {
    let plain = BodyFilter::read(&[json!({ "body": ["hello", { "exists": false }] })]).unwrap();
    assert!(plain.passes("hello"));
    assert!(!plain.passes("goodbye"));
    assert!(!plain.passes(r#"{ "RequestCode": "BBBB" }"#));
    assert!(!plain.passes(r#"["hello"]"#));

    let json = BodyFilter::read(&[
        json!({ "body": { "RequestCode": ["BBBB"] } }),
        json!({ "body": { "RecordNumber": [{ "numeric": [">", 9999] }] } }),
        json!({ "body": { "RequestCode": [{ "exists": false }] } }),
    ])
    .unwrap();
    assert!(json.passes(r#"{ "RequestCode": "BBBB" }"#));
    assert!(json.passes(r#"{ "RequestCode": "AAAA", "RecordNumber": 10000 }"#));
    assert!(json.passes("{}"));
    assert!(!json.passes(r#"{ "RequestCode": "AAAA", "RecordNumber": 1234 }"#));
    assert!(!json.passes("RequestCode"));
}

#[test]
fn a_queue_is_filtered_by_nothing_but_the_body() {
    for pattern in [
        json!({ "messageAttributes": { "kind": ["a"] } }),
        json!({ "body": ["a"], "attributes": ["b"] }),
        json!({ "$or": [{ "body": ["a"] }, { "body": ["b"] }] }),
    ] {
        let error = BodyFilter::read(&[pattern]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the filter pattern is wrong at the top: a queue's messages are filtered by `body` alone"
        );
    }
}

#[test]
fn a_pattern_that_is_not_understood_is_an_error_with_its_place() {
    for (pattern, place, problem) in [
        (json!("a"), "the top", "an object with fields is expected"),
        (json!({}), "the top", "an object with fields is expected"),
        (
            json!({ "a": "b" }),
            "a",
            "an object or a list of rules is expected",
        ),
        (
            json!({ "a": { "b": [] } }),
            "a.b",
            "an object or a list of rules is expected",
        ),
        (
            json!({ "a": [[1]] }),
            "a",
            "a rule is a value or an object, not a list",
        ),
        (json!({ "a": [{}] }), "a", "a rule has exactly one name"),
        (
            json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
            "a",
            "a rule has exactly one name",
        ),
        (
            json!({ "a": [{ "wildcard": "*" }] }),
            "a.wildcard",
            "this rule is not supported here",
        ),
        (
            json!({ "a": [{ "prefix": 1 }] }),
            "a.prefix",
            "a text is expected",
        ),
        (
            json!({ "a": [{ "exists": "yes" }] }),
            "a.exists",
            "true or false is expected",
        ),
        (
            json!({ "a": [{ "numeric": [">"] }] }),
            "a.numeric",
            "one or two comparisons are expected",
        ),
        (
            json!({ "a": [{ "numeric": ["!", 1] }] }),
            "a.numeric",
            "=, <, <=, > or >= is expected",
        ),
        (
            json!({ "a": [{ "numeric": ["<", "1"] }] }),
            "a.numeric",
            "a number is expected",
        ),
        (
            json!({ "a": [{ "anything-but": [] }] }),
            "a.anything-but",
            "a list of values is expected",
        ),
        (
            json!({ "a": [{ "anything-but": { "numeric": ["<", 1] } }] }),
            "a.anything-but",
            "only prefix, suffix and equals-ignore-case are expected",
        ),
        (
            json!({ "$or": [{ "a": [1] }] }),
            "$or",
            "a list of two patterns or more is expected",
        ),
    ] {
        assert_eq!(
            problem_of(pattern),
            format!("the filter pattern is wrong at {place}: {problem}")
        );
    }
    let error: PatternError = RecordFilter::read(&[json!(1)]).unwrap_err();
    assert!(error.to_string().contains("the top"));
}
