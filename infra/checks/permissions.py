"""Least privilege: a role grants what its function was seen to do and what Lambda does with the role,
and nothing else.

What functions do is observed: with PLANET_OBSERVED set, the engines that the tests run on write down
each distinct deed of each function (infra/engines/src/observed.rs). What Lambda does for a function
follows from the template: logs, reading its queues and streams, setting aside what failed.
"""

import os
import re
from collections import namedtuple

from queues import destination, is_stream, mappings
from transform import as_list, named

Row = namedtuple("Row", "role action resource")

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
QUEUE_READER = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# The four that AWS names, on the stream itself:
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
STREAM_READER = (
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)
# Resources that a grant may name by their ARN alone. That of a log group ends with `:*`.
HAVE_ARNS = (
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::Logs::LogGroup",
)
# What observing sees, by the service. Anything else in a role must follow from the template.
OBSERVED_SERVICES = ("dynamodb", "sqs", "s3", "secretsmanager")
# What CodeDeploy does while a version takes over: it moves the alias, and looks at the alarms.
DEPLOYER = ("lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig")
ALIAS = "live"
ALARMS = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
# What lets somebody in, by where it says whom.
LETS_IN = {
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::KMS::Key": "KeyPolicy",
}
# Whom a policy names that leaves it to the account's roles.
ACCOUNT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
# What grants something by its kind, and what of that is looked at: here, in buckets.py and in api.py.
GRANTS = re.compile(r"AWS::IAM::|(Policy|Permission)$")
LOOKED_AT = {*LETS_IN, "AWS::IAM::Role", "AWS::S3::BucketPolicy", "AWS::Lambda::Permission"}


class Grants:
    """The table that is compared: what is granted, what was observed, what follows."""

    def __init__(self, stack, observed=None):
        self.stack = stack
        self.granted, self.malformed = granted(stack)
        self.derived = set(derived(stack))
        self.observed = None if observed is None else set(of_roles(stack, observed))

    def needed(self):
        return self.derived | (self.observed or set())


def check(stack, observed=None):
    yield from roles(stack)
    yield from grants_beside_roles(stack)
    grants = Grants(stack, observed)
    yield from grants.malformed
    for row in sorted(grants.granted - grants.needed()):
        if row.action.split(":")[0] not in OBSERVED_SERVICES:
            yield f"{row.role} may do {row.action} on {row.resource}, which nothing needs"
        elif observed is not None:
            yield f"{row.role} may do {row.action} on {row.resource}, which was never seen"
    if observed is not None:
        for row in sorted(grants.observed - grants.granted):
            yield f"{row.role} may not do {row.action} on {row.resource}, which was seen"
    for row in sorted(grants.derived - grants.granted):
        yield f"{row.role} may not do {row.action} on {row.resource}, which its triggers, logs or targets need"


def roles(stack):
    users = {}
    for name, function in stack.functions().items():
        role = named(function["Properties"]["Role"])
        if stack.resources.get(role, {}).get("Type") != "AWS::IAM::Role":
            yield f"{name} has no role of this template"
        users.setdefault(role, []).append(name)
        if role not in stack.template["Resources"]:
            yield f"{name} has a role that SAM made"
    for role, functions in users.items():
        if len(functions) > 1:
            yield f"{role} is shared by {', '.join(functions)}"
    schedulers = {
        named(schedule["Properties"]["Target"]["RoleArn"])
        for schedule in stack.of_type("AWS::Scheduler::Schedule").values()
    }
    deployers = {role for _, role in stack.deployed_by()}
    for name, role in stack.of_type("AWS::IAM::Role").items():
        properties = role["Properties"]
        if name in users:
            trusted = "lambda.amazonaws.com"
        elif name in schedulers:
            trusted = "scheduler.amazonaws.com"
        elif name in deployers:
            trusted = "codedeploy.amazonaws.com"
        else:
            yield f"{name} is used by nothing"
            continue
        if not is_trusted_alone(trusted, properties["AssumeRolePolicyDocument"]):
            yield f"{name} can be taken on by others than {trusted}"
        for policy in properties.get("ManagedPolicyArns", []):
            yield f"{name} has a managed policy, which covers every resource: {policy}"


