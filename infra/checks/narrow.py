"""Rewrites the roles of functions in the template, so that each grants what was observed and what
follows from the template, and nothing else.

It takes away more than it gives: the engines hold functions to their roles, so nothing is observed that
was not granted. Give a role what its function is to do, write the test that does it, and narrow.
"""

import re

from permissions import Grants
from transform import as_list, named

# In what order the actions of a grant are read.
ORDER = (
    "CreateLogStream PutLogEvents"
    " GetRecords GetShardIterator DescribeStream ListStreams"
    " GetItem BatchGetItem Query PutItem UpdateItem DeleteItem ConditionCheckItem"
    " ReceiveMessage DeleteMessage GetQueueAttributes SendMessage"
    " GetObject PutObject DeleteObject ListBucket GetSecretValue"
).split()
LINE = 100
LISTING = "# Without it S3 answers 403 for an object that is not there, as if it were forbidden."


def narrow(text, stack, observed):
    """The template's text with its functions' roles narrowed."""
    needed = Grants(stack, observed).needed()
    for function in stack.functions().values():
        role = named(function["Properties"]["Role"])
        rows = [row for row in needed if row.role == role]
        head = re.search(rf"^  {role}:\n(?:    .*\n)*?            Statement:\n", text, re.MULTILINE)
        end = text.index("\n\n", head.end())
        text = text[: head.end()] + "\n".join(statements(stack, role, rows)) + text[end:]
    return text


def statements(stack, role, rows):
    """The grants of a role, a statement for each resource, in the order in which they stand."""
    actions = {}
    for row in rows:
        # A queue that a function reads and sends to has two grants: one is Lambda's.
        part = "send" if row.action == "sqs:SendMessage" else ""
        actions.setdefault((row.resource, part), []).append(row.action)
    standing = [
        named(resource)
        for policy in stack.properties(role)["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for resource in as_list(statement["Resource"])
    ]

    def place(key):
        name = key[0].split("/")[0]
        return (standing.index(name) if name in standing else len(standing), key)

    for key in sorted(actions, key=place):
        ordered = sorted(actions[key], key=lambda action: ORDER.index(action.split(":")[1]))
        if ordered == ["s3:ListBucket"]:
            yield f"              {LISTING}"
        yield "              - Effect: Allow"
        line = f"                Action: [{', '.join(ordered)}]"
        if len(line) <= LINE:
            yield line
        else:
            yield "                Action:"
            yield from (f"                  - {action}" for action in ordered)
        yield f"                Resource: {reference(stack, key[0])}"


def reference(stack, resource):
    """How the template names the resource of a row."""
    name, _, rest = resource.partition("/")
    if rest == "stream":
        return f"!GetAtt {name}.StreamArn"
    if rest:
        return f'!Sub "${{{name}.Arn}}/{rest}"'
    kind = stack.resources[name]["Type"]
    return f"!Ref {name}" if kind == "AWS::SecretsManager::Secret" else f"!GetAtt {name}.Arn"
