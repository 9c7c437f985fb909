//! Agencies that act for other organizations.

pub(crate) mod approve;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod propose;
mod representation_out;
pub(crate) mod revoke;

use kernel::{Id, kind};
use web::{ApiError, Caller, Code};

use crate::{
    App,
    organization::{Representation, Side},
    routes::standing::{manages, not_a_manager, standing},
    store::SaveError,
};

/// A representation that the caller may see, and the sides for which the caller may speak.
struct Concerned {
    representation: Representation,
    speaks_for: Vec<Side>,
}

/// The representation `id`, for members of either side; to others it does not exist.
async fn concerned(
    app: &App,
    caller: &Caller,
    id: Id<kind::Representation>,
) -> Result<Concerned, ApiError> {
    let representation = app.store.representation(id).await?;
    let representation = representation.ok_or_else(ApiError::not_found)?;
    let mut is_member = false;
    let mut speaks_for = Vec::new();
    for side in Side::BOTH {
        let found = standing(app, caller, representation.organization(side)).await?;
        if let Some((_, Some(member))) = found {
            is_member = true;
            if manages(caller, &member) {
                speaks_for.push(side);
            }
        }
    }
    if is_member {
        Ok(Concerned {
            representation,
            speaks_for,
        })
    } else {
        Err(ApiError::not_found())
    }
}

/// The same, for those who may speak for a side at least.
async fn spoken_for(
    app: &App,
    caller: &Caller,
    id: Id<kind::Representation>,
) -> Result<Concerned, ApiError> {
    let concerned = concerned(app, caller, id).await?;
    if concerned.speaks_for.is_empty() {
        return Err(not_a_manager());
    }
    Ok(concerned)
}

fn unsaved(error: SaveError) -> ApiError {
    match error {
        SaveError::Changed => ApiError::new(Code::StateConflict).detail(error.to_string()),
        SaveError::Service(error) => error.into(),
    }
}