def is_trusted_alone(service, document):
    """Whether one service may take a role on, and nobody else. It is compared whole, so that nothing
    can stand beside it unseen; a condition would only narrow it."""
    plain = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    said = [
        {key: value for key, value in statement.items() if key not in ("Sid", "Condition")}
        for statement in as_list(document["Statement"])
    ]
    return said == [plain]


def grants_beside_roles(stack):
    """What is granted elsewhere than in a role would be compared with nothing."""
    for name, resource in stack.resources.items():
        kind = resource["Type"]
        if kind in LETS_IN:
            document = resource["Properties"].get(LETS_IN[kind], {})
            if any(map(lets_others_in, as_list(document.get("Statement", [])))):
                yield f"{name} lets others in than services of AWS"
        elif GRANTS.search(kind) and kind not in LOOKED_AT:
            yield f"{name} grants something outside of a function's own role"
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        if "ResourcePolicy" in {**properties, **properties.get("StreamSpecification", {})}:
            yield f"{name} lets somebody in by a policy of its own"


def lets_others_in(statement):
    """Whether a policy lets in more than services of AWS: a role that it names needs no grant of its own."""
    principal = statement.get("Principal")
    if statement["Effect"] != "Allow" or principal == ACCOUNT:
        return False
    is_service = isinstance(principal, dict) and list(principal) == ["Service"]
    return not is_service or "*" in as_list(principal["Service"])


def granted(stack):
    """Every grant of every role as rows, and what is wrong with those that cannot be."""
    rows, malformed = set(), []
    for name, role in stack.of_type("AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Effect") != "Allow" or "NotAction" in statement or "NotResource" in statement:
                    malformed.append(f"{name} has a statement that is no plain grant")
                    continue
                actions = as_list(statement["Action"])
                for action in actions:
                    if "*" in action or "?" in action:
                        malformed.append(f"{name} may do {action}, which is more than one action")
                for reference in as_list(statement["Resource"]):
                    resource = resource_of(stack, reference)
                    if resource is None:
                        malformed.append(f"{name} may do {', '.join(actions)} on {reference}, which is not one resource")
                        continue
                    for action in actions:
                        row = Row(name, action, resource)
                        if row in rows:
                            malformed.append(f"{name} is granted {action} on {resource} twice")
                        rows.add(row)
    return rows, malformed


def resource_of(stack, reference):
    """The resource of a grant by its logical id, in one of the accepted forms; `None` for any other.

    !GetAtt Thing.Arn                   a table, queue, bucket, function or topic; a log group's streams
    !GetAtt Table.StreamArn             its stream
    !Ref Secret, !Ref Alias             whose reference is an ARN
    !Sub "${Table.Arn}/index/name"      one index that the table has
    !Sub "${Bucket.Arn}/prefix/*"       the objects under one prefix
    !Sub "${Function.Arn}:*"            its versions and aliases
    !Sub of ALARMS                      the alarms of the account and the region
    """
    if not isinstance(reference, dict) or len(reference) != 1:
        return None
    if reference == {"Fn::Sub": ALARMS}:
        return "alarms"
    name = named(reference)
    kind = stack.resources.get(name, {}).get("Type")
    if "Ref" in reference:
        if kind == "AWS::SecretsManager::Secret":
            return name
        return f"{stack.target(reference)}:{ALIAS}" if kind == "AWS::Lambda::Alias" else None
    if "Fn::GetAtt" in reference:
        attribute = reference["Fn::GetAtt"][1]
        if kind == "AWS::DynamoDB::Table" and attribute == "StreamArn":
            return f"{name}/stream"
        return name if kind in HAVE_ARNS and attribute in ("Arn", "TopicArn") else None
    if not isinstance(reference.get("Fn::Sub"), str):
        return None
    whole = re.fullmatch(r"\$\{(\w+)\.Arn\}(.+)", reference["Fn::Sub"])
    rest = whole.group(2) if whole else ""
    if kind == "AWS::DynamoDB::Table" and rest.startswith("/index/"):
        indexes = stack.properties(name).get("GlobalSecondaryIndexes", [])
        has_it = rest[len("/index/") :] in [index["IndexName"] for index in indexes]
        return name + rest if has_it else None
    if kind == "AWS::S3::Bucket" and re.fullmatch(r"/[a-z-]+/\*", rest):
        return name + rest
    if kind == "AWS::Lambda::Function" and rest == ":*":
        return name + rest
    return None


