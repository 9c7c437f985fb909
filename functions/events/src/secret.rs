//! What opens the door: a secret for each ticket, known to its holder alone.
//!
//! At rest a secret is there twice: as a keyed hash, by which the door recognises it, and sealed, so
//! that its holder can see it again. Neither says anything without the keys. A transfer code is not
//! at rest at all: it is made again from the offer's id and a key.

use std::{fmt, str::FromStr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Id, kind};
use platform::{SealingError, SealingKey, Secret};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// The keys of this context. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TicketKeys(Arc<Keys>);

struct Keys {
    seal: SealingKey,
    tag: hmac::Key,
    transfer: hmac::Key,
}

/// What a ticket keeps of its secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptSecret {
    /// Keyed hash of ticket and secret, in base 64.
    tag: String,
    /// Nonce, ciphertext and tag, in base 64.
    sealed: String,
}

/// What a holder shows at the door, as a QR code: `<ticket>.<secret>`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TicketCode {
    pub(crate) ticket: Id<kind::Ticket>,
    secret: String,
}

/// What a giver hands to whoever shall have the ticket: `<ticket>.give.<proof>`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TransferCode {
    pub(crate) ticket: Id<kind::Ticket>,
    proof: String,
}

/// Why a text is no code. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no such code")]
pub(crate) struct CodeError;

/// 192 bits: more than anybody can try, and whole characters of base 64.
const SECRET_BYTES: usize = 24;
/// What the secret's characters are then.
const SECRET_LENGTH: usize = 32;
/// Between ticket and proof in a transfer code, so that neither code can be taken for the other.
const GIVE: &str = "give";

impl TicketKeys {
    /// Keys under `secret`.
    pub(crate) fn new(secret: &Secret) -> Self {
        let key = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &secret.derive(purpose));
        Self(Arc::new(Keys {
            seal: SealingKey::new(secret, "ticket secrets"),
            tag: key("ticket secret tags"),
            transfer: key("ticket transfers"),
        }))
    }

    /// A new secret for a ticket, of which only this is kept. Sealed for one ticket, it does not open
    /// beside another.
    pub(crate) fn mint(&self, ticket: Id<kind::Ticket>) -> Result<KeptSecret, SealingError> {
        let mut random = [0; SECRET_BYTES];
        getrandom::fill(&mut random).map_err(|_| SealingError::NoRandomness)?;
        let secret = URL_SAFE_NO_PAD.encode(random);
        let tag = hmac::sign(&self.0.tag, &tagged(ticket, &secret));
        Ok(KeptSecret {
            tag: URL_SAFE_NO_PAD.encode(tag),
            sealed: URL_SAFE_NO_PAD.encode(self.0.seal.seal(&ticket.to_string(), &secret)?),
        })
    }

    /// The code of a ticket: for its holder alone.
    pub(crate) fn code(
        &self,
        ticket: Id<kind::Ticket>,
        kept: &KeptSecret,
    ) -> Result<TicketCode, SealingError> {
        let broken = |_| SealingError::Broken;
        let sealed = URL_SAFE_NO_PAD.decode(&kept.sealed).map_err(broken)?;
        let secret = self.0.seal.open(&ticket.to_string(), &sealed)?;
        Ok(TicketCode { ticket, secret })
    }

    /// Whether a code carries the ticket's secret. Takes as long for a wrong one as for the right.
    pub(crate) fn recognise(&self, code: &TicketCode, kept: &KeptSecret) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(&kept.tag) else {
            return false;
        };
        hmac::verify(&self.0.tag, &tagged(code.ticket, &code.secret), &tag).is_ok()
    }

    /// The code by which an offer of a ticket is taken: the same every time.
    pub(crate) fn transfer_code(
        &self,
        ticket: Id<kind::Ticket>,
        offer: Id<kind::Request>,
    ) -> TransferCode {
        let proof = hmac::sign(&self.0.transfer, &offered(ticket, offer));
        TransferCode {
            ticket,
            proof: URL_SAFE_NO_PAD.encode(proof),
        }
    }

    /// Whether a transfer code is that of an offer.
    pub(crate) fn recognise_transfer(&self, code: &TransferCode, offer: Id<kind::Request>) -> bool {
        let Ok(proof) = URL_SAFE_NO_PAD.decode(&code.proof) else {
            return false;
        };
        hmac::verify(&self.0.transfer, &offered(code.ticket, offer), &proof).is_ok()
    }
}

/// Ids have one length, so that nothing can move from one side of the dot to the other.
fn tagged(ticket: Id<kind::Ticket>, secret: &str) -> Vec<u8> {
    format!("{ticket}.{secret}").into_bytes()
}

fn offered(ticket: Id<kind::Ticket>, offer: Id<kind::Request>) -> Vec<u8> {
    format!("{ticket}.{offer}").into_bytes()
}

