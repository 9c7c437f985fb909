//! HTTP APIs.

use std::collections::BTreeMap;

use super::{
    error::{Problem, TemplateError},
    properties::{Properties, unexpected},
};

/// An HTTP API of API Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpApi {
    /// Its id in the template.
    pub logical_id: String,
    /// What pages of other origins may do, if anything.
    pub cors: Option<CorsRules>,
    /// The authorizer of routes that name none.
    pub default_authorizer: Option<String>,
    /// The authorizers, by name.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// How much all routes take that have no setting of their own.
    pub throttle: Throttle,
    /// Settings of single routes, by `METHOD /path`.
    pub route_settings: RouteSettings,
}

/// Throttles of single routes, by `METHOD /path`.
pub type RouteSettings = BTreeMap<String, Throttle>;

/// A Lambda authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorizer {
    /// The function that decides.
    pub function_arn: String,
    /// The headers without which nobody is asked and the answer is 401.
    pub identity_headers: Vec<String>,
    /// How long a decision holds for the same identity; 0 is for one request.
    pub cache_seconds: u32,
    /// `1.0` or `2.0`.
    pub payload_format_version: String,
    /// Whether it answers `{"isAuthorized": …}` and not with a policy.
    pub answers_simply: bool,
}

/// What pages of other origins may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRules {
    /// The origins, or `*`.
    pub origins: Vec<String>,
    /// The methods, or `*`.
    pub methods: Vec<String>,
    /// The headers they may send, or `*`.
    pub headers: Vec<String>,
    /// The headers they may read.
    pub exposed_headers: Vec<String>,
    /// How long a browser may remember this.
    pub max_age_seconds: Option<u32>,
    /// Whether cookies go along.
    pub allows_credentials: bool,
}

/// How many requests are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Throttle {
    /// Requests a second, over time.
    pub rate: Option<f64>,
    /// Requests at once.
    pub burst: Option<u32>,
}

impl HttpApi {
    pub(super) fn read(
        logical_id: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let (default_authorizer, authorizers) = auth(&mut properties)?;
        let api = Self {
            logical_id,
            cors: cors(&mut properties)?,
            default_authorizer,
            authorizers,
            throttle: match properties.section("DefaultRouteSettings")? {
                None => Throttle::default(),
                Some(section) => throttle(section)?,
            },
            route_settings: properties
                .named_sections("RouteSettings")?
                .into_iter()
                .map(|(route, section)| Ok((route, throttle(section)?)))
                .collect::<Result<_, TemplateError>>()?,
        };
        properties.irrelevant(&[
            "AccessLogSettings",
            "Description",
            "DisableExecuteApiEndpoint",
            "Domain",
            "FailOnWarnings",
            "Name",
            "PropagateTags",
            "StageName",
            "StageVariables",
            "Tags",
        ]);
        properties.finish()?;
        Ok(api)
    }
}

fn auth(
    properties: &mut Properties,
) -> Result<(Option<String>, BTreeMap<String, Authorizer>), TemplateError> {
    let Some(mut section) = properties.section("Auth")? else {
        return Ok((None, BTreeMap::new()));
    };
    let default = section.text("DefaultAuthorizer")?;
    let place = section.place("DefaultAuthorizer");
    let authorizers = section
        .named_sections("Authorizers")?
        .into_iter()
        .map(|(name, section)| Ok((name, Authorizer::read(section)?)))
        .collect::<Result<BTreeMap<_, _>, TemplateError>>()?;
    section.finish()?;
    match &default {
        Some(name) if !authorizers.contains_key(name) => {
            Err(place.error(Problem::MissingReference(name.clone())))
        }
        _ => Ok((default, authorizers)),
    }
}

impl Authorizer {
    fn read(mut section: Properties) -> Result<Self, TemplateError> {
        let version_place = section.place("AuthorizerPayloadFormatVersion");
        let (identity_headers, cache_seconds) = identity(&mut section)?;
        let authorizer = Self {
            function_arn: section.required_text("FunctionArn")?,
            identity_headers,
            cache_seconds,
            // YAML reads an unquoted 2.0 as a number, and JSON prints it so.
            payload_format_version: match section.text("AuthorizerPayloadFormatVersion")?.as_deref()
            {
                Some("1.0" | "1") => "1.0".to_owned(),
                Some("2.0" | "2") => "2.0".to_owned(),
                Some(other) => return Err(unexpected(&version_place, "1.0 or 2.0", &other.into())),
                None => return Err(version_place.error(Problem::Required)),
            },
            answers_simply: section.flag("EnableSimpleResponses")?.unwrap_or(false),
        };
        section.irrelevant(&["EnableFunctionDefaultPermissions", "FunctionInvokeRole"]);
        section.finish()?;
        Ok(authorizer)
    }
}

fn identity(section: &mut Properties) -> Result<(Vec<String>, u32), TemplateError> {
    let Some(mut identity) = section.section("Identity")? else {
        return Ok((Vec::new(), 0));
    };
    let headers = identity.texts("Headers")?;
    let cache_seconds = identity.count("ReauthorizeEvery")?.unwrap_or(0);
    identity.finish()?;
    Ok((headers, cache_seconds))
}

fn cors(properties: &mut Properties) -> Result<Option<CorsRules>, TemplateError> {
    let place = properties.place("CorsConfiguration");
    let Some(value) = properties.value("CorsConfiguration") else {
        return Ok(None);
    };
    match value.as_bool() {
        // SAM's short way to say that anything goes.
        Some(true) => {
            return Ok(Some(CorsRules {
                origins: vec!["*".to_owned()],
                ..CorsRules::default()
            }));
        }
        Some(false) => return Ok(None),
        None => {}
    }
    let mut section = Properties::of(value, place)?;
    let rules = CorsRules {
        origins: section.texts("AllowOrigins")?,
        methods: section.texts("AllowMethods")?,
        headers: section.texts("AllowHeaders")?,
        exposed_headers: section.texts("ExposeHeaders")?,
        max_age_seconds: section.count("MaxAge")?,
        allows_credentials: section.flag("AllowCredentials")?.unwrap_or(false),
    };
    section.finish()?;
    Ok(Some(rules))
}

fn throttle(mut section: Properties) -> Result<Throttle, TemplateError> {
    let throttle = Throttle {
        rate: section.decimal("ThrottlingRateLimit")?,
        burst: section.count("ThrottlingBurstLimit")?,
    };
    section.irrelevant(&["DetailedMetricsEnabled"]);
    section.finish()?;
    Ok(throttle)
}
