//! The sheets as text, as `docs/costs.md` shows them.

use std::fmt::Write;

use super::{
    assumptions::{
        Assumptions, DAYS_A_MONTH, GATEWAY_LOG_BYTES_A_REQUEST, IDLE_RECEIVES_A_MINUTE,
        LAMBDA_LOG_BYTES_AN_INVOCATION,
    },
    prices::Prices,
    sheet::{Basis, Sheet},
};

/// All sheets, under what they are assumed and priced with.
pub(super) fn of(sheets: &[Sheet], prices: &Prices, assumptions: Assumptions) -> String {
    let mut text = head(prices, assumptions);
    for sheet in sheets {
        text.push('\n');
        text.push_str(&of_sheet(sheet));
    }
    text
}

fn head(prices: &Prices, assumptions: Assumptions) -> String {
    let Prices {
        region,
        written_on,
        note,
        ..
    } = prices;
    let Assumptions {
        milliseconds_an_invocation,
        milliseconds_a_call,
    } = assumptions;
    format!(
        "Prices: {region}, in US dollars, written down on {written_on}. {note}\n\
         \n\
         Assumed, since no count gives it: an invocation takes {milliseconds_an_invocation} ms and \
         {milliseconds_a_call} ms for each call to a table or a queue; Lambda logs \
         {LAMBDA_LOG_BYTES_AN_INVOCATION} bytes an invocation and the gateway \
         {GATEWAY_LOG_BYTES_A_REQUEST} bytes a request; Lambda looks into an empty queue \
         {IDLE_RECEIVES_A_MINUTE} times a minute; a month has {DAYS_A_MONTH} days.\n"
    )
}

fn of_sheet(sheet: &Sheet) -> String {
    let mut lines = vec![format!("### {}", sheet.title), String::new()];
    let columns = sheet.columns.iter();
    let heads: String = columns
        .map(|column| format!(" {column} | costs |"))
        .collect();
    lines.push(format!("| what | |{heads}"));
    lines.push(format!(
        "|---|---|{}",
        "--:|--:|".repeat(sheet.columns.len())
    ));
    for row in &sheet.rows {
        let basis = match row.basis {
            Basis::Counted => "counted",
            Basis::Assumed => "assumed",
        };
        let mut line = format!("| {} | {basis} |", row.what);
        for amount in &row.amounts {
            // Writing to a text does not fail.
            let _written = write!(line, " {} | {} |", grouped(amount.units), amount.cost);
        }
        lines.push(line);
    }
    let totals: Vec<_> = (0..sheet.columns.len())
        .map(|column| sheet.total(column))
        .collect();
    let all = totals.iter().map(|(all, _)| format!(" | **{all}** |"));
    lines.push(format!("| **all of it** | |{}", all.collect::<String>()));
    let assumed = totals.iter().map(|(_, assumed)| format!(" | {assumed} |"));
    lines.push(format!(
        "| of which assumed | |{}",
        assumed.collect::<String>()
    ));
    lines.push(String::new());
    lines.push(invocations(sheet));
    lines.push(String::new());
    lines.join("\n")
}

fn invocations(sheet: &Sheet) -> String {
    let functions = sheet.invocations.iter().map(|(name, times)| {
        let times: Vec<_> = times.iter().map(|times| grouped(*times)).collect();
        format!("`{name}` {}", times.join(" / "))
    });
    let functions: Vec<_> = functions.collect();
    let columns = sheet.columns.join(" / ");
    format!("Invocations ({columns}): {}.", functions.join(", "))
}

/// With a comma after every three digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let texts = [0, 999, 1_000, 33_334, 1_000_000].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "33,334", "1,000,000"]);
    }
}