impl TicketCode {
    /// The code as text: for the ticket's holder.
    pub(crate) fn reveal(&self) -> String {
        format!("{}.{}", self.ticket, self.secret)
    }
}

impl TransferCode {
    /// The code as text: for the ticket's giver.
    pub(crate) fn reveal(&self) -> String {
        format!("{}.{GIVE}.{}", self.ticket, self.proof)
    }
}

impl FromStr for TicketCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let (ticket, secret) = text.split_once('.').ok_or(CodeError)?;
        let ticket = ticket.parse().map_err(|_| CodeError)?;
        if secret.len() == SECRET_LENGTH && secret.bytes().all(is_of_base_64) {
            let secret = secret.to_owned();
            Ok(Self { ticket, secret })
        } else {
            Err(CodeError)
        }
    }
}

impl FromStr for TransferCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut parts = text.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(ticket), Some(GIVE), Some(proof), None)
                if proof.len() <= 64 && proof.bytes().all(is_of_base_64) =>
            {
                Ok(Self {
                    ticket: ticket.parse().map_err(|_| CodeError)?,
                    proof: proof.to_owned(),
                })
            }
            _ => Err(CodeError),
        }
    }
}

fn is_of_base_64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// None of them has a way to be printed by accident.
macro_rules! unprinted {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(stringify!($name))
            }
        })+
    };
}

unprinted!(KeptSecret, TicketCode, TransferCode, TicketKeys);

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str) -> TicketKeys {
        TicketKeys::new(&Secret::of(secret))
    }

    fn ticket(name: &str) -> Id<kind::Ticket> {
        Id::derive(&[name])
    }

    #[test]
    fn a_secret_is_recognised_and_opened_for_its_ticket_under_its_keys_alone() {
        let one = keys("one");
        let kept = one.mint(ticket("a")).unwrap();
        let code = one.code(ticket("a"), &kept).unwrap();
        assert!(one.recognise(&code, &kept));
        assert!(!keys("two").recognise(&code, &kept));
        let broken = Err(SealingError::Broken);
        assert_eq!(one.code(ticket("b"), &kept), broken);
        assert_eq!(keys("two").code(ticket("a"), &kept), broken);
        let spliced = TicketCode {
            ticket: ticket("b"),
            secret: code.secret.clone(),
        };
        assert!(!one.recognise(&spliced, &kept));
    }

    #[test]
    fn every_mint_is_another_secret_and_the_old_one_is_none_any_more() {
        let keys = keys("one");
        let (old, new) = (keys.mint(ticket("a")), keys.mint(ticket("a")));
        let (old, new) = (old.unwrap(), new.unwrap());
        let code = keys.code(ticket("a"), &old).unwrap();
        assert_ne!(code, keys.code(ticket("a"), &new).unwrap());
        assert!(keys.recognise(&code, &old) && !keys.recognise(&code, &new));
    }

    #[test]
    fn what_is_kept_and_what_is_printed_does_not_show_the_secret() {
        let keys = keys("one");
        let kept = keys.mint(ticket("a")).unwrap();
        let code = keys.code(ticket("a"), &kept).unwrap();
        let stored = serde_json::to_string(&kept).unwrap();
        assert!(!stored.contains(&code.secret));
        assert!(!format!("{kept:?} {code:?} {keys:?}").contains(&code.secret));
    }

    #[test]
    fn a_code_survives_its_text_and_nothing_else_is_one() {
        let keys = keys("one");
        let kept = keys.mint(ticket("a")).unwrap();
        let code = keys.code(ticket("a"), &kept).unwrap();
        assert_eq!(code.reveal().parse(), Ok(code.clone()));
        let transfer = keys.transfer_code(ticket("a"), Id::derive(&["offer"]));
        assert_eq!(transfer.reveal().parse(), Ok(transfer.clone()));
        assert_eq!(code.reveal().parse::<TransferCode>(), Err(CodeError));
        assert_eq!(transfer.reveal().parse::<TicketCode>(), Err(CodeError));
        let id = ticket("a").to_string();
        let short = code.reveal()[..60].to_owned();
        for text in [
            "",
            ".",
            &id,
            &format!("{id}."),
            &short,
            &format!("{short} ~"),
        ] {
            assert_eq!(text.parse::<TicketCode>(), Err(CodeError), "{text}");
            assert_eq!(text.parse::<TransferCode>(), Err(CodeError), "{text}");
        }
    }

    #[test]
    fn a_transfer_code_is_the_same_every_time_and_good_for_one_offer() {
        let keys_one = keys("one");
        let (offer, other) = (Id::derive(&["offer"]), Id::derive(&["other"]));
        let code = keys_one.transfer_code(ticket("a"), offer);
        assert_eq!(code, keys_one.transfer_code(ticket("a"), offer));
        assert!(keys_one.recognise_transfer(&code, offer));
        assert!(!keys_one.recognise_transfer(&code, other));
        assert!(!keys("two").recognise_transfer(&code, offer));
    }
}
