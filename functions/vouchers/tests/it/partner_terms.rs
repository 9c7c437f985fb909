//! What is agreed with a partner, and how that and the partner's state change.

use std::net::IpAddr;

use platform::table::Write;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    hooks::Hook,
    shop::{Shop, account, id},
};

fn cny(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "CNY" })
}

/// The terms that nobody has said anything about.
fn usual_terms() -> Value {
    json!({
        "currency": "CNY",
        "billing": { "type": "postpaid" },
        "limits": {},
        "claim_days": 30,
        "revocation_hours": 72,
        "reversal_hours": 72,
        "reservation_minutes": 15,
    })
}

async fn patch(shop: &Shop, partner: &str, version: Option<&str>, patch: Value) -> Answer {
    let operator = shop.api.operator();
    let path = format!("/v1/partners/{partner}");
    let request = operator.request("PATCH", &path).json(patch);
    let request = match version {
        Some(version) => request.header("if-match", version),
        None => request,
    };
    request.send().await
}

async fn act(shop: &Shop, partner: &str, action: &str) -> Answer {
    let path = format!("/v1/partners/{partner}/{action}");
    shop.api.operator().post(&path, json!({})).await
}

#[tokio::test]
async fn a_partner_of_whom_only_the_name_is_said_is_live_on_the_usual_terms() {
    let shop = Shop::open().await;
    let wanted = json!({ "name": "Golden Rooster" });
    let answer = shop.api.operator().post("/v1/partners", wanted).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let partner = answer.json();
    assert_eq!(partner["mode"], "live");
    assert_eq!(partner["state"], "active");
    assert_eq!(partner["api"], Value::Null);
    assert_eq!(partner["terms"], usual_terms());
}

#[tokio::test]
async fn everything_that_is_agreed_is_shown_as_it_was_agreed() {
    let shop = Shop::open().await;
    let mut terms = usual_terms();
    for (name, value) in [
        (
            "billing",
            json!({ "type": "postpaid", "credit_limit": cny(500_000) }),
        ),
        ("alert_below", cny(50_000)),
        (
            "points_price",
            json!({ "per_points": 100, "price": cny(80) }),
        ),
        ("conversion", json!({ "per": cny(1_000), "points": 2 })),
        (
            "limits",
            json!({ "grants_a_day": 9, "points_a_day": 900, "points_a_grant": 90 }),
        ),
        ("claim_days", json!(7)),
    ] {
        terms[name] = value;
    }
    let wanted = json!({
        "name": "Golden Rooster",
        "mode": "sandbox",
        "terms": terms,
        "api": { "base": "https://chain.example/planet" },
    });
    let answer = shop
        .api
        .operator()
        .post("/v1/partners", wanted.clone())
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let partner = answer.json();
    for member in ["mode", "terms", "api"] {
        assert_eq!(partner[member], wanted[member]);
    }
}

#[tokio::test]
async fn an_edit_changes_what_it_names_in_the_version_that_it_is_based_on() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let email = json!({ "contact_email": "a@example.org" });
    let edited = patch(&shop, &partner, Some("\"1\""), email).await;
    assert_eq!((edited.status, edited.header("etag")), (200, Some("\"2\"")));
    let stale = patch(&shop, &partner, Some("\"1\""), json!({ "name": "Late" })).await;
    assert_eq!(
        (stale.status, stale.problem_code().as_str()),
        (412, "precondition_failed")
    );
    let renamed = patch(&shop, &partner, None, json!({ "name": "Silver Duck" }))
        .await
        .json();
    assert_eq!(renamed["name"], "Silver Duck");
    assert_eq!(renamed["contact_email"], "a@example.org");
    assert_eq!(renamed["version"], 3);
    let terms = json!({ "billing": { "type": "prepaid" } });
    patch(&shop, &partner, None, json!({ "terms": terms })).await;
    let changes = json!({ "terms": { "claim_days": 5 }, "contact_email": null });
    let changed = patch(&shop, &partner, None, changes).await.json();
    assert_eq!(changed["contact_email"], Value::Null);
    assert_eq!(changed["terms"]["claim_days"], 5);
    assert_eq!(changed["terms"]["billing"], json!({ "type": "postpaid" }));
    let path = format!("/v1/partners/{partner}");
    assert_eq!(shop.api.operator().get(&path).await.json(), changed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_edits_of_one_version_one_is_done() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let edits = (0..6).map(|number| {
        let name = json!({ "name": format!("Name {number}") });
        patch(&shop, &partner, Some("\"1\""), name)
    });
    let answers = futures_util::future::join_all(edits).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.problem_code(), "precondition_failed");
    }
}

