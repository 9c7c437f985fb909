//! What starts a function: a route, a queue, a stream.

use serde_json::Value;

use super::{
    Template,
    declared::Declared,
    error::{Place, Problem, TemplateError},
    properties::{Properties, unexpected},
    references::IMPLICIT_API,
};

/// An HTTP route that starts a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRoute {
    /// The event's id in the template.
    pub event: String,
    /// The logical id of the API it belongs to.
    pub api: String,
    /// The method in capitals, or `ANY`.
    pub method: String,
    /// The path with its `{parameters}` and `{proxy+}`, or `$default`.
    pub path: String,
    /// The authorizer that is asked first: the event's own or its API's default. `None` is open to all.
    pub authorizer: Option<String>,
}

/// What the template says about a route's authorizer before its API is known.
const NO_AUTHORIZER: &str = "NONE";

/// A queue that starts a function.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueTrigger {
    /// The event's id in the template.
    pub event: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// The most messages given at once.
    pub batch_size: u32,
    /// How long a batch may wait to fill.
    pub batching_window_seconds: u32,
    /// Whether the function names the messages it failed on.
    pub reports_failures: bool,
    /// How many invocations this queue may run at once.
    pub maximum_concurrency: Option<u32>,
    /// The patterns of which a message must match one; none lets all pass.
    pub filters: Vec<Value>,
    /// Whether it is read at all.
    pub is_enabled: bool,
}

/// A table's stream that starts a function.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamTrigger {
    /// The event's id in the template.
    pub event: String,
    /// The stream's ARN.
    pub stream_arn: String,
    /// The most records given at once.
    pub batch_size: u32,
    /// How long a batch may wait to fill.
    pub batching_window_seconds: u32,
    /// Where reading begins the first time.
    pub starting_position: StartingPosition,
    /// How often a failed batch is tried again; `None` is until its records expire.
    pub maximum_retries: Option<u32>,
    /// Whether a failed batch is cut in two before it is tried again.
    pub bisects_on_error: bool,
    /// How old a record may get before it is given up; `None` is as long as the stream keeps it.
    pub maximum_record_age_seconds: Option<u32>,
    /// Whether the function names the record it failed on.
    pub reports_failures: bool,
    /// The patterns of which a record must match one; none lets all pass.
    pub filters: Vec<Value>,
    /// The ARN of the queue that is told of records given up.
    pub on_failure_arn: Option<String>,
    /// Whether it is read at all.
    pub is_enabled: bool,
}

/// Where the reading of a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartingPosition {
    /// At the oldest record there is.
    TrimHorizon,
    /// At what is written from then on.
    Latest,
}

impl HttpRoute {
    pub(super) fn read(
        declared: &Declared,
        event: String,
        mut section: Properties,
    ) -> Result<Self, TemplateError> {
        let method = section.text("Method")?.map(|text| text.to_uppercase());
        let path = section.text("Path")?;
        let (method, path) = match (method, path) {
            (Some(method), Some(path)) => (method, path),
            (None, None) => ("ANY".to_owned(), "$default".to_owned()),
            (None, Some(_)) => return Err(section.place("Method").error(Problem::Required)),
            (Some(_), None) => return Err(section.place("Path").error(Problem::Required)),
        };
        let method = match method.as_str() {
            "X-AMAZON-APIGATEWAY-ANY-METHOD" => "ANY".to_owned(),
            _ => method,
        };
        let authorizer = match section.section("Auth")? {
            None => None,
            Some(mut auth) => {
                let authorizer = auth.text("Authorizer")?;
                auth.irrelevant(&["InvokeRole"]);
                auth.finish()?;
                authorizer
            }
        };
        let route = Self {
            api: api_of(declared, &event, &mut section)?,
            event,
            method,
            path,
            authorizer,
        };
        section.irrelevant(&["PayloadFormatVersion", "RouteSettings", "TimeoutInMillis"]);
        section.finish()?;
        Ok(route)
    }
}

