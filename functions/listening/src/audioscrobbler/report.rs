//! A form that a player sends under its session.

use axum::{body::Bytes, extract::Request};
use http::StatusCode;
use web::{Code, read_body};

use super::{Answer, MAX_BODY_BYTES, Session, Stamp, submissions};
use crate::{
    App,
    admission::{Player, Rates},
    listen::Listen,
};

/// What a player reports, once we know that it may.
pub(crate) struct Report {
    pub(crate) player: Player,
    stamp: Stamp,
    form: Bytes,
}

impl Report {
    /// Reads the form and lets its session report once; or says what to answer instead.
    pub(crate) async fn open(app: &App, request: Request) -> Result<Self, (Rates, Answer)> {
        let form = match read_body(request, MAX_BODY_BYTES).await {
            Ok(form) => form,
            Err(error) => {
                let status = match error.code() {
                    Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                let failed = Answer::Failed(status, "the form cannot be read".to_owned());
                return Err((app.unused_rates(), failed));
            }
        };
        let text = submissions::session(&form).unwrap_or_default();
        let Some(session) = Session::parse(&text) else {
            return Err((app.unused_rates(), Answer::BadSession));
        };
        let player = app.admit(session.token).await.map_err(|refused| {
            let answer = Answer::refused(refused.reason, Answer::BadSession);
            (refused.rates, answer)
        })?;
        Ok(Self {
            player,
            stamp: session.stamp,
            form,
        })
    }

    /// The listens that the form submits.
    pub(crate) fn listens(&self) -> Result<Vec<Listen>, Answer> {
        Ok(submissions::listens(&self.form, self.stamp)?)
    }
}
