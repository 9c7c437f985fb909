//! `POST /v1/partner-hooks/{partner}/grants`

use std::num::NonZeroU32;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, Money, Points, Timestamp, kind};
use platform::table::{TransactError, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, MoneyOut, fields::if_present, replayed};

use super::granted_out::GrantedOut;
use crate::{
    App,
    exchange::Book,
    grant::Grant,
    granting::MAX_TRIES,
    member::{MemberId, TransactionId},
    new_grant::{self, Source, Wish, WishedFor},
    partner::Partner,
    partner_key::Scope,
    signed::Signed,
    transaction::PartnerTransaction,
};

/// The most tickets in one grant.
const MAX_QUANTITY: u32 = 10;

/// What a customer has earned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerGrantIn {
    /// How the partner calls this transaction, 1 to 64 visible characters: the same id is the same
    /// grant, for ever, and the name by which both sides clear it.
    #[schema(value_type = String, example = "till-4711-2026-06-01-0815", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// When it was earned.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, format = DateTime, required = false)]
    occurred_at: Option<Timestamp>,
    /// For which of the partner's members it is. An account that is linked to it can claim it
    /// without the code.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "M-100200", min_length = 1, max_length = 64)]
    member: Option<MemberId>,
    /// What was earned.
    earns: EarnsIn,
}

/// What was earned: tickets, points, or the points that a purchase is worth.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum EarnsIn {
    /// Tickets of an allotment.
    Ticket {
        /// Of which.
        #[schema(value_type = String, example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
        allotment: Id<kind::Allotment>,
        /// How many.
        #[schema(value_type = u32, example = 2, minimum = 1, maximum = 10)]
        quantity: NonZeroU32,
    },
    /// Points: either how many, or for which purchase.
    Points {
        /// How many.
        #[serde(default, deserialize_with = "if_present")]
        #[schema(value_type = i64, required = false, example = 50, minimum = 1)]
        points: Option<Points>,
        /// For which purchase; how many points that is has been agreed on.
        #[serde(default, deserialize_with = "if_present")]
        #[schema(value_type = MoneyOut, required = false)]
        purchase: Option<Money>,
    },
}

/// Grant a customer tickets or points
///
/// What it costs is reserved at once, and owed once it is given. Sent again under the same
/// transaction id it is the same grant.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/grants",
    tag = "partner hooks",
    request_body = PartnerGrantIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The grant, made before", body = GrantedOut),
        (status = 201, description = "The grant", body = GrantedOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key does not have the scope", body = web::Problem),
        (status = 409, description = "`transaction_conflict`; `allotment_exhausted`; `balance_exhausted`; `partner_limit_reached`; `state_conflict`: the allotment is not open, or the concert not ahead", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn create_grant(
    State(app): State<App>,
    signed: Signed<PartnerGrantIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Grants)?;
    let transaction = signed.transaction("grant", &signed.body.transaction_id);
    if let Some(answer) = repeat(&app, &transaction).await? {
        return Ok(answer);
    }
    let wish = signed.body.clone().wish(&transaction)?;
    for _ in 0..MAX_TRIES {
        let missed = match try_once(&app, &signed.partner, &wish, &transaction).await {
            Ok(Some(grant)) => return Ok(Json(GrantedOut::of(&app, &grant)).created()),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        // What refuses us may be what our own twin has just done: then the answer is the twin's.
        if let Some(answer) = repeat(&app, &transaction).await? {
            return Ok(answer);
        }
        if let Some(error) = missed {
            return Err(error);
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// Reads all that matters, decides, commits; nothing if something has changed meanwhile.
async fn try_once(
    app: &App,
    partner: &Partner,
    wish: &Wish,
    transaction: &PartnerTransaction,
) -> Result<Option<Grant>, ApiError> {
    let book = Book {
        partner: partner.id,
        sandbox: partner.is_sandbox(),
    };
    let (billing, source) = tokio::try_join!(
        async { Ok(app.store.billing(book, partner.terms.currency).await?) },
        source(app, wish.earns),
    )?;
    let now = app.clock.now();
    let granted = new_grant::grant(partner, wish.clone(), source, &billing, now)?;
    let digest = app
        .claim_keys
        .digest(&app.claim_keys.code(granted.grant.id));
    let mut writes = vec![
        app.store.record(transaction, granted.grant.id),
        app.store.save_billing(&granted.billing),
    ];
    writes.extend(app.store.create_grant(&granted.grant, &digest));
    let allotment = granted.allotment.iter();
    writes.extend(allotment.map(|allotment| app.store.save_allotment(allotment)));
    match app.store.transact(Transaction::from(writes)).await {
        Ok(()) => Ok(Some(granted.grant)),
        Err(TransactError::Cancelled(_)) => Ok(None),
        Err(TransactError::Service(error)) => Err(error.into()),
    }
}

/// What the tickets come from, if it is for tickets.
async fn source(app: &App, earns: WishedFor) -> Result<Option<Source>, ApiError> {
    let WishedFor::Ticket { allotment, .. } = earns else {
        return Ok(None);
    };
    let Some(allotment) = app.store.allotment(allotment).await? else {
        return Ok(None);
    };
    let concert = app.store.concert(allotment.concert).await?;
    Ok(concert.map(|concert| Source { allotment, concert }))
}

/// The grant that the transaction made before, if it did.
async fn repeat(app: &App, transaction: &PartnerTransaction) -> Result<Option<Response>, ApiError> {
    let Some(recorded) = app.store.recorded(transaction).await? else {
        return Ok(None);
    };
    let grant = app.store.grant(recorded.of_same()?).await?;
    let grant = grant.ok_or_else(|| ApiError::internal("a recorded grant is not there"))?;
    let answer = Json(GrantedOut::of(app, &grant)).into_response();
    Ok(Some(replayed(answer)))
}

impl PartnerGrantIn {
    fn wish(self, transaction: &PartnerTransaction) -> Result<Wish, ApiError> {
        let earns = match self.earns {
            EarnsIn::Ticket { quantity, .. } if quantity.get() > MAX_QUANTITY => {
                let most = format!("it is more than {MAX_QUANTITY}");
                return Err(ApiError::field("/earns/quantity", most));
            }
            EarnsIn::Ticket {
                allotment,
                quantity,
            } => WishedFor::Ticket {
                allotment,
                quantity,
            },
            EarnsIn::Points {
                points: Some(points),
                purchase: None,
            } => WishedFor::Points(points),
            EarnsIn::Points {
                points: None,
                purchase: Some(purchase),
            } => WishedFor::Purchase(purchase),
            EarnsIn::Points { .. } => {
                let one = "it needs either points or a purchase";
                return Err(ApiError::field("/earns", one));
            }
        };
        Ok(Wish {
            id: transaction.derive("grant"),
            transaction: self.transaction_id,
            member: self.member,
            occurred_at: self.occurred_at,
            earns,
        })
    }
}
