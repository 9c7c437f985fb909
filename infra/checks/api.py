"""The API and what functions have in common: throttles, logs, and who may start a function."""

from transform import named


def check(stack):
    yield from stages(stack)
    yield from logs(stack)
    yield from invokers(stack)


def stages(stack):
    if not stack.of_type("AWS::ApiGatewayV2::Stage"):
        yield "there is no API"
    for name, stage in stack.of_type("AWS::ApiGatewayV2::Stage").items():
        properties = stage["Properties"]
        settings = {"every route": properties.get("DefaultRouteSettings", {})}
        settings.update(properties.get("RouteSettings", {}))
        for route, throttle in settings.items():
            if not throttle.get("ThrottlingRateLimit") or not throttle.get("ThrottlingBurstLimit"):
                yield f"{name} has no throttle for {route}"
        group = named(properties.get("AccessLogSettings", {}).get("DestinationArn"))
        if stack.resources.get(group, {}).get("Type") != "AWS::Logs::LogGroup":
            yield f"{name} has no access log"


def logs(stack):
    groups = stack.of_type("AWS::Logs::LogGroup")
    for name, group in groups.items():
        if "RetentionInDays" not in group["Properties"]:
            yield f"{name} keeps logs for ever"
    users = {}
    for name, function in stack.functions().items():
        config = function["Properties"].get("LoggingConfig", {})
        group = named(config.get("LogGroup"))
        if group not in groups:
            yield f"{name} logs to a group without a retention"
            continue
        if config.get("LogFormat") != "JSON":
            yield f"{name} does not log JSON"
        # LOG_LEVEL filters in the function. Lambda drops what is below INFO by itself, and only of JSON.
        elif config.get("ApplicationLogLevel") != "TRACE":
            yield f"{name} logs lines that Lambda drops"
        if group in users:
            yield f"{name} logs to the group of {users[group]}"
        users[group] = name


def invokers(stack):
    for name, permission in stack.of_type("AWS::Lambda::Permission").items():
        properties = permission["Properties"]
        if properties.get("Principal") != "apigateway.amazonaws.com":
            yield f"{name} lets {properties.get('Principal')} start a function"
        if not properties.get("SourceArn"):
            yield f"{name} lets any API start a function"
