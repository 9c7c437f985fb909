"""Checks on template.yaml as CloudFormation will see it, after SAM's transform (offline).

Linters let through what would hurt: a table that can be deleted, a role that may do everything, a
queue without a dead-letter queue. Each check answers with sentences; any sentence is a failure.
`--self-test` breaks the template in known ways and fails unless every break is caught.
"""

import copy
import logging
import os
import sys

import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


logging.disable(logging.WARNING)  # the translator warns that nobody collects its metrics


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def short_tag(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "Ref":
        return {"Ref": value}
    if suffix == "GetAtt":
        return {"Fn::GetAtt": value.split(".", 1) if isinstance(value, str) else value}
    return {f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_tag)


def transform(template):
    """The template as CloudFormation gets it."""
    parameters = {name: str(value["Default"]) for name, value in template.get("Parameters", {}).items()}
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # the transform asks; nothing is called
    packaged = copy.deepcopy(template)
    packaged["Globals"]["Function"]["CodeUri"] = "s3://packaged/functions"  # as `sam package` writes it
    return Translator({}, Parser()).translate(packaged, parameters)


def of_type(resources, kind):
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def as_list(value):
    return value if isinstance(value, list) else [value]


def target_of(reference):
    """The logical id that a Ref, GetAtt or Sub points to."""
    if isinstance(reference, dict):
        if "Ref" in reference:
            return reference["Ref"]
        if "Fn::GetAtt" in reference:
            return as_list(reference["Fn::GetAtt"])[0].split(".")[0]
        if "Fn::Sub" in reference:
            return reference["Fn::Sub"].split("${", 1)[1].split("}")[0].split(".")[0]
    return reference


# What is remembered of requests, sessions that ended, deliveries that were kept long enough, offers to
# link that nobody confirmed.
MAY_FORGET = {"RequestsTable", "AccountsTable", "WebhooksTable", "VouchersTable"}


def tables(resources):
    for name, table in of_type(resources, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        if table.get("DeletionPolicy") != "Retain" or table.get("UpdateReplacePolicy") != "Retain":
            yield f"{name} is lost with its stack"
        if properties.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted by a slip"
        if not properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{name} cannot be restored to a point in time"
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} has a fixed capacity"
        if "TimeToLiveSpecification" in properties and name not in MAY_FORGET:
            yield f"{name} forgets rows"


def queues(resources):
    all_queues = of_type(resources, "AWS::SQS::Queue")
    dead = set()
    for queue in all_queues.values():
        policy = queue["Properties"].get("RedrivePolicy")
        if policy:
            dead.add(target_of(policy["deadLetterTargetArn"]))
    sources = {target_of(m["Properties"]["EventSourceArn"]): (n, m) for n, m in of_type(resources, "AWS::Lambda::EventSourceMapping").items()}
    for name, queue in all_queues.items():
        properties = queue["Properties"]
        if not properties.get("SqsManagedSseEnabled"):
            yield f"{name} keeps messages unencrypted"
        if name in dead or name.endswith("StreamDead"):
            if properties.get("MessageRetentionPeriod") != 1209600:
                yield f"{name} does not keep what failed for 14 days"
            continue
        policy = properties.get("RedrivePolicy")
        if not policy:
            yield f"{name} has no dead-letter queue"
        elif policy["maxReceiveCount"] < 5:
            yield f"{name} gives up after {policy['maxReceiveCount']} tries"
        if name not in sources:
            yield f"{name} is read by nobody"
            continue
        function = resources[target_of(sources[name][1]["Properties"]["FunctionName"])]
        if properties.get("VisibilityTimeout", 30) < 6 * function["Properties"]["Timeout"]:
            yield f"{name} shows a message again before its consumer has had six time-outs"


def triggers(resources):
    for name, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").items():
        properties = mapping["Properties"]
        if properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name} repeats a whole batch for one bad record"
        if "StartingPosition" in properties:
            if "MaximumRetryAttempts" not in properties:
                yield f"{name} blocks for a day on one bad record"
            if not properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
                yield f"{name} loses what it gives up"


def roles(resources):
    users = {}
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        users.setdefault(target_of(function["Properties"]["Role"]), []).append(name)
    for role, functions in users.items():
        if len(functions) > 1:
            yield f"{role} is shared by {', '.join(functions)}"
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        if role["Properties"].get("ManagedPolicyArns"):
            yield f"{name} has a managed policy, which covers every resource"
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in as_list(statement["Action"]):
                    if "*" in action:
                        yield f"{name} may do {action}"
                for resource in as_list(statement["Resource"]):
                    if resource == "*" or target_of(resource) == "*":
                        yield f"{name} may do so to everything"


