//! Texts that partners and their rewards are described with.

use kernel::text;

/// One line of 1 to 100 characters, without space around it.
pub(crate) type Name = text::Line<100>;
/// One or several lines, 1 to 4,000 characters, without space around them.
pub(crate) type Prose = text::Prose<4_000>;
