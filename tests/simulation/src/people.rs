//! What buyers, sellers and the people at the door do, and what they were told.

mod after_sale;
mod checkout;
mod tickets;

pub(crate) use after_sale::is_restocked;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::{Violation, dice::Dice, market::Market};

/// Everybody who does something in one world.
#[derive(Default)]
pub(crate) struct People {
    /// Every checkout that was asked for.
    pub(crate) checkouts: Vec<Checkout>,
    /// Ticket codes of holders before, which open no door any more.
    pub(crate) old_codes: Vec<String>,
    /// Who was let in: each ticket and day as often as it happened.
    pub(crate) let_in: BTreeMap<(String, String), BTreeSet<String>>,
    /// How often what was answered how: to know that a world was not idle.
    pub(crate) answers: BTreeMap<(&'static str, u16), usize>,
    /// Names the next request.
    next_key: usize,
}

/// A checkout, as its buyer knows it.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) buyer: usize,
    pub(crate) key: String,
    body: Value,
    /// The group, once an answer named it.
    pub(crate) group: Option<String>,
    /// Whether the last answer said nothing.
    is_unknown: bool,
    orders: Vec<Bought>,
    intent: String,
    claim: Option<String>,
    /// The page at the payment provider, once it was opened.
    page: Option<String>,
    /// Whether the buyer paid on it.
    is_paid: bool,
}

/// One order of a checkout.
#[derive(Clone, Debug)]
struct Bought {
    id: String,
    shop: usize,
}

/// What a person asks for.
struct Asked<'a> {
    what: &'static str,
    path: &'a str,
    key: &'a str,
    body: Value,
}

impl People {
    /// Somebody does something. Answers what.
    pub(crate) async fn act(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        match dice.below(100) {
            0..20 => self.check_out(market, dice).await,
            20..23 => self.check_out_again(market, dice).await,
            23..42 => self.pay(market, dice).await,
            42..46 => self.pay_late(market, dice),
            46..49 => self.cancel_group(market, dice).await,
            49..51 => self.cancel_payment(market, dice).await,
            51..61 => self.ask_for_money(market, dice).await,
            61..71 => self.decide(market, dice).await,
            71..75 => self.give_money(market, dice).await,
            75..84 => self.ship(market, dice).await,
            84..87 => self.receive(market, dice).await,
            87..90 => self.quarrel(market, dice).await,
            90..95 => self.pass_on(market, dice).await,
            _ => self.enter(market, dice).await,
        }
    }

    /// The planner calls the concert off.
    pub(crate) async fn call_off(&mut self, market: &Market) -> Result<String, Violation> {
        let path = format!("/v1/events/{}/cancel", market.concert);
        let planner = market.planner();
        let asked = Asked {
            what: "call off",
            path: &path,
            key: "unused",
            body: json!({ "reason": "The singer is ill." }),
        };
        let answer = self.ask_once(market, &planner, &asked).await?;
        Ok(format!("the concert is called off: {}", answer.status))
    }

    /// Everybody who was told nothing asks again.
    pub(crate) async fn find_out(&mut self, market: &Market) -> Result<(), Violation> {
        for which in 0..self.checkouts.len() {
            if self.checkouts[which].is_unknown {
                self.ask_for_checkout(market, which).await?;
            }
        }
        Ok(())
    }

    /// Asks for something under a key, sometimes twice.
    async fn ask(
        &mut self,
        market: &Market,
        who: &Client,
        asked: Asked<'_>,
        dice: &mut Dice,
    ) -> Result<Answer, Violation> {
        let first = self.ask_once(market, who, &asked).await?;
        if !dice.chance(20) {
            return Ok(first);
        }
        let second = self.ask_once(market, who, &asked).await?;
        let is_done = |answer: &Answer| (200..300).contains(&answer.status);
        if second.status >= 500 {
            return Ok(first);
        }
        if is_done(&first) {
            let names = |answer: &Answer| {
                let answer = answer.json();
                ["id", "ticket_id", "transfer_code"].map(|member| answer[member].clone())
            };
            if !is_done(&second) || names(&first) != names(&second) {
                return Err(Violation::new(
                    "a_repeated_request_is_answered_alike",
                    format!(
                        "{} {}: {} and then {}",
                        asked.what,
                        asked.path,
                        first.text(),
                        second.text(),
                    ),
                ));
            }
        }
        Ok(second)
    }

    async fn ask_once(
        &mut self,
        market: &Market,
        who: &Client,
        asked: &Asked<'_>,
    ) -> Result<Answer, Violation> {
        let request = who
            .request("POST", asked.path)
            .header("idempotency-key", asked.key);
        let answer = request.json(asked.body.clone()).send().await;
        self.note(market, asked.what, &answer)?;
        Ok(answer)
    }

    async fn look(
        &mut self,
        market: &Market,
        who: &Client,
        path: &str,
    ) -> Result<Option<Value>, Violation> {
        let answer = who.get(path).await;
        self.note(market, "look", &answer)?;
        Ok((answer.status == 200).then(|| answer.json()))
    }

    /// Counts an answer, and looks whether it is one that may be given at all.
    fn note(
        &mut self,
        market: &Market,
        what: &'static str,
        answer: &Answer,
    ) -> Result<(), Violation> {
        *self.answers.entry((what, answer.status)).or_default() += 1;
        let is_ours =
            answer.status >= 500 && (!market.faults.is_on() || answer.problem_code() == "internal");
        // How much of a line is left to give back is something that people get wrong.
        let is_wish = answer.status == 422 && ["ask for money", "give money"].contains(&what);
        if is_ours || ([400, 401, 403, 422].contains(&answer.status) && !is_wish) {
            let said = format!("{what}: {} {}", answer.status, answer.text());
            return Err(Violation::new(
                "every_answer_is_one_that_can_be_given",
                said,
            ));
        }
        Ok(())
    }

    fn key(&mut self) -> String {
        self.next_key += 1;
        format!("key-{}", self.next_key)
    }

    /// Any checkout whose group is known.
    fn any_group(&self, dice: &mut Dice) -> Option<usize> {
        let known = self.checkouts.iter().enumerate();
        let known: Vec<_> = known
            .filter(|(_, checkout)| checkout.group.is_some())
            .map(|(which, _)| which)
            .collect();
        // Mostly something recent.
        let from = if dice.chance(60) {
            known.len().saturating_sub(6)
        } else {
            0
        };
        dice.pick(known.get(from..)?).copied()
    }

    /// Any order, mostly a paid one, with its buyer.
    fn any_order(&self, dice: &mut Dice) -> Option<(usize, Bought)> {
        let paid: Vec<_> = self
            .checkouts
            .iter()
            .filter(|checkout| checkout.is_paid)
            .collect();
        let checkout = match dice.pick(&paid) {
            Some(paid) if dice.chance(90) => *paid,
            _ => &self.checkouts[self.any_group(dice)?],
        };
        Some((checkout.buyer, dice.pick(&checkout.orders)?.clone()))
    }
}

/// That nothing of a kind was there to do something with.
fn nothing(what: &str) -> Result<String, Violation> {
    Ok(format!("{what}: nothing to do it with"))
}

/// A list in an answer.
fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}
