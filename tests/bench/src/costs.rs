//! What a million plays and a thousand orders cost, and a month in which nothing happens.
//!
//! The real functions of the template run in a world in memory; everything that AWS bills is counted
//! on the way and multiplied with the list prices of `prices.json`. Counts are exact and the same in
//! every run; what no count gives is assumed, and says so ([`Assumptions`]).
//!
//! Invariant: no money is a float.

#![deny(clippy::float_arithmetic)]

mod assumptions;
mod deployment;
mod document;
mod dollars;
mod functions;
mod gateway;
mod goods;
mod log_bytes;
mod markdown;
mod month;
mod orders;
mod plays;
mod prices;
mod sheet;
mod standing;
mod tally;
mod triggers;

use std::path::PathBuf;

use serde_json::{Value, json};
use tracing_subscriber::util::TryInitError;

pub(crate) use self::assumptions::Assumptions;
use self::{
    deployment::Traffic,
    document::DocumentError,
    goods::Goods,
    log_bytes::LogBytes,
    prices::{PriceError, Prices},
    sheet::{Scale, Sheet, Terms},
};

/// What is to be done with the sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Printed, for a person.
    Print,
    /// Printed as one JSON object.
    PrintJson,
    /// Compared with what a document shows.
    Check(PathBuf),
    /// Written into a document.
    Write(PathBuf),
}

/// Why there is no sheet, or not the one that a document shows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CostError {
    /// A price is missing or unusable.
    #[error("a price cannot be had")]
    Price(#[from] PriceError),
    /// A cost that cannot be counted any more.
    #[error("what {0} cost is more than can be counted")]
    TooLarge(&'static str),
    /// Something ran that the template does not know.
    #[error("the template has no function {0}")]
    NoFunction(String),
    /// Log lines go somewhere else already.
    #[error("log lines cannot be counted")]
    Log(#[from] TryInitError),
    /// The document is not as it should be.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Counts, and does with it what is wanted. Answers what is to be printed.
pub(crate) async fn run(assumptions: Assumptions, purpose: &Purpose) -> Result<String, CostError> {
    let prices = Prices::read()?;
    let template = deployment::template();
    let terms = Terms {
        template: &template,
        prices: &prices,
        assumptions,
    };
    let sheets = sheets(&terms).await?;
    let text = markdown::of(&sheets, &prices, assumptions);
    match purpose {
        Purpose::Print => Ok(text),
        Purpose::PrintJson => Ok(as_json(&sheets).to_string()),
        Purpose::Check(path) => {
            document::check(path, &text)?;
            Ok(format!("{} is true", path.display()))
        }
        Purpose::Write(path) => {
            document::renew(path, &text)?;
            Ok(format!("{} is renewed", path.display()))
        }
    }
}

async fn sheets(terms: &Terms<'_>) -> Result<Vec<Sheet>, CostError> {
    let log_bytes = LogBytes::of_this_process()?;
    let a_million_plays = Scale {
        times: 1_000_000,
        of: plays::SAMPLE,
    };
    let a_thousand_orders = Scale {
        times: 1_000,
        of: orders::SAMPLE,
    };
    let tallies = [
        plays::count(Traffic::Dense, log_bytes.clone()).await,
        plays::count(Traffic::Sparse, log_bytes.clone()).await,
    ];
    let mut sheets = vec![Sheet::of_traffic(
        "1,000,000 plays",
        &tallies,
        a_million_plays,
        terms,
    )?];
    for (title, goods) in [
        ("1,000 orders of a thing", Goods::Thing),
        ("1,000 orders of a download", Goods::Download),
        ("1,000 orders of a ticket", Goods::Ticket),
    ] {
        let tallies = [
            orders::count(goods, Traffic::Dense, log_bytes.clone()).await,
            orders::count(goods, Traffic::Sparse, log_bytes.clone()).await,
        ];
        sheets.push(Sheet::of_traffic(
            title,
            &tallies,
            a_thousand_orders,
            terms,
        )?);
    }
    let month = month::count(log_bytes).await;
    sheets.push(Sheet::of_month(&month, terms)?);
    Ok(sheets)
}

fn as_json(sheets: &[Sheet]) -> Value {
    let sheets = sheets.iter().map(|sheet| {
        let rows = sheet.rows.iter().map(|row| {
            let amounts = row.amounts.iter().map(|amount| {
                json!({ "units": amount.units.to_string(), "cost": amount.cost.to_string() })
            });
            json!({
                "what": row.what,
                "assumed": row.basis == sheet::Basis::Assumed,
                "amounts": amounts.collect::<Vec<_>>(),
            })
        });
        json!({
            "title": sheet.title,
            "columns": sheet.columns,
            "rows": rows.collect::<Vec<_>>(),
            "totals": (0..sheet.columns.len())
                .map(|column| sheet.total(column).0.to_string())
                .collect::<Vec<_>>(),
        })
    });
    json!({ "sheets": sheets.collect::<Vec<_>>() })
}
