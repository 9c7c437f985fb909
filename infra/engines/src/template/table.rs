//! DynamoDB tables.

use serde_json::{Value, json};

use super::{
    error::TemplateError,
    names,
    properties::{Properties, unexpected},
};

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its id in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// The attributes that keys are made of.
    pub attributes: Vec<Attribute>,
    /// The table's own key.
    pub key_schema: Vec<KeyElement>,
    /// The global secondary indexes.
    pub indexes: Vec<Index>,
    /// `PAY_PER_REQUEST` or `PROVISIONED`; the engine never throttles either.
    pub billing_mode: String,
    /// What the stream's records show, if there is a stream.
    pub stream: Option<StreamView>,
    /// The attribute that holds an item's time to live, if items expire.
    pub time_to_live_attribute: Option<String>,
}

/// An attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

/// One part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyElement {
    /// The attribute's name.
    pub attribute: String,
    /// What it does in the key.
    pub role: KeyRole,
}

/// What an attribute does in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// It chooses the partition.
    Hash,
    /// It orders the items of a partition.
    Range,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key_schema: Vec<KeyElement>,
    /// What it holds beside the keys.
    pub projection: Projection,
}

/// What an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Every attribute.
    All,
    /// The keys of index and table.
    KeysOnly,
    /// The keys and these attributes.
    Include(Vec<String>),
}

/// What a stream's records show of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamView {
    /// The key alone.
    KeysOnly,
    /// The item as it is after the write.
    NewImage,
    /// The item as it was before the write.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl StreamView {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::NewImage => "NEW_IMAGE",
            Self::OldImage => "OLD_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }
}

impl Table {
    /// Its ARN.
    pub fn arn(&self) -> String {
        names::table_arn(&self.name)
    }

    /// Its stream's ARN, if it has one.
    pub fn stream_arn(&self) -> Option<String> {
        self.stream.map(|_| names::stream_arn(&self.name))
    }

    pub(super) fn read(
        logical_id: String,
        name: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let table = Self {
            logical_id,
            name,
            attributes: attributes(&mut properties)?,
            key_schema: key_schema(&mut properties)?,
            indexes: indexes(&mut properties)?,
            billing_mode: properties
                .text("BillingMode")?
                .unwrap_or_else(|| "PROVISIONED".to_owned()),
            stream: stream(&mut properties)?,
            time_to_live_attribute: time_to_live(&mut properties)?,
        };
        properties.irrelevant(&[
            "ContributorInsightsSpecification",
            "DeletionProtectionEnabled",
            "KinesisStreamSpecification",
            "OnDemandThroughput",
            "PointInTimeRecoverySpecification",
            "ProvisionedThroughput",
            "ResourcePolicy",
            "SSESpecification",
            "TableClass",
            "TableName",
            "Tags",
            "WarmThroughput",
        ]);
        properties.finish()?;
        Ok(table)
    }

    /// The `CreateTable` request that makes it.
    pub(crate) fn create_request(&self) -> Value {
        let mut request = json!({
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": self.attributes.iter().map(|attribute| json!({
                "AttributeName": attribute.name,
                "AttributeType": attribute.kind,
            })).collect::<Vec<_>>(),
            "KeySchema": key_schema_json(&self.key_schema),
        });
        if !self.indexes.is_empty() {
            request["GlobalSecondaryIndexes"] = self
                .indexes
                .iter()
                .map(|index| {
                    json!({
                        "IndexName": index.name,
                        "KeySchema": key_schema_json(&index.key_schema),
                        "Projection": projection_json(&index.projection),
                    })
                })
                .collect();
        }
        if let Some(view) = self.stream {
            request["StreamSpecification"] = json!({
                "StreamEnabled": true,
                "StreamViewType": view.as_str(),
            });
        }
        request
    }
}

