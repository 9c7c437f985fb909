//! Signing in, seeing what waits, deciding.

use std::time::Duration;

use http::Method;
use journeys::Request;
use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD};

/// An organization that its founder has submitted; gives its id.
async fn submitted(desk: &Desk, founder: &str, name: &str) -> String {
    let body = json!({ "name": name, "kind": "professional_services", "region": "CN-SH" });
    let request = Request::post("/v1/organizations", &body).bearer(founder);
    let id = desk.client.send(&request).await.unwrap().text_at("/id");
    for (code, value) in [
        ("legal_name", "Strings Ltd."),
        ("registration_number", "91310000MA1K"),
        ("services_offered", "Stringing"),
        ("seller_agreement", "accepted"),
    ] {
        let path = format!("/v1/organizations/{id}/requirements/{code}");
        let request = Request::new(Method::PUT, path);
        let request = request.json(&json!({ "value": value })).bearer(founder);
        let answer = desk.client.send(&request).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let path = format!("/v1/organizations/{id}/submit");
    let request = Request::post(path, &json!({})).bearer(founder);
    let answer = desk.client.send(&request).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_signs_in_sees_what_waits_and_decides() {
    let desk = Desk::open().await;
    let wrong = desk
        .sign_in("op", "operator@example.com", "wrong wrong")
        .await;
    assert_eq!(wrong.code, 1);
    assert!(wrong.complaint.contains("invalid_credentials"), "{wrong:?}");
    assert!(!desk.session("op").exists());
    let signed_in = desk.sign_in("op", "operator@example.com", PASSWORD).await;
    assert_eq!(signed_in.code, 0, "{signed_in:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = desk.session("op").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    desk.sign_up("founder").await;
    let founder = desk.token("founder").await;
    let good = submitted(&desk, &founder, "Good strings").await;
    let bad = submitted(&desk, &founder, "Bad strings").await;
    let waiting = desk.type_as("op", &["waiting"]).await;
    for (id, name) in [(&good, "Good strings"), (&bad, "Bad strings")] {
        let mut lines = waiting.printed.lines();
        let line = lines.find(|line| line.contains(id.as_str())).unwrap();
        assert!(
            line.starts_with("organization") && line.ends_with(name),
            "{line}"
        );
    }
    let approved = desk.type_as("op", &["approve", &good]).await;
    assert_eq!(
        approved.printed,
        format!("{good} is approved.\n"),
        "{approved:?}"
    );
    let unreasoned = desk.type_as("op", &["reject", &bad]).await;
    assert_eq!(unreasoned.code, 2, "{unreasoned:?}");
    let words = ["reject", &bad, "--reason", "no such company", "--json"];
    let rejected = desk.type_as("op", &words).await;
    assert_eq!(rejected.json()["reason"], "no such company");
    let waiting = desk.type_as("op", &["waiting", "--json"]).await;
    let ids: Vec<Value> = waiting.json().as_array().unwrap().clone();
    assert!(ids.iter().all(|waits| waits["item"]["id"] != json!(good)));
    let shown = desk.type_as("op", &["show", &good]).await;
    assert_eq!(shown.json()["state"], "approved");
    let again = desk.type_as("op", &["approve", &good]).await;
    assert_eq!(again.code, 1);
    assert!(again.complaint.contains("state_conflict"), "{again:?}");
    assert_eq!(again.complaint.lines().count(), 1);

    let out = desk.type_as("op", &["sign-out"]).await;
    assert_eq!(out.code, 0, "{out:?}");
    let nobody = desk.type_as("op", &["waiting"]).await;
    assert_eq!(nobody.code, 1);
    assert!(
        nobody.complaint.contains("nobody is signed in"),
        "{nobody:?}"
    );
    desk.planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_refreshed_when_its_access_token_ends() {
    let desk = Desk::open().await;
    desk.operator("one").await;
    let path = desk.session("one");
    let mut session: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    session["expires_at"] = "2026-01-01T00:00:00Z".into();
    session["access_token"] = "ended".into();
    std::fs::write(&path, session.to_string()).unwrap();
    let waiting = desk.type_as("one", &["waiting"]).await;
    assert_eq!(waiting.code, 0, "{waiting:?}");
    let next: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_ne!(next["refresh_token"], session["refresh_token"]);
    assert_ne!(next["access_token"], "ended");
    desk.planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_adjusted_by_two_operators() {
    let desk = Desk::open().await;
    let one = desk.operator("one").await;
    desk.operator("two").await;
    let fan = desk.sign_up("listener").await;
    let propose = [
        "adjust",
        &fan,
        "25",
        "--reason",
        "a lost day",
        "--reference",
        "SUP-1",
    ];
    let mut proposed = desk.type_as("one", &propose).await;
    // The wallet is there a moment after the account.
    for _ in 0..100 {
        if proposed.code == 0 {
            break;
        }
        assert!(
            proposed.complaint.contains("no such member"),
            "{proposed:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
        proposed = desk.type_as("one", &propose).await;
    }
    let id = proposed.printed.split(' ').next().unwrap().to_owned();
    assert_eq!(
        proposed.printed,
        format!("{id} is proposed.\n"),
        "{proposed:?}"
    );
    let again = desk.type_as("one", &propose).await;
    assert_eq!(
        again.printed,
        format!("{id} is proposed (as before; nothing new was done).\n"),
        "repeated, it is one proposal"
    );

    let waiting = desk.type_as("two", &["waiting"]).await;
    assert!(
        waiting.printed.contains("+25 points: a lost day"),
        "{waiting:?}"
    );
    let own = desk.type_as("one", &["approve", &id]).await;
    assert_eq!(own.code, 1);
    assert!(own.complaint.contains("second_person_needed"), "{own:?}");
    for said in ["", " (as before; nothing new was done)"] {
        let approved = desk.type_as("two", &["approve", &id]).await;
        assert_eq!(
            approved.printed,
            format!("{id} is approved{said}.\n"),
            "{approved:?}"
        );
        assert_eq!(approved.complaint, "");
    }
    // A machine that reads the answer finds nothing else in it.
    let again = desk.type_as("two", &["approve", &id, "--json"]).await;
    assert_eq!(again.json()["state"], "approved");
    let note = "operate: as before; nothing new was done\n";
    assert_eq!(again.complaint, note);
    let token = desk.token("listener").await;
    let request = Request::get("/v1/accounts/me/points").bearer(&token);
    let balance = desk.client.send(&request).await.unwrap();
    assert_eq!(balance.number_at("/available"), 25);

    let too_much = ["adjust", &fan, "-26", "--reason", "counted twice"];
    let taken = desk.type_as("one", &too_much).await;
    let id = taken.printed.split(' ').next().unwrap().to_owned();
    let refused = desk.type_as("two", &["approve", &id]).await;
    assert!(
        refused.complaint.contains("insufficient_points"),
        "{refused:?}"
    );
    let rejected = desk
        .type_as("one", &["reject", &id, "--reason", "a mistake"])
        .await;
    assert_eq!(
        rejected.printed,
        format!("{id} is rejected.\n"),
        "{rejected:?}"
    );
    let own = desk
        .type_as("one", &["adjust", &one, "5", "--reason", "me"])
        .await;
    assert!(own.complaint.contains("forbidden"), "{own:?}");
    desk.planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_operators_may_do_can_be_sent() {
    let desk = Desk::open().await;
    desk.operator("one").await;
    let partners = desk.type_as("one", &["send", "get", "/v1/partners"]).await;
    assert_eq!(partners.complaint, "");
    let partner = partners.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let suspended = desk.type_as("one", &["suspend", &partner]).await;
    assert_eq!(
        suspended.printed,
        format!("{partner} is suspended.\n"),
        "{suspended:?}"
    );
    let back = desk.type_as("one", &["reinstate", &partner]).await;
    assert_eq!(back.code, 0, "{back:?}");
    let body = r#"{"name":"Another chain"}"#;
    let words = ["send", "POST", "/v1/partners", body];
    let entered = desk.type_as("one", &words).await;
    assert_eq!(entered.json()["name"], "Another chain");
    desk.planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_out_already_can_sign_out_here_too() {
    let desk = Desk::open().await;
    let edit = |name: &str, field: &str, value: &str| {
        let path = desk.session(name);
        let mut session: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        session[field] = value.into();
        std::fs::write(&path, session.to_string()).unwrap();
    };
    desk.operator("one").await;
    std::fs::copy(desk.session("one"), desk.session("copy")).unwrap();
    std::fs::copy(desk.session("one"), desk.session("stranger")).unwrap();
    let out = desk.type_as("one", &["sign-out"]).await;
    assert_eq!(out.code, 0, "{out:?}");

    // The session is over, so that its refresh token is good for nothing.
    edit("copy", "expires_at", "2026-01-01T00:00:00Z");
    let over = desk.type_as("copy", &["waiting"]).await;
    assert_eq!(over.code, 1);
    assert!(over.complaint.contains("invalid_credentials"), "{over:?}");
    assert!(desk.session("copy").exists());
    // This access token is nobody's.
    edit("stranger", "access_token", "nobody");
    edit("stranger", "expires_at", "2999-01-01T00:00:00Z");
    for name in ["copy", "stranger"] {
        let out = desk.type_as(name, &["sign-out"]).await;
        assert_eq!(out.code, 0, "{out:?}");
        assert_eq!(out.printed, "Nobody is signed in.\n");
        assert!(!desk.session(name).exists());
    }
    desk.planet.stop().await.unwrap();
}

/// How such a refund comes to be is played by the tests of orders; here, that it is asked for rightly.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_elsewhere_is_told_of_one_refund_with_its_reference() {
    let desk = Desk::open().await;
    desk.sign_in("op", "operator@example.com", PASSWORD).await;
    let paid = async |reference: &str| {
        let order = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
        let refund = "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
        let words = ["paid", order, refund, "--reference", reference];
        desk.type_as("op", &words).await
    };
    let unknown = paid("transfer 204").await;
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(unknown.complaint.contains("not_found"), "{unknown:?}");
    let nothing = paid("").await;
    assert_eq!(nothing.code, 1, "{nothing:?}");
    assert!(
        nothing.complaint.contains("validation_failed") && nothing.complaint.contains("/reference"),
        "{nothing:?}"
    );
}