/// `!Ref` of every API gives the same identifier here, so the logical id is read from the template
/// as it was written.
fn api_of(
    declared: &Declared,
    event: &str,
    section: &mut Properties,
) -> Result<String, TemplateError> {
    let place = section.place("ApiId");
    if section.value("ApiId").is_none() {
        return Ok(IMPLICIT_API.to_owned());
    }
    ["Events", event, "Properties", "ApiId", "Ref"]
        .iter()
        .try_fold(&declared.properties, |node, key| node.get(key))
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| place.error(Problem::Unsupported("an API that is not named with a Ref")))
}

impl QueueTrigger {
    pub(super) fn read(event: String, mut section: Properties) -> Result<Self, TemplateError> {
        let trigger = Self {
            event,
            queue_arn: section.required_text("Queue")?,
            batch_size: section.count("BatchSize")?.unwrap_or(10),
            batching_window_seconds: section
                .count("MaximumBatchingWindowInSeconds")?
                .unwrap_or(0),
            reports_failures: reports_failures(&mut section)?,
            maximum_concurrency: match section.section("ScalingConfig")? {
                None => None,
                Some(mut scaling) => {
                    let maximum = scaling.count("MaximumConcurrency")?;
                    scaling.finish()?;
                    maximum
                }
            },
            filters: filters(&mut section)?,
            is_enabled: section.flag("Enabled")?.unwrap_or(true),
        };
        section.irrelevant(&["KmsKeyArn", "MetricsConfig"]);
        section.finish()?;
        Ok(trigger)
    }
}

impl StreamTrigger {
    pub(super) fn read(event: String, mut section: Properties) -> Result<Self, TemplateError> {
        let trigger = Self {
            event,
            stream_arn: section.required_text("Stream")?,
            batch_size: section.count("BatchSize")?.unwrap_or(100),
            batching_window_seconds: section
                .count("MaximumBatchingWindowInSeconds")?
                .unwrap_or(0),
            starting_position: starting_position(&mut section)?,
            maximum_retries: unlimited(&mut section, "MaximumRetryAttempts")?,
            bisects_on_error: section.flag("BisectBatchOnFunctionError")?.unwrap_or(false),
            maximum_record_age_seconds: unlimited(&mut section, "MaximumRecordAgeInSeconds")?,
            reports_failures: reports_failures(&mut section)?,
            filters: filters(&mut section)?,
            on_failure_arn: on_failure(&mut section)?,
            is_enabled: section.flag("Enabled")?.unwrap_or(true),
        };
        // More than one at a time per shard changes how fast a stream is read and not what comes.
        section.irrelevant(&["KmsKeyArn", "MetricsConfig", "ParallelizationFactor"]);
        section.finish()?;
        Ok(trigger)
    }
}

fn starting_position(section: &mut Properties) -> Result<StartingPosition, TemplateError> {
    let place = section.place("StartingPosition");
    match section.required_text("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => Ok(StartingPosition::TrimHorizon),
        "LATEST" => Ok(StartingPosition::Latest),
        other => Err(unexpected(&place, "TRIM_HORIZON or LATEST", &other.into())),
    }
}

/// Lambda writes "without limit" as -1.
fn unlimited(section: &mut Properties, name: &str) -> Result<Option<u32>, TemplateError> {
    let place = section.place(name);
    match section.number(name)? {
        None | Some(-1) => Ok(None),
        Some(number) => u32::try_from(number)
            .map(Some)
            .map_err(|_| unexpected(&place, "a whole number from 0, or -1", &number.into())),
    }
}

fn reports_failures(section: &mut Properties) -> Result<bool, TemplateError> {
    let place = section.place("FunctionResponseTypes");
    let types = section.texts("FunctionResponseTypes")?;
    match types.iter().find(|each| *each != "ReportBatchItemFailures") {
        Some(other) => Err(unexpected(
            &place,
            "ReportBatchItemFailures",
            &other.as_str().into(),
        )),
        None => Ok(!types.is_empty()),
    }
}

