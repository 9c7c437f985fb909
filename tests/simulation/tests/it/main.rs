//! Seeds, and worlds that are broken on purpose.

mod planted;
mod seeds;
