//! Resources as they are declared, before anything is resolved.

use serde_json::Value;

use super::{
    error::{Place, Problem, TemplateError},
    properties::Properties,
};

/// One entry of `Resources`.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) logical_id: String,
    pub(super) kind: String,
    pub(super) condition: Option<String>,
    pub(super) properties: Value,
    pub(super) metadata: Value,
}

/// What stands in for a resource here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    Queue,
    Bucket,
    Secret,
    Function,
    HttpApi,
    Role,
    /// It matters on AWS, and to nothing that runs here.
    Irrelevant,
}

/// Types of which nothing needs to stand in here; a trailing `*` takes in a whole service.
const IRRELEVANT: [&str; 20] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::Budgets::*",
    "AWS::CertificateManager::*",
    "AWS::CloudFront::*",
    "AWS::CloudWatch::*",
    "AWS::CodeDeploy::*",
    "AWS::IAM::*",
    "AWS::KMS::*",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Logs::*",
    "AWS::Route53::*",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SNS::*",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::*",
    "AWS::XRay::*",
];

impl Declared {
    /// Every entry of the `Resources` section.
    pub(super) fn all(resources: Value) -> Result<Vec<Self>, TemplateError> {
        let section = Properties::of(
            Value::Object(serde_json::Map::from_iter([(
                "Resources".to_owned(),
                resources,
            )])),
            Place::default(),
        )?;
        let mut section = section;
        section
            .named_sections("Resources")?
            .into_iter()
            .map(|(logical_id, mut entry)| {
                let declared = Self {
                    kind: entry.required_text("Type")?,
                    condition: entry.text("Condition")?,
                    properties: entry.value("Properties").unwrap_or(Value::Null),
                    metadata: entry.value("Metadata").unwrap_or(Value::Null),
                    logical_id,
                };
                entry.irrelevant(&["DependsOn", "DeletionPolicy", "UpdateReplacePolicy"]);
                entry.finish()?;
                declared.stands_for()?;
                Ok(declared)
            })
            .collect()
    }

    /// What stands in for it here.
    pub(super) fn stands_for(&self) -> Result<Kind, TemplateError> {
        match self.kind.as_str() {
            "AWS::DynamoDB::Table" => Ok(Kind::Table),
            "AWS::SQS::Queue" => Ok(Kind::Queue),
            "AWS::S3::Bucket" => Ok(Kind::Bucket),
            "AWS::SecretsManager::Secret" => Ok(Kind::Secret),
            "AWS::Serverless::Function" => Ok(Kind::Function),
            "AWS::Serverless::HttpApi" => Ok(Kind::HttpApi),
            "AWS::IAM::Role" => Ok(Kind::Role),
            kind if is_irrelevant(kind) => Ok(Kind::Irrelevant),
            kind => {
                Err(Place::resource(&self.logical_id)
                    .error(Problem::UnsupportedType(kind.to_owned())))
            }
        }
    }

    /// Where its properties stand.
    pub(super) fn place(&self) -> Place {
        Place::resource(&self.logical_id).child("Properties")
    }
}

fn is_irrelevant(kind: &str) -> bool {
    IRRELEVANT
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(service) => kind.starts_with(service),
            None => kind == *pattern,
        })
}
