//! Names that people give: to themselves, to a player's token.

use kernel::text::Line;

/// One line of 1 to 64 characters, without space around it.
pub(crate) type Name = Line<64>;
