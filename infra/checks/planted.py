"""Faults that are planted into the template one at a time, each of which must be caught: by the check
that is meant for it, in the sentence that is meant. A fault names how that sentence begins, so that no
other sentence about the same resource stands in for it."""


class CannotPlant(Exception):
    """The template is not as the fault supposes."""


def at(template, path):
    """Where `Resource.Key.Key` leads: what holds the last key, and the key."""
    node = template["Resources"]
    *way, last = path.split(".")
    for key in way:
        try:
            node = node[key]
        except KeyError:
            raise CannotPlant(f"there is no {path}") from None
    return node, last


def put(path, value):
    def change(template):
        node, key = at(template, path)
        node[key] = value

    return change


def drop(path):
    def change(template):
        node, key = at(template, path)
        if key not in node:
            raise CannotPlant(f"there is no {path}")
        del node[key]

    return change


def append(path, value):
    def change(template):
        node, key = at(template, path)
        node[key] = [*node[key], value]

    return change


def add(kind, **properties):
    return put("Extra", {"Type": kind, "Properties": properties})


def declare(section, name, value):
    """Declares a parameter or a condition."""

    def change(template):
        template[section][name] = value

    return change


def drop_every(kind):
    def change(template):
        resources = template["Resources"]
        for name in [name for name, resource in resources.items() if resource["Type"] == kind]:
            del resources[name]

    return change


def at_once(template):
    """No function is deployed bit by bit."""
    for resource in template["Resources"].values():
        resource.get("Properties", {}).pop("DeploymentPreference", None)


def statements(template, role):
    node, _ = at(template, f"{role}.Properties.Policies.x")
    return node[0]["PolicyDocument"]["Statement"]


def grant(role, action, resource):
    def change(template):
        statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
        statements(template, role).append(statement)

    return change


def revoke(role, action, table):
    """Takes an action away from the grant on what `table` says."""

    def change(template):
        for statement in statements(template, role):
            if statement["Resource"] == table and action in statement["Action"]:
                statement["Action"] = [each for each in statement["Action"] if each != action]
                return
        raise CannotPlant(f"{role} has no {action}")

    return change


def may_be_deleted(table, condition, protected):
    """The table can be deleted where a condition holds, or where it does not."""
    return put(f"{table}.Properties.DeletionProtectionEnabled", {"Fn::If": [condition, *protected]})


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def route(function, event, method, path, **more):
    properties = {"ApiId": {"Ref": "Api"}, "Method": method, "Path": path, **more}
    return put(f"{function}.Properties.Events.{event}", {"Type": "HttpApi", "Properties": properties})


def both(*changes):
    def change(template):
        for each in changes:
            each(template)

    return change


def without_metric(alarm, function):
    """Leaves a function out of an alarm that sums up several."""

    def change(template):
        node, key = at(template, f"{alarm}.Properties.Metrics")
        left = [
            query
            for query in node[key]
            if function not in str(query.get("MetricStat", {}).get("Metric", {}).get("Dimensions"))
        ]
        if len(left) == len(node[key]):
            raise CannotPlant(f"{alarm} does not watch {function}")
        node[key] = left

    return change


def many(template):
    for number in range(500):
        template["Resources"][f"Extra{number}"] = {"Type": "AWS::SNS::Topic", "Properties": {}}


TTL = {"AttributeName": "expires_at", "Enabled": True}
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----"
RANDOM = "q7Zk2PwX9rT4mB8vL1sD6fH3jN5cY0aE"
EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "*", "Resource": "*"}
WORKS = "Properties.Events"
OPEN = {"Auth": {"Authorizer": "NONE"}}


