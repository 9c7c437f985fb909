//! Many links at the same time.

use testkit::{Answer, Client};
use tokio::task::JoinSet;

use crate::{
    lounge::{Lounge, confirm},
    secrecy::everything_in,
};

/// Confirms many codes at once; each is somebody's.
async fn all_at_once(lounge: &Lounge, codes: Vec<(Client, String)>) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for (member, code) in codes {
        tasks.spawn(async move { confirm(&member, &code).await });
    }
    let answers = tasks.join_all().await;
    let linked = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(linked, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.problem_code(), "link_conflict");
    }
    let linked = everything_in(&lounge.shop, "VouchersTable").await;
    assert_eq!(linked.matches("\"MEMBER#").count(), 1);
    assert_eq!(linked.matches("\"LINKED#").count(), 1);
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_links_for_one_account_at_once_there_is_one() {
    let lounge = Lounge::open().await;
    let mut codes = Vec::new();
    for number in 0..6 {
        let code = lounge
            .code_of(&format!("T-{number}"), &format!("M-{number}"))
            .await;
        codes.push((lounge.member("ada"), code));
    }
    all_at_once(&lounge, codes).await;
    assert_eq!(lounge.links_of("ada").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_links_for_one_member_id_at_once_there_is_one() {
    let lounge = Lounge::open().await;
    let mut codes = Vec::new();
    for number in 0..6 {
        let code = lounge.code_of(&format!("T-{number}"), "M-1").await;
        codes.push((lounge.member(&number.to_string()), code));
    }
    all_at_once(&lounge, codes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tries_of_one_confirmation_have_one_effect_and_one_answer() {
    let lounge = Lounge::open().await;
    let code = lounge.code_for("ada").await;
    let hooks = (0..6).map(|_| lounge.partner_confirms("T-1", &code, "M-1"));
    let answers = futures_util::future::join_all(hooks).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.body, answers[0].body);
    }
    let new = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(new.count(), 1);
}
