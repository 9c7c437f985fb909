//! Reading many items in one round trip.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};

use super::{Item, Key, Table};
use crate::error::{ErrorKind, ServiceError};

/// The service's own limit on one request.
const MAX_KEYS: usize = 100;
const MAX_TRIES: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(20);

/// Where an item stands: its table's name and its key.
type Place = (String, String, Option<String>);

/// Reads the items at `keys` with strong consistency, in the order of the keys. What the service
/// leaves out of an answer is asked for again.
pub(crate) async fn get_many(
    client: &Client,
    keys: &[(Table, Key)],
) -> Result<Vec<Option<Item>>, ServiceError> {
    let target = keys.first().map(|(table, _)| table.name().to_owned());
    let Some(target) = target else {
        return Ok(Vec::new());
    };
    if keys.len() > MAX_KEYS {
        return Err(ServiceError::new(
            "get",
            target,
            ErrorKind::Refused,
            format!("{} keys are more than {MAX_KEYS}", keys.len()),
        ));
    }
    let mut wanted = requests(keys, &target)?;
    let mut found = HashMap::new();
    for attempt in 0..MAX_TRIES {
        if attempt > 0 {
            tokio::time::sleep(FIRST_BACKOFF * 2_u32.pow(attempt)).await;
        }
        let answer = client
            .batch_get_item()
            .set_request_items(Some(wanted))
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("get", &target, error))?;
        for (table, items) in answer.responses.unwrap_or_default() {
            for item in items {
                if let Some(place) = place_of(&table, &item) {
                    found.insert(place, Item::from_sdk(item));
                }
            }
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            // One key may be asked for twice, hence no `remove`.
            let item = |(table, key): &(Table, Key)| {
                let sk = key.sk().map(str::to_owned);
                let place = (table.name().to_owned(), key.pk().to_owned(), sk);
                found.get(&place).cloned()
            };
            return Ok(keys.iter().map(item).collect());
        }
    }
    Err(ServiceError::busy("get", target))
}

fn requests(
    keys: &[(Table, Key)],
    target: &str,
) -> Result<HashMap<String, KeysAndAttributes>, ServiceError> {
    let mut by_table: HashMap<String, Vec<&Key>> = HashMap::new();
    for (table, key) in keys {
        let keys = by_table.entry(table.name().to_owned()).or_default();
        // The service refuses a request that names one key twice.
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    by_table
        .into_iter()
        .map(|(table, keys)| {
            KeysAndAttributes::builder()
                .set_keys(Some(keys.into_iter().map(Key::to_sdk).collect()))
                .consistent_read(true)
                .build()
                .map(|request| (table, request))
                .map_err(|error| ServiceError::new("get", target, ErrorKind::Refused, error))
        })
        .collect()
}

fn place_of(table: &str, item: &HashMap<String, AttributeValue>) -> Option<Place> {
    let pk = item.get("pk")?.as_s().ok()?.clone();
    let sk = match item.get("sk") {
        Some(sk) => Some(sk.as_s().ok()?.clone()),
        None => None,
    };
    Some((table.to_owned(), pk, sk))
}