def trusts(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return put("FrontRole.Properties.AssumeRolePolicyDocument", {"Statement": [statement]})


# The check that must catch it, how its sentence begins, and what is changed.
DURABILITY = [
    ("WalletsTable is lost with its stack", drop("WalletsTable.DeletionPolicy")),
    ("AccountsTable is lost when it is replaced", put("AccountsTable.UpdateReplacePolicy", "Delete")),
    ("VouchersTable can be deleted by a slip", drop("VouchersTable.Properties.DeletionProtectionEnabled")),
    # In one of the ways to deploy alone.
    ("WalletsTable can be deleted by a slip", may_be_deleted("WalletsTable", "IsWatched", [True, False])),
    ("WalletsTable can be deleted by a slip", may_be_deleted("WalletsTable", "IsWatched", [False, True])),
    (
        "WalletsTable can be deleted by a slip",
        both(
            declare(
                "Conditions",
                "IsOneAlone",
                {
                    "Fn::And": [
                        {"Fn::Equals": [{"Ref": "Environment"}, "staging"]},
                        {"Fn::Equals": [{"Ref": "Deployment"}, "canary"]},
                        {"Fn::Equals": [{"Ref": "AlarmsAddress"}, ""]},
                    ]
                },
            ),
            may_be_deleted("WalletsTable", "IsOneAlone", [False, True]),
        ),
    ),
    (
        "PaymentsTable cannot be restored to a point in time",
        drop("PaymentsTable.Properties.PointInTimeRecoverySpecification"),
    ),
    ("PointsTable has a fixed capacity", put("PointsTable.Properties.BillingMode", "PROVISIONED")),
    ("WalletsTable forgets rows", put("WalletsTable.Properties.TimeToLiveSpecification", TTL)),
    (
        "OrdersTable has a stream that does not tell what changed",
        put("OrdersTable.Properties.StreamSpecification.StreamViewType", "KEYS_ONLY"),
    ),
    ("OrdersTable is not encrypted", drop("OrdersTable.Properties.SSESpecification")),
    ("CheckoutSecret is lost with its stack", drop("CheckoutSecret.DeletionPolicy")),
]

QUEUES = [
    ("ListensQueue has no dead-letter queue", drop("ListensQueue.Properties.RedrivePolicy")),
    ("PointsQueue gives up after 1 tries", put("PointsQueue.Properties.RedrivePolicy.maxReceiveCount", 1)),
    (
        "PointsQueue has a dead-letter queue that is not in the stack",
        put("PointsQueue.Properties.RedrivePolicy.deadLetterTargetArn", "arn:aws:sqs:us-east-1:000000000000:other"),
    ),
    ("OrdersQueue shows a message again", put("OrdersQueue.Properties.VisibilityTimeout", 30)),
    ("OrdersQueue does not say how long", drop("OrdersQueue.Properties.MessageRetentionPeriod")),
    (
        "EventsQueueDead does not keep what failed for 14 days",
        put("EventsQueueDead.Properties.MessageRetentionPeriod", 3_600),
    ),
    ("DeliveriesQueue keeps messages unencrypted", drop("DeliveriesQueue.Properties.SqsManagedSseEnabled")),
    ("ListensQueue is read by nobody", drop(f"PointsWorker.{WORKS}.Listens")),
    (
        "PointsWorkerListens repeats a whole batch",
        drop(f"PointsWorker.{WORKS}.Listens.Properties.FunctionResponseTypes"),
    ),
    (
        "OrdersStreamChanges does not look for the one bad record",
        drop(f"OrdersStream.{WORKS}.Changes.Properties.BisectBatchOnFunctionError"),
    ),
    (
        "PointsStreamChanges blocks its stream",
        drop(f"PointsStream.{WORKS}.Changes.Properties.MaximumRetryAttempts"),
    ),
    ("EventsStreamChanges loses what it gives up", drop(f"EventsStream.{WORKS}.Changes.Properties.DestinationConfig")),
    (
        "MediaStreamChanges does not read what changed before",
        put(f"MediaStream.{WORKS}.Changes.Properties.StartingPosition", "LATEST"),
    ),
]

BUCKETS = [
    (
        "MediaBucket can be made public: BlockPublicAcls",
        put("MediaBucket.Properties.PublicAccessBlockConfiguration.BlockPublicAcls", False),
    ),
    (
        "MediaBucket lets others in than services of AWS",
        append("MediaBucketPolicy.Properties.PolicyDocument.Statement", EVERYBODY),
    ),
    ("CodesBucket can be reached without TLS", put("CodesBucketPolicy.Properties.PolicyDocument.Statement", [])),
    ("MediaBucket is lost with its stack", drop("MediaBucket.DeletionPolicy")),
    ("MediaBucket keeps no versions", put("MediaBucket.Properties.VersioningConfiguration.Status", "Suspended")),
    (
        "MediaBucket forgets objects by age",
        append("MediaBucket.Properties.LifecycleConfiguration.Rules", {"Status": "Enabled", "ExpirationInDays": 365}),
    ),
    (
        "MediaBucket keeps old versions for ever",
        put("MediaBucket.Properties.LifecycleConfiguration.Rules", [{"Status": "Enabled"}]),
    ),
    (
        "CodesBucket keeps what is deleted",
        put("CodesBucket.Properties.VersioningConfiguration", {"Status": "Enabled"}),
    ),
    ("CodesBucket grows for ever", drop("CodesBucket.Properties.LifecycleConfiguration")),
    ("MediaBucket lets whoever uploads own the object", drop("MediaBucket.Properties.OwnershipControls")),
    ("CodesBucket does not say how it encrypts", drop("CodesBucket.Properties.BucketEncryption")),
]

ENVIRONMENTS = [
    (
        "AccountsApi has a secret in its environment: ACCOUNTS_SECRET",
        put("AccountsApi.Properties.Environment.Variables.ACCOUNTS_SECRET", "hunter2"),
    ),
    (
        "OrdersApi holds a private key",
        put("OrdersApi.Properties.Environment.Variables.GREETING", PRIVATE_KEY),
    ),
    (
        "OrdersTable holds what looks like a key",
        put("OrdersTable.Properties.Tags", [{"Key": "greeting", "Value": RANDOM}]),
    ),
    (
        "PartnerSecret is a parameter with a secret for its default",
        declare("Parameters", "PartnerSecret", {"Type": "String", "Default": "hunter2"}),
    ),
    ("VouchersSecret has its value in the template", put("VouchersSecret.Properties", {"SecretString": "hunter2"})),
    ("VouchersSecret is not generated", put("VouchersSecret.Properties", {})),
    (
        "PaymentsApi holds an access key of AWS",
        put("PaymentsApi.Properties.Description", "AKIAIOSFODNN7EXAMPLE"),
    ),
]

API = [
    ("ApiApiGatewayDefaultStage has no throttle for every route", drop("Api.Properties.DefaultRouteSettings")),
    ("ApiApiGatewayDefaultStage has no access log", drop("Api.Properties.AccessLogSettings")),
    ("ApiLogs keeps logs for ever", drop("ApiLogs.Properties.RetentionInDays")),
    ("PointsWorker logs to a group without a retention", drop("PointsWorker.Properties.LoggingConfig")),
    (
        "PointsWorker logs to the group of PointsApi",
        put("PointsWorker.Properties.LoggingConfig.LogGroup", {"Ref": "PointsApiLogs"}),
    ),
    ("PointsWorker does not log JSON", put("PointsWorker.Properties.LoggingConfig.LogFormat", "Text")),
    (
        "PointsWorker logs lines that Lambda drops",
        put("PointsWorker.Properties.LoggingConfig.ApplicationLogLevel", "INFO"),
    ),
    (
        "Extra lets * start a function",
        add("AWS::Lambda::Permission", FunctionName={"Ref": "PointsApi"}, Principal="*"),
    ),
    (
        "Extra lets any API start a function",
        add("AWS::Lambda::Permission", FunctionName={"Ref": "PointsApi"}, Principal="apigateway.amazonaws.com"),
    ),
]

ROUTES = [
    (
        "ANY /v1/organizations is open to everybody",
        put(f"AccountsApi.{WORKS}.Organizations.Properties.Auth", {"Authorizer": "NONE"}),
    ),
    ("POST /v1/accounts is behind the authorizer", drop(f"AccountsApi.{WORKS}.SignUp.Properties.Auth")),
    ("GET /v1/nothing serves no operation", route("PointsApi", "Nothing", "GET", "/v1/nothing")),
    ("POST /v1/sessions is routed nowhere", drop(f"AccountsApi.{WORKS}.SignIn")),
    (
        "POST /v1/accounts leads to PointsApi",
        both(drop(f"AccountsApi.{WORKS}.SignUp"), route("PointsApi", "SignUp", "POST", "/v1/accounts", **OPEN)),
    ),
    (
        "$default does not lead to the front",
        both(drop(f"Front.{WORKS}.Rest"), route("PointsApi", "Rest", "ANY", "$default", **OPEN)),
    ),
    (
        "ANY /v1/nothing takes what browsers ask first",
        route("PointsApi", "Nothing", "ANY", "/v1/nothing"),
    ),
    (
        "OPTIONS /v1/nothing is behind the authorizer",
        both(
            route("PointsApi", "Nothing", "ANY", "/v1/nothing"),
            route("Front", "PreflightNothing", "OPTIONS", "/v1/nothing", Auth={"Authorizer": "Bearer"}),
        ),
    ),
    (
        "OPTIONS /v1/nothing stands for no ANY of its path",
        route("Front", "PreflightNothing", "OPTIONS", "/v1/nothing", **OPEN),
    ),
]

PERMISSIONS = [
    ("PointsWorkerRole may do dynamodb:*, which is more", grant("PointsWorkerRole", "dynamodb:*", arn("WalletsTable"))),
    (
        "PointsWorkerRole may do dynamodb:GetItem on *, which is not one resource",
        grant("PointsWorkerRole", "dynamodb:GetItem", "*"),
    ),
    (
        "OrdersApiRole may do dynamodb:Query on {'Fn::Sub': '${OrdersTable.Arn}/index/*'}, which is not one resource",
        grant("OrdersApiRole", "dynamodb:Query", {"Fn::Sub": "${OrdersTable.Arn}/index/*"}),
    ),
    (
        "OrdersWorkerRole is granted sqs:DeleteMessage on OrdersQueue twice",
        grant("OrdersWorkerRole", "sqs:DeleteMessage", arn("OrdersQueue")),
    ),
    (
        "PointsWorkerRole has a statement that is no plain grant",
        append(
            "PointsWorkerRole.Properties.Policies",
            {
                "PolicyName": "more",
                "PolicyDocument": {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]},
            },
        ),
    ),
    (
        "MediaApiRole has a managed policy",
        put("MediaApiRole.Properties.ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]),
    ),
    ("PointsApiRole is shared by", put("PointsWorker.Properties.Role", arn("PointsApiRole"))),
    ("PointsWorkerRole is used by nothing", put("PointsWorker.Properties.Role", arn("PointsApiRole"))),
    (
        "FrontRole can be taken on by others than lambda",
        trusts({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}),
    ),
    (
        "FrontRole can be taken on by others than lambda",
        trusts({"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::999999999999:root"}),
    ),
    ("Front has no role of this template", put("Front.Properties.Role", "arn:aws:iam::000000000000:role/admin")),
    ("Front has a role that SAM made", both(drop("Front.Properties.Role"), drop("FrontRole"))),
    *(
        ("Extra grants something outside of a function's own role", add(kind))
        for kind in (
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "AWS::IAM::GroupPolicy",
            "AWS::SQS::QueueInlinePolicy",
            "AWS::SNS::TopicInlinePolicy",
        )
    ),
    (
        "AlarmsPolicy lets others in than services of AWS",
        append("AlarmsPolicy.Properties.PolicyDocument.Statement", EVERYBODY),
    ),
    (
        "AlarmsKey lets others in than services of AWS",
        append("AlarmsKey.Properties.KeyPolicy.Statement", EVERYBODY),
    ),
    (
        "Extra lets others in than services of AWS",
        add(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "OrdersQueue"}],
            PolicyDocument={"Statement": {**EVERYBODY, "Principal": {"AWS": arn("FrontRole")}}},
        ),
    ),
    (
        "WalletsTable lets somebody in by a policy of its own",
        put("WalletsTable.Properties.ResourcePolicy", {"PolicyDocument": {"Statement": [EVERYBODY]}}),
    ),
    (
        "OrdersTable lets somebody in by a policy of its own",
        put(
            "OrdersTable.Properties.StreamSpecification.ResourcePolicy",
            {"PolicyDocument": {"Statement": [EVERYBODY]}},
        ),
    ),
    (
        "OrdersWorkerRole may not do sqs:DeleteMessage on OrdersQueue, which its triggers",
        revoke("OrdersWorkerRole", "sqs:DeleteMessage", arn("OrdersQueue")),
    ),
    (
        "AccountsStreamRole may not do dynamodb:GetRecords on AccountsTable/stream, which its triggers",
        revoke("AccountsStreamRole", "dynamodb:GetRecords", {"Fn::GetAtt": ["AccountsTable", "StreamArn"]}),
    ),
    (
        "PointsApiRole may not do logs:PutLogEvents on PointsApiLogs, which its triggers",
        revoke("PointsApiRole", "logs:PutLogEvents", arn("PointsApiLogs")),
    ),
    (
        "SchedulerRole may do lambda:InvokeFunction on OrdersApi, which nothing needs",
        grant("SchedulerRole", "lambda:InvokeFunction", arn("OrdersApi")),
    ),
    (
        "FrontRole may do ses:SendEmail on OrdersQueue, which nothing needs",
        grant("FrontRole", "ses:SendEmail", arn("OrdersQueue")),
    ),
]

