//! Whole worlds of trade, each from one seed: what people do, what goes wrong, and what must hold.
//!
//! A [`Plan`] names a world. In it eight people buy of three shops, pay, change their minds, want
//! their money back, give tickets away and go to a concert, while calls to AWS and to the payment
//! gateway get lost, queues deliver twice and out of order, and the clock jumps. Then nothing goes
//! wrong any more, everything is delivered and swept until it is quiet, and every invariant is looked
//! at: orders, payments, events and the gateway's own book must agree to the last fen.
//!
//! Invariant: what people do and what goes wrong is a function of the seed. A world that fails says
//! its seed, the command that runs it again, and all that happened in it.
//!
//! Start at [`run`]; then `people` (what is done), `courier` (what moves by itself), `faults` (what
//! goes wrong) and `invariants` (what must hold).

#![expect(
    clippy::expect_used,
    reason = "a simulation that cannot run says why by a panic"
)]

mod books;
mod courier;
mod dice;
mod faults;
mod invariants;
mod market;
mod people;
mod sabotage;

use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{courier::Courier, dice::Dice, faults::Faults, market::Market, people::People};

/// How many things people do in a world.
const OPERATIONS: usize = 120;
/// How many turns everything is given to get quiet after the faults, and how long each takes, in
/// seconds: first as the schedules run, then past every deadline that there is.
const TURNS: [(usize, i64); 4] = [(4, 60), (8, 600), (10, 3_600), (8, 5 * 86_400)];

/// One world.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What everything in it follows from.
    pub seed: u64,
    /// What is broken on purpose.
    pub sabotage: Option<Sabotage>,
}

/// What is broken on purpose, to see that somebody notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The stream of orders loses the record that tells of the first refund that is due.
    DropRecord,
    /// The first event that tells of a captured payment is delivered to nobody.
    DeafToCaptures,
    /// The sweeper of orders never runs.
    NoSweeper,
    /// Somebody writes a refund into the table of orders that nobody granted.
    ForgedRefund,
    /// A ticket is deleted.
    LostTicket,
    /// A unit of stock is taken without an order.
    StolenStock,
    /// Somebody may download what they did not pay for.
    ForgedEntitlement,
    /// The gateway takes a buyer's money back without being asked.
    GatewayRefund,
}

/// What happened in a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Orders by the state in which they ended.
    pub orders: BTreeMap<String, usize>,
    /// Answers by what was asked and their status.
    pub answers: BTreeMap<(&'static str, u16), usize>,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Refunds by why they were made.
    pub refunds: BTreeMap<String, usize>,
    /// Tickets that were issued.
    pub tickets: usize,
    /// Messages that were dead until they were sent again.
    pub died: usize,
    /// All that happened, in its order.
    pub log: Vec<String>,
}

/// Something that must hold and does not.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which invariant.
    pub invariant: &'static str,
    /// How it does not hold.
    pub message: String,
}

/// A world in which something does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which world.
    pub plan: Plan,
    /// What does not hold.
    pub violation: Violation,
    /// All that happened.
    pub log: Vec<String>,
}

/// Lets a world happen.
///
/// # Errors
/// [`Failure`] if anything that must hold does not.
pub fn run(plan: Plan) -> Result<Summary, Failure> {
    // The clock of the runtime stands still too, so that waiting for another try takes no time.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("the runtime starts");
    let mut log = Vec::new();
    // Whoever panics ends one world, and that one is to be seen again.
    let living = AssertUnwindSafe(|| runtime.block_on(live(plan, &mut log)));
    let lived = catch_unwind(living).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or(panic.downcast_ref::<&str>().copied());
        Err(Violation::new(
            "nobody_panics",
            said.unwrap_or_default().to_owned(),
        ))
    });
    lived.map_err(|violation| Failure {
        plan,
        violation,
        log,
    })
}

async fn live(plan: Plan, log: &mut Vec<String>) -> Result<Summary, Violation> {
    let faults = Faults::new(plan.seed);
    let market = Market::open(faults).await;
    let mut courier = Courier::new(&market, plan.sabotage);
    let mut people = People::default();
    let mut dice = Dice::new(plan.seed, "people");
    let mut stirring = Dice::new(plan.seed, "stirring");
    market.faults.set(plan.percent());
    let called_off_at = plan.called_off_at();
    for operation in 0..OPERATIONS {
        log.push(if called_off_at == Some(operation) {
            people.call_off(&market).await?
        } else {
            people.act(&market, &mut dice).await?
        });
        for _ in 0..stirring.below(5) {
            log.push(courier.stir(&market, &mut stirring).await);
        }
        invariants::no_quota_is_overdrawn(&market).await?;
    }
    market.faults.set(0);
    log.push("nothing goes wrong any more".to_owned());
    if plan.percent() == 0 && courier.died > 0 {
        return Err(Violation::new(
            "nothing_is_dead",
            "though nothing went wrong".to_owned(),
        ));
    }
    courier.redrive();
    people.find_out(&market).await?;
    let mut moved = 0;
    for (turns, seconds) in TURNS {
        for _ in 0..turns {
            moved = courier.turn(&market, seconds, &mut stirring).await;
            invariants::no_quota_is_overdrawn(&market).await?;
        }
    }
    if moved > 0 {
        return Err(Violation::new(
            "everything_gets_quiet",
            format!("{moved} things still moved"),
        ));
    }
    for code in people.old_codes.clone() {
        people.must_not_open(&market, &code).await?;
    }
    if let Some(sabotage) = plan.sabotage {
        sabotage.happen(&market, courier.is_sabotaged).await;
    }
    let books = invariants::check_all(&market, &people, &courier).await?;
    let mut orders = BTreeMap::new();
    for order in &books.orders {
        *orders.entry(order.state.clone()).or_default() += 1;
    }
    let mut refunds = BTreeMap::new();
    for refund in books.orders.iter().flat_map(|order| &order.refunds) {
        *refunds.entry(refund.why()).or_default() += 1;
    }
    Ok(Summary {
        orders,
        answers: people.answers,
        faults: market.faults.injected(),
        refunds,
        tickets: books.tickets.len(),
        died: courier.died,
        log: log.clone(),
    })
}

impl Plan {
    /// The world of a seed, in which nothing is broken but by chance.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            sabotage: None,
        }
    }

    /// How many calls in a hundred go wrong.
    #[must_use]
    pub fn percent(self) -> u64 {
        match (self.seed % 3, self.sabotage) {
            (_, Some(_)) | (0, None) => 0,
            (1, None) => 5,
            _ => 25,
        }
    }
}

impl Plan {
    /// At which operation the concert is called off, in every fourth world.
    fn called_off_at(self) -> Option<usize> {
        let is_called_off = self.seed % 4 == 2 && self.sabotage.is_none();
        is_called_off.then(|| Dice::new(self.seed, "calling off").below(OPERATIONS))
    }
}

impl Violation {
    pub(crate) fn new(invariant: &'static str, message: String) -> Self {
        Self { invariant, message }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for happened in &self.log {
            writeln!(formatter, "  {happened}")?;
        }
        let Violation { invariant, message } = &self.violation;
        writeln!(formatter, "{invariant}: {message}")?;
        let seed = self.plan.seed;
        writeln!(
            formatter,
            "SEED={seed}, faults in {} of 100 calls, sabotage: {:?}",
            self.plan.percent(),
            self.plan.sabotage
        )?;
        write!(
            formatter,
            "again: SEED={seed} cargo test -p simulation --test it seeds -- --nocapture"
        )
    }
}
