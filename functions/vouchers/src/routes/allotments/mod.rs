//! Allotments: offered by organizers, answered by partners.

mod allotment_out;
pub(crate) mod answer_allotment;
pub(crate) mod get_allotment;
pub(crate) mod list_allotments;
pub(crate) mod offer_allotment;
pub(crate) mod withdraw_allotment;
