//! A cost sheet: what was counted, times what it costs.

use engines::Template;

use super::{
    CostError,
    assumptions::{Assumptions, GATEWAY_LOG_BYTES_A_REQUEST, LAMBDA_LOG_BYTES_AN_INVOCATION},
    dollars::Picodollars,
    month::Month,
    prices::Prices,
    tally::Tally,
};

/// What something costs, once for each of its columns.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) title: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Row>,
    /// How often which function runs.
    pub(super) invocations: Vec<(String, Vec<u128>)>,
}

/// One thing that is billed.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) basis: Basis,
    pub(super) amounts: Vec<Amount>,
}

/// Where a quantity comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    Counted,
    Assumed,
}

/// So many units for so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// Rounded up.
    pub(super) units: u128,
    pub(super) cost: Picodollars,
}

/// What the sample is multiplied with: `times / of`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) times: u64,
    pub(super) of: u64,
}

/// So many units of something, of which `parts_a_unit` parts are one.
struct Quantity {
    what: &'static str,
    basis: Basis,
    parts: u128,
    parts_a_unit: u128,
    price: &'static str,
}

/// The template, the price list and what is assumed: what every sheet is made with.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) template: &'a Template,
    pub(super) prices: &'a Prices,
    pub(super) assumptions: Assumptions,
}

/// Both kinds of traffic.
pub(super) const TRAFFIC: &[&str] = &["dense", "sparse"];
const A_MONTH: &[&str] = &["a month"];

const MEGABYTES_A_GIGABYTE: u128 = 1_024;
const MILLISECONDS_A_SECOND: u128 = 1_000;
const BYTES_A_MEGABYTE: u128 = 1_000_000;

impl Sheet {
    /// The sheet of a sample under dense and under sparse traffic.
    pub(super) fn of_traffic(
        title: &'static str,
        tallies: &[Tally; 2],
        scale: Scale,
        terms: &Terms<'_>,
    ) -> Result<Self, CostError> {
        let quantities = tallies
            .iter()
            .map(|tally| quantities(tally, terms))
            .collect::<Result<Vec<_>, _>>()?;
        let names = tallies[0]
            .functions
            .keys()
            .chain(tallies[1].functions.keys());
        let mut names: Vec<_> = names.cloned().collect();
        names.sort();
        names.dedup();
        let invocations = names.into_iter().map(|name| {
            let times = tallies.iter().map(|tally| {
                let invoked = tally.functions.get(&name).copied().unwrap_or_default();
                scaled(invoked.invocations.into(), 1, scale)
            });
            let times = times.collect();
            (name, times)
        });
        Ok(Self {
            title,
            columns: TRAFFIC,
            invocations: invocations
                .filter(|(_, times): &(_, Vec<u128>)| times.iter().any(|times| *times > 0))
                .collect(),
            rows: rows(quantities, scale, terms.prices)?,
        })
    }

    /// The sheet of a month in which nothing happens.
    pub(super) fn of_month(month: &Month, terms: &Terms<'_>) -> Result<Self, CostError> {
        let counted = |what, count: u64, price| Quantity {
            what,
            basis: Basis::Counted,
            parts: count.into(),
            parts_a_unit: 1,
            price,
        };
        let standing = month.standing;
        let mut all = vec![
            counted("runs of schedules", month.schedule_runs, "schedule_run"),
            Quantity {
                basis: Basis::Assumed,
                ..counted(
                    "looks of Lambda into empty queues",
                    month.idle_receives,
                    "queue_request",
                )
            },
            counted("secrets", standing.secrets, "secret_month"),
            counted(
                "metrics that alarms watch",
                standing.alarm_metrics,
                "alarm_metric_month",
            ),
            counted(
                "metrics counted from logs",
                standing.log_metrics,
                "custom_metric_month",
            ),
            counted("dashboards", standing.dashboards, "dashboard_month"),
            counted("encryption keys of our own", standing.keys, "key_month"),
        ];
        all.extend(quantities(&month.tally, terms)?);
        let once = Scale { times: 1, of: 1 };
        let invocations = month.tally.functions.iter();
        Ok(Self {
            title: "A month in which nothing happens",
            columns: A_MONTH,
            invocations: invocations
                .map(|(name, invoked)| (name.clone(), vec![invoked.invocations.into()]))
                .collect(),
            rows: rows(vec![all], once, terms.prices)?,
        })
    }

    /// What a column comes to, and how much of it is assumed.
    pub(super) fn total(&self, column: usize) -> (Picodollars, Picodollars) {
        let cost = |row: &Row| row.amounts.get(column).map(|amount| amount.cost);
        let assumed = self.rows.iter().filter(|row| row.basis == Basis::Assumed);
        (
            self.rows.iter().filter_map(cost).sum(),
            assumed.filter_map(cost).sum(),
        )
    }
}

