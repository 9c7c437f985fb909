"""Faults that are planted into the template one at a time, each of which must be caught: by the check
that is meant for it, in a sentence that names the resource."""


class CannotPlant(Exception):
    """The template is not as the fault supposes."""


def at(resources, path):
    """Where `Resource.Key.Key` leads: what holds the last key, and the key."""
    node = resources
    *way, last = path.split(".")
    for key in way:
        try:
            node = node[key]
        except KeyError:
            raise CannotPlant(f"there is no {path}") from None
    return node, last


def put(path, value):
    def change(resources):
        node, key = at(resources, path)
        node[key] = value

    return change


def drop(path):
    def change(resources):
        node, key = at(resources, path)
        if key not in node:
            raise CannotPlant(f"there is no {path}")
        del node[key]

    return change


def statements(resources, role):
    node, _ = at(resources, f"{role}.Properties.Policies.x")
    return node[0]["PolicyDocument"]["Statement"]


def grant(role, action, resource):
    def change(resources):
        statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
        statements(resources, role).append(statement)

    return change


def revoke(role, action, table):
    """Takes an action away from the grant on what `table` says."""

    def change(resources):
        for statement in statements(resources, role):
            if statement["Resource"] == table and action in statement["Action"]:
                statement["Action"] = [each for each in statement["Action"] if each != action]
                return
        raise CannotPlant(f"{role} has no {action}")

    return change


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def route(function, event, method, path, **more):
    properties = {"ApiId": {"Ref": "Api"}, "Method": method, "Path": path, **more}
    return put(f"{function}.Properties.Events.{event}", {"Type": "HttpApi", "Properties": properties})


def both(*changes):
    def change(resources):
        for each in changes:
            each(resources)

    return change


def without_metric(alarm, function):
    """Leaves a function out of an alarm that sums up several."""

    def change(resources):
        node, key = at(resources, f"{alarm}.Properties.Metrics")
        left = [
            query
            for query in node[key]
            if function not in str(query.get("MetricStat", {}).get("Metric", {}).get("Dimensions"))
        ]
        if len(left) == len(node[key]):
            raise CannotPlant(f"{alarm} does not watch {function}")
        node[key] = left

    return change


def many(resources):
    for number in range(500):
        resources[f"Extra{number}"] = {"Type": "AWS::SNS::Topic", "Properties": {}}


TTL = {"AttributeName": "expires_at", "Enabled": True}
KEY = "-----BEGIN PRIVATE KEY-----"
TRUST_OTHERS = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ]
}
WORKS = "Properties.Events"
OPEN = {"Auth": {"Authorizer": "NONE"}}

