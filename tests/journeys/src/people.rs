//! Who takes part in the stories, and how they sign up and in.

use jiff::Timestamp;
use serde_json::json;

use crate::{Broken, Request, Teller};

/// The stage's operator signs in; gives the access token.
pub(crate) async fn operator(teller: &mut Teller<'_>) -> Result<String, Broken> {
    let operator = teller.operator.clone();
    sign_in(teller, &operator.email, &operator.password).await
}

/// Signs up and in; gives the access token.
pub(crate) async fn sign_up(teller: &mut Teller<'_>, name: &str) -> Result<String, Broken> {
    let email = format!("{}@example.com", unique());
    let password = "correct horse battery staple";
    let request = json!({
        "email": email,
        "password": password,
        "display_name": name,
        "time_zone": "Asia/Shanghai",
        "acquisition_source": "organic",
    });
    teller
        .expect(201, Request::post("/v1/accounts", &request))
        .await?;
    sign_in(teller, &email, password).await
}

/// Signs in; gives the access token.
async fn sign_in(teller: &mut Teller<'_>, email: &str, password: &str) -> Result<String, Broken> {
    let request = json!({ "email": email, "password": password });
    let session = teller
        .expect(200, Request::post("/v1/sessions", &request))
        .await?;
    Ok(session.text_at("/access_token"))
}

/// A word that no other run of the story uses.
pub(crate) fn unique() -> String {
    format!("n{}", Timestamp::now().as_nanosecond())
}