/// Everything that a tally bills, in the order in which it is shown.
fn quantities(tally: &Tally, terms: &Terms<'_>) -> Result<Vec<Quantity>, CostError> {
    let consumed = &tally.consumed;
    let table_half_units = consumed.half_write_units - consumed.half_index_write_units;
    let foreign_log_bytes = tally.invocations() * LAMBDA_LOG_BYTES_AN_INVOCATION
        + tally.api_requests * GATEWAY_LOG_BYTES_A_REQUEST;
    let taken = tally.receive_requests + tally.delete_requests;
    use Basis::{Assumed, Counted};
    let all: [(&'static str, Basis, u128, u128, &'static str); 11] = [
        (
            "requests to the API",
            Counted,
            tally.api_requests.into(),
            1,
            "api_request",
        ),
        (
            "invocations of functions",
            Counted,
            tally.invocations().into(),
            1,
            "function_request",
        ),
        (
            "gigabyte-seconds of functions",
            Assumed,
            megabyte_milliseconds(tally, terms)?,
            MEGABYTES_A_GIGABYTE * MILLISECONDS_A_SECOND,
            "function_gigabyte_second_arm64",
        ),
        (
            "write units of tables",
            Counted,
            table_half_units.into(),
            2,
            "table_write_unit",
        ),
        (
            "write units of indexes",
            Counted,
            consumed.half_index_write_units.into(),
            2,
            "table_write_unit",
        ),
        (
            "read units",
            Counted,
            consumed.half_read_units.into(),
            2,
            "table_read_unit",
        ),
        (
            "requests that send to queues",
            Counted,
            consumed.queue_requests.into(),
            1,
            "queue_request",
        ),
        (
            "requests that receive and delete",
            Counted,
            taken.into(),
            1,
            "queue_request",
        ),
        (
            "downloads from buckets",
            Counted,
            tally.downloads.into(),
            1,
            "bucket_get",
        ),
        (
            "megabytes of our log",
            Counted,
            tally.log_bytes.into(),
            BYTES_A_MEGABYTE,
            "log_megabyte",
        ),
        (
            "megabytes of Lambda's and the gateway's log",
            Assumed,
            foreign_log_bytes.into(),
            BYTES_A_MEGABYTE,
            "log_megabyte",
        ),
    ];
    let all = all
        .into_iter()
        .map(|(what, basis, parts, parts_a_unit, price)| Quantity {
            what,
            basis,
            parts,
            parts_a_unit,
            price,
        });
    Ok(all.collect())
}

/// Memory from the template, times what an invocation is assumed to take.
fn megabyte_milliseconds(tally: &Tally, terms: &Terms<'_>) -> Result<u128, CostError> {
    let mut sum = 0_u128;
    for (name, invoked) in &tally.functions {
        let function = terms.template.function(name);
        let function = function.ok_or_else(|| CostError::NoFunction(name.clone()))?;
        let milliseconds = invoked.invocations * terms.assumptions.milliseconds_an_invocation
            + invoked.round_trips * terms.assumptions.milliseconds_a_call;
        sum += u128::from(milliseconds) * u128::from(function.memory_megabytes);
    }
    Ok(sum)
}

/// Puts columns of quantities, each in the same order, side by side. What no column has is left out.
fn rows(columns: Vec<Vec<Quantity>>, scale: Scale, prices: &Prices) -> Result<Vec<Row>, CostError> {
    let mut rows: Vec<Row> = Vec::new();
    for quantities in columns {
        for (index, quantity) in quantities.into_iter().enumerate() {
            let amount = amount(&quantity, scale, prices)?;
            match rows.get_mut(index) {
                Some(row) => row.amounts.push(amount),
                None => rows.push(Row {
                    what: quantity.what,
                    basis: quantity.basis,
                    amounts: vec![amount],
                }),
            }
        }
    }
    rows.retain(|row| row.amounts.iter().any(|amount| amount.units > 0));
    Ok(rows)
}

fn amount(quantity: &Quantity, scale: Scale, prices: &Prices) -> Result<Amount, CostError> {
    let price = prices.of(quantity.price)?;
    let times = quantity.parts.checked_mul(scale.times.into());
    let of = quantity.parts_a_unit * u128::from(scale.of) * u128::from(price.per);
    let cost = times.and_then(|times| price.amount.times(times, of));
    Ok(Amount {
        units: scaled(quantity.parts, quantity.parts_a_unit, scale),
        cost: cost.ok_or(CostError::TooLarge(quantity.what))?,
    })
}

fn scaled(parts: u128, parts_a_unit: u128, scale: Scale) -> u128 {
    (parts * u128::from(scale.times)).div_ceil(parts_a_unit * u128::from(scale.of))
}
