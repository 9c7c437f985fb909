//! A small internet within the process: names, addresses, and hosts that answer at them.
//!
//! What is called there goes through the platform's own judgement of names and addresses
//! ([`PublicOutbound`]); only the last step, the connection, is replaced. Every look-up and every
//! connection is written down, so that a test can say that none was attempted.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kernel::Clock;
use platform::{
    public::{Dial, Names, PublicOutbound},
    transport::TransportError,
};

/// Answers the requests that reach one host.
///
/// Any `Fn(http::Request<Bytes>) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>>`
/// is one. An error is a connection that breaks, or an answer that does not come.
pub trait Host: Send + Sync {
    /// Answers one request, whose URI is absolute.
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>>;
}

impl<F, A> Host for F
where
    F: Fn(http::Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'static,
{
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(self(request))
    }
}

/// An attempt to connect, and what was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialed {
    /// When, by the internet's clock.
    pub at: Timestamp,
    /// The address that was connected to.
    pub address: SocketAddr,
    /// The host that was asked for.
    pub host: String,
    /// The method of the request.
    pub method: http::Method,
    /// Path and query of the request.
    pub path: String,
}

/// An internet of its own. Clones share everything.
#[derive(Clone)]
pub struct Internet(Arc<Inner>);

struct Inner {
    clock: Clock,
    beyond: Option<Beyond>,
    state: Mutex<State>,
}

/// The network for names that nobody serves here.
struct Beyond {
    names: Arc<dyn Names>,
    dial: Arc<dyn Dial>,
}

#[derive(Default)]
struct State {
    hosts: BTreeMap<String, Arc<dyn Host>>,
    /// The one address of each host that has been heard of.
    addresses: BTreeMap<String, IpAddr>,
    /// What names are said to lead to instead.
    told: BTreeMap<String, Vec<IpAddr>>,
    lookups: Vec<String>,
    dials: Vec<Dialed>,
}

impl Internet {
    /// An internet without hosts. Every name has an address there, but nobody answers at it.
    #[must_use]
    pub fn new(clock: Clock) -> Internet {
        Internet::with(clock, None)
    }

    /// The same, but names that nobody serves here are looked up and called as `beyond` would.
    #[must_use]
    pub fn before(beyond: &PublicOutbound, clock: Clock) -> Internet {
        let (names, dial) = beyond.parts();
        Internet::with(clock, Some(Beyond { names, dial }))
    }

    fn with(clock: Clock, beyond: Option<Beyond>) -> Internet {
        Internet(Arc::new(Inner {
            clock,
            beyond,
            state: Mutex::default(),
        }))
    }

    /// The way out of the platform into this internet.
    #[must_use]
    pub fn outbound(&self) -> PublicOutbound {
        PublicOutbound::over(Arc::new(self.clone()), Arc::new(self.clone()))
    }

    /// Lets `host` answer for a name, in place of whoever answered for it before.
    pub fn serve(&self, name: &str, host: impl Host + 'static) {
        let mut state = self.state();
        state.address_of(name);
        state.hosts.insert(name.to_owned(), Arc::new(host));
    }

    /// Lets a name lead to these addresses from now on; to none of them, as if it did not exist.
    pub fn resolve(&self, name: &str, addresses: &[IpAddr]) {
        self.state()
            .told
            .insert(name.to_owned(), addresses.to_vec());
    }

    /// The names that were looked up, oldest first.
    #[must_use]
    pub fn lookups(&self) -> Vec<String> {
        self.state().lookups.clone()
    }

    /// The connections that were attempted, oldest first.
    #[must_use]
    pub fn dials(&self) -> Vec<Dialed> {
        self.state().dials.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere fails its own test; nothing here is left half done by one.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The address of a name, a public one, which no other name has.
    fn address_of(&mut self, name: &str) -> IpAddr {
        let next = u16::try_from(self.addresses.len()).unwrap_or(u16::MAX);
        let address = self.addresses.entry(name.to_owned()).or_insert_with(|| {
            let [high, low] = next.saturating_add(1).to_be_bytes();
            IpAddr::V4(Ipv4Addr::new(93, 184, high, low))
        });
        *address
    }

    /// Who answers at `address` for `name`. One address serves one name, as a certificate does.
    fn host_at(&mut self, address: IpAddr, name: &str) -> Option<Arc<dyn Host>> {
        let leads_there = match self.told.get(name) {
            Some(told) => told.contains(&address),
            None => self.addresses.get(name) == Some(&address),
        };
        self.hosts.get(name).filter(|_| leads_there).cloned()
    }
}

impl Names for Internet {
    fn addresses(&self, host: &str) -> BoxFuture<'static, Result<Vec<IpAddr>, TransportError>> {
        let mut state = self.state();
        state.lookups.push(host.to_owned());
        if let Some(told) = state.told.get(host) {
            let told = told.clone();
            let none = told.is_empty();
            let no_such_name = TransportError::Io(format!("there is no host {host}"));
            return Box::pin(async move { if none { Err(no_such_name) } else { Ok(told) } });
        }
        match &self.0.beyond {
            Some(beyond) if !state.hosts.contains_key(host) => beyond.names.addresses(host),
            _ => {
                let address = state.address_of(host);
                Box::pin(async move { Ok(vec![address]) })
            }
        }
    }
}

impl Dial for Internet {
    fn call(
        &self,
        address: SocketAddr,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let name = request.uri().host().unwrap_or_default().to_owned();
        let path = request.uri().path_and_query();
        let mut state = self.state();
        state.dials.push(Dialed {
            at: self.0.clock.now(),
            address,
            host: name.clone(),
            method: request.method().clone(),
            path: path.map_or_else(String::new, ToString::to_string),
        });
        let host = state.host_at(address.ip(), &name);
        let is_beyond = !state.hosts.contains_key(&name);
        drop(state);
        match (host, &self.0.beyond) {
            (Some(host), _) => host.answer(request),
            (None, Some(beyond)) if is_beyond => beyond.dial.call(address, request),
            (None, _) => {
                let refused = format!("nobody answers for {name} at {address}");
                Box::pin(async move { Err(TransportError::Io(refused)) })
            }
        }
    }
}

impl fmt::Debug for Internet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Internet")
    }
}
