//! `GET /v1/listings/ranking`

use serde::Serialize;
use utoipa::ToSchema;
use web::Json;

/// What the order of listings is made from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankingOut {
    /// What decides, the first first.
    inputs: Vec<RankingInput>,
    /// What is known here, shown, and decides nothing.
    not_inputs: Vec<&'static str>,
}

/// One thing that decides about the order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankingInput {
    /// What.
    #[schema(value_type = String)]
    name: &'static str,
    /// In which lists.
    #[schema(value_type = String)]
    applies_to: &'static str,
    /// In which order.
    #[schema(value_type = String)]
    order: &'static str,
}

/// Say how listings are ordered
///
/// For everybody, and for audits. Which listings are found follows from their product type, region,
/// shop and title; in which order, from the inputs below and from nothing else.
#[utoipa::path(
    get,
    path = "/v1/listings/ranking",
    tag = "shops",
    responses((status = 200, description = "The inputs", body = RankingOut))
)]
pub(crate) async fn ranking() -> Json<RankingOut> {
    let input = |name, applies_to, order| RankingInput {
        name,
        applies_to,
        order,
    };
    Json(RankingOut {
        inputs: vec![
            input("matched_word", "search", "alphabetical"),
            input("first_published_at", "browse, search", "newest first"),
            input(
                "listing_id",
                "browse, search",
                "tie-break of the same millisecond",
            ),
        ],
        not_inputs: vec![
            "house_owned",
            "organization",
            "commission_bp",
            "price",
            "sales",
            "stock",
        ],
    })
}
