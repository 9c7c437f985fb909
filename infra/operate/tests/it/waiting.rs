//! What waits, where lists are off. Which lists a stage holds back differs from version to version of
//! the API, so that it is played here.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use serde_json::{Value, json};

use crate::desk::{Done, operate, outcome};

/// An API that refuses what begins with `refused` by this code, and in which else one organization
/// waits; gives its address.
fn api(refused: &'static str, code: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            answer(connection.unwrap(), refused, code);
        }
    });
    url
}

fn answer(mut connection: TcpStream, refused: &str, code: &str) {
    let mut lines = BufReader::new(&connection).lines();
    let Some(Ok(first)) = lines.next() else {
        return;
    };
    for line in lines {
        if line.unwrap().is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap();
    let (status, body) = if path.starts_with(refused) {
        let problem = json!({
            "title": "No.",
            "status": 403,
            "detail": "trade is off",
            "code": code,
            "request_id": "1",
        });
        ("403 Forbidden", problem)
    } else if path.starts_with("/v1/organizations/") {
        ("200 OK", json!({ "items": [organization()] }))
    } else {
        ("200 OK", json!({ "items": [] }))
    };
    let body = body.to_string();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    connection.write_all((head + &body).as_bytes()).unwrap();
}

fn organization() -> Value {
    json!({ "id": "org_1", "name": "Good strings", "updated_at": "2026-06-01T12:00:00Z" })
}

async fn waiting(url: &str, words: &[&str]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.json");
    let session = json!({
        "url": url,
        "email": "operator@example.com",
        "access_token": "access",
        "expires_at": "2999-01-01T00:00:00Z",
        "refresh_token": "refresh",
    });
    fs::write(&file, session.to_string()).unwrap();
    let mut all = vec!["waiting", "--session", file.to_str().unwrap()];
    all.extend(words);
    outcome(operate(&all), "").await
}

#[tokio::test]
async fn a_list_that_is_off_is_said_and_the_others_are_shown() {
    let url = api("/v1/shops/reviews/", "capability_off");
    let done = waiting(&url, &[]).await;
    assert_eq!(done.code, 0, "{done:?}");
    let expected = "\
organization  org_1  2026-06-01T12:00:00Z  Good strings
shop          this list is off: trade is off
listing       this list is off: trade is off
";
    assert_eq!(done.printed, expected);
    assert_eq!(done.complaint, "");

    // A machine that reads the list finds nothing else in it.
    let done = waiting(&url, &["--json"]).await;
    let expected = json!([{ "kind": "organization", "item": organization() }]);
    assert_eq!(done.json(), expected);
    let expected = "\
operate: the list of kind shop is off: trade is off
operate: the list of kind listing is off: trade is off
";
    assert_eq!(done.complaint, expected);
}

#[tokio::test]
async fn where_nothing_else_waits_a_list_that_is_off_is_said_all_the_same() {
    let url = api("/v1/organizations/", "capability_off");
    let done = waiting(&url, &[]).await;
    assert_eq!(done.code, 0, "{done:?}");
    let expected = "\
Nothing waits in the lists that are not off.
organization  this list is off: trade is off
";
    assert_eq!(done.printed, expected);
}

#[tokio::test]
async fn whoever_may_not_see_a_list_is_told_so() {
    let url = api("/v1/shops/reviews/", "forbidden");
    let done = waiting(&url, &[]).await;
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.complaint.contains("forbidden"), "{done:?}");
    assert_eq!(done.printed, "");
}
