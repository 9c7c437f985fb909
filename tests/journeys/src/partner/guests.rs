//! Purchases at the chain: its guests get tickets and points here.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    books::{Books, Line},
    registry::{Partner, yuan},
};
use crate::{
    Answer, Broken, Request, Teller, concert,
    concert::Concert,
    ensure, eventually_good, eventually_status, listening, organization,
    people::{self, unique},
};

/// A label keeps tickets of its concert for the chain's guests, and the chain accepts; gives the
/// label's token and the allotment.
pub(super) async fn offer(
    teller: &mut Teller<'_>,
    operator: &str,
    partner: &Partner,
) -> Result<(String, String), Broken> {
    let label = organization::found(teller, operator, "Silk Records", "record_company").await?;
    let concert = Concert::announce(teller, &label).await?;

    teller.step("It offers the chain twenty of the places, at a hundred and fifty yuan each.");
    let body = json!({
        "ticket_quota": concert.quota, "units": 20, "unit_price": yuan(150),
        "closes_at": concert.starts_at - SignedDuration::from_mins(1),
    });
    let path = format!("/v1/partners/{}/allotments", partner.id);
    let request = Request::post(path, &body)
        .bearer(&label)
        .header("idempotency-key", "twenty-places");
    // A concert that was published just now reaches the partners' side through a queue.
    let allotment = eventually_status(teller, &request, 201)
        .await?
        .text_at("/id");

    teller.step("The chain accepts.");
    let body = json!({ "transaction_id": partner.name("accepted") });
    let request = partner.tell(&format!("allotments/{allotment}/accept"), &body);
    let accepted = teller.expect(200, request).await?;
    ensure(accepted.text_at("/state") == "open", || {
        "the allotment is not open".into()
    })?;
    Ok((label, allotment))
}

/// A purchase becomes two tickets; the guest claims them by code and comes. Gives the guest's token.
pub(super) async fn attend(
    teller: &mut Teller<'_>,
    label: &str,
    allotment: &str,
    partner: &Partner,
    books: &mut Books,
) -> Result<String, Broken> {
    teller.step(
        "A guest buys a banquet, which earns two tickets. The chain says so twice: one grant.",
    );
    let sale = partner.name("banquet");
    let body = json!({
        "transaction_id": sale,
        "earns": { "type": "ticket", "allotment": allotment, "quantity": 2 },
    });
    // That the concert is published may arrive after the concert itself.
    let grant = eventually_status(teller, &partner.tell("grants", &body), 201).await?;
    let again = teller.expect(200, partner.tell("grants", &body)).await?;
    ensure(again.text_at("/id") == grant.text_at("/id"), || {
        "the same purchase earned twice".into()
    })?;

    teller.step("The same receipt for three tickets is a conflict.");
    let mut more = body.clone();
    more["earns"]["quantity"] = json!(3);
    let refused = teller.expect(409, partner.tell("grants", &more)).await?;
    ensure(refused.text_at("/code") == "transaction_conflict", || {
        "the refusal has another code".into()
    })?;

    teller.step("The guest is new here. She signs up and types in the code on her receipt.");
    let guest = people::sign_up(teller, "Ah Lan").await?;
    let claim = json!({ "claim_code": grant.text_at("/claim_code") });
    let request = Request::post("/v1/partner-grants/claims", &claim).bearer(&guest);
    teller.expect(200, request).await?;
    let path = format!("/v1/partner-grants/{}", grant.text_at("/id"));
    let mine = Request::get(path.as_str()).bearer(&guest);
    let issued = in_state(teller, &mine, "ticket_issued").await?;
    books.write(Line::inbound(&sale, "ticket", 2, 30_000));

    teller.step("Nobody else can claim it, not even with the code.");
    let thief = people::sign_up(teller, "A finder").await?;
    let request = Request::post("/v1/partner-grants/claims", &claim).bearer(&thief);
    teller.expect(409, request).await?;

    teller.step("She comes to the concert.");
    let path = format!("/v1/tickets/{}", issued.text_at("/tickets/0"));
    let request = Request::get(path).bearer(&guest);
    let ticket = eventually_good(teller, &request, |_| true).await?;
    let (code, day) = (ticket.text_at("/code"), ticket.text_at("/days/0"));
    let request = concert::check_in(label, &code, &day, "the-guest");
    teller.expect(201, request).await?;
    in_state(teller, &mine, "attended").await?;

    teller.step("Now the banquet cannot be taken back any more.");
    let body = json!({ "transaction_id": partner.name("too-late") });
    let request = partner.tell(&revocation(&grant), &body);
    let refused = teller.expect(409, request).await?;
    ensure(refused.text_at("/code") == "state_conflict", || {
        "the refusal has another code".into()
    })?;
    Ok(guest)
}

