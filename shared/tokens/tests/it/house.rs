//! A world with a signer whose keys are published.

use kernel::{Id, kind};
use platform::{Secret, table::Table};
use testkit::World;
use tokens::{AccessClaims, PublishedKeys, Signer, TokenError, Verifier};

pub(crate) const SECRET: &[u8; 32] = b"the secret of the house of tests";

pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) signer: Signer,
    pub(crate) verifier: Verifier,
}

impl House {
    pub(crate) async fn start() -> Self {
        let world = World::start().await;
        let signer = signer_of(SECRET);
        let table = world.table("KeysTable");
        publish(&table, &signer).await;
        let verifier = Verifier::new(table, world.clock.clone());
        Self {
            world,
            signer,
            verifier,
        }
    }

    pub(crate) fn claims(&self) -> AccessClaims {
        claims(self.world.clock.now_seconds())
    }
}

pub(crate) fn signer_of(secret: &[u8]) -> Signer {
    Signer::new(&Secret::of(secret)).unwrap()
}

pub(crate) async fn publish(table: &Table, signer: &Signer) {
    PublishedKeys::new(table.clone())
        .publish(signer)
        .await
        .unwrap();
}

pub(crate) fn account() -> Id<kind::Account> {
    Id::derive(&["the account"])
}

pub(crate) fn session() -> Id<kind::Session> {
    Id::derive(&["the session"])
}

pub(crate) fn listening_token() -> Id<kind::ListeningToken> {
    Id::derive(&["the listening token"])
}

/// Claims that hold for 15 minutes from `now_s` on.
pub(crate) fn claims(now_s: i64) -> AccessClaims {
    AccessClaims {
        account: account(),
        session: session(),
        scopes: vec!["operator".to_owned()],
        organization: None,
        issued_at_s: now_s,
        expires_at_s: now_s + 900,
    }
}

/// The name of an error's variant.
pub(crate) fn named(error: &TokenError) -> &'static str {
    match error {
        TokenError::Malformed => "malformed",
        TokenError::Expired => "expired",
        TokenError::NotYetValid => "not yet valid",
        TokenError::UnknownKey => "unknown key",
        TokenError::BadSignature => "bad signature",
        TokenError::Service(_) => "service",
    }
}

/// Asserts that every token is refused for the reason beside it, and that the sender is to blame.
pub(crate) async fn check_refused(house: &House, cases: Vec<(&str, String, &str)>) {
    for (case, token, reason) in cases {
        let error = match house.verifier.access(&token).await {
            Ok(claims) => panic!("{case} was accepted: {claims:?}"),
            Err(error) => error,
        };
        assert_eq!(named(&error), reason, "{case}");
        assert!(error.is_callers_fault(), "{case}");
    }
}
