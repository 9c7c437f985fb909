//! What is not understood.

use crate::desk::{operate, outcome};

#[tokio::test]
async fn help_says_everything_and_ends_well() {
    for words in [&["--help"][..], &["-h"], &["waiting", "--help"]] {
        let help = outcome(operate(words), "").await;
        assert_eq!(help.code, 0);
        for (verb, _) in operate::decision::DECISIONS
            .iter()
            .map(|decision| (decision.verb, decision.prefix))
        {
            assert!(help.printed.contains(verb), "{verb}");
        }
    }
}

#[tokio::test]
async fn what_is_not_understood_does_nothing_and_ends_with_two() {
    for words in [
        &[][..],
        &["dance"],
        &["approve"],
        &["approve", "shp_1", "--reason", "nice"],
        &["approve", "fan@example.com"],
        &["uphold", "shp_1", "--reason", "x"],
        &["adjust", "acct_1", "5", "--reason", "x"],
        &[
            "adjust",
            "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "five",
            "--reason",
            "x",
        ],
        &["adjust", "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "5"],
        &["sign-in", "operator@example.com"],
        &["waiting", "--most", "3"],
        &["redrive", "ListensQueueDead", "--most", "some"],
        &["redrive", "ListensQueueDead", "--most"],
        &["dead", "--json", "--json"],
        &["dead", "--fast"],
        &["send", "EAT", "/v1/partners"],
        &["send", "GET", "/v1/../x", "{"],
        &["operators", "add", "someone"],
    ] {
        let done = outcome(operate(words), "").await;
        assert_eq!(done.code, 2, "{words:?}: {done:?}");
        assert_eq!(done.complaint.lines().count(), 1, "{done:?}");
        assert!(done.printed.is_empty());
    }
}

#[tokio::test]
async fn without_credentials_or_a_place_for_a_session_it_says_what_is_missing() {
    let dead = outcome(operate(&["dead"]), "").await;
    assert_eq!(dead.code, 1);
    assert!(dead.complaint.contains("AWS_REGION"), "{dead:?}");
    let waiting = outcome(operate(&["waiting"]), "").await;
    assert_eq!(waiting.code, 1);
    assert!(waiting.complaint.contains("HOME"), "{waiting:?}");
}
