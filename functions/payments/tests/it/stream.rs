//! What orders is told.

use crate::till::{PRICE, Till};

#[tokio::test]
async fn a_stream_that_is_told_again_tells_the_same_events() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    till.refund("album", "too much", PRICE).await;
    till.open_page("shirt").await;
    till.minutes(20).await;
    let told = till.told().await;
    let kinds: Vec<_> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "payment.captured",
            "refund.succeeded",
            "refund.failed",
            "payment.closed"
        ]
    );
    assert_eq!(till.told().await, told);
}

#[tokio::test]
async fn asking_the_provider_is_nobodys_news() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.minutes(8).await;
    assert!(till.row("album").await.unwrap().number("version") > Some(3));
    assert!(till.told().await.is_empty());
}
