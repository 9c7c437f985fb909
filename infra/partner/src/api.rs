//! What the chain answers on the internet: its vouchers on demand. The platform asks, and is
//! believed by its signature.

use std::{str::FromStr, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use kernel::{Id, Money, kind};
use platform::transport::TransportError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webhook_signatures::{ID, Received, SIGNATURE, TIMESTAMP};

use crate::{
    Chain, Host, Operation,
    contract::Contract,
    fault::Fault,
    log::What,
    shelf::{Asked, Issued, Product, Reference, Standing, code_of},
};

/// What is asked of the chain, once it is known who asks.
struct Call {
    partner: Id<kind::Partner>,
    reference: Reference,
    wish: Wish,
}

enum Wish {
    Issue(Asked),
    Find,
    Void,
}

/// An answer, before it is known whether it arrives.
type Reply = (StatusCode, Value);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueIn {
    reference: Reference,
    product: Product,
    unit_price: Money,
}

#[derive(Serialize)]
struct IssuedOut<'a> {
    reference: &'a Reference,
    state: &'static str,
    code: &'a str,
    unit_price: Money,
}

impl Host for Chain {
    fn answer(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let chain = self.clone();
        Box::pin(async move {
            if chain.state().faults.is_down(chain.now()) {
                return Err(TransportError::Io("the connection was refused".to_owned()));
            }
            if request.uri().path() == "/webhooks" {
                let (status, body) = chain.hear(&request);
                return Ok(response(status, &body));
            }
            match chain.called(&request) {
                Ok(call) => chain.serve(call).await,
                Err((status, reason)) => {
                    chain.turn_away(&request, status, reason);
                    Ok(response(status, &json!({ "error": reason })))
                }
            }
        })
    }
}

impl Chain {
    /// Who asks for what. Nothing about the vouchers is looked at before the signature.
    fn called(&self, request: &Request<Bytes>) -> Result<Call, (StatusCode, &'static str)> {
        let partner = self
            .signer(request, Contract::has_called)
            .ok_or((StatusCode::UNAUTHORIZED, "the signature is nobody's"))?;
        let nothing = (StatusCode::NOT_FOUND, "there is nothing");
        let path = request.uri().path();
        let rest = path.strip_prefix("/planet/vouchers").ok_or(nothing)?;
        if rest.is_empty() && request.method() == Method::POST {
            let asked: IssueIn = serde_json::from_slice(request.body())
                .map_err(|_| (StatusCode::BAD_REQUEST, "the body is not understood"))?;
            return Ok(Call {
                partner,
                reference: asked.reference.clone(),
                wish: Wish::Issue(Asked {
                    partner,
                    reference: asked.reference,
                    product: asked.product,
                    unit_price: asked.unit_price,
                }),
            });
        }
        let rest = rest.strip_prefix('/').ok_or(nothing)?;
        let (reference, wish) = match (request.method(), rest.strip_suffix("/void")) {
            (&Method::POST, Some(reference)) => (reference, Wish::Void),
            (&Method::GET, None) => (rest, Wish::Find),
            _ => return Err(nothing),
        };
        Ok(Call {
            partner,
            reference: Reference::from_str(reference).map_err(|_| nothing)?,
            wish,
        })
    }

    /// The contract with whose keys a request is signed, in the sense of `has_signed`.
    pub(crate) fn signer(
        &self,
        request: &Request<Bytes>,
        has_signed: fn(&Contract, &Received, &[u8], i64) -> bool,
    ) -> Option<Id<kind::Partner>> {
        let received = received(request.headers())?;
        let now_s = self.0.clock.now_seconds();
        let state = self.state();
        let mut contracts = state.contracts.values();
        let contract =
            contracts.find(|contract| has_signed(contract, &received, request.body(), now_s));
        contract.map(|contract| contract.partner)
    }

    pub(crate) fn turn_away(&self, request: &Request<Bytes>, status: StatusCode, reason: &str) {
        let what = What::TurnedAway {
            path: request.uri().path().to_owned(),
            status: status.as_u16(),
            reason: reason.to_owned(),
        };
        self.note(None, what);
    }

    /// Does what was asked, as badly as was asked for.
    async fn serve(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let operation = call.wish.operation();
        let fault = self.state().faults.of_call(operation);
        let reply = self.outcome(&call, fault).await;
        let what = What::Called {
            operation,
            reference: call.reference,
            status: reply.as_ref().map(|(status, _)| status.as_u16()),
            fault,
        };
        self.note(Some(call.partner), what);
        match reply {
            Some((status, body)) => Ok(response(status, &body)),
            None => Err(TransportError::Timeout),
        }
    }

