"""Somebody is told: of what failed, of what waits too long, of errors and of throttles."""

import os
import re
from collections import namedtuple

from queues import consumers, dead_letter_queues, is_stream, mappings
from transform import as_list, named

RUNBOOK = os.path.join("docs", "runbook.md")

Watched = namedtuple("Watched", "alarm metric resource")


def check(stack):
    alarms = {
        **stack.of_type("AWS::CloudWatch::Alarm"),
        **stack.of_type("AWS::CloudWatch::CompositeAlarm"),
    }
    seen = {(each.metric, each.resource) for each in watched(stack)}
    for queue in sorted(dead_letter_queues(stack)):
        if ("ApproximateNumberOfMessagesVisible", queue) not in seen:
            yield f"{queue} fills without an alarm"
    for queue in sorted(consumers(stack)):
        if ("ApproximateAgeOfOldestMessage", queue) not in seen:
            yield f"{queue} has no alarm on the age of its oldest message"
    for function in sorted(stack.functions()):
        for metric, what in (("Errors", "fails"), ("Throttles", "is throttled")):
            if (metric, function) not in seen:
                yield f"{function} {what} without an alarm"
    for _, mapping in mappings(stack):
        if is_stream(mapping):
            function = stack.target(mapping["FunctionName"])
            if ("IteratorAge", function) not in seen:
                yield f"{function} falls behind its stream without an alarm"
    sections = runbook_sections(stack)
    for name, alarm in alarms.items():
        yield from tells_somebody(stack, name, alarm["Properties"])
        yield from says_what_to_do(name, alarm["Properties"], sections)
    yield from filters(stack)


def watched(stack):
    """What every alarm that acts looks at: a metric of a resource."""
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        if not has_actions(properties):
            continue
        for metric, dimensions in metrics(properties):
            for dimension in dimensions:
                yield Watched(name, metric, stack.target(dimension["Value"]))


def metrics(properties):
    if "MetricName" in properties:
        yield properties["MetricName"], properties.get("Dimensions", [])
    for query in properties.get("Metrics", []):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric["MetricName"], metric.get("Dimensions", [])


def has_actions(properties):
    return properties.get("ActionsEnabled", True) is not False and properties.get("AlarmActions")


def tells_somebody(stack, name, properties):
    if not has_actions(properties):
        yield f"{name} tells nobody"
        return
    for action in as_list(properties["AlarmActions"]):
        topic = named(action)
        if stack.resources.get(topic, {}).get("Type") != "AWS::SNS::Topic":
            yield f"{name} tells {topic}, which is no topic of this stack"
        elif not subscribed(stack, topic):
            yield f"{name} tells {topic}, to which nobody listens"


def subscribed(stack, topic):
    if stack.properties(topic).get("Subscription"):
        return True
    subscriptions = stack.of_type("AWS::SNS::Subscription").values()
    return any(named(each["Properties"]["TopicArn"]) == topic for each in subscriptions)


def says_what_to_do(name, properties, sections):
    text = properties.get("AlarmDescription", "")
    text = as_list(text["Fn::Sub"])[0] if isinstance(text, dict) and "Fn::Sub" in text else str(text)
    anchor = re.search(r"docs/runbook\.md#([\w-]+)", text)
    if not anchor:
        yield f"{name} names no section of docs/runbook.md"
    elif anchor.group(1) not in sections:
        yield f"{name} names a section that docs/runbook.md does not have: {anchor.group(1)}"


def runbook_sections(stack):
    """The anchors of the runbook's headings, as GitHub makes them."""
    path = os.path.join(stack.folder, RUNBOOK)
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ +(.+?) *$", file.read(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def filters(stack):
    """Where logs are searched for errors, those of every function are."""
    filtered = {
        named(each["Properties"]["LogGroupName"])
        for each in stack.of_type("AWS::Logs::MetricFilter").values()
        if "ERROR" in each["Properties"]["FilterPattern"]
    }
    groups = {
        named(function["Properties"].get("LoggingConfig", {}).get("LogGroup"))
        for function in stack.functions().values()
    }
    if filtered & groups:
        for group in sorted(groups - filtered):
            yield f"{group} is not searched for errors"