#[tokio::test]
async fn a_partner_leaves_the_sandbox_once_and_its_currency_is_fixed_then() {
    let shop = Shop::open().await;
    let wanted = json!({ "name": "Golden Rooster", "mode": "sandbox" });
    let partner = id(&shop.api.operator().post("/v1/partners", wanted).await);
    let hkd = json!({ "terms": { "currency": "HKD" } });
    assert_eq!(patch(&shop, &partner, None, hkd.clone()).await.status, 200);
    let live = act(&shop, &partner, "go-live").await;
    assert_eq!((live.status, &live.json()["mode"]), (200, &json!("live")));
    let again = act(&shop, &partner, "go-live").await;
    assert_eq!(again.json(), live.json());
    assert_eq!(patch(&shop, &partner, None, hkd).await.status, 200);
    let cny = patch(&shop, &partner, None, json!({ "terms": {} })).await;
    assert_eq!(
        (cny.status, cny.problem_code().as_str()),
        (409, "state_conflict")
    );
    let back = patch(&shop, &partner, None, json!({ "mode": "sandbox" })).await;
    assert_eq!(back.problem_code(), "validation_failed");
}

#[tokio::test]
async fn a_partner_is_suspended_and_reinstated_and_twice_is_once() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    for (action, state, version) in [
        ("reinstate", "active", 1),
        ("suspend", "suspended", 2),
        ("suspend", "suspended", 2),
        ("reinstate", "active", 3),
    ] {
        let answer = act(&shop, &partner, action).await;
        assert_eq!(answer.status, 200);
        let moved = answer.json();
        assert_eq!(
            (&moved["state"], &moved["version"]),
            (&json!(state), &json!(version))
        );
    }
}

#[tokio::test]
async fn a_partner_from_before_there_were_terms_is_read_and_changed() {
    #[derive(serde::Serialize)]
    struct Row<'a> {
        pk: &'a str,
        sk: String,
        id: &'a str,
        name: &'a str,
        created_at: &'a str,
    }
    let shop = Shop::open().await;
    let old = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    let row = Row {
        pk: "PARTNERS",
        sk: format!("PARTNER#{old}"),
        id: old,
        name: "Old Rooster",
        created_at: "2026-01-01T00:00:00Z",
    };
    let table = shop.world.table("VouchersTable");
    table.write(Write::put(&table, &row)).await.unwrap();
    let path = format!("/v1/partners/{old}");
    let seen = shop.api.operator().get(&path).await;
    assert_eq!((seen.status, seen.header("etag")), (200, Some("\"1\"")));
    assert_eq!(seen.json()["terms"], usual_terms());
    let edited = patch(&shop, old, Some("\"1\""), json!({ "name": "New Rooster" })).await;
    assert_eq!((edited.status, edited.header("etag")), (200, Some("\"2\"")));
    let hook = Hook::of(&shop, old.to_owned(), &["links"]).await;
    let body = json!({ "transaction_id": "T-1", "member": "M-1" });
    assert_eq!(
        hook.post(&shop.api.anonymous(), "links", body).await.status,
        201
    );
}

