//! Rights cases: claims and answers.

use serde_json::{Value, json};
use testkit::Answer;

use crate::rights_stage::{Stage, account, done, id, organization};

pub(crate) const ABSENT: &str = "01J8Z3K4M5N6P7Q8R9S0T1V2W3";

/// A track of a label that is for sale, and somebody's case about it.
pub(crate) struct Quarrel {
    pub(crate) stage: Stage,
    pub(crate) shop: String,
    pub(crate) listing: String,
    pub(crate) case: String,
}

impl Quarrel {
    pub(crate) async fn begin() -> Self {
        let stage = Stage::set().await;
        let (_, recording) = stage.song("label").await;
        let shop = stage.shop("label", "CN").await;
        let listing = stage.track("label", &shop, &recording).await;
        let claimant = stage.api.caller(account("ada"));
        let case = id(&claimant.post("/v1/rights-cases", claim(&listing)).await);
        Self {
            stage,
            shop,
            listing,
            case,
        }
    }

    pub(crate) async fn rule(&self, step: &str) -> Answer {
        let path = format!("/v1/rights-cases/{}/{step}", self.case);
        let reason = json!({ "reason": "The register says so." });
        let operator = self.stage.api.operator();
        if step == "suspend-listing" {
            operator.request("POST", &path).send().await
        } else {
            operator.post(&path, reason).await
        }
    }

    pub(crate) async fn answer(&self) -> Answer {
        let path = format!("/v1/rights-cases/{}/counter-notice", self.case);
        let body = json!({ "statement": "We wrote it.", "evidence": ["A letter"] });
        self.stage.member("label").post(&path, body).await
    }

    pub(crate) async fn listing_state(&self) -> Value {
        self.stage.state("label", &self.shop, &self.listing).await
    }
}

/// A claim that a listing may not be sold.
pub(crate) fn claim(listing: &str) -> Value {
    json!({
        "listing": listing,
        "claim": "I wrote this song.",
        "evidence": ["https://example.org/first-recording", "A notebook of 2019"],
    })
}

#[tokio::test]
async fn whoever_is_signed_in_opens_a_case_and_its_parties_and_operators_see_it() {
    let Quarrel {
        stage,
        listing,
        case,
        ..
    } = Quarrel::begin().await;
    let path = format!("/v1/rights-cases/{case}");
    let ada = stage.api.caller(account("ada"));
    let mut shown = ada.get(&path).await.json();
    for party in [stage.member("label"), stage.api.operator()] {
        assert_eq!(party.get(&path).await.json(), shown);
    }
    for stranger in [stage.api.caller(account("ben")), stage.member("store")] {
        assert_eq!(stranger.get(&path).await.problem_code(), "not_found");
    }
    assert_eq!(
        stage.api.anonymous().get(&path).await.problem_code(),
        "unauthenticated"
    );
    let absent = format!("/v1/rights-cases/rcs_{ABSENT}");
    assert_eq!(
        stage.api.operator().get(&absent).await.problem_code(),
        "not_found"
    );
    shown.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        shown,
        json!({
            "listing": listing,
            "subject": null,
            "seller": organization("label"),
            "claimant": { "account": account("ada"), "organization": null },
            "claim": "I wrote this song.",
            "evidence": ["https://example.org/first-recording", "A notebook of 2019"],
            "state": "opened",
            "suspended_at": null,
            "counter_notice": null,
            "ruling": null,
            "opened_at": "2026-06-01T12:00:00Z",
        })
    );
}

#[tokio::test]
async fn an_organization_claims_as_such_and_its_people_see_the_case_with_its_token() {
    let Quarrel { stage, listing, .. } = Quarrel::begin().await;
    let work = stage.work("publisher").await;
    let mut body = claim(&listing);
    body["subject"] = json!(work);
    let publisher = stage.member("publisher");
    let case = id(&publisher.post("/v1/rights-cases", body).await);
    let path = format!("/v1/rights-cases/{case}");
    let shown = publisher.get(&path).await.json();
    assert_eq!(shown["subject"], work);
    assert_eq!(shown["claimant"]["organization"], organization("publisher"));
    let former = stage.api.caller(account("publisher"));
    assert_eq!(former.get(&path).await.problem_code(), "not_found");
}

