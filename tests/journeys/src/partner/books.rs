//! What the partner writes down itself, and how it is compared with the platform's statement.

use std::collections::BTreeSet;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde_json::{Value, json};

use super::registry::Partner;
use crate::{Broken, Request, Teller, ensure, eventually_good};

/// A line of the account between the two sides. Ordered by the name that both know it by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    reference: String,
    /// `charge` or `reversal`; nothing for a payment.
    posting: String,
    direction: String,
    item: String,
    quantity: i64,
    amount_minor: i64,
}

/// The partner's own account.
pub(super) struct Books {
    lines: BTreeSet<Line>,
    opened_at: Timestamp,
}

impl Line {
    /// The partner has paid.
    pub(super) fn received(reference: &str, amount_minor: i64) -> Self {
        Self::new(reference, "", "received", "", 0, amount_minor)
    }

    /// A voucher of the partner's was given for points.
    pub(super) fn voucher(reference: &str, amount_minor: i64) -> Self {
        Self::new(reference, "charge", "outbound", "voucher", 1, amount_minor)
    }

    /// A purchase at the partner was rewarded.
    pub(super) fn inbound(reference: &str, item: &str, quantity: i64, amount_minor: i64) -> Self {
        Self::new(reference, "charge", "inbound", item, quantity, amount_minor)
    }

    /// What was given has been taken back.
    pub(super) fn reversed(self) -> Self {
        let posting = "reversal".to_owned();
        Self { posting, ..self }
    }

    fn new(
        reference: &str,
        posting: &str,
        direction: &str,
        item: &str,
        quantity: i64,
        amount_minor: i64,
    ) -> Self {
        Self {
            reference: reference.to_owned(),
            posting: posting.to_owned(),
            direction: direction.to_owned(),
            item: item.to_owned(),
            quantity,
            amount_minor,
        }
    }

    /// As a statement in JSON writes it.
    pub(super) fn of_json(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        Self::new(
            text("reference"),
            text("posting"),
            text("direction"),
            text("item"),
            line["quantity"].as_i64().unwrap_or_default(),
            line["amount"]["minor"].as_i64().unwrap_or_default(),
        )
    }

    /// As a statement in CSV writes it, below these column names.
    fn of_csv(columns: &[&str], row: &str) -> Self {
        let cells: Vec<&str> = row.split(',').collect();
        let cell = |name: &str| {
            let place = columns.iter().position(|column| *column == name);
            let cell = place.and_then(|place| cells.get(place));
            cell.copied().unwrap_or_default()
        };
        Self::new(
            cell("reference"),
            cell("posting"),
            cell("direction"),
            cell("item"),
            cell("quantity").parse().unwrap_or_default(),
            cell("amount_minor").parse().unwrap_or_default(),
        )
    }

    pub(super) fn is_voucher(&self) -> bool {
        self.item == "voucher"
    }

    /// By how much the partner owes more after it.
    fn change_minor(&self) -> i64 {
        match (self.direction.as_str(), self.posting.as_str()) {
            ("inbound", "charge") | ("outbound", "reversal") => self.amount_minor,
            _ => -self.amount_minor,
        }
    }
}

impl Books {
    /// Empty books.
    pub(super) fn open() -> Self {
        Self {
            lines: BTreeSet::new(),
            opened_at: Timestamp::now(),
        }
    }

    /// Writes a line down.
    pub(super) fn write(&mut self, line: Line) {
        self.lines.insert(line);
    }

    /// Every line, in its order.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// The months in which the story was told: one, or two at a turn of the month.
    pub(super) fn months(&self) -> BTreeSet<String> {
        let month = |at: Timestamp| Zoned::new(at, TimeZone::UTC).strftime("%Y-%m").to_string();
        BTreeSet::from([month(self.opened_at), month(Timestamp::now())])
    }

    /// Lays the platform's statement beside the books, in every form in which there is one.
    pub(super) async fn agree(
        &self,
        teller: &mut Teller<'_>,
        operator: &str,
        partner: &Partner,
    ) -> Result<(), Broken> {
        teller.step("The operator's statement and the chain's own books agree, line by line.");
        let statement = self.statement(teller, operator, partner).await?;
        let closing: i64 = self.lines.iter().map(Line::change_minor).sum();
        ensure(statement["closing"]["minor"] == closing, || {
            format!("the books close with {closing}: {statement}")
        })?;

        teller.step("So does the table that accountants open.");
        let mut lines = Vec::new();
        for month in self.months() {
            let path = format!("/v1/partners/{}/statements/{month}", partner.id);
            let request = Request::get(path)
                .bearer(operator)
                .header("accept", "text/csv");
            let table = teller.expect(200, request).await?.text();
            let mut rows = table.lines();
            let columns: Vec<&str> = rows.next().unwrap_or_default().split(',').collect();
            let rows =
                rows.filter(|row| row.contains(",exchange,") || row.contains(",settlement,"));
            lines.extend(rows.map(|row| Line::of_csv(&columns, row)));
        }
        self.same(lines, "the table")?;

        teller.step("And the one that the chain's office asks for itself, with its own key.");
        let mut lines = Vec::new();
        for month in self.months() {
            let request = partner.ask("statements", &json!({ "month": month, "limit": 100 }));
            let own = teller.expect(200, request).await?;
            lines.extend(lines_of(&own.json()));
        }
        self.same(lines, "the partner's statement")
    }

    /// The operator's statement, once everything is on it; gives that of the last month.
    async fn statement(
        &self,
        teller: &mut Teller<'_>,
        operator: &str,
        partner: &Partner,
    ) -> Result<Value, Broken> {
        let (mut lines, mut last) = (Vec::new(), Value::Null);
        let months = self.months();
        for month in &months {
            let path = format!("/v1/partners/{}/statements/{month}?limit=100", partner.id);
            let request = Request::get(path).bearer(operator);
            // What was exchanged just now is entered through a queue.
            let wanted = if months.len() == 1 {
                self.lines.len()
            } else {
                0
            };
            let has_all = |answer: &crate::Answer| lines_of(&answer.json()).len() >= wanted;
            last = eventually_good(teller, &request, has_all).await?.json();
            lines.extend(lines_of(&last));
        }
        self.same(lines, "the statement")?;
        Ok(last)
    }

    fn same(&self, mut theirs: Vec<Line>, what: &str) -> Result<(), Broken> {
        theirs.sort();
        let ours: Vec<Line> = self.lines.iter().cloned().collect();
        ensure(ours == theirs, || {
            format!("{what} says {theirs:#?}, and the books say {ours:#?}")
        })
    }
}

fn lines_of(statement: &Value) -> Vec<Line> {
    let lines = statement["lines"]["items"].as_array();
    lines.into_iter().flatten().map(Line::of_json).collect()
}