# Those that only a comparison with what was observed can catch.
OBSERVED = [
    (
        "PaymentsApiRole may do dynamodb:DeleteItem on PaymentsTable, which was never seen",
        grant("PaymentsApiRole", "dynamodb:DeleteItem", arn("PaymentsTable")),
    ),
    (
        "FrontRole may do dynamodb:GetItem on WalletsTable, which was never seen",
        grant("FrontRole", "dynamodb:GetItem", arn("WalletsTable")),
    ),
    (
        "PaymentsApiRole may not do dynamodb:PutItem on PaymentsTable, which was seen",
        revoke("PaymentsApiRole", "dynamodb:PutItem", arn("PaymentsTable")),
    ),
    (
        "OrdersStreamRole may not do sqs:SendMessage on PaymentsQueue, which was seen",
        revoke("OrdersStreamRole", "sqs:SendMessage", arn("PaymentsQueue")),
    ),
]

ALARMS = [
    ("PaymentsQueueDead fills without an alarm", drop("PaymentsQueueDeadFilled")),
    (
        "OrdersQueueDead has an alarm that does not go off at the first message",
        put("OrdersQueueDeadFilled.Properties.Threshold", 100_000),
    ),
    (
        "OrdersQueueDead has an alarm that does not go off at the first message",
        put("OrdersQueueDeadFilled.Properties.ComparisonOperator", "GreaterThanThreshold"),
    ),
    ("OrdersQueue has no alarm on the age", drop("OrdersQueueIsLate")),
    ("EventsQueueDeadFilled tells nobody", drop("EventsQueueDeadFilled.Properties.AlarmActions")),
    ("BooksDisagree tells nobody", put("BooksDisagree.Properties.ActionsEnabled", False)),
    (
        "BooksDisagree tells OrdersQueue, which is no topic",
        put("BooksDisagree.Properties.AlarmActions", [arn("OrdersQueue")]),
    ),
    ("BooksDisagree tells Alarms, to which nobody listens", drop("AlarmsSubscription")),
    (
        "BooksDisagree names no section",
        put("BooksDisagree.Properties.AlarmDescription", "Look into it."),
    ),
    (
        "BooksDisagree names a section that docs/runbook.md does not have",
        put("BooksDisagree.Properties.AlarmDescription", "See docs/runbook.md#nowhere-at-all."),
    ),
    ("OrdersApi fails without an alarm", drop("OrdersApiFails")),
    ("OrdersWorker fails without an alarm", without_metric("WorkersFail", "OrdersWorker")),
    ("OrdersStream falls behind its stream without an alarm", drop("StreamsAreLate")),
    ("OrdersWorker logs errors that nothing counts", drop("OrdersWorkerErrors")),
    ("OrdersWorker logs errors that nothing counts", drop_every("AWS::Logs::MetricFilter")),
    ("OrdersApi fails without an alarm", drop_every("AWS::CloudWatch::Alarm")),
]

