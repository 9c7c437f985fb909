//! Plays on their way to points: reported by a scrobbler, marked in a wallet, written in its journal.
//!
//! Members who already have points listen for two hours a day; each day is one request of 30 plays.
//! No two messages of a batch are of one member, which is the dearest way.

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};

use super::{
    deployment::{Deployment, Traffic},
    gateway::Asked,
    log_bytes::LogBytes,
    tally::Tally,
};

/// As many as fill the batches of the template.
const MEMBERS: usize = 200;
const DAYS: usize = 5;
const PLAYS_PER_REQUEST: usize = 30;
const PLAY_SECONDS: i64 = 240;
const DAY_SECONDS: i64 = 86_400;

/// How many plays are counted.
pub(super) const SAMPLE: u64 = (MEMBERS * DAYS * PLAYS_PER_REQUEST) as u64;

/// Counts what a sample of plays consumes.
pub(super) async fn count(traffic: Traffic, log_bytes: LogBytes) -> Tally {
    let mut deployment = Deployment::start(traffic, log_bytes).await;
    // The first day makes the wallets, and the functions read what they then remember.
    listen(&mut deployment).await;
    deployment.begin();
    for _ in 0..DAYS {
        deployment.pass(SignedDuration::from_secs(DAY_SECONDS));
        listen(&mut deployment).await;
    }
    deployment.finish().await
}

/// Every member's player reports what was heard in the last two hours.
async fn listen(deployment: &mut Deployment) {
    let document = document(deployment.world.clock.now_seconds());
    for member in 0..MEMBERS {
        let member = member.to_string();
        let account = Id::<kind::Account>::derive(&["bench", &member]);
        let token = Id::derive(&["bench", &member, "a token"]);
        let token = deployment.signer.listening_token(account, token);
        let asked = Asked::post("ListeningApi", "/1/submit-listens", document.clone());
        let asked = asked.header("authorization", format!("Token {token}"));
        deployment.ask_openly(asked).await;
    }
    deployment.settle().await;
}

fn document(now: i64) -> Value {
    let plays = i64::try_from(PLAYS_PER_REQUEST).unwrap_or(i64::MAX);
    let payload: Vec<_> = (1..=plays)
        .map(|play| {
            json!({
                "listened_at": now - play * PLAY_SECONDS,
                "track_metadata": {
                    "artist_name": "Teresa Teng", "track_name": "The Moon Represents My Heart",
                    "additional_info": { "duration_ms": PLAY_SECONDS * 1_000 },
                },
            })
        })
        .collect();
    json!({ "listen_type": "import", "payload": payload })
}
