//! Listening, and what it earns.

use jiff::Timestamp;
use serde_json::json;

use crate::{Answer, Broken, Request, Teller, eventually};

/// Makes a token for a player; gives the header with which the player authorizes itself.
pub(crate) async fn player(teller: &mut Teller<'_>, access: &str) -> Result<String, Broken> {
    let request = json!({ "name": "the player in the kitchen" });
    let request = Request::post("/v1/accounts/me/listening-tokens", &request).bearer(access);
    let player = teller.expect(201, request).await?;
    Ok(format!("Token {}", player.text_at("/token")))
}

/// What a player reports of the last two hours.
pub(crate) fn two_hours(player: &str) -> Request {
    let now = Timestamp::now().as_second();
    let listens: Vec<_> = (0..30)
        .map(|index| {
            json!({
                "listened_at": now - 7_200 + index * 240,
                "track_metadata": {
                    "artist_name": "Teresa Teng",
                    "track_name": format!("Song {index}"),
                    "additional_info": { "duration_ms": 240_000, "submission_client": "a player" },
                },
            })
        })
        .collect();
    let import = json!({ "listen_type": "import", "payload": listens });
    Request::post("/1/submit-listens", &import).header("authorization", player)
}

/// Waits for at least `least` points and until their number rests.
pub(crate) async fn points_arrive(
    teller: &mut Teller<'_>,
    access: &str,
    least: i64,
) -> Result<i64, Broken> {
    let request = Request::get("/v1/accounts/me/points").bearer(access);
    let has_them = |answer: &Answer| answer.number_at("/available") >= least;
    let answer = eventually(teller, &request, has_them).await?;
    Ok(answer.number_at("/available"))
}