DEPLOYMENT = [
    ("OrdersApi has no alarm that rolls it back", drop("OrdersApi.Properties.DeploymentPreference.Alarms")),
    (
        "OrdersApi is rolled back by Nothing, which is no alarm",
        put("OrdersApi.Properties.DeploymentPreference.Alarms", ["Nothing"]),
    ),
    (
        "PaymentsApi answers requests and is deployed at once",
        both(drop("PaymentsApi.Properties.DeploymentPreference"), drop("PaymentsApi.Properties.AutoPublishAlias")),
    ),
    ("PaymentsApi answers requests and is deployed at once", at_once),
    (
        "Extra starts PointsApi past its alias",
        add("AWS::Scheduler::Schedule", Target={"Arn": arn("PointsApi"), "RoleArn": arn("SchedulerRole")}),
    ),
    (
        "Extra starts PointsApi past its alias",
        add(
            "AWS::Lambda::EventSourceMapping",
            FunctionName={"Ref": "PointsApi"},
            EventSourceArn=arn("OrdersQueue"),
        ),
    ),
    ("the stack has ", many),
    ("PointsWorker is not built by cargo-lambda", drop("PointsWorker.Metadata.BuildMethod")),
    ("PointsWorker does not say which binary it runs", drop("PointsWorker.Metadata.BuildProperties.Binary")),
]

FAULTS = {
    "durability": DURABILITY,
    "queues": QUEUES,
    "buckets": BUCKETS,
    "environments": ENVIRONMENTS,
    "api": API,
    "routes": ROUTES,
    "permissions": PERMISSIONS,
    "alarms": ALARMS,
    "deployment": DEPLOYMENT,
}


def run(every, problems, before, has_observed):
    """Plants each fault. Answers how many were caught, and a sentence for each that was not."""
    faults = [(check, *fault) for check, several in FAULTS.items() for fault in several]
    if has_observed:
        faults += [("permissions", *fault) for fault in OBSERVED]
    caught, missed = 0, []
    for check, begins, change in faults:
        what = f"planted: “{begins}” of {check}"
        # A fault need not show in every way to deploy, so that the next is asked while it does not.
        found = []
        try:
            for stack in every:
                found += [each for each in problems(stack.after(change)) if each not in before]
                if any(by == check and sentence.startswith(begins) for by, sentence in found):
                    caught += 1
                    break
            else:
                missed.append(f"{what} was not caught; found instead: {list(dict.fromkeys(found))}")
        except CannotPlant as reason:
            missed.append(f"{what} could not be planted: {reason}")
    return caught, missed
