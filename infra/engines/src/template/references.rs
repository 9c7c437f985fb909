//! What `Ref` and `Fn::GetAtt` give for each kind of thing.

use serde_json::Value;

use super::{
    declared::{Declared, Kind},
    error::{Place, Problem, TemplateError},
    names,
    resolve::Scope,
};

/// The id of the API that SAM makes for events which name none.
pub(super) const IMPLICIT_API: &str = "ServerlessHttpApi";

/// What `!Ref target` stands for; `None` for `AWS::NoValue`.
pub(super) fn reference(
    scope: &Scope,
    target: &str,
    place: &Place,
) -> Result<Option<Value>, TemplateError> {
    let pseudo = match target {
        "AWS::NoValue" => return Ok(None),
        "AWS::Region" => Some(names::REGION),
        "AWS::AccountId" => Some(names::ACCOUNT_ID),
        "AWS::StackName" => Some(names::STACK_NAME),
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    };
    if let Some(value) = pseudo {
        return Ok(Some(Value::from(value)));
    }
    if let Some(value) = scope.parameters.get(target) {
        return Ok(Some(value.clone()));
    }
    if let Some(function) = aliased(scope, target)? {
        let name = physical_name(scope, function)?;
        return Ok(Some(Value::String(names::function_arn(&name))));
    }
    let Some(resource) = scope.resource(target)? else {
        return match implied(scope, target)? {
            Some(name) => Ok(Some(Value::String(name))),
            None => Err(place.error(Problem::MissingReference(target.to_owned()))),
        };
    };
    let name = || physical_name(scope, resource);
    let value = match resource.stands_for()? {
        Kind::Table | Kind::Bucket | Kind::Function => name()?,
        Kind::Queue => names::queue_url(&name()?),
        Kind::Secret => names::secret_arn(&name()?),
        Kind::HttpApi => names::API_ID.to_owned(),
        Kind::Role | Kind::Irrelevant => irrelevant_reference(resource),
    };
    Ok(Some(Value::String(value)))
}

/// What `!GetAtt target.attribute` stands for.
pub(super) fn attribute(
    scope: &Scope,
    target: &str,
    attribute: &str,
    place: &Place,
) -> Result<String, TemplateError> {
    let Some(resource) = scope.resource(target)? else {
        return match implied(scope, target)? {
            Some(name) if attribute == "Arn" => Ok(names::role_arn(&name)),
            _ => Err(place.error(Problem::MissingReference(target.to_owned()))),
        };
    };
    let name = || physical_name(scope, resource);
    let value = match (resource.stands_for()?, attribute) {
        (Kind::Table, "Arn") => Some(names::table_arn(&name()?)),
        (Kind::Table, "StreamArn") if has_stream(resource) => Some(names::stream_arn(&name()?)),
        (Kind::Queue, "Arn") => Some(names::queue_arn(&name()?)),
        (Kind::Queue, "QueueName") => Some(name()?),
        (Kind::Queue, "QueueUrl") => Some(names::queue_url(&name()?)),
        (Kind::Bucket, "Arn") => Some(names::bucket_arn(&name()?)),
        (Kind::Bucket, "DomainName") => Some(format!("{}.s3.amazonaws.com", name()?)),
        (Kind::Bucket, "RegionalDomainName") => {
            Some(format!("{}.s3.{}.amazonaws.com", name()?, names::REGION))
        }
        (Kind::Secret, "Id") => Some(names::secret_arn(&name()?)),
        (Kind::Function, "Arn") => Some(names::function_arn(&name()?)),
        (Kind::HttpApi, "ApiId") => Some(names::API_ID.to_owned()),
        (Kind::Role | Kind::Irrelevant, "Arn") => Some(irrelevant_arn(resource)),
        (Kind::Role | Kind::Irrelevant, other) => Some(format!("{target}.{other}")),
        _ => None,
    };
    value.ok_or_else(|| {
        place.error(Problem::UnknownAttribute {
            resource: target.to_owned(),
            kind: resource.kind.clone(),
            attribute: attribute.to_owned(),
        })
    })
}

/// The name that `resource` has once it runs.
pub(super) fn physical_name(scope: &Scope, resource: &Declared) -> Result<String, TemplateError> {
    let property = match resource.stands_for()? {
        Kind::Table => "TableName",
        Kind::Queue => "QueueName",
        Kind::Bucket => "BucketName",
        Kind::Secret => "Name",
        Kind::Function => "FunctionName",
        Kind::HttpApi | Kind::Role | Kind::Irrelevant => {
            return Ok(names::default_name(&resource.logical_id));
        }
    };
    if let Some(name) = resource.properties.get(property) {
        let place = resource.place().child(property);
        let given = scope.guarded(&resource.logical_id, &place, || scope.resolve(name, &place))?;
        if let Some(given) = given {
            return super::properties::text(&given, &place);
        }
    }
    let name = names::default_name(&resource.logical_id);
    Ok(match resource.stands_for()? {
        // Bucket names are part of a host name, so AWS takes lower case only.
        Kind::Bucket => name.to_ascii_lowercase(),
        Kind::Queue if is_fifo(resource) => format!("{name}.fifo"),
        _ => name,
    })
}

fn is_fifo(queue: &Declared) -> bool {
    match queue.properties.get("FifoQueue") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

fn has_stream(table: &Declared) -> bool {
    table.properties.get("StreamSpecification").is_some()
}

/// Resources that SAM makes without being asked: the API of events that name none, and a role for
/// every function.
fn implied(scope: &Scope, target: &str) -> Result<Option<String>, TemplateError> {
    if target == IMPLICIT_API {
        return Ok(Some(names::API_ID.to_owned()));
    }
    let Some(function) = target.strip_suffix("Role") else {
        return Ok(None);
    };
    let function = scope.resource(function)?;
    Ok(function
        .filter(|each| each.kind == "AWS::Serverless::Function")
        .map(|_| names::default_name(target)))
}

/// The function that `Function.Alias` means. SAM lets that stand for the alias which it makes of
/// `AutoPublishAlias`; here there is one version of a function, so its alias is the function itself.
fn aliased<'scope>(
    scope: &'scope Scope,
    target: &str,
) -> Result<Option<&'scope Declared>, TemplateError> {
    let Some(function) = target.strip_suffix(".Alias") else {
        return Ok(None);
    };
    let function = scope.resource(function)?;
    Ok(function.filter(|each| {
        each.kind == "AWS::Serverless::Function"
            && each.properties.get("AutoPublishAlias").is_some()
    }))
}

/// Nothing here asks what these are, but a topic's `Ref` is an ARN and is read as one.
fn irrelevant_reference(resource: &Declared) -> String {
    if resource.kind == "AWS::SNS::Topic" {
        irrelevant_arn(resource)
    } else {
        names::default_name(&resource.logical_id)
    }
}

fn irrelevant_arn(resource: &Declared) -> String {
    let name = names::default_name(&resource.logical_id);
    match resource.kind.split("::").nth(1) {
        Some("IAM") => names::role_arn(&name),
        Some(service) => names::arn(&service.to_ascii_lowercase(), &name),
        None => name,
    }
}
