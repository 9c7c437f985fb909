//! `POST /v1/partner-hooks/{partner}/issues`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, Money, Timestamp, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, MoneyOut, fields::if_present};

use super::voucher_hook::{PartnerVoucherOut, repeat};
use crate::{
    App,
    code::VoucherCode,
    member::TransactionId,
    on_demand::{self, BuyError, Said},
    partner_key::Scope,
    purchase::{Aim, Offer, Word},
    signed::Signed,
    transaction::PartnerTransaction,
    voucher::{Stage, Voucher},
};

/// A voucher that the partner has issued on demand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueIn {
    /// The partner's own name of this transaction: 1 to 64 visible characters, never used again.
    #[schema(value_type = String, example = "issue-000123", min_length = 1, max_length = 64)]
    transaction_id: TransactionId,
    /// What it was ordered under.
    #[schema(value_type = String, example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    reference: Id<kind::Voucher>,
    /// Its code.
    #[schema(value_type = String, example = "GR-7F3K9Q", min_length = 1, max_length = 64)]
    code: VoucherCode,
    /// What is owed for it: as ordered.
    #[schema(value_type = MoneyOut)]
    unit_price: Money,
    /// Until when it is good; absent for as long as was agreed.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Tell that a voucher is issued
///
/// For partners, with a key of the scope `vouchers`. It says the same as the answer to the order, and
/// may come before it, after it, or in its place.
#[utoipa::path(
    post,
    path = "/v1/partner-hooks/{partner}/issues",
    tag = "partner hooks",
    request_body = IssueIn,
    params(("partner" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The voucher is the member's", body = PartnerVoucherOut),
        (status = 401, description = "`signature_invalid`", body = web::Problem),
        (status = 403, description = "`forbidden`: the key lacks the scope", body = web::Problem),
        (status = 404, description = "`not_found`: nothing was ordered under this reference", body = web::Problem),
        (status = 409, description = "`transaction_conflict`: the transaction id was used for another request, or the voucher was issued under another code or at another price; `state_conflict`: it is void, or will be", body = web::Problem),
    )
)]
pub(crate) async fn notify_issue(
    State(app): State<App>,
    signed: Signed<IssueIn>,
) -> Result<Response, ApiError> {
    signed.require(Scope::Vouchers)?;
    let told = &signed.body;
    let transaction = signed.transaction("issue", &told.transaction_id);
    if let Some(answer) = repeat(&app, &transaction).await? {
        return Ok(answer);
    }
    let voucher = app.store.voucher(told.reference).await?;
    let voucher = voucher
        .filter(|voucher| voucher.order.partner.id == signed.partner.id)
        .ok_or_else(ApiError::not_found)?;
    let voucher = match take(&app, voucher, told, &transaction).await {
        Ok(voucher) => voucher,
        // Our own twin was faster.
        Err(BuyError::Repeated) => {
            let answer = repeat(&app, &transaction).await?;
            return answer.ok_or_else(|| ApiError::internal("a transaction has no record"));
        }
        Err(BuyError::Service(error)) => return Err(error.into()),
        Err(BuyError::Contended) => return Err(ApiError::new(Code::Unavailable)),
        Err(error @ (BuyError::Absent | BuyError::Sealing(_))) => {
            return Err(ApiError::internal(error));
        }
    };
    check(&app, &voucher, told)?;
    // The partner's answer may have been faster than its notice.
    app.store.remember(&transaction, voucher.id).await?;
    Ok(Json(PartnerVoucherOut::of(&voucher, app.clock.now())).into_response())
}

/// Takes what was told for what a pending voucher waits for. One that nobody waits for any more stays
/// as it is.
async fn take(
    app: &App,
    voucher: Voucher,
    told: &IssueIn,
    transaction: &PartnerTransaction,
) -> Result<Voucher, BuyError> {
    match &voucher.stage {
        Stage::Pending(purchase) if purchase.aim == Aim::Issue => {}
        Stage::Pending(_) | Stage::Failed(_) | Stage::Issued(_) => return Ok(voucher),
    }
    let offer = Offer {
        code: told.code.clone(),
        unit_price: told.unit_price,
        expires_at: told.expires_at,
    };
    let said = Said {
        call: None,
        word: Word::Issued(offer),
        at: app.clock.now(),
        transaction: Some(transaction),
    };
    // What is to be called after that is due at once, and the sweeper's affair.
    let (voucher, _) = on_demand::settle(app, voucher, &said).await?;
    Ok(voucher)
}

/// Refuses unless the voucher was issued just as is told.
fn check(app: &App, voucher: &Voucher, told: &IssueIn) -> Result<(), ApiError> {
    let holding = match &voucher.stage {
        Stage::Issued(holding) => holding,
        Stage::Pending(_) | Stage::Failed(_) => {
            // The partner gives something out that it is told, or has agreed, not to.
            platform::books_disagree!(
                Partners,
                reference = %voucher.id,
                "a voucher is told to be issued that is to be void"
            );
            let detail = "no voucher is wanted under this reference: it is void, or will be";
            return Err(ApiError::new(Code::StateConflict).detail(detail));
        }
    };
    let code = app.code_keys.open(voucher.id, &holding.code);
    let code = code.map_err(ApiError::internal)?;
    if code == told.code && voucher.order.unit_price == Some(told.unit_price) {
        return Ok(());
    }
    // One reference has two codes or prices at the partner: somebody has to look at its books.
    platform::books_disagree!(
        Partners,
        reference = %voucher.id,
        "a voucher is told to be issued twice, and otherwise"
    );
    let detail = "the voucher was issued before, with another code or at another price";
    Err(ApiError::new(Code::TransactionConflict).detail(detail))
}
