"""Somebody is told: of what failed, of what waits too long, of errors and of throttles."""

import os
import re
from collections import namedtuple

from queues import consumers, dead_letter_queues, is_stream, mappings
from transform import as_list, named

RUNBOOK = os.path.join("docs", "runbook.md")

VISIBLE = "ApproximateNumberOfMessagesVisible"

Watched = namedtuple("Watched", "alarm metric resource")


def check(stack):
    if not stack.is_watched():
        return
    alarms = {
        **stack.of_type("AWS::CloudWatch::Alarm"),
        **stack.of_type("AWS::CloudWatch::CompositeAlarm"),
    }
    every = list(watched(stack))
    seen = {(each.metric, each.resource) for each in every}
    seen_at_one = {
        (each.metric, each.resource) for each in every if goes_off_at_one(stack.properties(each.alarm))
    }
    for queue in sorted(dead_letter_queues(stack)):
        if (VISIBLE, queue) not in seen:
            yield f"{queue} fills without an alarm"
        elif (VISIBLE, queue) not in seen_at_one:
            yield f"{queue} has an alarm that does not go off at the first message"
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


def goes_off_at_one(properties):
    """Whether an alarm is silent at none and goes off at one."""
    threshold = float(properties.get("Threshold", "inf"))
    if properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold":
        return 0 < threshold <= 1
    return properties["ComparisonOperator"] == "GreaterThanThreshold" and 0 <= threshold < 1


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
        # Without an address alarms only show.
        elif stack.choice["AlarmsAddress"] and not subscribed(stack, topic):
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
    """What every function logs is searched for errors."""
    filtered = {
        named(each["Properties"]["LogGroupName"])
        for each in stack.of_type("AWS::Logs::MetricFilter").values()
        if "ERROR" in each["Properties"]["FilterPattern"]
    }
    for name, function in stack.functions().items():
        group = named(function["Properties"].get("LoggingConfig", {}).get("LogGroup"))
        if group not in filtered:
            yield f"{name} logs errors that nothing counts"
