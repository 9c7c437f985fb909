"""Queues, and what starts functions from them and from streams."""

from transform import as_list, named

FOURTEEN_DAYS_S = 1_209_600
FEWEST_RECEIVES = 5
# Lambda's own advice: a batch may be tried, throttled and tried again while it is hidden.
TIMEOUTS_HIDDEN = 6


def check(stack):
    yield from queues(stack)
    yield from triggers(stack)


def mappings(stack):
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        yield name, mapping["Properties"]


def is_stream(mapping):
    return "StartingPosition" in mapping


def destination(mapping):
    return mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")


def dead_letter_queues(stack):
    """Queues that hold what failed, each with the queue or function whose it is."""
    dead = {}
    for name, queue in stack.of_type("AWS::SQS::Queue").items():
        policy = queue["Properties"].get("RedrivePolicy")
        if policy:
            dead[named(policy["deadLetterTargetArn"])] = name
    for name, mapping in mappings(stack):
        if destination(mapping):
            dead[named(destination(mapping))] = name
    for name, config in stack.of_type("AWS::Lambda::EventInvokeConfig").items():
        if destination(config["Properties"]):
            dead[named(destination(config["Properties"]))] = name
    for name, function in stack.functions().items():
        letters = function["Properties"].get("DeadLetterConfig")
        if letters:
            dead[named(letters["TargetArn"])] = name
    for name, schedule in stack.of_type("AWS::Scheduler::Schedule").items():
        letters = schedule["Properties"]["Target"].get("DeadLetterConfig")
        if letters:
            dead[named(letters["Arn"])] = name
    return dead


def consumers(stack):
    """The function that reads each queue."""
    return {
        named(mapping["EventSourceArn"]): stack.target(mapping["FunctionName"])
        for _, mapping in mappings(stack)
        if not is_stream(mapping)
    }


def queues(stack):
    dead, readers = dead_letter_queues(stack), consumers(stack)
    for name, queue in stack.of_type("AWS::SQS::Queue").items():
        properties = queue["Properties"]
        if properties.get("SqsManagedSseEnabled") is not True:
            yield f"{name} keeps messages unencrypted"
        if name in dead:
            if properties.get("MessageRetentionPeriod") != FOURTEEN_DAYS_S:
                yield f"{name} does not keep what failed for 14 days"
            continue
        if "MessageRetentionPeriod" not in properties:
            yield f"{name} does not say how long it keeps messages"
        policy = properties.get("RedrivePolicy")
        if not policy:
            yield f"{name} has no dead-letter queue"
        elif int(policy["maxReceiveCount"]) < FEWEST_RECEIVES:
            yield f"{name} gives up after {policy['maxReceiveCount']} tries"
        elif named(policy["deadLetterTargetArn"]) not in stack.resources:
            yield f"{name} has a dead-letter queue that is not in the stack"
        if name not in readers:
            yield f"{name} is read by nobody"
            continue
        timeout_s = stack.properties(readers[name])["Timeout"]
        if properties.get("VisibilityTimeout", 30) < TIMEOUTS_HIDDEN * timeout_s:
            yield (
                f"{name} shows a message again before {readers[name]} has had"
                f" {TIMEOUTS_HIDDEN} time-outs of {timeout_s} s"
            )


def triggers(stack):
    for name, mapping in mappings(stack):
        if as_list(mapping.get("FunctionResponseTypes")) != ["ReportBatchItemFailures"]:
            yield f"{name} repeats a whole batch for one bad record"
        if not is_stream(mapping):
            continue
        if mapping.get("BisectBatchOnFunctionError") is not True:
            yield f"{name} does not look for the one bad record of a batch"
        if mapping.get("MaximumRetryAttempts", -1) < 1:
            yield f"{name} blocks its stream for a day on one bad record"
        if not destination(mapping):
            yield f"{name} loses what it gives up"
        if mapping.get("StartingPosition") != "TRIM_HORIZON":
            yield f"{name} does not read what changed before it was made"
