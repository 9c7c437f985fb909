//! Scrobblers that others wrote, unchanged, against the local platform; one comes from PyPI, the other
//! from Debian (`.ci/run`).

use std::{
    process::Command,
    time::{Duration, Instant},
};

use journeys::{Client, Request};
use serde_json::json;

use crate::{
    demo_planet,
    install::{self, run, skip},
};

struct Fan {
    client: Client,
    access: String,
    token: String,
}

async fn fan(url: &str) -> Fan {
    let client = Client::new(url);
    let body = json!({ "email": "fan@example.com", "password": "planet on a laptop" });
    let session = client
        .send(&Request::post("/v1/sessions", &body))
        .await
        .unwrap();
    let access = session.text_at("/access_token");
    let request = Request::post(
        "/v1/accounts/me/listening-tokens",
        &json!({ "name": "foreign" }),
    );
    let token = client.send(&request.bearer(&access)).await.unwrap();
    Fan {
        token: token.text_at("/token"),
        client,
        access,
    }
}

impl Fan {
    async fn points(&self) -> i64 {
        let request = Request::get("/v1/accounts/me/points").bearer(&self.access);
        self.client
            .send(&request)
            .await
            .unwrap()
            .number_at("/available")
    }

    async fn points_reach(&self, least: i64) -> i64 {
        let started = Instant::now();
        loop {
            let points = self.points().await;
            if points >= least || started.elapsed() > Duration::from_secs(20) {
                return points;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn liblistenbrainz_reports_listens_and_the_wallet_shows_the_points() {
    let mut python = match install::python("scrobblers") {
        Ok(python) => python,
        Err(why) => return skip(&why),
    };
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let (url, token) = (planet.url(), fan.token.clone());
    let output = tokio::task::spawn_blocking(move || {
        run(python
            .arg(install::script("scrobblers/listenbrainz.py"))
            .args([&url, &token]))
    });
    let output = output.await.unwrap().unwrap_or_else(|why| panic!("{why}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("all requests were answered as expected"),
        "{said}"
    );
    // The script reports an hour of four-minute songs twice: 60 minutes, counted once; the first
    // and the last minute may be begun ones.
    let points = fan.points_reach(60).await;
    assert!((60..=62).contains(&points), "{points} points");
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn mpdscribble_reports_what_a_music_player_daemon_played() {
    if let Err(why) = run(Command::new("mpdscribble").arg("--version")) {
        return skip(&why);
    }
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let (url, token) = (planet.url(), fan.token.clone());
    let output = tokio::task::spawn_blocking(move || {
        run(Command::new("python3")
            .arg(install::script("scrobblers/mpdscribble.py"))
            .args([&url, &token]))
    });
    let output = output.await.unwrap().unwrap_or_else(|why| panic!("{why}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("mpdscribble was answered OK"), "{said}");
    let points = fan.points_reach(1).await;
    assert!(points >= 1, "{points} points");
    planet.stop().await.unwrap();
}