def functions(resources):
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        properties = function["Properties"]
        for variable, value in properties.get("Environment", {}).get("Variables", {}).items():
            if any(word in variable for word in ("SECRET", "PASSWORD", "TOKEN", "PEPPER")):
                if not (isinstance(value, dict) and "Ref" in value and resources.get(value["Ref"], {}).get("Type") == "AWS::SecretsManager::Secret"):
                    yield f"{name} has a secret in its environment: {variable}"
        if "LogGroup" not in properties.get("LoggingConfig", {}):
            yield f"{name} logs to a group without a retention"
    for name, group in of_type(resources, "AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in group["Properties"]:
            yield f"{name} keeps logs for ever"


def buckets(resources):
    policies = {target_of(p["Properties"]["Bucket"]): p for p in of_type(resources, "AWS::S3::BucketPolicy").values()}
    for name, bucket in of_type(resources, "AWS::S3::Bucket").items():
        block = bucket["Properties"].get("PublicAccessBlockConfiguration", {})
        keys = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        if not all(block.get(key) is True for key in keys):
            yield f"{name} can be made public"
        statements = policies.get(name, {}).get("Properties", {}).get("PolicyDocument", {}).get("Statement", [])
        if not any(s["Effect"] == "Deny" and "aws:SecureTransport" in str(s.get("Condition")) for s in statements):
            yield f"{name} can be reached without TLS"


def api(resources):
    stages = of_type(resources, "AWS::ApiGatewayV2::Stage")
    if not stages:
        yield "there is no API"
    for name, stage in stages.items():
        settings = stage["Properties"].get("DefaultRouteSettings", {})
        if not settings.get("ThrottlingRateLimit") or not settings.get("ThrottlingBurstLimit"):
            yield f"{name} has no throttle"
        if not stage["Properties"].get("AccessLogSettings"):
            yield f"{name} has no access log"


CHECKS = [tables, queues, triggers, roles, functions, buckets, api]


def problems(template):
    resources = transform(template)["Resources"]
    return [problem for check in CHECKS for problem in check(resources)]


def self_test(template):
    """Breaks that must be caught: what is changed, and how."""

    def drop(resource, *path):
        def change(resources):
            node = resources[resource]
            for key in path[:-1]:
                node = node[key]
            del node[path[-1]]
        return change

    def put(value, resource, *path):
        def change(resources):
            node = resources[resource]
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = value
        return change

    statement = ("Properties", "Policies", 0, "PolicyDocument", "Statement", 1)
    breaks = [
        drop("WalletsTable", "DeletionPolicy"),
        put("Delete", "AccountsTable", "UpdateReplacePolicy"),
        drop("WalletsTable", "Properties", "DeletionProtectionEnabled"),
        drop("VouchersTable", "Properties", "PointInTimeRecoverySpecification"),
        put("PROVISIONED", "PointsTable", "Properties", "BillingMode"),
        put({"AttributeName": "x", "Enabled": True}, "WalletsTable", "Properties", "TimeToLiveSpecification"),
        drop("ListensQueue", "Properties", "RedrivePolicy"),
        put(1, "ListensQueue", "Properties", "RedrivePolicy", "maxReceiveCount"),
        put(30, "ListensQueue", "Properties", "VisibilityTimeout"),
        put(3600, "ListensQueueDead", "Properties", "MessageRetentionPeriod"),
        drop("ListensQueue", "Properties", "SqsManagedSseEnabled"),
        drop("PointsWorker", "Properties", "Events", "Listens", "Properties", "FunctionResponseTypes"),
        drop("PointsStream", "Properties", "Events", "Changes", "Properties", "MaximumRetryAttempts"),
        drop("PointsStream", "Properties", "Events", "Changes", "Properties", "DestinationConfig"),
        put("dynamodb:*", "PointsWorkerRole", *statement, "Action"),
        put("*", "PointsWorkerRole", *statement, "Resource"),
        put({"Fn::GetAtt": ["PointsApiRole", "Arn"]}, "PointsWorker", "Properties", "Role"),
        put(["arn:aws:iam::aws:policy/AdministratorAccess"], "PointsWorkerRole", "Properties", "ManagedPolicyArns"),
        put("hunter2", "AccountsApi", "Properties", "Environment", "Variables", "ACCOUNTS_SECRET"),
        drop("CodesBucket", "Properties", "PublicAccessBlockConfiguration", "BlockPublicAcls"),
        put([], "CodesBucketPolicy", "Properties", "PolicyDocument", "Statement"),
        drop("Api", "Properties", "DefaultRouteSettings"),
        drop("Api", "Properties", "AccessLogSettings"),
        drop("ApiLogs", "Properties", "RetentionInDays"),
        drop("PointsWorker", "Properties", "LoggingConfig"),
    ]
    missed = []
    for number, change in enumerate(breaks):
        broken = copy.deepcopy(template)
        change(broken["Resources"])
        if not problems(broken):
            missed.append(number)
    print(f"{len(breaks) - len(missed)} of {len(breaks)} planted faults were caught")
    return [f"planted fault {number} was not caught" for number in missed]


def main():
    with open("template.yaml", encoding="utf-8") as file:
        template = yaml.load(file, Loader)
    found = self_test(template) if "--self-test" in sys.argv else problems(template)
    for problem in found:
        print(f"template.yaml: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