/// The guest links her membership, and a purchase earns points without a code.
pub(super) async fn collect(
    teller: &mut Teller<'_>,
    partner: &Partner,
    guest: &str,
    books: &mut Books,
) -> Result<(), Broken> {
    teller.step("She links her membership of the chain: a code from here, typed in there.");
    let path = format!("/v1/partners/{}/links", partner.id);
    let request = Request::post(path, &json!({}))
        .bearer(guest)
        .header("idempotency-key", &unique());
    let offer = teller.expect(201, request).await?;
    let body = json!({
        "transaction_id": partner.name("link"), "code": offer.text_at("/code"),
        "member": partner.name("member"),
    });
    let request = partner.tell("links/confirm", &body);
    teller.expect(200, request).await?;

    teller.step("From now on her purchases wait for her: three hundred yuan are thirty points.");
    let earns = json!({ "type": "points", "purchase": yuan(300) });
    let (sale, _) = buy(teller, partner, "lunch", &earns, guest).await?;
    books.write(Line::inbound(&sale, "points", 30, 30));
    listening::points_arrive(teller, guest, 30).await?;
    Ok(())
}

/// A purchase is returned in time, and so are its points.
pub(super) async fn give_back(
    teller: &mut Teller<'_>,
    partner: &Partner,
    guest: &str,
    books: &mut Books,
) -> Result<(), Broken> {
    teller.step("Another purchase earns two hundred points.");
    let earns = json!({ "type": "points", "points": 200 });
    let (sale, grant) = buy(teller, partner, "party", &earns, guest).await?;
    let charge = Line::inbound(&sale, "points", 200, 200);
    books.write(charge.clone());
    listening::points_arrive(teller, guest, 230).await?;

    teller.step("She returns it the same day, and the points go back.");
    let body = json!({ "transaction_id": partner.name("returned") });
    let request = partner.tell(&revocation(&grant), &body);
    let revoked = teller.expect(200, request).await?;
    ensure(revoked.text_at("/state") == "revoked", || {
        "the grant is not revoked".into()
    })?;
    books.write(charge.reversed());
    let request = Request::get("/v1/accounts/me/points").bearer(guest);
    let balance = teller.expect(200, request).await?;
    ensure(balance.number_at("/available") == 30, || {
        format!("{} points are left", balance.number_at("/available"))
    })
}

/// A purchase of the linked member, who claims what it earned; gives the chain's word for it, and
/// the grant.
async fn buy(
    teller: &mut Teller<'_>,
    partner: &Partner,
    what: &str,
    earns: &Value,
    guest: &str,
) -> Result<(String, Answer), Broken> {
    let sale = partner.name(what);
    let body = json!({
        "transaction_id": sale, "member": partner.name("member"), "earns": earns,
    });
    let grant = teller.expect(201, partner.tell("grants", &body)).await?;
    let path = format!("/v1/partner-grants/{}/claim", grant.text_at("/id"));
    let request = Request::post(path, &json!({})).bearer(guest);
    teller.expect(200, request).await?;
    Ok((sale, grant))
}

fn revocation(grant: &Answer) -> String {
    format!("grants/{}/revoke", grant.text_at("/id"))
}

async fn in_state(teller: &mut Teller<'_>, grant: &Request, state: &str) -> Result<Answer, Broken> {
    eventually_good(teller, grant, |answer| answer.text_at("/state") == state).await
}
