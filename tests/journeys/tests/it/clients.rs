//! Clients that others wrote, unchanged, against the local platform.
//!
//! They come from PyPI and Debian, so these tests need what `.ci/run` sets up (or a machine with
//! Python and a network). Where it is missing they say so loudly and stop; in CI that is a failure.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use journeys::{Client, Request};
use serde_json::json;

use crate::demo_planet;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Skips in a way nobody overlooks; in CI there is no skipping.
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "in CI nothing is skipped: {why}"
    );
    eprintln!("\n!!!!!! SKIPPED: a foreign client could not be tried: {why} !!!!!!\n");
}

/// A virtual environment with the pinned clients, kept between runs outside the tree.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign-clients");
    let python = home.join("bin/python");
    let done = home.join("complete");
    if done.exists() {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(format!("{HERE}/requirements.txt")))?;
    std::fs::write(&done, "").map_err(|error| error.to_string())?;
    Ok(python)
}

pub(crate) fn run(command: &mut Command) -> Result<Output, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        Err(format!(
            "{command:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

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
    let python = match python() {
        Ok(python) => python,
        Err(why) => return skip(&why),
    };
    let planet = demo_planet().await;
    let fan = fan(&planet.url()).await;
    let (url, token) = (planet.url(), fan.token.clone());
    let output = tokio::task::spawn_blocking(move || {
        run(Command::new(python)
            .arg(format!("{HERE}/listenbrainz.py"))
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
            .arg(format!("{HERE}/mpdscribble.py"))
            .args([&url, &token]))
    });
    let output = output.await.unwrap().unwrap_or_else(|why| panic!("{why}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("mpdscribble was answered OK"), "{said}");
    let points = fan.points_reach(1).await;
    assert!(points >= 1, "{points} points");
    planet.stop().await.unwrap();
}
