//! The third journey: a restaurant chain gives vouchers for points, and its guests get concert
//! tickets and points for what they eat; at the end both sides' books are laid side by side.
//!
//! It needs a world with the demo's operator. The story is the partner itself: it signs with the keys
//! that the operator hands over, and keeps books of its own. Where the local platform's chain is
//! there too (`/sandbox/chain`), that issues vouchers on demand and takes the webhooks.

mod books;
mod chain;
mod counter;
mod guests;
mod registry;

use crate::{Broken, Teller, people};
use books::Books;
use chain::Chain;
use registry::Partner;

pub(crate) async fn play(mut teller: Teller<'_>) -> Result<(), Broken> {
    let teller = &mut teller;
    let mut books = Books::open();
    teller.step("An operator signs in, to enter a partner.");
    let operator = people::operator(teller).await?;
    let chain = Chain::find(teller).await?;
    let partner = Partner::enter(teller, &operator, chain.as_ref()).await?;
    let endpoint = chain::subscribe(teller, &operator, &partner, chain.as_ref()).await?;
    partner.pay_ahead(teller, &operator, &mut books).await?;

    let fan = counter::earn(teller).await?;
    counter::breakfast(teller, &operator, &partner, &fan, &mut books).await?;
    if let Some(chain) = &chain {
        counter::supper(teller, &operator, &partner, chain, &fan, &mut books).await?;
    }

    let (label, allotment) = guests::offer(teller, &operator, &partner).await?;
    let guest = guests::attend(teller, &label, &allotment, &partner, &mut books).await?;
    guests::collect(teller, &partner, &guest, &mut books).await?;
    guests::give_back(teller, &partner, &guest, &mut books).await?;

    books.agree(teller, &operator, &partner).await?;
    if let Some(chain) = &chain {
        chain.has_heard(teller, &partner).await?;
        chain.agrees(teller, &partner, &books).await?;
    }
    match endpoint {
        Some(endpoint) => endpoint.remove(teller, &operator).await,
        None => Ok(()),
    }
}
