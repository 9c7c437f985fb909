"""Buckets: locked, kept, and where something must not be lost, kept in every version."""

from permissions import lets_others_in
from transform import as_list, named

LOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
# Buckets whose objects may be lost, and why. Whatever else there is keeps its versions.
MAY_BE_LOST = {"CodesBucket": "a file is deleted once it is loaded, and must not come back"}


def check(stack):
    policies = {
        named(policy["Properties"]["Bucket"]): as_list(policy["Properties"]["PolicyDocument"]["Statement"])
        for policy in stack.of_type("AWS::S3::BucketPolicy").values()
    }
    for name, bucket in stack.of_type("AWS::S3::Bucket").items():
        properties = bucket["Properties"]
        if bucket.get("DeletionPolicy") != "Retain" or bucket.get("UpdateReplacePolicy") != "Retain":
            yield f"{name} is lost with its stack"
        block = properties.get("PublicAccessBlockConfiguration", {})
        for lock in LOCKS:
            if block.get(lock) is not True:
                yield f"{name} can be made public: {lock} is off"
        yield from policy(name, policies.get(name, []))
        rules = properties.get("OwnershipControls", {}).get("Rules", [])
        if [rule.get("ObjectOwnership") for rule in rules] != ["BucketOwnerEnforced"]:
            yield f"{name} lets whoever uploads own the object"
        if not properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"):
            yield f"{name} does not say how it encrypts"
        yield from lifecycle(name, properties)


def policy(name, statements):
    whole = [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]
    if any(map(lets_others_in, statements)):
        yield f"{name} lets others in than services of AWS"
    if not any(
        statement["Effect"] == "Deny"
        and statement.get("Principal") == "*"
        and as_list(statement.get("Action")) == ["s3:*"]
        and all(resource in as_list(statement.get("Resource")) for resource in whole)
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements
    ):
        yield f"{name} can be reached without TLS"


def lifecycle(name, properties):
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    active = [rule for rule in rules if rule.get("Status") == "Enabled"]
    if not active:
        yield f"{name} grows for ever: it has no lifecycle"
    is_versioned = properties.get("VersioningConfiguration", {}).get("Status") == "Enabled"
    if name in MAY_BE_LOST:
        if is_versioned:
            yield f"{name} keeps what is deleted, though {MAY_BE_LOST[name]}"
        return
    if not is_versioned:
        yield f"{name} keeps no versions: what is overwritten or deleted is lost"
    elif not any(
        rule.get("NoncurrentVersionExpiration") and "Prefix" not in rule for rule in active
    ):
        yield f"{name} keeps old versions for ever"
    for rule in active:
        if rule.get("Prefix", "") == "" and ("ExpirationInDays" in rule or "ExpirationDate" in rule):
            yield f"{name} forgets objects by age, whatever they are"
