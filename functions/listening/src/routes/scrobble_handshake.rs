//! `GET /scrobble/1.2`: an AudioScrobbler 1.2 player introduces itself.

use std::borrow::Cow;

use axum::{extract::State, response::Response};
use http::Uri;

use crate::{
    App,
    audioscrobbler::{Answer, Session, answer},
};

/// Begin to report as to AudioScrobbler 1.2.
///
/// `u` is a listening token; the password that `a` proves may be anything. The answer has four lines:
/// `OK`, the session, the address for what is playing and the address for what was listened to. A
/// token that is not good is answered with 200 and `BADAUTH`.
#[utoipa::path(
    get,
    path = "/scrobble/1.2",
    tag = "listening",
    params(
        ("hs" = String, Query, description = "`true`"),
        ("p" = String, Query, description = "The protocol's version: `1.2`, or one that begins so."),
        ("c" = Option<String>, Query, description = "The player's name for itself."),
        ("u" = String, Query, description = "A listening token."),
    ),
    responses(
        (status = 200, description = "`OK` and the session, or `BADAUTH`.", body = String, content_type = "text/plain"),
        (status = "default", description = "`FAILED` and the reason.", body = String, content_type = "text/plain"),
    ),
)]
pub(crate) async fn handshake(State(app): State<App>, uri: Uri) -> Response {
    let query = Query(uri.query().unwrap_or_default());
    if query.value("hs") != "true" || !query.value("p").starts_with("1.2") {
        let answered = Answer::malformed("this is no handshake of protocol 1.2");
        return answer(app.unused_rates(), answered);
    }
    let Some(origin) = origin(&uri) else {
        let answered = Answer::malformed("the request names no host");
        return answer(app.unused_rates(), answered);
    };
    let token = query.value("u");
    let session = Session::of(&query.value("c"), &token);
    match app.admit(session.token).await {
        Ok(player) => answer(
            player.rates,
            Answer::Session {
                session: session.text(),
                now_playing_url: format!("{origin}/scrobble/1.2/now-playing"),
                submission_url: format!("{origin}/scrobble/1.2/submissions"),
            },
        ),
        Err(refused) => answer(
            refused.rates,
            Answer::refused(refused.reason, Answer::BadAuth),
        ),
    }
}

/// Where the caller reached us: the protocol wants absolute addresses, and only the caller knows
/// under which name we stand before it.
fn origin(uri: &Uri) -> Option<String> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    Some(format!("{scheme}://{authority}"))
}

/// The part of the address after the question mark.
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The first value called `name`; nothing, if there is none.
    fn value(&self, name: &str) -> Cow<'a, str> {
        form_urlencoded::parse(self.0.as_bytes())
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value)
            .unwrap_or_default()
    }
}
