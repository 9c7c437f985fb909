//! Endpoints, and how many of them an owner has.

use std::collections::BTreeSet;

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    public::PublicUrl,
    table::{Change, Item, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{SaveError, Store, attributes, under_version};
use crate::{
    endpoint::{Description, Disabled, Endpoint, EndpointSecret, MAX_ENDPOINTS, Signing},
    event_types::{EventFilter, EventType},
    keys,
    owner::Owner,
};

/// The label of the count's write in a cancelled transaction.
const COUNT: &str = "count";

#[derive(Serialize, Deserialize)]
struct EndpointItem {
    pk: String,
    sk: String,
    id: Id<kind::WebhookEndpoint>,
    owner: Owner,
    url: PublicUrl,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
    /// Absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_types: Option<BTreeSet<EventType>>,
    ordered: bool,
    signing: Signing,
    secrets: Vec<EndpointSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disabled: Option<Disabled>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

/// Whose an endpoint is.
#[derive(Serialize, Deserialize)]
struct OwnerItem {
    pk: String,
    sk: String,
    owner: Owner,
}

/// Why an endpoint was not created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    /// Its owner has as many as it may have.
    #[error("there are {MAX_ENDPOINTS} endpoints already")]
    TooMany,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The endpoints of an owner: there are few.
    pub(crate) async fn endpoints_of(&self, owner: Owner) -> Result<Vec<Endpoint>, ServiceError> {
        let query = Query::prefix(keys::owner(owner), keys::ENDPOINT_PREFIX);
        let items = self.table.query(query).await?.items;
        items.into_iter().map(endpoint_of).collect()
    }

    /// An endpoint of an owner.
    pub(crate) async fn endpoint(
        &self,
        owner: Owner,
        id: Id<kind::WebhookEndpoint>,
    ) -> Result<Option<Endpoint>, ServiceError> {
        let item = self.table.get_item(&keys::endpoint(owner, id)).await?;
        item.map(endpoint_of).transpose()
    }

    /// Whose an endpoint is.
    pub(crate) async fn owner_of(
        &self,
        id: Id<kind::WebhookEndpoint>,
    ) -> Result<Option<Owner>, ServiceError> {
        let item: Option<OwnerItem> = self.table.get(&keys::owner_of(id)).await?;
        Ok(item.map(|item| item.owner))
    }

    /// Creates an endpoint with its lane.
    pub(crate) async fn create_endpoint(&self, endpoint: &Endpoint) -> Result<(), CreateError> {
        let count = Write::update(&self.table, keys::count(endpoint.owner), "ADD #count :one")
            .when("attribute_not_exists(#count) OR #count < :max")
            .bind(":one", 1)
            .bind(":max", MAX_ENDPOINTS)
            .labelled(COUNT);
        let (pk, sk) = attributes(&keys::owner_of(endpoint.id));
        let owner = endpoint.owner;
        let transaction = Transaction::new()
            .and(count)
            .and(self.put_endpoint(endpoint))
            .and(Write::put(&self.table, &OwnerItem { pk, sk, owner }).when_absent())
            .and(self.new_lane(endpoint));
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.names(COUNT) => {
                Err(CreateError::TooMany)
            }
            // Its id is new, so nothing else can stand in its place.
            Err(TransactError::Cancelled(cancelled)) => {
                Err(ServiceError::malformed("webhooks", cancelled).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// Writes the next version of an endpoint.
    pub(crate) async fn save_endpoint(&self, endpoint: &Endpoint) -> Result<(), SaveError> {
        self.save(self.put_endpoint(endpoint)).await
    }

    /// Removes an endpoint with its lane. What was sent to it is kept.
    pub(crate) async fn delete_endpoint(&self, endpoint: &Endpoint) -> Result<(), SaveError> {
        let count = Write::update(&self.table, keys::count(endpoint.owner), "ADD #count :less");
        let delete = |key| Write::delete(&self.table, key);
        self.commit(vec![
            count.bind(":less", -1),
            delete(keys::endpoint(endpoint.owner, endpoint.id))
                .when("#version = :version")
                .bind(":version", endpoint.version),
            delete(keys::owner_of(endpoint.id)),
            delete(keys::lane(endpoint.id)),
        ])
        .await
    }

    fn put_endpoint(&self, endpoint: &Endpoint) -> Write {
        let (pk, sk) = attributes(&keys::endpoint(endpoint.owner, endpoint.id));
        let item = EndpointItem {
            pk,
            sk,
            id: endpoint.id,
            owner: endpoint.owner,
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            event_types: endpoint.event_types.names().cloned(),
            ordered: endpoint.ordered,
            signing: endpoint.signing,
            secrets: endpoint.secrets.clone(),
            disabled: endpoint.disabled,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            version: endpoint.version,
        };
        under_version(Write::put(&self.table, &item), endpoint.version)
    }
}

/// The endpoint that a change has disabled, if it did.
pub(crate) fn disabled_of(change: &Change) -> Result<Option<(Endpoint, Disabled)>, ServiceError> {
    let was_disabled = change
        .old
        .clone()
        .map(endpoint_of)
        .transpose()?
        .is_none_or(|old| old.is_disabled());
    let new = change.new.clone().map(endpoint_of).transpose()?;
    Ok(new
        .filter(|_| !was_disabled)
        .and_then(|new| new.disabled.map(|disabled| (new, disabled))))
}

fn endpoint_of(item: Item) -> Result<Endpoint, ServiceError> {
    let item: EndpointItem = item.parse("an endpoint")?;
    let event_types = EventFilter::of(item.event_types)
        .map_err(|error| ServiceError::malformed("an endpoint", error))?;
    Ok(Endpoint {
        id: item.id,
        owner: item.owner,
        url: item.url,
        description: item.description,
        event_types,
        ordered: item.ordered,
        signing: item.signing,
        secrets: item.secrets,
        disabled: item.disabled,
        created_at: item.created_at,
        updated_at: item.updated_at,
        version: item.version,
    })
}