fn attributes(properties: &mut Properties) -> Result<Vec<Attribute>, TemplateError> {
    properties
        .sections("AttributeDefinitions")?
        .into_iter()
        .map(|mut section| {
            let attribute = Attribute {
                name: section.required_text("AttributeName")?,
                kind: section.required_text("AttributeType")?,
            };
            section.finish()?;
            Ok(attribute)
        })
        .collect()
}

fn key_schema(properties: &mut Properties) -> Result<Vec<KeyElement>, TemplateError> {
    properties
        .sections("KeySchema")?
        .into_iter()
        .map(|mut section| {
            let place = section.place("KeyType");
            let role = section.required_text("KeyType")?;
            let element = KeyElement {
                attribute: section.required_text("AttributeName")?,
                role: match role.as_str() {
                    "HASH" => KeyRole::Hash,
                    "RANGE" => KeyRole::Range,
                    _ => return Err(unexpected(&place, "HASH or RANGE", &role.into())),
                },
            };
            section.finish()?;
            Ok(element)
        })
        .collect()
}

fn indexes(properties: &mut Properties) -> Result<Vec<Index>, TemplateError> {
    properties
        .sections("GlobalSecondaryIndexes")?
        .into_iter()
        .map(|mut section| {
            let projected = section.section("Projection")?;
            let projected = section.required("Projection", projected)?;
            let index = Index {
                name: section.required_text("IndexName")?,
                key_schema: key_schema(&mut section)?,
                projection: projection(projected)?,
            };
            section.irrelevant(&[
                "ContributorInsightsSpecification",
                "OnDemandThroughput",
                "ProvisionedThroughput",
                "WarmThroughput",
            ]);
            section.finish()?;
            Ok(index)
        })
        .collect()
}

fn projection(mut section: Properties) -> Result<Projection, TemplateError> {
    let place = section.place("ProjectionType");
    let kind = section.required_text("ProjectionType")?;
    let included = section.texts("NonKeyAttributes")?;
    section.finish()?;
    match kind.as_str() {
        "ALL" => Ok(Projection::All),
        "KEYS_ONLY" => Ok(Projection::KeysOnly),
        "INCLUDE" => Ok(Projection::Include(included)),
        _ => Err(unexpected(
            &place,
            "ALL, KEYS_ONLY or INCLUDE",
            &kind.into(),
        )),
    }
}

fn stream(properties: &mut Properties) -> Result<Option<StreamView>, TemplateError> {
    let Some(mut section) = properties.section("StreamSpecification")? else {
        return Ok(None);
    };
    let place = section.place("StreamViewType");
    let view = section.required_text("StreamViewType")?;
    section.irrelevant(&["ResourcePolicy"]);
    section.finish()?;
    match view.as_str() {
        "KEYS_ONLY" => Ok(Some(StreamView::KeysOnly)),
        "NEW_IMAGE" => Ok(Some(StreamView::NewImage)),
        "OLD_IMAGE" => Ok(Some(StreamView::OldImage)),
        "NEW_AND_OLD_IMAGES" => Ok(Some(StreamView::NewAndOldImages)),
        _ => Err(unexpected(&place, "a stream view type", &view.into())),
    }
}

fn time_to_live(properties: &mut Properties) -> Result<Option<String>, TemplateError> {
    let Some(mut section) = properties.section("TimeToLiveSpecification")? else {
        return Ok(None);
    };
    let attribute = section.required_text("AttributeName")?;
    let is_enabled = section.flag("Enabled")?.unwrap_or(false);
    section.finish()?;
    Ok(is_enabled.then_some(attribute))
}

fn key_schema_json(elements: &[KeyElement]) -> Value {
    elements
        .iter()
        .map(|element| {
            json!({
                "AttributeName": element.attribute,
                "KeyType": match element.role {
                    KeyRole::Hash => "HASH",
                    KeyRole::Range => "RANGE",
                },
            })
        })
        .collect()
}

fn projection_json(projection: &Projection) -> Value {
    match projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(attributes) => json!({
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": attributes,
        }),
    }
}