#[tokio::test]
async fn a_seller_answers_once_and_nobody_else_does() {
    let quarrel = Quarrel::begin().await;
    let stage = &quarrel.stage;
    let path = format!("/v1/rights-cases/{}/counter-notice", quarrel.case);
    let body = json!({ "statement": "It is ours." });
    for (client, code) in [
        (stage.member("store"), "not_found"),
        (stage.api.caller(account("ada")), "organization_required"),
        (stage.api.operator(), "organization_required"),
        (stage.api.anonymous(), "unauthenticated"),
    ] {
        assert_eq!(client.post(&path, body.clone()).await.problem_code(), code);
    }
    let answered = quarrel.answer().await;
    done(&answered);
    let case = answered.json();
    assert_eq!(case["state"], "counter_notice");
    assert_eq!(
        case["counter_notice"],
        json!({
            "statement": "We wrote it.",
            "evidence": ["A letter"],
            "given_at": "2026-06-01T12:00:00Z",
        })
    );
    assert_eq!(quarrel.answer().await.problem_code(), "state_conflict");
    assert_eq!(quarrel.listing_state().await, "published");
}

#[tokio::test]
async fn operators_list_all_cases_and_parties_their_own() {
    let quarrel = Quarrel::begin().await;
    let stage = &quarrel.stage;
    stage.advance_s(1);
    let ben = stage.api.caller(account("ben"));
    let second = id(&ben.post("/v1/rights-cases", claim(&quarrel.listing)).await);
    let (case, path) = (&quarrel.case, "/v1/rights-cases");
    let ada = stage.api.caller(account("ada"));
    let label = stage.member("label");
    let operator = stage.api.operator();
    for (client, path, expected) in [
        (&operator, path, vec![case.as_str(), &second]),
        (&operator, "/v1/rights-cases?decided=true", vec![]),
        (&label, path, vec![case, &second]),
        (&ada, path, vec![case]),
        (&stage.member("store"), path, vec![]),
    ] {
        assert_eq!(ids(&client.get(path).await), expected);
    }
    let first = operator.get("/v1/rights-cases?limit=1").await;
    assert_eq!(ids(&first), [case.as_str()]);
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = operator
        .get(&format!("/v1/rights-cases?cursor={cursor}"))
        .await;
    assert_eq!(ids(&rest), [second.as_str()]);
    done(&quarrel.rule("dismiss").await);
    assert_eq!(ids(&operator.get(path).await), [second.as_str()]);
    let decided = operator.get("/v1/rights-cases?decided=true").await;
    assert_eq!(ids(&decided), [case.as_str()]);
    for query in ["limit=0", "cursor=%21", "decided=perhaps", "state=opened"] {
        let answer = operator.get(&format!("/v1/rights-cases?{query}")).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
    assert_eq!(
        stage.api.anonymous().get(path).await.problem_code(),
        "unauthenticated"
    );
}

#[tokio::test]
async fn what_is_no_claim_is_refused_with_its_field() {
    let quarrel = Quarrel::begin().await;
    let stage = &quarrel.stage;
    let unseen = {
        let (_, recording) = stage.song("label").await;
        stage.draft_track("label", &quarrel.shop, &recording).await
    };
    let ben = stage.api.caller(account("ben"));
    for (field, value, pointer) in [
        ("listing", json!("x"), "/listing"),
        ("listing", json!(format!("lst_{ABSENT}")), "/listing"),
        ("listing", json!(unseen), "/listing"),
        ("subject", json!("x"), "/subject"),
        ("subject", json!(null), "/subject"),
        ("subject", json!(format!("wrk_{ABSENT}")), "/subject"),
        ("claim", json!(""), "/claim"),
        ("claim", json!("x".repeat(4_001)), "/claim"),
        ("evidence", json!([""]), "/evidence/0"),
        ("evidence", json!(vec!["x"; 11]), "/evidence"),
        ("state", json!("upheld"), "/state"),
    ] {
        let mut body = claim(&quarrel.listing);
        body[field] = value.clone();
        let answer = ben.post("/v1/rights-cases", body).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            pointer,
            "{field}: {value}"
        );
    }
    let own = stage
        .member("label")
        .post("/v1/rights-cases", claim(&quarrel.listing))
        .await;
    assert_eq!(own.json()["errors"][0]["pointer"], "/listing");
    let anonymous = stage.api.anonymous();
    let answer = anonymous
        .post("/v1/rights-cases", claim(&quarrel.listing))
        .await;
    assert_eq!(answer.problem_code(), "unauthenticated");
}

#[tokio::test]
async fn claims_are_not_made_by_the_hundred() {
    let quarrel = Quarrel::begin().await;
    let ben = quarrel.stage.api.caller(account("ben"));
    for number in 0..21 {
        let answer = ben.post("/v1/rights-cases", claim(&quarrel.listing)).await;
        let expected = if number < 20 { 201 } else { 429 };
        assert_eq!(answer.status, expected, "{}", answer.text());
    }
    let cai = quarrel.stage.api.caller(account("cai"));
    id(&cai.post("/v1/rights-cases", claim(&quarrel.listing)).await);
}

fn ids(answer: &Answer) -> Vec<String> {
    let page = answer.json();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}
