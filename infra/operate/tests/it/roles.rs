//! Who operates the platform.

use crate::desk::{Desk, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn the_role_is_given_and_taken_by_hand() {
    let desk = Desk::open().await;
    let account = desk.operator("one").await;
    let may = desk.type_as("one", &["waiting"]).await;
    assert_eq!(may.code, 0, "{may:?}");
    let table = desk.accounts_table();
    for _ in 0..2 {
        let words = ["operators", "remove", &account, "--table", &table];
        let removed = desk.type_stack(&words).await;
        assert_eq!(removed.code, 0, "{removed:?}");
    }
    desk.sign_in("one", "one@example.com", PASSWORD).await;
    let may_not = desk.type_as("one", &["waiting"]).await;
    assert_eq!(may_not.code, 1);
    assert!(may_not.complaint.contains("forbidden"), "{may_not:?}");

    let nobody = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    let words = ["operators", "add", nobody, "--table", &table];
    let unknown = desk.type_stack(&words).await;
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.complaint.contains("there is no account"),
        "{unknown:?}"
    );
    desk.planet.stop().await.unwrap();
}
