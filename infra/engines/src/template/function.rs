//! Lambda functions.

use std::collections::BTreeMap;

use super::{
    declared::Declared,
    error::{Place, Problem, TemplateError},
    names,
    properties::Properties,
    schedule::Schedule,
    trigger::{HttpRoute, QueueTrigger, StreamTrigger},
};

/// A Lambda function and everything that starts it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its id in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// The ARN of its role, if it names one.
    pub role: Option<String>,
    /// The binary that it runs, from `Metadata.BuildProperties.Binary`.
    pub binary: String,
    /// How long one invocation may take.
    pub timeout_seconds: u32,
    /// Its memory.
    pub memory_megabytes: u32,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// How many invocations may run at once, if the template says.
    pub reserved_concurrency: Option<u32>,
    /// The HTTP routes that start it.
    pub routes: Vec<HttpRoute>,
    /// The queues that start it.
    pub queues: Vec<QueueTrigger>,
    /// The streams that start it.
    pub streams: Vec<StreamTrigger>,
    /// The schedules that start it.
    pub schedules: Vec<Schedule>,
}

/// SAM's own defaults.
const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
const DEFAULT_MEMORY_MEGABYTES: u32 = 128;

impl Function {
    /// Its ARN.
    pub fn arn(&self) -> String {
        names::function_arn(&self.name)
    }

    /// The access key that it signs its calls with, in place of the passing ones of its role on AWS.
    pub fn access_key_id(&self) -> String {
        format!("{}-{}", crate::ACCESS_KEY_ID, self.logical_id)
    }

    pub(super) fn read(
        declared: &Declared,
        name: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let mut function = Self {
            logical_id: declared.logical_id.clone(),
            name,
            role: properties.text("Role")?,
            binary: binary(declared)?,
            timeout_seconds: properties
                .count("Timeout")?
                .unwrap_or(DEFAULT_TIMEOUT_SECONDS),
            memory_megabytes: properties
                .count("MemorySize")?
                .unwrap_or(DEFAULT_MEMORY_MEGABYTES),
            environment: environment(&mut properties)?,
            reserved_concurrency: properties.count("ReservedConcurrentExecutions")?,
            routes: Vec::new(),
            queues: Vec::new(),
            streams: Vec::new(),
            schedules: Vec::new(),
        };
        for (event, mut entry) in properties.named_sections("Events")? {
            let kind = entry.required_text("Type")?;
            let section = entry.section("Properties")?;
            let section = entry.required("Properties", section)?;
            let place = entry.place("Type");
            entry.finish()?;
            function.add_event(declared, event, &kind, section, &place)?;
        }
        properties.irrelevant(&[
            "Architectures",
            "AssumeRolePolicyDocument",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "AutoPublishCodeSha256",
            "CodeUri",
            "DeadLetterQueue",
            "DeploymentPreference",
            "Description",
            "EphemeralStorage",
            "EventInvokeConfig",
            "FunctionName",
            "Handler",
            "KmsKeyArn",
            "Layers",
            "LoggingConfig",
            "PackageType",
            "PermissionsBoundary",
            "Policies",
            "PropagateTags",
            "ProvisionedConcurrencyConfig",
            "RecursiveLoop",
            "RolePath",
            "Runtime",
            "RuntimeManagementConfig",
            "SnapStart",
            "Tags",
            "Tracing",
            "VpcConfig",
        ]);
        properties.finish()?;
        Ok(function)
    }

    fn add_event(
        &mut self,
        declared: &Declared,
        event: String,
        kind: &str,
        section: Properties,
        place: &Place,
    ) -> Result<(), TemplateError> {
        match kind {
            "HttpApi" => {
                let route = HttpRoute::read(declared, event, section)?;
                self.routes.push(route);
            }
            "SQS" => self.queues.push(QueueTrigger::read(event, section)?),
            "DynamoDB" => self.streams.push(StreamTrigger::read(event, section)?),
            "Schedule" => self.schedules.push(Schedule::read_rule(event, section)?),
            "ScheduleV2" => self
                .schedules
                .push(Schedule::read_scheduler(event, section)?),
            other => return Err(place.error(Problem::UnsupportedType(other.to_owned()))),
        }
        Ok(())
    }
}

/// One binary is deployed as several functions, so that its name cannot be guessed from theirs.
fn binary(declared: &Declared) -> Result<String, TemplateError> {
    let place = ["Metadata", "BuildProperties", "Binary"]
        .into_iter()
        .fold(Place::resource(&declared.logical_id), |place, key| {
            place.child(key)
        });
    declared
        .metadata
        .pointer("/BuildProperties/Binary")
        .and_then(|binary| binary.as_str())
        .map(str::to_owned)
        .ok_or_else(|| place.error(Problem::Required))
}

fn environment(properties: &mut Properties) -> Result<BTreeMap<String, String>, TemplateError> {
    let Some(mut section) = properties.section("Environment")? else {
        return Ok(BTreeMap::new());
    };
    let variables = section.named_texts("Variables")?;
    section.finish()?;
    Ok(variables.into_iter().collect())
}
