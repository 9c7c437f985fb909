//! Where wallets are kept: one item each, written under the version it was loaded with.

use kernel::{Clock, Id, kind};
use platform::{
    ServiceError,
    table::{Item, Query, Table, Write, WriteError},
};

use crate::{Wallet, item::WalletItem, keys};

/// The label of a wallet's write in a cancelled transaction.
pub const WALLET: &str = "wallet";

/// How often a commit is tried. Each try that fails means that another's commit was done, so that
/// so many changes of one wallet at once are all done without a wait.
const MAX_TRIES: usize = 64;

/// The wallets of all members. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wallets {
    table: Table,
    clock: Clock,
}

/// Why a change of a wallet was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommitError<E> {
    /// The change itself refused. Nothing was written.
    #[error("the change was refused")]
    Refused(E),
    /// Too many others were changing the wallet. Nothing was written.
    #[error("too many changes of one wallet at once")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Wallets {
    /// The wallets in `table`.
    #[must_use]
    pub fn new(table: Table, clock: Clock) -> Wallets {
        Wallets { table, clock }
    }

    /// Loads the wallet of an account: one read. One that does not exist yet is empty.
    ///
    /// # Errors
    /// [`ServiceError`] if the table gives no answer or an item that is no wallet.
    pub async fn load(&self, account: Id<kind::Account>) -> Result<Wallet, ServiceError> {
        let item = self.table.get_item(&keys::wallet(account)).await?;
        self.found(account, item)
    }

    /// The wallet that a failed condition found in place of the one that was loaded: decide again
    /// from it, without another read.
    ///
    /// # Errors
    /// [`ServiceError`] if the item is no wallet of the account.
    pub fn found(
        &self,
        account: Id<kind::Account>,
        existing: Option<Item>,
    ) -> Result<Wallet, ServiceError> {
        match existing {
            Some(item) => WalletItem::parse(account, item, self.table.name()),
            None => Ok(Wallet::empty(account)),
        }
    }

    /// The write of a changed wallet, on the condition that nobody has changed it since it was
    /// loaded; labelled [`WALLET`], for the caller's transaction.
    #[must_use]
    pub fn save(&self, wallet: Wallet) -> Write {
        let write = Write::put(&self.table, &WalletItem::of(&wallet)).labelled(WALLET);
        match wallet.version {
            0 => write.when_absent(),
            loaded => write.when("#v = :loaded").bind(":loaded", loaded),
        }
    }

    /// Loads a wallet, changes it, and writes it under the condition that nobody else has: one read
    /// and one write, or none if `change` changed nothing. After a lost race `change` decides again
    /// from what is there now.
    ///
    /// # Errors
    /// [`CommitError::Refused`] with what `change` said.
    pub async fn commit<T, E>(
        &self,
        account: Id<kind::Account>,
        mut change: impl FnMut(&mut Wallet) -> Result<T, E>,
    ) -> Result<T, CommitError<E>> {
        let mut wallet = self.load(account).await?;
        for _ in 0..MAX_TRIES {
            let outcome = change(&mut wallet).map_err(CommitError::Refused)?;
            if !wallet.is_changed() {
                return Ok(outcome);
            }
            match self.table.write(self.save(wallet)).await {
                Ok(_) => return Ok(outcome),
                Err(WriteError::Refused { existing }) => {
                    wallet = self.found(account, existing)?;
                }
                Err(WriteError::Service(error)) => return Err(error.into()),
            }
        }
        Err(CommitError::Contended)
    }

    /// Some `limit` accounts in whose wallets a lot or a hold has ended that is not booked yet.
    /// The index lags behind the table, so that some may be booked already.
    ///
    /// # Errors
    /// [`ServiceError`] if the index gives no answer.
    pub async fn due(&self, limit: u32) -> Result<Vec<Id<kind::Account>>, ServiceError> {
        let shards = keys::DUE_SHARDS;
        // Each shard gets its part, so that a wallet that cannot be booked never hides the others.
        let limit = limit.div_ceil(shards.len() as u32);
        let mut due = Vec::new();
        for shard in shards {
            let ended = Query::new("#due_shard = :shard AND #due_at <= :now")
                .bind(":shard", shard)
                .bind(":now", self.clock.now_seconds())
                .index(keys::DUE_INDEX)
                .limit(limit);
            for item in self.table.query(ended).await?.items {
                let account = item.text("pk").and_then(|pk| keys::account_of(pk).ok());
                due.push(account.ok_or_else(|| {
                    ServiceError::malformed(self.table.name(), "a wallet's key is no account's id")
                })?);
            }
        }
        Ok(due)
    }
}
