//! Errors on the wire: RFC 9457 problem details with a stable `code`.

use std::{borrow::Cow, error::Error, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use platform::{
    ErrorKind, ServiceError,
    table::{TransactError, WriteError},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Declares the codes once: name, wire name, status, whether the same request may be tried again,
/// and the title, which is also the code's documentation.
macro_rules! codes {
    ($($name:ident = $code:literal, $status:ident, $retryable:literal, $title:literal;)+) => {
        /// Every code that an error can carry. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(
                #[doc = $title]
                $name,
            )+
        }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// Whether the same request, with the same idempotency key, may succeed later.
            pub fn retryable(self) -> bool {
                match self { $(Self::$name => $retryable),+ }
            }

            /// A sentence for people, the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

codes! {
    MalformedRequest = "malformed_request", BAD_REQUEST, false, "The request cannot be read.";
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST, false, "This request needs an Idempotency-Key header.";
    IdempotencyKeyInvalid = "idempotency_key_invalid", BAD_REQUEST, false, "The Idempotency-Key header is not one key of 1 to 255 visible ASCII characters.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, false, "The request has no valid credentials.";
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED, false, "The e-mail address and the password, or the token given for them, do not match.";
    SignatureInvalid = "signature_invalid", UNAUTHORIZED, false, "The message is not signed by a key that is good for it now.";
    Forbidden = "forbidden", FORBIDDEN, false, "The caller may not do this.";
    SecondPersonNeeded = "second_person_needed", FORBIDDEN, false, "Whoever proposed this cannot approve it; another operator must.";
    OrganizationRequired = "organization_required", FORBIDDEN, false, "This needs an access token that acts for an organization.";
    CapabilityOff = "capability_off", FORBIDDEN, false, "This deployment has not opened this capability to the caller.";
    NotFound = "not_found", NOT_FOUND, false, "There is nothing here that the caller may see.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, false, "This resource does not answer to this method.";
    EmailTaken = "email_taken", CONFLICT, false, "An account with this e-mail address exists.";
    SlugTaken = "slug_taken", CONFLICT, false, "Another shop has this slug.";
    InsufficientPoints = "insufficient_points", CONFLICT, false, "The member has too few points available.";
    OutOfStock = "out_of_stock", CONFLICT, false, "Nothing is left of what was asked for.";
    RedemptionLimitReached = "redemption_limit_reached", CONFLICT, false, "The member has redeemed this reward as often as one member may.";
    PurchaseLimitReached = "purchase_limit_reached", CONFLICT, false, "The account has bought, or is buying, as many of these tickets as one account may.";
    StateConflict = "state_conflict", CONFLICT, false, "The resource is not in a state in which this can be done.";
    PriceChanged = "price_changed", CONFLICT, false, "The price is not the one that was seen.";
    ListingUnavailable = "listing_unavailable", CONFLICT, false, "The listing is not for sale now.";
    ShopUnavailable = "shop_unavailable", CONFLICT, false, "The shop does not take orders now.";
    RefundExceedsPaid = "refund_exceeds_paid", CONFLICT, false, "More would be paid back than was paid.";
    RightsMissing = "rights_missing", CONFLICT, false, "The shop does not hold the rights that this sale needs.";
    GrantOverlaps = "grant_overlaps", CONFLICT, false, "Another party has an exclusive grant for some of the same uses, territories and time.";
    AlreadyRegistered = "already_registered", CONFLICT, false, "Something else is registered under this code.";
    MediaNotReady = "media_not_ready", CONFLICT, false, "The file has not been checked, or did not pass.";
    TicketNotValid = "ticket_not_valid", CONFLICT, false, "The ticket does not open this door now.";
    TicketAlreadyUsed = "ticket_already_used", CONFLICT, false, "The ticket has been used for this day.";
    TransactionConflict = "transaction_conflict", CONFLICT, false, "The partner's transaction id was used for another request.";
    BalanceExhausted = "balance_exhausted", CONFLICT, false, "The partner's balance or credit does not cover it.";
    PartnerLimitReached = "partner_limit_reached", CONFLICT, false, "The partner has granted as much as was agreed for now.";
    AllotmentExhausted = "allotment_exhausted", CONFLICT, false, "The allotment has too few tickets left.";
    LinkConflict = "link_conflict", CONFLICT, false, "The account or the member is linked to another already.";
    VoucherNotValid = "voucher_not_valid", CONFLICT, false, "The voucher is not good for this now.";
    EndpointDisabled = "endpoint_disabled", CONFLICT, false, "The webhook endpoint is disabled.";
    Gone = "gone", GONE, false, "This existed and has ended.";
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, false, "The resource has changed since the version named in If-Match.";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, false, "The request's body is too large.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, false, "The body must be application/json.";
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, false, "Fields of the request are not as they must be.";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, false, "The Idempotency-Key was used for another request.";
    ClaimInvalid = "claim_invalid", UNPROCESSABLE_ENTITY, false, "The payment claim is not one of ours, or has ended.";
    CurrencyUnsupported = "currency_unsupported", UNPROCESSABLE_ENTITY, false, "Nothing can be paid in this currency here.";
    CurrencyNotOffered = "currency_not_offered", UNPROCESSABLE_ENTITY, false, "Nothing is given a price in this currency here.";
    JurisdictionNotServed = "jurisdiction_not_served", UNPROCESSABLE_ENTITY, false, "No business is done in this region here.";
    UrlNotAllowed = "url_not_allowed", UNPROCESSABLE_ENTITY, false, "The address is not a public https address.";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, true, "Too many requests; try again later.";
    Internal = "internal", INTERNAL_SERVER_ERROR, true, "Something is wrong on our side.";
    PartnerError = "partner_error", BAD_GATEWAY, true, "The partner does not answer as it should; try again.";
    ProviderUnavailable = "provider_unavailable", SERVICE_UNAVAILABLE, true, "The payment provider does not answer; try again.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, true, "The service is busy; try again.";
}

impl Code {
    /// Where the code is documented: a path on the API itself.
    pub fn type_uri(self) -> String {
        format!("/problems/{}", self.as_str().replace('_', "-"))
    }
}

/// An error as it is answered. Build it from a [`Code`]; the cause is logged once, at the edge, and
/// never shown.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.code.as_str())]
pub struct ApiError {
    code: Code,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or the name of a query parameter.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What is wrong, for people.
    pub detail: String,
}

/// The body of every error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Identifies and documents the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    pub kind: String,
    /// The same for every occurrence of this kind.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What is special about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// This occurrence: `urn:request:<request_id>`.
    pub instance: String,
    /// The stable code that programs act on.
    pub code: Code,
    /// Names the request in our logs; give it to support.
    pub request_id: String,
    /// Whether the same request, with the same idempotency key, may succeed later.
    pub retryable: bool,
    /// How long to wait before that, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The fields that are wrong, for `validation_failed` and codes that are about one field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl ApiError {
    /// An error that its code says all about.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// Absent and not yours look the same.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// A defect of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).caused_by(cause)
    }

    /// One field that is wrong.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut error = Self::new(Code::ValidationFailed);
        error.errors.push(FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        });
        error
    }

    /// Several fields that are wrong: where, and what.
    pub fn fields<P, D>(errors: impl IntoIterator<Item = (P, D)>) -> Self
    where
        P: Into<String>,
        D: Into<String>,
    {
        let mut error = Self::new(Code::ValidationFailed);
        error.errors = errors
            .into_iter()
            .map(|(pointer, detail)| FieldError {
                pointer: pointer.into(),
                detail: detail.into(),
            })
            .collect();
        error
    }

    /// Adds another field that is wrong.
    pub fn and_field(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        });
        self
    }

    /// Adds what is special about this occurrence. It must not name what the caller may not see.
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Tells the caller when to try again.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds the cause, for the log.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The error's code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The error as it goes on the wire, for the request that `request_id` names.
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: self.code.type_uri(),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.as_ref().map(|detail| detail.to_string()),
            instance: format!("urn:request:{request_id}"),
            code: self.code,
            request_id: request_id.to_owned(),
            retryable: self.code.retryable(),
            retry_after_ms: self
                .retry_after
                .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            errors: self.errors.clone(),
        }
    }

    /// The whole response for the request that `request_id` names; logs the cause if it is ours.
    pub(crate) fn respond(&self, request_id: &str) -> Response {
        if self.code.status().is_server_error() {
            let cause = self
                .cause
                .as_deref()
                .map(|cause| platform::logging::causes(cause));
            tracing::error!(
                request_id,
                code = self.code.as_str(),
                cause,
                "the request failed"
            );
        }
        let body = serde_json::to_vec(&self.problem(request_id)).unwrap_or_default();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = self.retry_after {
            // Retry-After has whole seconds; a client must not come too early.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error.kind() {
            ErrorKind::Busy | ErrorKind::Unknown => Self::new(Code::Unavailable)
                .retry_after(Duration::from_secs(1))
                .caused_by(error),
            ErrorKind::Refused | ErrorKind::Malformed => Self::internal(error),
        }
    }
}

/// For writes whose condition has no business meaning; a route that expects a refusal matches it
/// before.
impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused { .. } => Self::new(Code::StateConflict).caused_by(error),
            WriteError::Service(error) => error.into(),
        }
    }
}

/// As for [`WriteError`].
impl From<TransactError> for ApiError {
    fn from(error: TransactError) -> Self {
        match error {
            TransactError::Cancelled(_) => Self::new(Code::StateConflict).caused_by(error),
            TransactError::Service(error) => error.into(),
        }
    }
}

/// Carried to the middleware, which knows the request's id and writes the body.
#[derive(Clone)]
pub(crate) struct Raised(pub(crate) std::sync::Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response
            .extensions_mut()
            .insert(Raised(std::sync::Arc::new(self)));
        response
    }
}
