//! Reading one message.
//!
//! It is read in one go into just what is needed, texts borrowed from its body: reading is most of
//! what a play costs. So `data` is one shape for all kinds of event, and only then the kind says
//! which of it must be there.

use std::{borrow::Cow, fmt};

use kernel::{Id, kind};
use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use wallet::{Play, UnknownZone, Zone};

/// What a message says of a member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// They have listened.
    Listens(Vec<Play>),
    /// Their account, in this version, has this time zone.
    Zone { version: u64, zone: Zone },
}

/// Why a message cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum MessageError {
    /// It is not an event, or not of the shape of its kind.
    #[error("it is no event of ours: {0}")]
    Malformed(#[from] serde_json::Error),
    /// This context knows nothing of such events.
    #[error("events of kind {0:?} are not for this context")]
    UnknownKind(String),
    /// Something that its kind must have is not there.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// The account's zone is not one we know.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    version: u64,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    account: Id<kind::Account>,
    listens: Option<Listens>,
    #[serde(borrow)]
    time_zone: Option<Cow<'a, str>>,
}

/// Reads a message: about whom it is, and what it says.
pub(super) fn read(body: &str) -> Result<(Id<kind::Account>, News), MessageError> {
    let envelope: Envelope<'_> = serde_json::from_str(body)?;
    let data = envelope.data;
    let news = match envelope.kind.as_ref() {
        "listening.listens_submitted" => {
            let listens = data.listens.ok_or(MessageError::Missing("listens"))?;
            News::Listens(listens.0)
        }
        "account.registered" | "account.updated" => {
            let zone = data.time_zone.ok_or(MessageError::Missing("time_zone"))?;
            News::Zone {
                version: envelope.version,
                zone: Zone::parse(&zone)?,
            }
        }
        unknown => return Err(MessageError::UnknownKind(unknown.to_owned())),
    };
    Ok((data.account, news))
}

/// Pairs of begin and end, read without a list of pairs in between.
struct Listens(Vec<Play>);

impl<'de> Deserialize<'de> for Listens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listens, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Listens;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of [start, end] in seconds, each end after its start")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Listens, A::Error> {
                let mut plays = Vec::with_capacity(pairs.size_hint().unwrap_or(32));
                while let Some((start_s, end_s)) = pairs.next_element::<(i64, i64)>()? {
                    if end_s <= start_s {
                        return Err(de::Error::custom("a listen ends before it begins"));
                    }
                    plays.push(Play { start_s, end_s });
                }
                Ok(Listens(plays))
            }
        }

        deserializer.deserialize_seq(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3";

    fn event(kind: &str, data: &str) -> String {
        format!(
            r#"{{"id":"evt_01J8Z3K4M5N6P7Q8R9S0T1V2W3","type":"{kind}","subject":"{ACCOUNT}",
            "version":7,"occurred_at":"2026-06-01T12:00:00Z","data":{data}}}"#
        )
    }

    #[test]
    fn listens_are_read() {
        let data = format!(
            r#"{{"account":"{ACCOUNT}","received_at":1780315200,"listens":[[1,2],[60,90]]}}"#
        );
        let (account, news) = read(&event("listening.listens_submitted", &data)).unwrap();
        assert_eq!(account.to_string(), ACCOUNT);
        let plays = [(1, 2), (60, 90)].map(|(start_s, end_s)| Play { start_s, end_s });
        assert_eq!(news, News::Listens(plays.to_vec()));
    }

    #[test]
    fn an_account_s_zone_is_read_with_its_version() {
        let data = format!(
            r#"{{"account":"{ACCOUNT}","display_name":"Zo\u00eb","time_zone":"Asia\/Shanghai"}}"#
        );
        for kind in ["account.registered", "account.updated"] {
            let (_, news) = read(&event(kind, &data)).unwrap();
            let zone = Zone::parse("Asia/Shanghai").unwrap();
            assert_eq!(news, News::Zone { version: 7, zone });
        }
    }

    #[test]
    fn what_is_no_event_of_ours_is_refused() {
        let listens = |listens: &str| {
            let data = format!(r#"{{"account":"{ACCOUNT}","listens":{listens}}}"#);
            event("listening.listens_submitted", &data)
        };
        let zone = |zone: &str| {
            let data = format!(r#"{{"account":"{ACCOUNT}","time_zone":{zone}}}"#);
            event("account.updated", &data)
        };
        for body in [
            String::new(),
            "not JSON".to_owned(),
            "{}".to_owned(),
            "[]".to_owned(),
            "null".to_owned(),
            "\"\u{0}\"".to_owned(),
            event("listening.listens_submitted", "{}"),
            event("listening.listens_submitted", "null"),
            event("voucher.issued", &format!(r#"{{"account":"{ACCOUNT}"}}"#)),
            event(
                "account.updated",
                r#"{"account":"acct_1","time_zone":"UTC"}"#,
            ),
            event("account.updated", &format!(r#"{{"account":"{ACCOUNT}"}}"#)),
            zone("\"Mars/Olympus\""),
            zone("8"),
            listens("{}"),
            listens("[[1]]"),
            listens("[[1,2,3]]"),
            listens("[[2,1]]"),
            listens("[[1,1]]"),
            listens("[[1.0,2.5]]"),
            listens("[[\"1\",\"2\"]]"),
            listens("[[1,99999999999999999999]]"),
            format!("{} ]", listens("[]")),
        ] {
            assert!(read(&body).is_err(), "{body}");
        }
    }
}
