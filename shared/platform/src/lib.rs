//! The seam between Planet and AWS: the only crate that names the AWS SDK.
//!
//! Functions speak to tables, queues, buckets and secrets through the small types here, and are
//! started by [`serve`]. Two invariants hold for everything below:
//!
//! - **An error means "unknown", never "did not happen".** Only [`table::WriteError::Refused`] and
//!   [`table::TransactError::Cancelled`] say that nothing was written.
//! - **A lost reply is not a failed write.** Conditional writes carry an attempt token and recognise
//!   their own earlier try (see [`table::Table::write`]).
//!
//! Start reading at [`Aws`], then [`table`] and [`serve`].

mod aws;
mod bucket;
mod connector;
mod environment;
mod error;
pub mod logging;
mod outbound;
mod presign;
pub mod public;
mod queue;
mod sdk_http;
mod sealing;
mod secret;
pub mod serve;
pub mod table;
pub mod transport;

pub use aws::Aws;
pub use bucket::{Bucket, Head, PresignedPost, PresignedPut, Reading, Upload};
pub use environment::{ConfigError, Environment, Variables};
pub use error::{ErrorKind, ServiceError};
pub use outbound::{Outbound, OutboundError, OutboundLimits};
pub use queue::{Depth, Queue, Taken};
pub use sealing::{SealingError, SealingKey};
pub use secret::Secret;
#[doc(hidden)]
pub use tracing;
