//! Members of organizations, and how somebody becomes one.

pub(crate) mod accept;
pub(crate) mod change_role;
pub(crate) mod decline;
mod invitation_out;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod list_invitations;
pub(crate) mod list_received_invitations;
mod member_out;
pub(crate) mod remove;
pub(crate) mod withdraw_invitation;

use kernel::{Id, kind};
use web::{ApiError, Code};

use crate::{App, keys, store::ChangeMemberError};

/// Where invitations to an account are found: under its id and under its address.
async fn invitee_partitions(
    app: &App,
    account: Id<kind::Account>,
) -> Result<Vec<String>, ApiError> {
    let by_id = keys::account_partition(account);
    let account = app.store.account(account).await?;
    let by_address =
        account.map(|account| keys::email_partition(&app.email_keys.of(&account.email)));
    Ok([by_id].into_iter().chain(by_address).collect())
}

fn not_appointed() -> ApiError {
    ApiError::new(Code::Forbidden)
        .detail("owners alone give and take the roles owner and manager; managers the others")
}

fn unchanged(error: ChangeMemberError) -> ApiError {
    match error {
        ChangeMemberError::LastOwner | ChangeMemberError::Changed => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        ChangeMemberError::Service(error) => error.into(),
    }
}
