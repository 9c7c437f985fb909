//! Tickets on their way, and at the door.

use serde_json::{Value, json};
use testkit::Client;

use super::{Asked, People, list, nothing};
use crate::{
    Violation,
    dice::Dice,
    market::{BUYERS, Market, account, text},
};

impl People {
    /// Somebody gives a ticket to somebody else, who takes it or not.
    pub(super) async fn pass_on(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        let Some((holder, ticket)) = self.any_ticket(market, dice).await? else {
            return nothing("pass on");
        };
        let giver = fan(market, holder);
        let path = format!("/v1/tickets/{ticket}/transfer");
        let key = self.key();
        let asked = Asked {
            what: "offer",
            path: &path,
            key: &key,
            body: json!({}),
        };
        let code = self.code_of(market, &giver, &ticket).await?;
        let offered = self.ask(market, &giver, asked, dice).await?;
        let said = format!("{holder} offers {ticket}: {}", offered.status);
        if offered.status != 201 || dice.chance(20) {
            return Ok(said);
        }
        let taker = dice.below(BUYERS);
        let asked = Asked {
            what: "take",
            path: "/v1/tickets/transfers/claim",
            key: "unused",
            body: json!({ "transfer_code": offered.json()["transfer_code"] }),
        };
        let taken = self.ask(market, &fan(market, taker), asked, dice).await?;
        if taken.status == 200 {
            self.old_codes.extend(code);
        }
        Ok(format!("{said}, {taker} takes it: {}", taken.status))
    }

    /// Somebody shows a ticket at the door; sometimes one that is worth nothing any more.
    pub(super) async fn enter(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<String, Violation> {
        if dice.chance(20)
            && let Some(code) = dice.pick(&self.old_codes).cloned()
        {
            self.must_not_open(market, &code).await?;
            return Ok("an old ticket is shown at the door".to_owned());
        }
        let Some((holder, ticket)) = self.any_ticket(market, dice).await? else {
            return nothing("enter");
        };
        let Some(code) = self.code_of(market, &fan(market, holder), &ticket).await? else {
            return Ok(format!("{holder} has a ticket without a code"));
        };
        let key = self.key();
        let body = json!({ "ticket_code": code });
        let asked = Asked {
            what: "enter",
            path: "/v1/check-ins",
            key: &key,
            body,
        };
        let answer = self.ask(market, &market.door(), asked, dice).await?;
        if answer.status == 201 {
            let shown = answer.json();
            let day = (text(&shown["ticket_id"]), text(&shown["day"]));
            self.let_in.entry(day).or_default().insert(key);
        }
        Ok(format!("{holder} enters with {ticket}: {}", answer.status))
    }

    /// A code of a holder before opens no door.
    pub(crate) async fn must_not_open(
        &mut self,
        market: &Market,
        code: &str,
    ) -> Result<(), Violation> {
        let key = self.key();
        let body = json!({ "ticket_code": code });
        let asked = Asked {
            what: "enter with an old ticket",
            path: "/v1/check-ins",
            key: &key,
            body,
        };
        let answer = self.ask_once(market, &market.door(), &asked).await?;
        if answer.status == 201 {
            let said = format!("the code of a holder before was let in: {}", answer.text());
            return Err(Violation::new("a_ticket_has_one_live_secret", said));
        }
        Ok(())
    }

    async fn any_ticket(
        &mut self,
        market: &Market,
        dice: &mut Dice,
    ) -> Result<Option<(usize, String)>, Violation> {
        for _ in 0..BUYERS {
            let holder = dice.below(BUYERS);
            let Some(held) = self
                .look(market, &fan(market, holder), "/v1/tickets")
                .await?
            else {
                continue;
            };
            let mut tickets: Vec<_> = list(&held, "items")
                .iter()
                .map(|ticket| text(&ticket["id"]))
                .collect();
            tickets.sort();
            if let Some(ticket) = dice.pick(&tickets) {
                return Ok(Some((holder, ticket.clone())));
            }
        }
        Ok(None)
    }

    async fn code_of(
        &mut self,
        market: &Market,
        holder: &Client,
        ticket: &str,
    ) -> Result<Option<String>, Violation> {
        let shown = self
            .look(market, holder, &format!("/v1/tickets/{ticket}"))
            .await?;
        Ok(shown.and_then(|shown: Value| shown["code"].as_str().map(str::to_owned)))
    }
}

fn fan(market: &Market, buyer: usize) -> Client {
    market.events.api.caller(account(buyer))
}
