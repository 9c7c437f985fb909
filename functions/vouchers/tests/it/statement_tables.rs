//! Statements as tables in text, read back

use serde_json::{Value, json};

use crate::statements::books;

/// The rows of a table in text, as RFC 4180 has them.
fn rows(table: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut letters) = (false, table.chars().peekable());
    while let Some(letter) = letters.next() {
        let row = rows.last_mut().unwrap();
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => {
                letters.next();
                row.last_mut().unwrap().push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(String::new()),
            ('\r', false) => {
                assert_eq!(letters.next(), Some('\n'), "a row ends with both");
                rows.push(vec![String::new()]);
            }
            (letter, _) => row.last_mut().unwrap().push(letter),
        }
    }
    assert_eq!(
        rows.pop(),
        Some(vec![String::new()]),
        "the last row ends too"
    );
    rows
}

/// A row as the line that it is, in the words of the JSON.
fn line(columns: &[String], row: &[String]) -> Value {
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column == name).unwrap();
        row[place].as_str()
    };
    let text = |name: &str| {
        let text = cell(name).strip_prefix('\'').unwrap_or(cell(name));
        if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        }
    };
    let number = |name: &str| match cell(name) {
        "" => Value::Null,
        digits => json!(digits.parse::<i64>().unwrap()),
    };
    let money = |name: &str| match number(name) {
        Value::Null => Value::Null,
        minor => json!({ "minor": minor, "currency": cell("currency") }),
    };
    json!({
        "line": number("line"),
        "posted_at": text("posted_at"),
        "occurred_at": text("occurred_at"),
        "type": text("type"),
        "direction": text("direction"),
        "item": text("item"),
        "posting": text("posting"),
        "quantity": number("quantity"),
        "unit_price": money("unit_price_minor"),
        "per_quantity": number("per_quantity"),
        "amount": money("amount_minor"),
        "balance_change": money("balance_change_minor"),
        "balance_after": money("balance_after_minor"),
        "reference": text("reference"),
        "subject": text("subject"),
        "id": text("id"),
    })
}

#[tokio::test]
async fn the_table_read_back_is_the_json() {
    let books = books().await;
    let statement = books.statement("2026-06", "").await;
    let answer = books.table("2026-06", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(answer.header("next-cursor"), None);
    let file = format!("attachment; filename=\"{}-2026-06.csv\"", books.partner);
    assert_eq!(answer.header("content-disposition"), Some(file.as_str()));

    let rows = rows(&answer.text());
    let (columns, rows) = rows.split_first().unwrap();
    for row in rows {
        assert_eq!(row.len(), columns.len());
        // What a spreadsheet takes for a formula; numbers are none.
        for cell in row.iter().filter(|cell| cell.parse::<i64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let (opening, rows) = rows.split_first().unwrap();
    let (closing, rows) = rows.split_last().unwrap();
    for (row, name, at) in [
        (opening, "opening", "starts_at"),
        (closing, "closing", "ends_at"),
    ] {
        let line = line(columns, row);
        assert_eq!(line["type"], name);
        assert_eq!(line["balance_after"], statement[name]);
        assert_eq!(line["posted_at"], statement[at]);
    }
    let lines: Vec<_> = rows.iter().map(|row| line(columns, row)).collect();
    assert_eq!(json!(lines), statement["lines"]["items"]);
}

#[tokio::test]
async fn a_table_in_parts_is_the_table() {
    let books = books().await;
    let whole = rows(&books.table("2026-06", "").await.text());
    let mut parts = Vec::new();
    let mut query = "?limit=4".to_owned();
    loop {
        let answer = books.table("2026-06", &query).await;
        let part = rows(&answer.text());
        let columns = usize::from(!parts.is_empty());
        parts.extend_from_slice(&part[columns..]);
        let Some(cursor) = answer.header("next-cursor") else {
            break;
        };
        query = format!("?limit=4&cursor={cursor}");
    }
    assert_eq!(parts, whole);
}