/// Each pattern is a text of JSON; read here, where the error can name the place.
fn filters(section: &mut Properties) -> Result<Vec<Value>, TemplateError> {
    let Some(mut criteria) = section.section("FilterCriteria")? else {
        return Ok(Vec::new());
    };
    let filters = criteria
        .sections("Filters")?
        .into_iter()
        .map(|mut filter| {
            let pattern = filter.required_text("Pattern")?;
            let place = filter.place("Pattern");
            filter.finish()?;
            serde_json::from_str(&pattern)
                .map_err(|_| unexpected(&place, "a text of JSON", &pattern.into()))
        })
        .collect::<Result<_, _>>()?;
    criteria.finish()?;
    Ok(filters)
}

fn on_failure(section: &mut Properties) -> Result<Option<String>, TemplateError> {
    let Some(mut destinations) = section.section("DestinationConfig")? else {
        return Ok(None);
    };
    let arn = match destinations.section("OnFailure")? {
        None => None,
        Some(mut destination) => {
            let arn = destination.required_text("Destination")?;
            // SAM asks for the kind only where it has to make a queue by itself.
            destination.irrelevant(&["Type"]);
            destination.finish()?;
            Some(arn)
        }
    };
    destinations.finish()?;
    Ok(arn)
}

/// Every trigger must name something that exists; routes get their API's default authorizer.
pub(super) fn check(template: &mut Template) -> Result<(), TemplateError> {
    let mut functions = std::mem::take(&mut template.functions);
    for function in &mut functions {
        let place = Place::resource(&function.logical_id)
            .child("Properties")
            .child("Events");
        let place_of = |event: &str| place.child(event).child("Properties");
        for trigger in &function.queues {
            exists(
                template.queue(&trigger.queue_arn).is_some(),
                &place_of(&trigger.event).child("Queue"),
                &trigger.queue_arn,
            )?;
        }
        for trigger in &function.streams {
            let place = place_of(&trigger.event);
            exists(
                template.table_of_stream(&trigger.stream_arn).is_some(),
                &place.child("Stream"),
                &trigger.stream_arn,
            )?;
            if let Some(arn) = &trigger.on_failure_arn {
                exists(
                    template.queue(arn).is_some(),
                    &place.child("DestinationConfig"),
                    arn,
                )?;
            }
        }
        for route in &mut function.routes {
            let place = place_of(&route.event);
            authorize(template, route, &place)?;
        }
    }
    template.functions = functions;
    for queue in &template.queues {
        if let Some(redrive) = &queue.redrive {
            let place = Place::resource(&queue.logical_id)
                .child("Properties")
                .child("RedrivePolicy");
            exists(
                template.queue(&redrive.dead_letter_arn).is_some(),
                &place,
                &redrive.dead_letter_arn,
            )?;
        }
    }
    for api in &template.apis {
        for (name, authorizer) in &api.authorizers {
            exists(
                template.function(&authorizer.function_arn).is_some(),
                &Place::resource(&api.logical_id)
                    .child("Properties")
                    .child(format!("Auth.Authorizers.{name}")),
                &authorizer.function_arn,
            )?;
        }
    }
    Ok(())
}

fn authorize(
    template: &Template,
    route: &mut HttpRoute,
    place: &Place,
) -> Result<(), TemplateError> {
    let api = template.api(&route.api).ok_or_else(|| {
        place
            .child("ApiId")
            .error(Problem::MissingReference(route.api.clone()))
    })?;
    route.authorizer = match route.authorizer.take() {
        None => api.default_authorizer.clone(),
        Some(name) if name == NO_AUTHORIZER => None,
        named => named,
    };
    match &route.authorizer {
        Some(name) => exists(
            api.authorizers.contains_key(name),
            &place.child("Auth"),
            name,
        ),
        None => Ok(()),
    }
}

fn exists(is_there: bool, place: &Place, name: &str) -> Result<(), TemplateError> {
    if is_there {
        Ok(())
    } else {
        Err(place.error(Problem::MissingReference(name.to_owned())))
    }
}
