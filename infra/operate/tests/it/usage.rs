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
        &[
            "paid",
            "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        ],
        &["sign-in", "operator@example.com"],
        &[
            "sign-in",
            "operator@example.com",
            "--url",
            "api.example.com",
        ],
        &["waiting", "--most", "3"],
        &["dead"],
        &["dead", "--stack", ""],
        &["redrive", "ListensQueueDead"],
        &[
            "redrive",
            "ListensQueueDead",
            "--stack",
            "planet-dev",
            "--most",
            "some",
        ],
        &["redrive", "ListensQueueDead", "--most"],
        &["dead", "--json", "--json"],
        &["dead", "--stack", "planet-dev", "--fast"],
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
async fn a_stack_is_named_or_stands_in_the_environment() {
    for words in [&["dead"][..], &["redrive", "ListensQueueDead"]] {
        let unnamed = outcome(operate(words), "").await;
        assert_eq!(unnamed.code, 2, "{unnamed:?}");
        assert!(unnamed.complaint.contains("--stack"), "{unnamed:?}");
        let mut empty = operate(words);
        empty.env("STACK", "");
        assert_eq!(outcome(empty, "").await.code, 2);
        // It gets as far as to the credentials.
        let mut set = operate(words);
        set.env("STACK", "planet-dev");
        let set = outcome(set, "").await;
        assert_eq!(set.code, 1, "{set:?}");
        assert!(set.complaint.contains("AWS_REGION"), "{set:?}");
    }
}

#[tokio::test]
async fn a_password_is_sent_in_the_clear_to_this_machine_alone() {
    for url in ["http://api.example.com", "http://192.0.2.1:3000"] {
        let words = ["sign-in", "operator@example.com", "--url", url];
        let refused = outcome(operate(&words), "a password\n").await;
        assert_eq!(refused.code, 2, "{refused:?}");
        assert_eq!(refused.complaint.lines().count(), 1, "{refused:?}");
        assert!(refused.complaint.contains("in the clear"), "{refused:?}");
    }
    // Nobody listens there; it is asked all the same.
    let session = tempfile::tempdir().unwrap();
    let session = session.path().join("session.json");
    let session = session.to_str().unwrap();
    for url in ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"] {
        let words = [
            "sign-in",
            "operator@example.com",
            "--url",
            url,
            "--session",
            session,
        ];
        let unanswered = outcome(operate(&words), "a password\n").await;
        assert_eq!(unanswered.code, 1, "{unanswered:?}");
        assert!(
            unanswered.complaint.contains("no answer came"),
            "{unanswered:?}"
        );
    }
}

#[tokio::test]
async fn without_credentials_or_a_place_for_a_session_it_says_what_is_missing() {
    let dead = outcome(operate(&["dead", "--stack", "planet-dev"]), "").await;
    assert_eq!(dead.code, 1);
    assert!(dead.complaint.contains("AWS_REGION"), "{dead:?}");
    let waiting = outcome(operate(&["waiting"]), "").await;
    assert_eq!(waiting.code, 1);
    assert!(waiting.complaint.contains("HOME"), "{waiting:?}");
}
