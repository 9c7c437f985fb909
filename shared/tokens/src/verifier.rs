//! The side that everyone may be: tokens in, claims out.

use std::sync::Arc;

use kernel::Clock;
use platform::table::Table;
use tokio::sync::RwLock;

use crate::{
    access::{self, AccessClaims},
    error::TokenError,
    keys::{KeyId, PublicKey, Purpose},
    listening::{ListeningToken, Unverified},
    published::{Keys, PublishedKeys},
};

/// A key that nobody knew a moment ago may have been published since; but whoever invents key ids
/// must not make us read for each of them.
const READ_FOR_UNKNOWN_AFTER_S: i64 = 10;
/// A key that an operator withdrew is trusted no longer than this.
const READ_ANYWAY_AFTER_S: i64 = 300;

/// Verifies tokens with the published keys. Cheap to clone; clones share what they have read.
#[derive(Clone, Debug)]
pub struct Verifier {
    published: PublishedKeys,
    clock: Clock,
    known: Arc<RwLock<Known>>,
}

/// The keys as they were last read.
#[derive(Debug, Default)]
struct Known {
    keys: Keys,
    read_at_s: Option<i64>,
}

/// What is known about one key.
enum Lookup {
    Found(PublicKey),
    Unknown,
    MustRead,
}

impl Verifier {
    /// A verifier that trusts the keys in `table`. It reads nothing yet.
    pub fn new(table: Table, clock: Clock) -> Self {
        Self {
            published: PublishedKeys::new(table),
            clock,
            known: Arc::default(),
        }
    }

    /// What the access token `token` says, if it holds now.
    pub async fn access(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let key = self.key(Purpose::Access, access::key_id(token)?).await?;
        access::verify(token, &key, self.clock.now_seconds())
    }

    /// What the listening token `token` says. It may have been revoked all the same.
    pub async fn listening(&self, token: &str) -> Result<ListeningToken, TokenError> {
        let unverified = Unverified::parse(token)?;
        let key = self.key(Purpose::Listening, unverified.key_id()).await?;
        unverified.verify(&key)
    }

    async fn key(&self, purpose: Purpose, id: KeyId) -> Result<PublicKey, TokenError> {
        let lookup = self.known.read().await.lookup(purpose, id, self.now_s());
        let lookup = match lookup {
            Lookup::MustRead => {
                // Held while reading: those who come meanwhile wait for what is read, and neither
                // read again nor take a key for unknown that is on its way.
                let mut known = self.known.write().await;
                if let Lookup::MustRead = known.lookup(purpose, id, self.now_s()) {
                    let keys = self.published.read().await?;
                    *known = Known {
                        keys,
                        read_at_s: Some(self.now_s()),
                    };
                }
                known.lookup(purpose, id, self.now_s())
            }
            lookup => lookup,
        };
        match lookup {
            Lookup::Found(key) => Ok(key),
            // A clock that jumps between two lines is no reason to read for ever.
            Lookup::Unknown | Lookup::MustRead => Err(TokenError::UnknownKey),
        }
    }

    fn now_s(&self) -> i64 {
        self.clock.now_seconds()
    }
}

impl Known {
    fn lookup(&self, purpose: Purpose, id: KeyId, now_s: i64) -> Lookup {
        // A clock that was set back makes the age negative; then it says nothing, and we read.
        let fresh_for = |limit_s: i64| {
            self.read_at_s
                .is_some_and(|read_at_s| (0..limit_s).contains(&(now_s - read_at_s)))
        };
        match self.keys.get(&(purpose, id)) {
            Some(key) if fresh_for(READ_ANYWAY_AFTER_S) => Lookup::Found(*key),
            None if fresh_for(READ_FOR_UNKNOWN_AFTER_S) => Lookup::Unknown,
            Some(_) | None => Lookup::MustRead,
        }
    }
}
