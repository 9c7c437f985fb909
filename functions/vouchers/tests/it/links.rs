//! Links between accounts and members of partners.

use serde_json::{Value, json};

use crate::{
    hooks::Hook,
    lounge::{Lounge, confirm, text, unlink},
    secrecy::everything_in,
    shop::{Shop, account},
};

#[tokio::test]
async fn a_member_asks_for_a_code_and_the_partner_confirms_with_it() {
    let lounge = Lounge::open().await;
    let path = format!("/v1/partners/{}/links", lounge.hook.partner);
    let offer = lounge.member("ada").post(&path, json!({})).await.json();
    assert_eq!(offer["expires_at"], "2026-06-01T12:15:00Z");
    assert_eq!(offer["code"].as_str().unwrap().len(), 8);
    assert_eq!(lounge.links_of("ada").await, [] as [Value; 0]);
    let linked = lounge
        .partner_confirms("T-1", offer["code"].as_str().unwrap(), "M-1")
        .await;
    assert_eq!(linked.status, 200);
    assert_eq!(
        linked.json(),
        json!({
            "id": offer["link"],
            "member": "M-1",
            "linked_at": "2026-06-01T12:00:00Z",
            "unlinked_at": null,
            "sandbox": false,
        })
    );
    let partner = json!({ "id": lounge.hook.partner, "name": "Golden Rooster" });
    assert_eq!(
        lounge.links_of("ada").await,
        [json!({
            "id": offer["link"],
            "partner": partner,
            "member": "M-1",
            "linked_at": "2026-06-01T12:00:00Z",
            "sandbox": false,
        })]
    );
}

#[tokio::test]
async fn a_partner_asks_for_a_code_and_the_member_types_it_in_as_people_do() {
    let lounge = Lounge::open().await;
    let code = lounge.code_of("T-1", "M-1").await;
    let typed = format!(" {}-{} ", &code[..4], &code[4..])
        .to_lowercase()
        .replace('0', "o");
    let ada = lounge.member("ada");
    let linked = confirm(&ada, &typed).await;
    assert_eq!(linked.status, 200, "{}", linked.text());
    assert_eq!(lounge.links_of("ada").await, [linked.json()]);
    let again = confirm(&ada, &code).await;
    assert_eq!(again.json(), linked.json());
    let other = confirm(&lounge.member("ben"), &code).await;
    assert_eq!(other.problem_code(), "not_found");
}

#[tokio::test]
async fn a_repeated_transaction_is_answered_alike_and_another_under_its_id_is_a_conflict() {
    let lounge = Lounge::open().await;
    let offer = json!({ "transaction_id": "T-1", "member": "M-1" });
    let first = lounge.hooked("links", offer.clone()).await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (201, None)
    );
    let again = lounge.hooked("links", offer).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(again.body, first.body);
    let code = lounge.code_for("ada").await;
    for (path, body) in [
        ("links", json!({ "transaction_id": "T-1", "member": "M-2" })),
        (
            "links/confirm",
            json!({ "transaction_id": "T-1", "code": code, "member": "M-2" }),
        ),
    ] {
        let other = lounge.hooked(path, body).await;
        assert_eq!(
            (other.status, other.problem_code().as_str()),
            (409, "transaction_conflict")
        );
    }
    let confirmed = lounge.partner_confirms("T-2", &code, "M-2").await;
    let again = lounge.partner_confirms("T-2", &code, "M-2").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(again.body, confirmed.body);
    let other = lounge.partner_confirms("T-2", &code, "M-3").await;
    assert_eq!(other.problem_code(), "transaction_conflict");
    let elsewhere = Hook::open(&lounge.shop).await;
    let same_id = json!({ "transaction_id": "T-1", "member": "M-9" });
    let anyone = lounge.shop.api.anonymous();
    assert_eq!(elsewhere.post(&anyone, "links", same_id).await.status, 201);
}

