"""What must not be lost: tables and secrets."""

# Tables that may forget rows, and which.
MAY_FORGET = {
    "RequestsTable": "what is remembered of requests",
    "AccountsTable": "sessions that ended and invitations",
    "WebhooksTable": "deliveries that were kept long enough",
    "VouchersTable": "offers to link that nobody confirmed",
}


def check(stack):
    yield from tables(stack)
    for name, secret in stack.of_type("AWS::SecretsManager::Secret").items():
        yield from kept(name, secret)


def kept(name, resource):
    if resource.get("DeletionPolicy") != "Retain":
        yield f"{name} is lost with its stack"
    if resource.get("UpdateReplacePolicy") != "Retain":
        yield f"{name} is lost when it is replaced"


def tables(stack):
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        yield from kept(name, table)
        if properties.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted by a slip"
        recovery = properties.get("PointInTimeRecoverySpecification", {})
        if recovery.get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} cannot be restored to a point in time"
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} has a fixed capacity"
        if properties.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted with a key of the account"
        if "TimeToLiveSpecification" in properties and name not in MAY_FORGET:
            yield f"{name} forgets rows, though nothing in it may be forgotten"
        stream = properties.get("StreamSpecification")
        if stream and stream.get("StreamViewType") != "NEW_AND_OLD_IMAGES":
            yield f"{name} has a stream that does not tell what changed"
