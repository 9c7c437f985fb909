#!/usr/bin/env python3
"""The AWS CLI, as far as redrive-stream needs it: a queue, a stream and a function in one folder."""

import json
import os
import sys

FOLDER = os.environ["FAKE_AWS"]
STATE = os.path.join(FOLDER, "state.json")


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def main():
    with open(STATE, encoding="utf-8") as file:
        state = json.load(file)
    what = " ".join(sys.argv[1:3])
    if what == "sqs get-queue-attributes":
        hidden = len([number for number in state["queue"] if number in state["hidden"]])
        answer = {"Attributes": {
            "ApproximateNumberOfMessages": str(len(state["queue"]) - hidden),
            "ApproximateNumberOfMessagesNotVisible": str(hidden)}}
    elif what == "sqs receive-message":
        ready = [number for number in state["queue"] if number not in state["hidden"]]
        answer = {}
        if state["empty_receives"] > 0:
            # Queues of AWS answer from a part of their servers.
            state["empty_receives"] -= 1
        elif ready:
            state["hidden"].append(ready[0])
            body = json.dumps(state["queue"][ready[0]])
            answer = {"Messages": [{"MessageId": ready[0], "ReceiptHandle": ready[0], "Body": body}]}
    elif what == "sqs delete-message":
        del state["queue"][option("--receipt-handle")]
        answer = None
    elif what == "dynamodbstreams get-shard-iterator":
        first = int(option("--sequence-number"))
        if first < state["trimmed_below"]:
            sys.exit("An error occurred (TrimmedDataAccessException) when calling GetShardIterator")
        answer = {"ShardIterator": f"empty {first}"}
    elif what == "dynamodbstreams get-records":
        # Every page with records comes after one without.
        kind, first = option("--shard-iterator").split()
        first = int(first)
        if kind == "empty":
            answer = {"Records": [], "NextShardIterator": f"full {first}"}
        else:
            records = [
                {"eventID": str(number), "eventName": "MODIFY", "dynamodb": {
                    "SequenceNumber": str(number), "Keys": {"pk": {"S": "a"}},
                    "ApproximateCreationDateTime": "2026-06-01T12:00:00+00:00"}}
                for number in (first, first + 1)]
            answer = {"Records": records, "NextShardIterator": f"empty {first + 2}"}
    elif what == "lambda invoke":
        with open(option("--payload").removeprefix("fileb://"), encoding="utf-8") as file:
            state["invoked"].append([option("--function-name"), json.load(file)])
        with open(sys.argv[sys.argv.index("--payload") + 2], "w", encoding="utf-8") as file:
            file.write(state["answer"])
        answer = {"StatusCode": 200}
    else:
        sys.exit(f"there is no {what}")
    with open(STATE, "w", encoding="utf-8") as file:
        json.dump(state, file)
    if answer is not None:
        print(json.dumps(answer))


main()
