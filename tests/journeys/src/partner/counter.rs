//! Vouchers: a fan turns points into breakfast and supper, and the chain takes them at its counter.

use serde_json::json;

use super::{
    books::{Books, Line},
    chain::Chain,
    registry::{Partner, yuan},
};
use crate::{
    Answer, Broken, CodeFile, Request, Teller, ensure, eventually_good, listening, people,
    rewards::Reward,
};

/// A fan signs up and listens; gives the access token.
pub(super) async fn earn(teller: &mut Teller<'_>) -> Result<String, Broken> {
    teller.step("A fan signs up and listens for two hours, which earns points.");
    let fan = people::sign_up(teller, "Xiao Mei").await?;
    let player = listening::player(teller, &fan).await?;
    teller.expect(200, listening::two_hours(&player)).await?;
    listening::points_arrive(teller, &fan, 60).await?;
    Ok(fan)
}

/// A voucher out of a pool of codes: redeemed here, shown there.
pub(super) async fn breakfast(
    teller: &mut Teller<'_>,
    operator: &str,
    partner: &Partner,
    fan: &str,
    books: &mut Books,
) -> Result<(), Broken> {
    teller.step("The chain hands over codes for breakfasts, at eight yuan each.");
    let reward = json!({
        "partner_id": partner.id, "name": "Crane breakfast",
        "description": "Congee and a dumpling, any morning before ten.",
        "price_points": 20, "voucher_valid_days": 30, "unit_price": yuan(8),
    });
    let codes = CodeFile::of_seed(&partner.name("breakfast"), 5);
    let reward = Reward::publish(teller, operator, &reward, Some(&codes)).await?;

    teller.step("The fan turns points into a breakfast.");
    let redeem = reward.redeem(fan, "crane-breakfast");
    let voucher = teller.expect(201, redeem).await?;
    books.write(Line::voucher(&voucher.text_at("/id"), 800));
    let code = voucher.text_at("/code");

    teller.step(
        "At the counter the chain asks whether her code is good; nobody else gets an answer.",
    );
    let shown = json!({ "code": code });
    let forged = partner.forge("vouchers/validate", &shown)?;
    let refused = teller.expect(401, forged).await?;
    ensure(refused.text_at("/code") == "signature_invalid", || {
        "the refusal has another code".into()
    })?;
    let request = partner.tell("vouchers/validate", &shown);
    let valid = teller.expect(200, request).await?;
    ensure(valid.text_at("/state") == "issued", || {
        "the voucher is not good".into()
    })?;
    ensure(
        valid.text_at("/reference") == voucher.text_at("/id"),
        || "the two sides know the voucher by different names".into(),
    )?;

    teller.step("It is kept for her while she orders; another till cannot have it.");
    let order = partner.name("order");
    let reserve = json!({ "transaction_id": order, "code": code });
    let reserved = teller
        .expect(200, partner.tell("vouchers/reserve", &reserve))
        .await?;
    ensure(reserved.text_at("/state") == "reserved", || {
        "the voucher is not reserved".into()
    })?;
    let other = json!({ "transaction_id": partner.name("other-till"), "code": code });
    let taken = teller
        .expect(409, partner.tell("vouchers/reserve", &other))
        .await?;
    ensure(taken.text_at("/code") == "voucher_not_valid", || {
        "the second till is refused for another reason".into()
    })?;

    teller.step(
        "She eats. The till is not sure that it was heard, and says so twice: one redemption.",
    );
    let redeem = json!({
        "transaction_id": partner.name("paid"), "code": code, "reservation": order,
    });
    let request = || partner.tell("vouchers/redeem", &redeem);
    teller.expect(200, request()).await?;
    let again = teller.expect(200, request()).await?;
    ensure(again.header("idempotent-replayed") == Some("true"), || {
        "the repeated answer does not say that it is one".into()
    })?;
    used(teller, fan, &voucher).await
}

/// A voucher that the chain makes when it is asked: once plainly, once with an answer that is lost.
pub(super) async fn supper(
    teller: &mut Teller<'_>,
    operator: &str,
    partner: &Partner,
    chain: &Chain,
    fan: &str,
    books: &mut Books,
) -> Result<(), Broken> {
    teller.step("Suppers the chain makes on demand, at twenty-five yuan each.");
    let reward = json!({
        "partner_id": partner.id, "name": "Crane supper",
        "description": "A set of the day, made out when it is wanted.",
        "price_points": 15, "voucher_valid_days": 30, "unit_price": yuan(25),
        "supply": { "type": "on_demand", "product": "supper-set" },
    });
    let reward = Reward::publish(teller, operator, &reward, None).await?;

    teller.step("The fan wants one; Planet asks the chain, which makes it.");
    let request = reward.redeem(fan, "crane-supper");
    let voucher = teller.expect(201, request.clone()).await?;
    books.write(Line::voucher(&voucher.text_at("/id"), 2_500));
    let again = teller.expect(201, request).await?;
    ensure(again.text_at("/code") == voucher.text_at("/code"), || {
        "asked again, it is another voucher".into()
    })?;
    let redeem = json!({
        "transaction_id": partner.name("supper"), "code": voucher.text_at("/code"),
    });
    let request = partner.tell("vouchers/redeem", &redeem);
    teller.expect(200, request).await?;
    used(teller, fan, &voucher).await?;

    teller.step(
        "Another one: the chain's answer gets lost, but its notice comes. She has it all the same.",
    );
    chain.misbehave(teller, "notice_only").await?;
    let before = points(teller, fan).await?;
    let request = reward.redeem(fan, "crane-supper-again");
    let asked = teller.client.send(&request).await?;
    teller.show(&request, &asked);
    let request = Request::get(format!("/v1/vouchers/{}", asked.text_at("/id"))).bearer(fan);
    let is_issued = |answer: &Answer| answer.text_at("/status") == "issued";
    let voucher = eventually_good(teller, &request, is_issued).await?;
    books.write(Line::voucher(&voucher.text_at("/id"), 2_500));
    let after = points(teller, fan).await?;
    ensure(before - after == reward.price_points, || {
        format!("{} points are gone for one supper", before - after)
    })
}

async fn points(teller: &mut Teller<'_>, fan: &str) -> Result<i64, Broken> {
    let request = Request::get("/v1/accounts/me/points").bearer(fan);
    Ok(teller.expect(200, request).await?.number_at("/available"))
}

async fn used(teller: &mut Teller<'_>, fan: &str, voucher: &Answer) -> Result<(), Broken> {
    teller.step("The fan sees that it is used.");
    let request = Request::get(format!("/v1/vouchers/{}", voucher.text_at("/id"))).bearer(fan);
    let seen = teller.expect(200, request).await?;
    ensure(seen.text_at("/status") == "redeemed", || {
        format!("the voucher is {}", seen.text_at("/status"))
    })
}
