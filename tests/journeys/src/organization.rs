//! An organization: founded, asked, approved.

use serde_json::json;

use crate::{
    Answer, Broken, Request, Teller,
    people::{sign_up, unique},
    upload,
};

/// Founds an organization, answers what is asked of its kind, and has it approved; gives an access
/// token that acts for it.
pub(crate) async fn found(
    teller: &mut Teller<'_>,
    operator: &str,
    name: &str,
    kind: &str,
) -> Result<String, Broken> {
    teller.step(&format!(
        "{name} is founded, answers what is asked of its kind, and is approved."
    ));
    let founder = sign_up(teller, &format!("{name}'s founder")).await?;
    let body = json!({ "name": name, "kind": kind, "region": "CN-SH" });
    let request = Request::post("/v1/organizations", &body).bearer(&founder);
    let organization = teller.expect(201, request).await?;
    let path = format!("/v1/organizations/{}", organization.text_at("/id"));
    let draft_token = act_for(teller, &founder, &path).await?;
    answer_requirements(teller, &founder, &draft_token, &path, &organization).await?;
    let submit = Request::post(format!("{path}/submit"), &json!({})).bearer(&founder);
    teller.expect(200, submit).await?;
    let approve = Request::post(format!("{path}/approve"), &json!({})).bearer(operator);
    teller.expect(200, approve).await?;
    act_for(teller, &founder, &path).await
}

/// An access token that acts for the organization.
async fn act_for(
    teller: &mut Teller<'_>,
    member: &str,
    organization: &str,
) -> Result<String, Broken> {
    let path = format!("{organization}/access-tokens");
    let request = Request::post(path, &json!({})).bearer(member);
    Ok(teller.expect(201, request).await?.text_at("/access_token"))
}

/// Answers everything that is asked of the kind, documents with an upload.
async fn answer_requirements(
    teller: &mut Teller<'_>,
    founder: &str,
    token: &str,
    path: &str,
    organization: &Answer,
) -> Result<(), Broken> {
    let json = organization.json();
    for requirement in json["requirements"].as_array().into_iter().flatten() {
        let code = requirement["code"].as_str().unwrap_or_default();
        let value = match (requirement["kind"].as_str(), code) {
            (Some("agreement"), _) => "accepted".to_owned(),
            (Some("document"), _) => upload::upload(teller, token, &upload::DOCUMENT).await?,
            (_, code) if code.contains("email") => "rights@example.com".to_owned(),
            (_, code) if code.contains("phone") => "+8613800000000".to_owned(),
            (_, code) if code.contains("number") => "91310000MA1K".to_owned(),
            _ => format!("An answer {}", unique()),
        };
        let request = Request::new(http::Method::PUT, format!("{path}/requirements/{code}"))
            .json(&json!({ "value": value }))
            .bearer(founder);
        teller.expect(200, request).await?;
    }
    Ok(())
}
