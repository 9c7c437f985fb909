//! A request's body as a whole, up to a limit.
//!
//! Invariant: a caller whose body is too long is let finish before they are answered, within bounds.
//! A server that answers and closes while somebody still writes resets the connection, and the caller
//! sees a broken pipe in place of the answer.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

/// What a request to S3 may carry: the largest file of a shop, with the form around it.
const MAX_BYTES_FOR_S3: usize = 1025 * 1024 * 1024;
/// What a request to the other services may carry: DynamoDB takes 16 MiB, and the others less.
const MAX_BYTES_FOR_OTHERS: usize = 16 * 1024 * 1024;
/// How much of a body that is refused anyway is listened to, at most.
const MAX_IGNORED_BYTES: usize = 64 * 1024 * 1024;
/// For how long, at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no whole body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than the limit.
    TooLong,
    /// It did not come whole.
    Broken,
}

/// How much of a request to AWS is read before its signature is looked at.
pub(crate) fn limit_for_aws(headers: &HeaderMap) -> usize {
    // By this header the other services are called, and S3 is not.
    if headers.contains_key("x-amz-target") {
        MAX_BYTES_FOR_OTHERS
    } else {
        MAX_BYTES_FOR_S3
    }
}

/// The whole body, if it has at most `limit` bytes.
pub(crate) async fn whole(mut body: Body, limit: usize) -> Result<Bytes, Unread> {
    match Limited::new(&mut body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            // Whether they finish in time or not, the answer is the same.
            let _finished = timeout(PATIENCE, ignore(body)).await;
            Err(Unread::TooLong)
        }
        Err(_) => Err(Unread::Broken),
    }
}

async fn ignore(mut body: Body) {
    let mut ignored = 0;
    while let Some(Ok(frame)) = body.frame().await {
        ignored += frame.data_ref().map_or(0, Bytes::len);
        if ignored > MAX_IGNORED_BYTES {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use futures_util::{StreamExt, stream};

    use super::*;

    const PIECE: usize = 1024 * 1024;

    /// A body of that many pieces, and how many of them were read.
    fn pieces(count: usize) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = read.clone();
        let piece = Bytes::from(vec![b'x'; PIECE]);
        let pieces = stream::iter(0..count).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, io::Error>(piece.clone())
        });
        (Body::from_stream(pieces), read)
    }

    #[tokio::test]
    async fn a_body_as_long_as_the_limit_is_whole() {
        let (body, _) = pieces(3);
        assert_eq!(whole(body, 3 * PIECE).await.unwrap().len(), 3 * PIECE);
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_read_to_its_end_before_it_is_refused() {
        let (body, read) = pieces(40);
        assert_eq!(whole(body, 3 * PIECE).await, Err(Unread::TooLong));
        assert_eq!(read.load(Ordering::Relaxed), 40);
    }

    #[tokio::test]
    async fn nobody_is_listened_to_for_ever() {
        let (body, read) = pieces(usize::MAX);
        assert_eq!(whole(body, 3 * PIECE).await, Err(Unread::TooLong));
        assert!(read.load(Ordering::Relaxed) < 80);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_for_ever() {
        let (body, _) = pieces(4);
        let never = body.into_data_stream().chain(stream::pending());
        let body = Body::from_stream(never);
        assert_eq!(whole(body, 3 * PIECE).await, Err(Unread::TooLong));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_taken_for_whole() {
        let broken = stream::iter([Ok(Bytes::from("{")), Err(io::Error::other("gone"))]);
        assert_eq!(
            whole(Body::from_stream(broken), PIECE).await,
            Err(Unread::Broken)
        );
    }
}
