//! The first journey: sign up, listen, earn, exchange for a voucher.
//!
//! It needs a world with a published reward that has a code left, such as the seeded demo.

use jiff::Timestamp;
use serde_json::json;

use crate::{Answer, Broken, Request, Teller, ensure, eventually, listening};

pub(crate) async fn play(mut teller: Teller<'_>) -> Result<(), Broken> {
    let email = format!("fan-{}@example.com", Timestamp::now().as_nanosecond());
    let password = "correct horse battery staple";

    teller.step("A fan signs up.");
    let request = json!({
        "email": email,
        "password": password,
        "display_name": "Xiao Mei",
        "time_zone": "Asia/Shanghai",
        "acquisition_source": "fan_group",
    });
    let account = teller
        .expect(201, Request::post("/v1/accounts", &request))
        .await?;
    ensure(!account.text_at("/id").is_empty(), || {
        "the account has no id".into()
    })?;

    teller.step("The same address cannot sign up twice.");
    let again = teller
        .expect(409, Request::post("/v1/accounts", &request))
        .await?;
    ensure(again.text_at("/code") == "email_taken", || {
        "the refusal has another code".into()
    })?;

    teller.step("She signs in.");
    let request = json!({ "email": email, "password": password });
    let session = teller
        .expect(200, Request::post("/v1/sessions", &request))
        .await?;
    let access = session.text_at("/access_token");

    teller.step("She makes a token for the player she already uses.");
    let player = listening::player(&mut teller, &access).await?;

    teller.step("The player checks its token, as a ListenBrainz client does.");
    let request = Request::get("/1/validate-token").header("authorization", &player);
    let valid = teller.expect(200, request).await?;
    ensure(valid.json()["valid"] == true, || {
        "the token is not valid".into()
    })?;

    teller.step("It says what is playing now, which earns nothing.");
    let request = json!({
        "listen_type": "playing_now",
        "payload": [{ "track_metadata": { "artist_name": "Teresa Teng", "track_name": "The Moon Represents My Heart" } }],
    });
    let request = Request::post("/1/submit-listens", &request).header("authorization", &player);
    teller.expect(200, request).await?;

    teller.step("It reports two hours of listening.");
    let request = listening::two_hours(&player);
    teller.expect(200, request.clone()).await?;

    teller.step("Unsure whether that arrived, it reports the same again.");
    teller.expect(200, request).await?;

    teller.step("Points arrive for each minute, once.");
    let points = listening::points_arrive(&mut teller, &access, 60).await?;
    ensure(points <= 121, || {
        format!("{points} points for two hours are too many")
    })?;

    teller.step("Every point is accounted for.");
    let request = Request::get("/v1/accounts/me/points/entries").bearer(&access);
    entries_sum_to(&mut teller, request, points).await?;

    teller.step("She looks for something to have for them.");
    let rewards = teller.expect(200, Request::get("/v1/rewards")).await?;
    let reward = rewards.text_at("/items/0/id");
    let price = rewards.number_at("/items/0/price_points");
    ensure(!reward.is_empty(), || {
        "there is no reward in this world".into()
    })?;

    teller.step("She exchanges points for the breakfast voucher.");
    let request = Request::post(format!("/v1/rewards/{reward}/redemptions"), &json!({}))
        .bearer(&access)
        .header("idempotency-key", "breakfast-on-monday");
    let voucher = teller.expect(201, request.clone()).await?;
    let code = voucher.text_at("/code");
    ensure(!code.is_empty(), || "the voucher has no code".into())?;

    teller.step(
        "Her connection broke just then, so the app asks again: the same voucher, no second debit.",
    );
    let replay = teller.expect(201, request).await?;
    ensure(replay.body == voucher.body, || {
        "the repeated answer is another".into()
    })?;
    ensure(replay.header("idempotent-replayed") == Some("true"), || {
        "the repeated answer does not say that it is one".into()
    })?;

    teller.step("The points are spent, exactly once.");
    let request = Request::get("/v1/accounts/me/points").bearer(&access);
    let balance = teller.expect(200, request).await?;
    let left = balance.number_at("/available");
    ensure(left == points - price, || {
        format!("{left} points are left of {points} after {price}")
    })?;

    teller.step("The voucher is hers to see again.");
    let request = Request::get(format!("/v1/vouchers/{}", voucher.text_at("/id"))).bearer(&access);
    let seen = teller.expect(200, request).await?;
    ensure(seen.text_at("/code") == code, || {
        "the voucher shows another code".into()
    })?;

    teller.step("Without a token there is nothing to see.");
    teller.expect(401, Request::get("/v1/vouchers")).await?;
    Ok(())
}

/// The journal follows the wallet through a stream, so it too is awaited.
async fn entries_sum_to(
    teller: &mut Teller<'_>,
    request: Request,
    points: i64,
) -> Result<(), Broken> {
    let sum_is_right = |answer: &Answer| {
        let json = answer.json();
        let entries = json["items"].as_array().into_iter().flatten();
        entries
            .filter_map(|entry| entry["points"].as_i64())
            .sum::<i64>()
            == points
    };
    eventually(teller, &request, sum_is_right).await?;
    Ok(())
}
