//! The second journey: shops open, things are listed, bought, paid, delivered, and one is refunded.
//!
//! It needs a world with the demo's operator, who reviews what is to be reviewed, and with the sandbox
//! gateway, on whose page the fan pays.

mod buying;
mod seller;

use serde_json::json;

use crate::{
    Broken, Request, Teller, concert, ensure, eventually_good, eventually_status, people,
    people::sign_up,
};
use buying::Order;
use seller::Seller;

pub(crate) async fn play(mut teller: Teller<'_>) -> Result<(), Broken> {
    teller.step("An operator signs in, to review what is to be reviewed.");
    let operator = people::operator(&mut teller).await?;

    let label = Seller::found(&mut teller, &operator, "Silk Records", "record_company").await?;
    let studio = Seller::found(&mut teller, &operator, "Paper Lantern", "personal_office").await?;
    let album = label.list_album(&mut teller).await?;
    let tickets = label.list_tickets(&mut teller).await?;
    let shirt = label.list_shirt(&mut teller, &operator).await?;
    let poster = studio.list_poster(&mut teller, &operator).await?;

    teller.step("A fan signs up and looks for the band.");
    let fan = sign_up(&mut teller, "Xiao Mei").await?;
    let found = eventually_good(
        &mut teller,
        &Request::get(format!("/v1/listings?shop={}&q=lantern", label.shop)),
        |answer| {
            answer.json()["items"]
                .as_array()
                .is_some_and(|items| items.len() == 3)
        },
    )
    .await?;
    ensure(found.text_at("/items/0/currency") == "CNY", || {
        "the listing has another currency".into()
    })?;

    teller.step("A price that she did not see is not charged.");
    let mut stale = shirt.clone();
    stale.price_minor -= 100;
    let cart = [(&label, vec![(&stale, 1)])];
    let request = buying::checkout(&fan, "a-stale-cart", &cart);
    let refused = eventually_status(&mut teller, &request, 409).await?;
    ensure(refused.text_at("/code") == "price_changed", || {
        format!("the refusal is {}", refused.text())
    })?;

    teller.step("She orders from both shops at once: one checkout, an order for each shop.");
    let cart = [
        (&label, vec![(&album, 1), (&tickets, 2), (&shirt, 2)]),
        (&studio, vec![(&poster, 1)]),
    ];
    let request = buying::checkout(&fan, "the-big-order", &cart);
    let group = eventually_status(&mut teller, &request, 201).await?;
    let total =
        album.price_minor + 2 * tickets.price_minor + 2 * shirt.price_minor + poster.price_minor;
    ensure(group.number_at("/total/minor") == total, || {
        format!("the total is not {total}")
    })?;
    let replay = teller.expect(201, request).await?;
    ensure(replay.text_at("/id") == group.text_at("/id"), || {
        "the repeated checkout is another".into()
    })?;

    let intent = buying::pay(&mut teller, &fan, &group).await?;
    let order = Order::of(&mut teller, &fan, &group, &label).await?;
    buying::download(&mut teller, &fan).await?;
    attend(&mut teller, &fan, &label).await?;
    order
        .is_delivered(&mut teller, &label, &fan, &shirt)
        .await?;
    let refunded = order
        .is_partly_refunded(&mut teller, &label, &fan, &shirt)
        .await?;

    teller.step("The payment knows what went back, to the fen.");
    let request = Request::get(format!("/v1/payment-intents/{intent}")).bearer(&fan);
    eventually_good(&mut teller, &request, |answer| {
        answer.text_at("/state") == "partially_refunded"
            && answer.number_at("/refunded/minor") == refunded
    })
    .await?;

    teller.step("To anybody else the order does not exist.");
    let stranger = sign_up(&mut teller, "A stranger").await?;
    let request = Request::get(format!("/v1/orders/{}", order.id)).bearer(&stranger);
    teller.expect(404, request).await?;
    Ok(())
}

/// Both friends come to the concert with one ticket each.
async fn attend(teller: &mut Teller<'_>, fan: &str, label: &Seller) -> Result<(), Broken> {
    teller.step("The tickets are hers, each with a secret of its own.");
    let request = Request::get("/v1/tickets").bearer(fan);
    let tickets = eventually_good(teller, &request, |answer| {
        answer.json()["items"]
            .as_array()
            .is_some_and(|items| items.len() == 2)
    })
    .await?;
    let own = tickets.text_at("/items/0/id");
    let given = tickets.text_at("/items/1/id");
    let request = Request::get(format!("/v1/tickets/{given}")).bearer(fan);
    let old_code = teller.expect(200, request).await?.text_at("/code");

    teller.step("She gives one to a friend, and its secret is another from then on.");
    let request = Request::post(format!("/v1/tickets/{given}/transfer"), &json!({}))
        .bearer(fan)
        .header("idempotency-key", "for-a-friend");
    let offer = teller.expect(201, request).await?;
    let friend = sign_up(teller, "Ah Liang").await?;
    let claim = json!({ "transfer_code": offer.text_at("/transfer_code") });
    let request = Request::post("/v1/tickets/transfers/claim", &claim)
        .bearer(&friend)
        .header("idempotency-key", "thanks");
    let friends = teller.expect(200, request).await?;

    teller.step("At the door the old secret opens nothing, and each ticket opens once.");
    let request = Request::get(format!("/v1/tickets/{own}")).bearer(fan);
    let own_code = teller.expect(200, request).await?.text_at("/code");
    let day = tickets.text_at("/items/0/days/0");
    let check_in = |code: &str, key: &str| concert::check_in(&label.token, code, &day, key);
    teller
        .expect(409, check_in(&old_code, "first-scan"))
        .await?;
    let friends_code = friends.text_at("/code");
    teller
        .expect(201, check_in(&friends_code, "second-scan"))
        .await?;
    teller
        .expect(201, check_in(&own_code, "third-scan"))
        .await?;
    let again = teller
        .expect(409, check_in(&own_code, "fourth-scan"))
        .await?;
    ensure(again.text_at("/code") == "ticket_already_used", || {
        "the second entry is refused for another reason".into()
    })
}