    /// What the caller reads, if anything.
    async fn outcome(&self, call: &Call, fault: Option<Fault>) -> Option<Reply> {
        match fault {
            Some(Fault::TimeoutBefore) => return None,
            Some(Fault::ServerError) => {
                let body = json!({ "error": "the chain is beside itself" });
                return Some((StatusCode::INTERNAL_SERVER_ERROR, body));
            }
            Some(Fault::Refuse) => {
                let body = json!({ "error": "the chain does not want to" });
                return Some((StatusCode::UNPROCESSABLE_ENTITY, body));
            }
            _ => {}
        }
        let (reply, issued) = self.act(call, fault);
        if let Some(issued) = issued {
            self.tell_ahead(&issued, fault).await;
        }
        match fault {
            Some(Fault::TimeoutAfter | Fault::NoticeOnly) => return None,
            Some(Fault::Slow { ms }) => tokio::time::sleep(Duration::from_millis(ms)).await,
            _ => {}
        }
        Some(reply)
    }

    fn act(&self, call: &Call, fault: Option<Fault>) -> (Reply, Option<Issued>) {
        let now = self.now();
        let mut state = self.state();
        match &call.wish {
            Wish::Issue(asked) => {
                let price = match fault {
                    Some(Fault::WrongAmount) => a_little_more(asked.unit_price),
                    _ => asked.unit_price,
                };
                match state.shelf.issue(asked.clone(), price, now) {
                    Ok(issued) => {
                        let reference = issued.reference.as_str();
                        let (price, at) = (issued.unit_price, issued.issued_at);
                        state
                            .ledger
                            .voucher_given(call.partner, reference, price, at);
                        let reply = (StatusCode::CREATED, shown(&issued));
                        (reply, Some(issued))
                    }
                    Err(refusal) => {
                        let body = json!({ "error": refusal.to_string() });
                        ((StatusCode::CONFLICT, body), None)
                    }
                }
            }
            Wish::Find => {
                let reply = match state.shelf.standing(call.partner, &call.reference) {
                    Standing::Issued(issued) => (StatusCode::OK, shown(&issued)),
                    Standing::Void => (StatusCode::OK, void(&call.reference)),
                    Standing::Unknown => {
                        let body = json!({ "error": "the reference is unknown" });
                        (StatusCode::NOT_FOUND, body)
                    }
                };
                (reply, None)
            }
            Wish::Void => {
                let reply = match state.shelf.void(call.partner, call.reference.clone()) {
                    Ok(()) => {
                        let reference = call.reference.as_str();
                        state.ledger.voucher_voided(call.partner, reference);
                        (StatusCode::OK, void(&call.reference))
                    }
                    Err(refusal) => {
                        let body = json!({ "error": refusal.to_string() });
                        (StatusCode::CONFLICT, body)
                    }
                };
                (reply, None)
            }
        }
    }

    /// Sends the notices that come before the answer.
    async fn tell_ahead(&self, issued: &Issued, fault: Option<Fault>) {
        let notices = match fault {
            Some(Fault::NoticeFirst | Fault::NoticeOnly) => vec![issued.code.clone()],
            Some(Fault::NoticeTwice) => vec![issued.code.clone(); 2],
            Some(Fault::TwoCodes) => code_of(&issued.reference, 2).into_iter().collect(),
            _ => Vec::new(),
        };
        for code in notices {
            if let Err(error) = self.notice(issued, &code).await {
                tracing::warn!(%error, "the platform was not told of a voucher");
            }
        }
    }
}

impl Wish {
    const fn operation(&self) -> Operation {
        match self {
            Wish::Issue(_) => Operation::Issue,
            Wish::Find => Operation::Find,
            Wish::Void => Operation::Void,
        }
    }
}

/// The three headers of a signature.
fn received(headers: &HeaderMap) -> Option<Received> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    Received::parse(text(ID)?, text(TIMESTAMP)?, text(SIGNATURE)?).ok()
}

fn shown(issued: &Issued) -> Value {
    json!(IssuedOut {
        reference: &issued.reference,
        state: "issued",
        code: issued.code.as_str(),
        unit_price: issued.unit_price,
    })
}

fn void(reference: &Reference) -> Value {
    json!({ "reference": reference, "state": "void" })
}

fn a_little_more(price: Money) -> Money {
    Money::new(price.minor().saturating_add(1), price.currency()).unwrap_or(price)
}

pub(crate) fn response(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}
