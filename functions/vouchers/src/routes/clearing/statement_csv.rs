//! A statement as a table in text (RFC 4180): what accountants open.
//!
//! The first row names the columns. Then stands with which balance the month opens, a row for each
//! line, and with which balance it closes. Amounts are whole minor units of the currency.
//!
//! A spreadsheet runs what looks like a formula, and a reference is somebody else's text. So a text
//! that begins with `=`, `+`, `-`, `@` or an apostrophe has an apostrophe put before it; taking one
//! leading apostrophe away gives back what was meant. Numbers stand as they are: a minus before
//! digits alone runs nothing.

use kernel::{Money, Timestamp};

use super::statement_out::{LineOut, StatementOut};

/// The content type of the table.
pub(super) const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

const COLUMNS: [&str; 17] = [
    "line",
    "posted_at",
    "occurred_at",
    "type",
    "direction",
    "item",
    "posting",
    "quantity",
    "unit_price_minor",
    "per_quantity",
    "amount_minor",
    "balance_change_minor",
    "balance_after_minor",
    "currency",
    "reference",
    "subject",
    "id",
];

/// Which part of the table is wanted: all of it, unless it is too long for one answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Whether the month's first line is in it, or would be.
    pub(super) is_first: bool,
    /// Whether the last one is.
    pub(super) is_last: bool,
}

/// The table of a statement and the lines in it.
pub(super) fn csv(statement: &StatementOut, part: Part) -> String {
    let mut table = String::new();
    add(&mut table, COLUMNS.map(str::to_owned));
    if part.is_first {
        add(
            &mut table,
            balance("opening", statement.starts_at, statement.opening),
        );
    }
    for line in &statement.lines.items {
        add(&mut table, row(line));
    }
    if part.is_last {
        add(
            &mut table,
            balance("closing", statement.ends_at, statement.closing),
        );
    }
    table
}

fn add(table: &mut String, cells: [String; COLUMNS.len()]) {
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

fn balance(kind: &str, at: Timestamp, balance: Money) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    let [_, posted_at, _, kind_cell, .., after, currency, _, _, _] = &mut cells;
    *posted_at = at.to_string();
    *kind_cell = kind.to_owned();
    *after = balance.minor().to_string();
    *currency = balance.currency().to_string();
    cells
}

fn row(line: &LineOut) -> [String; COLUMNS.len()] {
    [
        line.line.to_string(),
        line.posted_at.to_string(),
        line.occurred_at.to_string(),
        line.kind.to_owned(),
        line.direction.to_owned(),
        line.item.unwrap_or_default().to_owned(),
        line.posting.unwrap_or_default().to_owned(),
        number(line.quantity),
        number(line.unit_price.map(Money::minor)),
        number(line.per_quantity),
        line.amount.minor().to_string(),
        line.balance_change.minor().to_string(),
        line.balance_after.minor().to_string(),
        line.amount.currency().to_string(),
        text(&line.reference),
        text(line.subject.as_deref().unwrap_or_default()),
        text(&line.id),
    ]
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// A text as a cell: nothing that a spreadsheet would run, and nothing that would end the cell.
fn text(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    let guard = if runs { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_what_would_end_it_and_runs_nothing() {
        for (meant, cell) in [
            ("", ""),
            ("T-1", "T-1"),
            ("a,b", "\"a,b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("=A1,\"x\"", "\"'=A1,\"\"x\"\"\""),
            ("'=1", "''=1"),
        ] {
            assert_eq!(text(meant), cell);
        }
    }
}
