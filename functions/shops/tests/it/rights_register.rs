//! Works and recordings.

use serde_json::json;

use crate::rights_stage::{Stage, account, id, organization, recording_in, work_in};

const ABSENT_WORK: &str = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3";

#[tokio::test]
async fn a_label_registers_a_work_and_everybody_who_is_signed_in_sees_it() {
    let stage = Stage::set().await;
    let mut wanted = work_in();
    wanted["iswc"] = json!("T0345246801");
    let answer = stage.member("label").post("/v1/works", wanted).await;
    let mut work = answer.json();
    let path = format!("/v1/works/{}", id(&answer));
    assert_eq!(
        stage.api.caller(account("ben")).get(&path).await.json(),
        work
    );
    work.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        work,
        json!({
            "holder": organization("label"),
            "title": "Night Ferry",
            "writers": [{ "name": "Lin Yi", "role": "composer" }, { "name": "Ada", "role": "lyricist" }],
            "iswc": "T-034.524.680-1",
            "registered_at": "2026-06-01T12:00:00Z",
        })
    );
}

#[tokio::test]
async fn a_label_registers_a_recording_of_anybodys_work() {
    let stage = Stage::set().await;
    let work = stage.work("publisher").await;
    let mut wanted = recording_in(&work);
    wanted["isrc"] = json!("US-RC1-76-07839");
    let answer = stage.member("label").post("/v1/recordings", wanted).await;
    let mut recording = answer.json();
    let path = format!("/v1/recordings/{}", id(&answer));
    assert_eq!(
        stage.api.caller(account("ben")).get(&path).await.json(),
        recording
    );
    recording.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        recording,
        json!({
            "holder": organization("label"),
            "work": work,
            "title": "Night Ferry (Live)",
            "artists": ["The Stalls"],
            "duration_ms": 215_000,
            "isrc": "USRC17607839",
            "registered_at": "2026-06-01T12:00:00Z",
        })
    );
}

#[tokio::test]
async fn a_code_names_one_work_or_recording_however_it_is_written() {
    let stage = Stage::set().await;
    let (ann, ben) = (stage.member("ann"), stage.member("ben"));
    let mut work = work_in();
    work["iswc"] = json!("T-034.524.680-1");
    let first = id(&ann.post("/v1/works", work.clone()).await);
    work["iswc"] = json!("T0345246801");
    let answer = ben.post("/v1/works", work).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "already_registered")
    );

    let mut recording = recording_in(&first);
    recording["isrc"] = json!("USRC17607839");
    id(&ann.post("/v1/recordings", recording.clone()).await);
    recording["isrc"] = json!("US-RC1-76-07839");
    let answer = ben.post("/v1/recordings", recording).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "already_registered")
    );
    assert_eq!(ben.get("/v1/works").await.json()["items"], json!([]));
    assert_eq!(ben.get("/v1/recordings").await.json()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_registrations_of_one_code_at_once_one_is_done() {
    let stage = Stage::set().await;
    let mut wanted = work_in();
    wanted["iswc"] = json!("T-034.524.680-1");
    let tries = (0..16).map(|number| {
        let (member, wanted) = (stage.member(&number.to_string()), wanted.clone());
        async move { member.post("/v1/works", wanted).await.status }
    });
    let mut statuses = futures_util::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(
        statuses[1..].iter().all(|status| *status == 409),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn what_is_no_work_is_refused_with_its_field() {
    let stage = Stage::set().await;
    let writer = json!({ "name": "Lin Yi", "role": "composer" });
    for (field, value, pointer) in [
        ("title", json!(""), "/title"),
        ("title", json!("a\nb"), "/title"),
        ("writers", json!([]), "/writers"),
        ("writers", json!(vec![writer.clone(); 51]), "/writers"),
        (
            "writers",
            json!([{ "name": "Lin Yi", "role": "singer" }]),
            "/writers/0/role",
        ),
        (
            "writers",
            json!([{ "name": "", "role": "composer" }]),
            "/writers/0/name",
        ),
        ("iswc", json!("T-034.524.680-2"), "/iswc"),
        ("iswc", json!("034.524.680-1"), "/iswc"),
        ("iswc", json!(null), "/iswc"),
        ("holder", json!(organization("ben")), "/holder"),
    ] {
        let mut body = work_in();
        body[field] = value.clone();
        let answer = stage.member("label").post("/v1/works", body).await;
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
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_its_field() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    for (field, value, pointer) in [
        ("work", json!(ABSENT_WORK), "/work"),
        ("work", json!("x"), "/work"),
        ("title", json!(""), "/title"),
        ("artists", json!([]), "/artists"),
        ("artists", json!([""]), "/artists/0"),
        ("artists", json!(vec!["x"; 21]), "/artists"),
        ("duration_ms", json!(0), "/duration_ms"),
        ("duration_ms", json!(86_400_001), "/duration_ms"),
        ("duration_ms", json!(1.5), "/duration_ms"),
        ("isrc", json!("USRC1760783"), "/isrc"),
        ("isrc", json!(null), "/isrc"),
    ] {
        let mut body = recording_in(&work);
        body[field] = value.clone();
        let answer = stage.member("label").post("/v1/recordings", body).await;
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
}

#[tokio::test]
async fn an_organization_lists_its_own_works_and_recordings_in_pages_oldest_first() {
    let stage = Stage::set().await;
    let foreign = stage.work("another").await;
    let (mut works, mut recordings) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        works.push(stage.work("label").await);
        recordings.push(stage.recording("label", &foreign).await);
        stage.advance_s(1);
    }
    for (path, expected) in [("/v1/works", works), ("/v1/recordings", recordings)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = stage
                .member("label")
                .get(&format!("{path}?limit=2{cursor}"))
                .await
                .json();
            for item in page["items"].as_array().unwrap() {
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, expected, "{path}");
    }
}

#[tokio::test]
async fn works_and_recordings_are_registered_for_an_organization_by_its_catalogues_people() {
    let stage = Stage::set().await;
    let work = stage.work("label").await;
    let org = kernel::Id::derive(&["label"]);
    for (path, body) in [
        ("/v1/works", work_in()),
        ("/v1/recordings", recording_in(&work)),
    ] {
        let fan = stage.api.caller(account("fan"));
        let seller = stage.api.member(account("seller"), org, &["orders"]);
        assert_eq!(
            fan.post(path, body.clone()).await.problem_code(),
            "organization_required"
        );
        assert_eq!(
            seller.post(path, body.clone()).await.problem_code(),
            "forbidden"
        );
        assert_eq!(fan.get(path).await.problem_code(), "organization_required");
        assert_eq!(seller.get(path).await.problem_code(), "forbidden");
        let anonymous = stage.api.anonymous();
        assert_eq!(
            anonymous.post(path, body).await.problem_code(),
            "unauthenticated"
        );
        assert_eq!(anonymous.get(path).await.problem_code(), "unauthenticated");
        let one = format!("{path}/{ABSENT_WORK}");
        assert_eq!(anonymous.get(&one).await.problem_code(), "unauthenticated");
        assert_eq!(fan.get(&one).await.problem_code(), "not_found");
    }
}