#[tokio::test]
async fn an_api_that_is_at_no_public_address_is_refused() {
    let shop = Shop::open().await;
    let inside = IpAddr::from([10, 0, 0, 7]);
    shop.world.internet.resolve("inside.example", &[inside]);
    let partner = shop.partner().await;
    for base in [
        "http://chain.example/planet",
        "https://10.0.0.7/planet",
        "https://localhost/planet",
        "https://chain.example:8443/planet",
        "https://user@chain.example/planet",
        "https://chain.example/planet?tenant=7",
        "https://inside.example/planet",
        "chain",
    ] {
        let api = json!({ "base": base });
        let wanted = json!({ "name": "Golden Rooster", "api": api });
        let entered = shop.api.operator().post("/v1/partners", wanted).await;
        assert_eq!(
            (entered.status, entered.problem_code().as_str()),
            (422, "url_not_allowed")
        );
        let edited = patch(&shop, &partner, None, json!({ "api": api })).await;
        assert_eq!(edited.problem_code(), "url_not_allowed", "{base}");
    }
    assert!(shop.world.internet.dials().is_empty());
}

#[tokio::test]
async fn terms_that_cannot_be_kept_are_refused_with_their_field() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    for (terms, pointer) in [
        (json!({ "claim_days": 0 }), "/terms"),
        (json!({ "claim_days": "30" }), "/terms/claim_days"),
        (
            json!({ "alert_below": { "minor": 1, "currency": "HKD" } }),
            "/terms",
        ),
        (
            json!({ "billing": { "type": "prepaid", "credit_limit": cny(1) } }),
            "/terms",
        ),
        (
            json!({ "limits": { "grants_a_year": 1 } }),
            "/terms/limits/grants_a_year",
        ),
        (json!(null), "/terms"),
    ] {
        let answer = patch(&shop, &partner, None, json!({ "terms": terms })).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{terms}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{terms}");
    }
}

#[tokio::test]
async fn what_moves_a_partner_is_for_operators_alone() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let path = format!("/v1/partners/{partner}");
    for (method, path) in [
        ("PATCH", path.clone()),
        ("POST", format!("{path}/suspend")),
        ("POST", format!("{path}/reinstate")),
        ("POST", format!("{path}/go-live")),
    ] {
        let member = shop.api.caller(account("ada"));
        for (client, code) in [
            (member, "forbidden"),
            (shop.api.anonymous(), "unauthenticated"),
        ] {
            let answer = client.request(method, &path).json(json!({})).send().await;
            assert_eq!(answer.problem_code(), code, "{method} {path}");
        }
        let nobody = path.replace(&partner, "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3");
        let operator = shop.api.operator();
        let answer = operator
            .request(method, &nobody)
            .json(json!({}))
            .send()
            .await;
        assert_eq!(answer.problem_code(), "not_found", "{method} {path}");
    }
}

#[tokio::test]
async fn a_reward_is_not_published_at_a_price_in_a_currency_that_was_given_up() {
    let shop = Shop::open().await;
    let wanted = json!({ "name": "Golden Rooster", "mode": "sandbox" });
    let partner = id(&shop.api.operator().post("/v1/partners", wanted).await);
    let mut rewards = Vec::new();
    for price in [json!({}), json!({ "unit_price": cny(1_500) })] {
        let mut fields = price;
        fields["partner_id"] = json!(partner);
        rewards.push(shop.draft(fields).await);
    }
    let terms = json!({ "currency": "HKD" });
    let changed = patch(&shop, &partner, None, json!({ "terms": terms })).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(act(&shop, &partner, "go-live").await.status, 200);
    for reward in rewards {
        let path = format!("/v1/rewards/{reward}");
        let operator = shop.api.operator();
        let published = json!({ "status": "published" });
        let refused = operator.patch(&path, published.clone()).await;
        assert_eq!(
            (refused.status, refused.problem_code().as_str()),
            (422, "validation_failed")
        );
        let mut agreed = published;
        agreed["unit_price"] = json!({ "minor": 1_600, "currency": "HKD" });
        assert_eq!(operator.patch(&path, agreed).await.status, 200);
    }
}