#[tokio::test]
async fn either_side_ends_a_link_and_both_are_free_for_others() {
    let lounge = Lounge::open().await;
    let link = lounge.link("ada", "M-1").await;
    let ada = lounge.member("ada");
    assert_eq!(unlink(&ada, &link).await.status, 204);
    assert_eq!(unlink(&ada, &link).await.status, 204);
    assert_eq!(lounge.links_of("ada").await.len(), 0);
    let too_late = lounge.partner_unlinks("U-1", &link).await;
    assert_eq!(too_late.json()["unlinked_at"], "2026-06-01T12:00:00Z");
    let code = lounge.code_of("T-2", "M-1").await;
    assert_eq!(confirm(&lounge.member("ben"), &code).await.status, 200);
    let code = lounge.code_of("T-3", "M-2").await;
    let linked = confirm(&ada, &code).await.json();
    lounge.wait(60);
    let link = text(&linked["id"]);
    let ended = lounge.partner_unlinks("U-2", &link).await;
    assert_eq!(ended.json()["unlinked_at"], "2026-06-01T12:01:00Z");
    let again = lounge.partner_unlinks("U-2", &link).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, ended.body);
    assert_eq!(lounge.links_of("ada").await.len(), 0);
}

#[tokio::test]
async fn what_is_linked_in_the_sandbox_stays_there() {
    let shop = Shop::open().await;
    let hook = Hook::with(&shop, json!({ "mode": "sandbox" })).await;
    let lounge = Lounge { shop, hook };
    lounge.link("ada", "M-1").await;
    assert_eq!(lounge.links_of("ada").await[0]["sandbox"], true);
    let (of_member, of_partner) = (
        lounge.code_for("ben").await,
        lounge.code_of("T-1", "M-2").await,
    );
    let live = format!("/v1/partners/{}/go-live", lounge.hook.partner);
    assert_eq!(
        lounge
            .shop
            .api
            .operator()
            .post(&live, json!({}))
            .await
            .status,
        200
    );
    let late = lounge.partner_confirms("T-2", &of_member, "M-3").await;
    assert_eq!(late.problem_code(), "not_found");
    let late = confirm(&lounge.member("ben"), &of_partner).await;
    assert_eq!(late.problem_code(), "not_found");
    let body = json!({ "transaction_id": "T-1", "member": "M-1" });
    let anew = lounge.hooked("links", body).await;
    assert_eq!(
        anew.status,
        201,
        "ids of the sandbox are free: {}",
        anew.text()
    );
    lounge.link("ada", "M-1").await;
    assert_eq!(lounge.links_of("ada").await.len(), 2);
}

#[tokio::test]
async fn codes_are_kept_nowhere_and_the_partner_is_told_of_its_member_alone() {
    let lounge = Lounge::open().await;
    let stream = lounge
        .shop
        .world
        .app("VouchersStream", vouchers::build)
        .await;
    let code = lounge.code_for("ada").await;
    for table in ["VouchersTable", "RequestsTable"] {
        assert!(
            !everything_in(&lounge.shop, table).await.contains(&code),
            "{table}"
        );
    }
    let linked = lounge.partner_confirms("T-1", &code, "M-1").await.json();
    unlink(&lounge.member("ada"), linked["id"].as_str().unwrap()).await;
    lounge.shop.world.pump("VouchersTable", &stream).await;
    let told = lounge.shop.world.messages("WebhooksQueue").await;
    let kinds: Vec<_> = told.iter().map(|event| text(&event["type"])).collect();
    assert_eq!(kinds, ["partner_link.linked", "partner_link.unlinked"]);
    for event in told {
        assert_eq!(event["subject"], linked["id"]);
        assert_eq!(event["data"]["audience"], json!([lounge.hook.partner]));
        assert_eq!(event["data"]["payload"]["member"], "M-1");
        assert!(
            !event.to_string().contains(&account("ada").to_string()),
            "{event}"
        );
    }
}
