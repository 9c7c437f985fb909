//! The item: its size, and what is refused as one.

use std::convert::Infallible;

use jiff::SignedDuration;
use platform::table::{Item, Key};
use serde_json::{Value, json};
use wallet::{Play, Rules, Zone};

use crate::{earn, member, start};

/// The size that DynamoDB bills, by its documentation: names and texts by their bytes, numbers by
/// two digits a byte and one, lists and maps 3 bytes and one an element.
fn size_bytes(attributes: &Value) -> usize {
    let attributes = attributes.as_object().unwrap();
    let sizes = attributes
        .iter()
        .map(|(name, value)| name.len() + value_bytes(value));
    sizes.sum()
}

fn value_bytes(value: &Value) -> usize {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "S" => value.as_str().unwrap().len(),
        "B" => value.as_str().unwrap().len().div_ceil(4) * 3,
        "N" => value.as_str().unwrap().len().div_ceil(2) + 1,
        "L" => {
            let elements = value.as_array().unwrap().iter();
            3 + elements
                .map(|element| 1 + value_bytes(element))
                .sum::<usize>()
        }
        "M" => 3 + value.as_object().unwrap().len() + size_bytes(value),
        other => panic!("an attribute of kind {other}"),
    }
}

/// A listener of more than a year: a day in each month, and since a month eight sessions a day of
/// nine to 44 minutes at odd times.
#[tokio::test]
async fn the_wallet_of_a_busy_listener_takes_one_write_unit() {
    let (world, wallets) = start().await;
    let account = member("busy");
    let table = world.table("WalletsTable");
    let key = Key::partition(account.to_string());
    let first_day_s = world.clock.now_seconds();
    let rules = Rules::founding();
    let zone = Zone::parse("America/Argentina/Buenos_Aires").unwrap();
    let mut sizes = Vec::new();
    for day in (0..370).filter(|day| day % 30 == 0 || *day > 340) {
        let now = world.clock.now();
        let end_of_day_s = first_day_s + (day + 1) * 86_400 - now.as_second();
        let until_its_end = SignedDuration::from_secs(end_of_day_s);
        world.clock.advance(until_its_end).unwrap();
        let now = world.clock.now();
        for session in 0..8 {
            let (day, session): (i64, i64) = (day, session);
            let start_s = first_day_s
                + day * 86_400
                + session * 10_000
                + (day * 7_919 + session * 104_729) % 7_000;
            let minutes = 9 + (day * 31 + session * 17) % 36;
            let plays = [Play {
                start_s,
                end_s: start_s + minutes * 60,
            }];
            let commit = wallets.commit(account, |wallet| {
                wallet.set_time_zone(zone.clone(), 7, now);
                wallet.mark(&plays, &rules, now);
                Ok::<_, Infallible>(())
            });
            commit.await.unwrap();
        }
        let item = table.get_item(&key).await.unwrap().unwrap();
        let item = serde_json::to_value(item).unwrap();
        sizes.push(size_bytes(&item));
    }
    let largest = sizes.into_iter().max().unwrap();
    assert!(largest < 1_024, "{largest} bytes");
}

#[tokio::test]
async fn an_item_that_does_not_hold_together_is_no_wallet() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("broken");
    let table = world.table("WalletsTable");
    let commit = wallets.commit(account, |wallet| {
        earn(wallet, 100, now);
        Ok::<_, Infallible>(())
    });
    commit.await.unwrap();
    let key = Key::partition(account.to_string());
    let sound = table.get_item(&key).await.unwrap().unwrap();
    let sound = serde_json::to_value(sound).unwrap();
    for (attribute, value) in [
        ("issued", json!({"N": "101"})),
        ("issued", json!({"N": "-100"})),
        ("spent", json!({"N": "1"})),
        ("debt", json!({"N": "9223372036854775808"})),
        ("tz", json!({"S": "Mars/Olympus"})),
        ("m", json!({"B": "////////"})),
        ("d", json!({"B": "AAAA"})),
        ("l", json!({"B": "q6urqw=="})),
        ("l", json!({"S": "lots"})),
        ("h", json!({"L": [{"S": "hold"}]})),
        ("v", json!({"N": "0"})),
        ("v", json!({"S": "1"})),
        ("last", json!({"L": [{"S": "unknown"}]})),
    ] {
        let mut broken = sound.clone();
        broken[attribute] = value.clone();
        let item: Item = serde_json::from_value(broken).unwrap();
        let found = wallets.found(account, Some(item));
        assert!(found.is_err(), "{attribute} = {value}: {found:?}");
    }
    let item: Item = serde_json::from_value(sound).unwrap();
    let other = wallets.found(member("other"), Some(item.clone()));
    assert!(other.is_err(), "a wallet is its account's alone");
    assert!(wallets.found(account, Some(item)).is_ok());
}
