//! The SAM template as data: every table, queue, bucket, secret, function and API, fully resolved.
//!
//! **Invariant:** nothing in a template is ignored in silence. A resource, property or function is
//! either understood, or on a list of what matters to AWS alone, or an error that names the place.
//!
//! Start at [`Template::read`]. What things will be called (names, URLs, ARNs) is decided here,
//! since functions' environments mention them.

mod api;
mod bucket;
mod declared;
mod error;
mod function;
mod functions;
mod globals;
pub(crate) mod names;
mod parameters;
mod properties;
mod queue;
mod references;
mod resolve;
mod role;
mod schedule;
mod secret;
mod source;
mod table;
mod trigger;
mod yaml;

use std::{cell::RefCell, collections::BTreeSet, path::Path};

use serde_json::Value;

pub use self::{
    api::{Authorizer, CorsRules, HttpApi, RouteSettings, Throttle},
    bucket::Bucket,
    error::{Place, Problem, TemplateError},
    function::Function,
    names::{ACCOUNT_ID, API_ID, REGION, STACK_NAME},
    parameters::Parameters,
    queue::{Queue, RedrivePolicy},
    role::{Grant, Role},
    schedule::{RateOrCron, Schedule},
    secret::{GeneratedSecret, Secret, SecretValue},
    table::{Attribute, Index, KeyElement, KeyRole, Projection, StreamView, Table},
    trigger::{HttpRoute, QueueTrigger, StartingPosition, StreamTrigger},
};
use self::{
    declared::{Declared, Kind},
    properties::Properties,
    resolve::Scope,
    source::Source,
};

/// A template whose every value is worked out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The SQS queues.
    pub queues: Vec<Queue>,
    /// The S3 buckets.
    pub buckets: Vec<Bucket>,
    /// The secrets of Secrets Manager.
    pub secrets: Vec<Secret>,
    /// The Lambda functions.
    pub functions: Vec<Function>,
    /// The roles of IAM.
    pub roles: Vec<Role>,
    /// The HTTP APIs.
    pub apis: Vec<HttpApi>,
    /// What matters on AWS and to nothing here.
    pub irrelevant: Vec<IrrelevantResource>,
}

/// A resource that needs nothing to stand in for it, such as an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IrrelevantResource {
    /// Its id in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::CloudWatch::Alarm`.
    pub kind: String,
}

impl Template {
    /// Reads the template at `path`.
    pub fn read(path: impl AsRef<Path>, parameters: &Parameters) -> Result<Self, TemplateError> {
        Self::parse(&text_at(path.as_ref())?, parameters)
    }

    /// Which parameters the template at `path` has.
    pub fn parameter_names(path: impl AsRef<Path>) -> Result<BTreeSet<String>, TemplateError> {
        let parameters = Source::parse(&text_at(path.as_ref())?)?.parameters;
        let names = parameters
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys());
        Ok(names.cloned().collect())
    }

    /// Reads the template `text`, with `parameters` in place of its defaults.
    pub fn parse(text: &str, parameters: &Parameters) -> Result<Self, TemplateError> {
        let source = Source::parse(text)?;
        let mut resources = Declared::all(source.resources)?;
        globals::merge(source.globals.clone(), &mut resources)?;
        let scope = Scope {
            parameters: parameters::resolve(source.parameters, parameters)?,
            conditions: source.conditions,
            mappings: source.mappings,
            resources,
            pending: RefCell::default(),
        };
        for (name, _) in &scope.conditions {
            scope.condition(name, &Place::section("Conditions").child(name))?;
        }
        let mut template = Self::default();
        for declared in &scope.resources {
            if scope.exists(declared)? {
                template.add(&scope, declared)?;
            }
        }
        template.add_implicit_api(&scope, source.globals)?;
        trigger::check(&mut template)?;
        Ok(template)
    }

    fn add(&mut self, scope: &Scope, declared: &Declared) -> Result<(), TemplateError> {
        let logical_id = declared.logical_id.clone();
        let place = declared.place();
        let resolved = scope.resolve(&declared.properties, &place)?;
        let properties = Properties::of(resolved.unwrap_or(Value::Null), place)?;
        let name = references::physical_name(scope, declared)?;
        match declared.stands_for()? {
            Kind::Table => self.tables.push(Table::read(logical_id, name, properties)?),
            Kind::Queue => self.queues.push(Queue::read(logical_id, name, properties)?),
            Kind::Bucket => self
                .buckets
                .push(Bucket::read(logical_id, name, properties)?),
            Kind::Secret => self
                .secrets
                .push(Secret::read(logical_id, name, properties)?),
            Kind::HttpApi => self.apis.push(HttpApi::read(logical_id, properties)?),
            Kind::Function => self
                .functions
                .push(Function::read(declared, name, properties)?),
            Kind::Role => self.roles.push(Role::read(logical_id, properties)?),
            Kind::Irrelevant => self.irrelevant.push(IrrelevantResource {
                logical_id,
                kind: declared.kind.clone(),
            }),
        }
        Ok(())
    }

    /// SAM makes an API, from the globals alone, for events that name none.
    fn add_implicit_api(&mut self, scope: &Scope, globals: Value) -> Result<(), TemplateError> {
        let is_used = self
            .functions
            .iter()
            .flat_map(|function| &function.routes)
            .any(|route| route.api == references::IMPLICIT_API);
        if !is_used {
            return Ok(());
        }
        let place = Place::section("Globals").child("HttpApi");
        let global = globals.get("HttpApi").cloned().unwrap_or(Value::Null);
        let resolved = scope.resolve(&global, &place)?.unwrap_or(Value::Null);
        self.apis.push(HttpApi::read(
            references::IMPLICIT_API.to_owned(),
            Properties::of(resolved, place)?,
        )?);
        Ok(())
    }

    /// The table with this name or logical id.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.name == name || table.logical_id == name)
    }

    /// The table whose stream has this ARN.
    pub fn table_of_stream(&self, stream_arn: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.stream_arn().as_deref() == Some(stream_arn))
    }

    /// The queue with this ARN, URL, name or logical id.
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.is_called(name))
    }

    /// The function with this ARN, name or logical id.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| {
            function.logical_id == name || function.name == name || function.arn() == name
        })
    }

    /// The role that `function` runs as, where the template names one of its own.
    pub fn role_of(&self, function: &Function) -> Option<&Role> {
        let arn = function.role.as_deref()?;
        self.roles.iter().find(|role| role.arn == arn)
    }

    /// The API with this logical id.
    pub fn api(&self, logical_id: &str) -> Option<&HttpApi> {
        self.apis.iter().find(|api| api.logical_id == logical_id)
    }
}

fn text_at(path: &Path) -> Result<String, TemplateError> {
    std::fs::read_to_string(path).map_err(|source| TemplateError::Read {
        path: path.to_owned(),
        source,
    })
}
