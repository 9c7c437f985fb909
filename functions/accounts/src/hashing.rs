//! Passwords at rest: argon2id with a pepper.
//!
//! A hash costs 46 MiB and a tenth of a second on purpose. It runs beside the event loop, and only
//! two at a time, so that no number of requests exhausts the memory of the function.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{self, phc::PasswordHash},
};
use platform::Secret;
use tokio::sync::Semaphore;

use crate::password::Password;

/// The parameters that OWASP's cheat sheet gives first: memory in KiB, passes, lanes.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASHES_AT_ONCE: usize = 2;

/// Makes and verifies hashes. Cheap to clone; clones share the limit.
#[derive(Clone)]
pub(crate) struct Hashing {
    pepper: Arc<[u8; 32]>,
    turns: Arc<Semaphore>,
}

/// A stored hash: a PHC string, which names its own parameters.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredHash(String);

/// What a password turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The password is the account's.
    Right,
    /// It is, and its hash was made with parameters that are no longer ours.
    RightButOutdated,
    /// It is not.
    Wrong,
}

/// Why there is no hash and no verdict: a defect of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashingError {
    /// The stored text is no hash, or argon2 refused to work.
    #[error("the password hash failed: {0}")]
    Hash(#[from] password_hash::Error),
    /// Our own parameters are not ones that argon2 takes.
    #[error("argon2 refused its parameters: {0}")]
    Parameters(#[from] argon2::Error),
    /// The system has no randomness for a salt.
    #[error("there is no salt: {0}")]
    Salt(#[from] getrandom::Error),
    /// The thread that hashed was lost.
    #[error("the hashing thread was lost")]
    Thread(#[from] tokio::task::JoinError),
    /// The function is stopping.
    #[error("no turn to hash")]
    Turn(#[from] tokio::sync::AcquireError),
}

impl Hashing {
    /// Hashing with the pepper of `secret`: without it, a stolen table is of no use to a guesser.
    pub(crate) fn new(secret: &Secret) -> Self {
        Self {
            pepper: Arc::new(secret.derive("password pepper")),
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// The hash to store for `password`.
    pub(crate) async fn hash(&self, password: Password) -> Result<StoredHash, HashingError> {
        self.in_turn(move |pepper| hash(pepper, &password)).await
    }

    /// Whether `password` is the one that `stored` was made from. With nothing stored it is wrong,
    /// after the same work: the time taken must not tell whether there is an account.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: Option<StoredHash>,
    ) -> Result<Verdict, HashingError> {
        self.in_turn(move |pepper| verify(pepper, &password, stored.as_ref()))
            .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&[u8; 32]) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await?;
        let pepper = Arc::clone(&self.pepper);
        tokio::task::spawn_blocking(move || {
            // The turn ends with the work, also when nobody waits for its result any more.
            let _turn = turn;
            work(&pepper)
        })
        .await?
    }
}

impl StoredHash {
    /// The hash that is stored as `text`.
    pub(crate) fn of_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn argon2(pepper: &[u8; 32]) -> Result<Argon2<'_>, HashingError> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new_with_secret(
        pepper,
        Algorithm::Argon2id,
        Version::V0x13,
        parameters,
    )?)
}

fn hash(pepper: &[u8; 32], password: &Password) -> Result<StoredHash, HashingError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    let hash = argon2(pepper)?.hash_password_with_salt(password.as_bytes(), &salt)?;
    Ok(StoredHash(hash.to_string()))
}

fn verify(
    pepper: &[u8; 32],
    password: &Password,
    stored: Option<&StoredHash>,
) -> Result<Verdict, HashingError> {
    let parsed = match stored {
        Some(stored) => PasswordHash::new(&stored.0),
        None => PasswordHash::new(&nobodys_hash()),
    }
    .map_err(password_hash::Error::from)?;
    match argon2(pepper)?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) if stored.is_none() => Ok(Verdict::Wrong),
        Ok(()) if is_current(&parsed) => Ok(Verdict::Right),
        Ok(()) => Ok(Verdict::RightButOutdated),
        Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(error.into()),
    }
}

/// Of no password, and as dear to verify as any other.
fn nobodys_hash() -> String {
    format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}\
         $AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
}

fn is_current(hash: &PasswordHash) -> bool {
    let ours = |parameters: Params| {
        parameters.m_cost() == MEMORY_KIB
            && parameters.t_cost() == PASSES
            && parameters.p_cost() == LANES
    };
    hash.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && hash.version == Some(Version::V0x13.into())
        && Params::try_from(hash).is_ok_and(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashing() -> Hashing {
        Hashing::new(&Secret::of(*b"0123456789abcdef0123456789abcdef"))
    }

    fn password(text: &str) -> Password {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_every_other_is_wrong() {
        let hashing = hashing();
        let stored = hashing.hash(password("correct horse")).await.unwrap();
        assert!(
            stored
                .as_str()
                .starts_with("$argon2id$v=19$m=47104,t=1,p=1$")
        );
        for (text, verdict) in [
            ("correct horse", Verdict::Right),
            ("correct horsf", Verdict::Wrong),
        ] {
            let answer = hashing.verify(password(text), Some(stored.clone())).await;
            assert_eq!(answer.unwrap(), verdict, "{text}");
        }
    }

    #[tokio::test]
    async fn nobodys_hash_is_hashed_for_and_matches_nothing() {
        let parsed = PasswordHash::new(&nobodys_hash()).unwrap();
        assert!(is_current(&parsed));
        let verdict = hashing().verify(password("correct horse"), None).await;
        assert_eq!(verdict.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_without_our_pepper_does_not_match() {
        let other = Hashing::new(&Secret::of(*b"0123456789abcdef0123456789abcdeg"));
        let stored = other.hash(password("correct horse")).await.unwrap();
        let verdict = hashing()
            .verify(password("correct horse"), Some(stored))
            .await;
        assert_eq!(verdict.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_weaker_parameters_matches_and_is_outdated() {
        let pepper = [7; 32];
        let weak = Argon2::new_with_secret(
            &pepper,
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, None).unwrap(),
        )
        .unwrap()
        .hash_password_with_salt(b"correct horse", &[1; 16])
        .unwrap();
        let stored = StoredHash(weak.to_string());
        let verdict = verify(&pepper, &password("correct horse"), Some(&stored));
        assert_eq!(verdict.unwrap(), Verdict::RightButOutdated);
        let verdict = verify(&pepper, &password("wrong horse"), Some(&stored));
        assert_eq!(verdict.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn what_is_stored_and_no_hash_is_our_defect() {
        let stored = StoredHash("hunter2".to_owned());
        assert!(verify(&[7; 32], &password("hunter2!"), Some(&stored)).is_err());
    }
}