def derived(stack):
    """What Lambda and the scheduler do with the roles, as the template has them."""
    for name, function in stack.functions().items():
        role = named(function["Properties"]["Role"])
        group = named(function["Properties"].get("LoggingConfig", {}).get("LogGroup"))
        for action in LOGS:
            yield Row(role, action, group)
        letters = function["Properties"].get("DeadLetterConfig")
        if letters:
            yield Row(role, "sqs:SendMessage", named(letters["TargetArn"]))
    for _, mapping in mappings(stack):
        role = role_of(stack, mapping["FunctionName"])
        source = named(mapping["EventSourceArn"])
        if is_stream(mapping):
            for action in STREAM_READER:
                yield Row(role, action, f"{source}/stream")
        else:
            for action in QUEUE_READER:
                yield Row(role, action, source)
        if destination(mapping):
            yield Row(role, "sqs:SendMessage", named(destination(mapping)))
    for config in stack.of_type("AWS::Lambda::EventInvokeConfig").values():
        if destination(config["Properties"]):
            role = role_of(stack, config["Properties"]["FunctionName"])
            yield Row(role, "sqs:SendMessage", named(destination(config["Properties"])))
    for schedule in stack.of_type("AWS::Scheduler::Schedule").values():
        target = schedule["Properties"]["Target"]
        role = named(target["RoleArn"])
        yield Row(role, "lambda:InvokeFunction", started(stack, target["Arn"]))
        if target.get("DeadLetterConfig"):
            yield Row(role, "sqs:SendMessage", named(target["DeadLetterConfig"]["Arn"]))
    for function, role in stack.deployed_by():
        yield Row(role, "cloudwatch:DescribeAlarms", "alarms")
        for action in DEPLOYER:
            # It names the function with a version or an alias, or without.
            yield Row(role, action, function)
            yield Row(role, action, f"{function}:*")


def started(stack, reference):
    """The function, or its alias, that a reference starts."""
    function = stack.target(reference)
    return function if named(reference) == function else f"{function}:{ALIAS}"


def role_of(stack, function):
    return named(stack.properties(stack.target(function))["Role"])


def read(folder):
    """What was observed, from every file of a folder: (function, action, resource)."""
    deeds = set()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for line in file:
                deeds.add(tuple(line.rstrip("\n").split("\t")))
    return deeds


def of_roles(stack, observed):
    """Observed deeds by the role of their function.

    Functions that the template does not have are of worlds that tests of the engines make.
    """
    for function, action, resource in observed:
        if function in stack.functions():
            yield Row(role_of(stack, {"Ref": function}), action, resource)


def table(stack, observed):
    """Everything that is granted, in lines to read, and the sums."""
    grants = Grants(stack, observed)
    lines = {}
    for row in grants.granted | grants.needed():
        where = "both"
        if row not in grants.needed():
            where = "only granted"
        elif row not in grants.granted:
            where = "only needed"
        mark = "" if where == "both" else f" ({where})"
        derived_mark = "°" if row in grants.derived and row not in grants.observed else ""
        key = (row.role.removesuffix("Role"), row.resource)
        lines.setdefault(key, []).append(row.action.split(":")[1] + derived_mark + mark)
    widths = [max((len(key[column]) for key in lines), default=0) for column in (0, 1)]
    for (function, resource), actions in sorted(lines.items()):
        yield f"{function:<{widths[0]}}  {resource:<{widths[1]}}  {', '.join(sorted(actions))}"
    needed = grants.needed()
    one_sided = len(grants.granted ^ needed)
    yield (
        f"{len({row.role for row in grants.granted})} roles, {len(grants.granted)} grants:"
        f" {len(grants.observed)} observed, {len(grants.derived)} of Lambda and the scheduler (°),"
        f" {len(grants.observed & grants.derived)} of them both; {one_sided} on one side alone"
    )