# The check that must catch it, the resource it must name, and what is changed.
FAULTS = [
    ("durability", "WalletsTable", drop("WalletsTable.DeletionPolicy")),
    ("durability", "AccountsTable", put("AccountsTable.UpdateReplacePolicy", "Delete")),
    ("durability", "VouchersTable", drop("VouchersTable.Properties.DeletionProtectionEnabled")),
    ("durability", "PaymentsTable", drop("PaymentsTable.Properties.PointInTimeRecoverySpecification")),
    ("durability", "PointsTable", put("PointsTable.Properties.BillingMode", "PROVISIONED")),
    ("durability", "WalletsTable", put("WalletsTable.Properties.TimeToLiveSpecification", TTL)),
    ("durability", "OrdersTable", drop("OrdersTable.Properties.SSESpecification")),
    ("durability", "CheckoutSecret", drop("CheckoutSecret.DeletionPolicy")),
    ("queues", "ListensQueue", drop("ListensQueue.Properties.RedrivePolicy")),
    ("queues", "PointsQueue", put("PointsQueue.Properties.RedrivePolicy.maxReceiveCount", 1)),
    ("queues", "OrdersQueue", put("OrdersQueue.Properties.VisibilityTimeout", 30)),
    ("queues", "EventsQueueDead", put("EventsQueueDead.Properties.MessageRetentionPeriod", 3_600)),
    ("queues", "DeliveriesQueue", drop("DeliveriesQueue.Properties.SqsManagedSseEnabled")),
    ("queues", "ListensQueue", drop(f"PointsWorker.{WORKS}.Listens")),
    ("queues", "PointsWorkerListens", drop(f"PointsWorker.{WORKS}.Listens.Properties.FunctionResponseTypes")),
    ("queues", "OrdersStreamChanges", drop(f"OrdersStream.{WORKS}.Changes.Properties.BisectBatchOnFunctionError")),
    ("queues", "PointsStreamChanges", drop(f"PointsStream.{WORKS}.Changes.Properties.MaximumRetryAttempts")),
    ("queues", "EventsStreamChanges", drop(f"EventsStream.{WORKS}.Changes.Properties.DestinationConfig")),
    ("buckets", "MediaBucket", put("MediaBucket.Properties.PublicAccessBlockConfiguration.BlockPublicAcls", False)),
    ("buckets", "CodesBucket", put("CodesBucketPolicy.Properties.PolicyDocument.Statement", [])),
    ("buckets", "MediaBucket", put("MediaBucket.Properties.VersioningConfiguration.Status", "Suspended")),
    ("buckets", "CodesBucket", drop("CodesBucket.Properties.LifecycleConfiguration")),
    ("buckets", "MediaBucket", drop("MediaBucket.Properties.OwnershipControls")),
    ("buckets", "CodesBucket", drop("CodesBucket.Properties.BucketEncryption")),
    ("environments", "AccountsApi", put("AccountsApi.Properties.Environment.Variables.ACCOUNTS_SECRET", "hunter2")),
    ("environments", "OrdersApi", put("OrdersApi.Properties.Environment.Variables.GREETING", KEY)),
    ("environments", "VouchersSecret", put("VouchersSecret.Properties", {"SecretString": "hunter2"})),
    ("environments", "PaymentsApi", put("PaymentsApi.Properties.Description", "AKIAIOSFODNN7EXAMPLE")),
    ("api", "throttle", drop("Api.Properties.DefaultRouteSettings")),
    ("api", "access log", drop("Api.Properties.AccessLogSettings")),
    ("api", "ApiLogs", drop("ApiLogs.Properties.RetentionInDays")),
    ("api", "PointsWorker", drop("PointsWorker.Properties.LoggingConfig")),
    ("api", "PointsApi", put("PointsApi.Properties.LoggingConfig.LogGroup", {"Ref": "PointsWorkerLogs"})),
    ("routes", "ANY /v1/organizations", put(f"AccountsApi.{WORKS}.Organizations.Properties.Auth", {"Authorizer": "NONE"})),
    ("routes", "POST /v1/accounts", drop(f"AccountsApi.{WORKS}.SignUp.Properties.Auth")),
    ("routes", "GET /v1/nothing", route("PointsApi", "Nothing", "GET", "/v1/nothing")),
    ("routes", "POST /v1/sessions is routed nowhere", drop(f"AccountsApi.{WORKS}.SignIn")),
    (
        "routes",
        "PointsApi",
        both(drop(f"AccountsApi.{WORKS}.SignUp"), route("PointsApi", "SignUp", "POST", "/v1/accounts", **OPEN)),
    ),
    ("permissions", "PointsWorkerRole", grant("PointsWorkerRole", "dynamodb:*", arn("WalletsTable"))),
    ("permissions", "PointsWorkerRole", grant("PointsWorkerRole", "dynamodb:GetItem", "*")),
    (
        "permissions",
        "OrdersApiRole",
        grant("OrdersApiRole", "dynamodb:Query", {"Fn::Sub": "${OrdersTable.Arn}/index/*"}),
    ),
    (
        "permissions",
        "MediaApiRole",
        put("MediaApiRole.Properties.ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]),
    ),
    ("permissions", "PointsApiRole", put("PointsWorker.Properties.Role", arn("PointsApiRole"))),
    ("permissions", "FrontRole", put("FrontRole.Properties.AssumeRolePolicyDocument", TRUST_OTHERS)),
    ("permissions", "Front", put("Front.Properties.Role", "arn:aws:iam::000000000000:role/admin")),
    (
        "permissions",
        "OrdersWorkerRole",
        revoke("OrdersWorkerRole", "sqs:DeleteMessage", arn("OrdersQueue")),
    ),
    (
        "permissions",
        "AccountsStreamRole",
        revoke("AccountsStreamRole", "dynamodb:GetRecords", {"Fn::GetAtt": ["AccountsTable", "StreamArn"]}),
    ),
    ("permissions", "SchedulerRole", grant("SchedulerRole", "lambda:InvokeFunction", arn("OrdersApi"))),
    ("permissions", "FrontRole", grant("FrontRole", "ses:SendEmail", arn("OrdersQueue"))),
    ("alarms", "PaymentsQueueDead", drop("PaymentsQueueDeadFilled")),
    ("alarms", "OrdersQueue", drop("OrdersQueueIsLate")),
    ("alarms", "EventsQueueDeadFilled tells nobody", drop("EventsQueueDeadFilled.Properties.AlarmActions")),
    ("alarms", "BooksDisagree tells nobody", put("BooksDisagree.Properties.ActionsEnabled", False)),
    ("alarms", "nobody listens", drop("AlarmsSubscription")),
    ("alarms", "BooksDisagree", put("BooksDisagree.Properties.AlarmDescription", "Look into it.")),
    (
        "alarms",
        "BooksDisagree",
        put("BooksDisagree.Properties.AlarmDescription", "See docs/runbook.md#nowhere-at-all."),
    ),
    ("alarms", "OrdersApi fails", drop("OrdersApiFails")),
    ("alarms", "OrdersWorker fails", without_metric("WorkersFail", "OrdersWorker")),
    ("alarms", "OrdersStream falls behind", drop("StreamsAreLate")),
    ("alarms", "OrdersWorkerLogs", drop("OrdersWorkerErrors")),
    ("deployment", "OrdersApi", drop("OrdersApi.Properties.DeploymentPreference.Alarms")),
    (
        "deployment",
        "PaymentsApi",
        both(drop("PaymentsApi.Properties.DeploymentPreference"), drop("PaymentsApi.Properties.AutoPublishAlias")),
    ),
    ("deployment", "resources", many),
    ("deployment", "PointsWorker", drop("PointsWorker.Metadata.BuildProperties")),
]

# Those that only a comparison with what was observed can catch.
OBSERVED_FAULTS = [
    ("permissions", "PaymentsApiRole", grant("PaymentsApiRole", "dynamodb:DeleteItem", arn("PaymentsTable"))),
    ("permissions", "FrontRole", grant("FrontRole", "dynamodb:GetItem", arn("WalletsTable"))),
    ("permissions", "PaymentsApiRole", revoke("PaymentsApiRole", "dynamodb:PutItem", arn("PaymentsTable"))),
    ("permissions", "OrdersStreamRole", revoke("OrdersStreamRole", "sqs:SendMessage", arn("PaymentsQueue"))),
]


def run(stack, problems, has_observed):
    """Plants each fault. Answers how many were caught, and a sentence for each that was not."""
    caught, missed = 0, []
    before = set(problems(stack))
    for check, resource, change in FAULTS + (OBSERVED_FAULTS if has_observed else []):
        what = f"planted: a fault of {resource} for {check}"
        try:
            broken = stack.after(change)
        except CannotPlant as reason:
            missed.append(f"{what} could not be planted: {reason}")
            continue
        found = [(by, sentence) for by, sentence in problems(broken) if (by, sentence) not in before]
        if any(by == check and resource in sentence for by, sentence in found):
            caught += 1
        else:
            missed.append(f"{what} was not caught; found instead: {found}")
    return caught, missed
