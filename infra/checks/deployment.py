"""How functions are deployed: code, aliases, the way back, and CloudFormation's limits."""

from queues import mappings
from routes import function_of, routes
from transform import named

MOST_RESOURCES = 500
# Binaries that may change at once, and why.
CHANGE_AT_ONCE = {"front": "it decides nothing: it serves the document and answers what is not routed"}


def check(stack):
    yield from packages(stack)
    yield from triggers_take_aliases(stack)
    if stack.declared >= MOST_RESOURCES:
        yield f"the stack has {stack.declared} resources"
    # A stack that nobody watches has no alarms to go back by.
    if stack.is_gradual() and stack.is_watched():
        yield from ways_back(stack)


def packages(stack):
    for name, function in stack.template["Resources"].items():
        if function["Type"] != "AWS::Serverless::Function":
            continue
        metadata = function.get("Metadata", {})
        if metadata.get("BuildMethod") != "rust-cargolambda":
            yield f"{name} is not built by cargo-lambda"
        if not metadata.get("BuildProperties", {}).get("Binary"):
            yield f"{name} does not say which binary it runs"


def aliases(stack):
    return {
        stack.target({"Ref": name}): (name, alias)
        for name, alias in stack.of_type("AWS::Lambda::Alias").items()
    }


def triggers_take_aliases(stack):
    """Where a function has an alias, whatever starts it starts the alias: otherwise a deployment that
    is rolled back would have changed what the trigger runs."""
    of_functions = aliases(stack)
    started = [(name, mapping["FunctionName"]) for name, mapping in mappings(stack)]
    for name, schedule in stack.of_type("AWS::Scheduler::Schedule").items():
        started.append((name, schedule["Properties"]["Target"]["Arn"]))
    for name, reference in started:
        function = stack.target(reference)
        if function in of_functions and reference != {"Ref": of_functions[function][0]}:
            yield f"{name} starts {function} past its alias"


def authorizers(stack):
    for api in stack.of_type("AWS::ApiGatewayV2::Api").values():
        schemes = api["Properties"]["Body"].get("components", {}).get("securitySchemes", {})
        for scheme in schemes.values():
            uri = scheme.get("x-amazon-apigateway-authorizer", {}).get("authorizerUri")
            if uri:
                yield function_of(stack, uri)


def ways_back(stack):
    """A function that is deployed bit by bit goes back by itself when its alarms say so."""
    of_functions = aliases(stack)
    answering = {route.function for route in routes(stack)} | set(authorizers(stack))
    for function in sorted(answering):
        if stack.binary(function) in CHANGE_AT_ONCE:
            continue
        if function not in of_functions:
            yield f"{function} answers requests and is deployed at once"
            continue
        update = of_functions[function][1].get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
        if not update:
            yield f"{function} answers requests and is deployed at once"
            continue
        properties = stack.properties(named(update["DeploymentGroupName"]))
        alarms = properties.get("AlarmConfiguration", {})
        if not alarms.get("Alarms") or alarms.get("Enabled") is False:
            yield f"{function} has no alarm that rolls it back"
            continue
        for alarm in alarms["Alarms"]:
            name = alarm["Name"].get("Ref") if isinstance(alarm["Name"], dict) else alarm["Name"]
            if stack.resources.get(name, {}).get("Type") not in (
                "AWS::CloudWatch::Alarm",
                "AWS::CloudWatch::CompositeAlarm",
            ):
                yield f"{function} is rolled back by {name}, which is no alarm of this stack"
        rollback = properties.get("AutoRollbackConfiguration", {})
        if rollback.get("Enabled") is not True or "DEPLOYMENT_STOP_ON_ALARM" not in rollback.get("Events", []):
            yield f"{function} is not rolled back by its alarms"
