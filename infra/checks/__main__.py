"""Checks on template.yaml as CloudFormation will see it.

    python infra/checks template.yaml [--observed FOLDER [--narrow]] [--planted]

Linters let through what would hurt: a table that can be deleted, a role that may do more than its
function does, a queue that fills and tells nobody. Each check answers with sentences, each beginning
with the resource it is about; any sentence is a failure. With `--observed`, roles are compared with
what functions were seen to do while PLANET_OBSERVED named that folder. With `--planted`, the template
is broken in known ways, and every break must be caught by the check that is meant for it.
"""

import argparse
import os
import sys

import alarms
import api
import buckets
import deployment
import durability
import environments
import narrow
import permissions
import planted
import queues
import routes
from transform import load, stacks

CHECKS = (durability, queues, buckets, environments, api, routes, alarms, deployment)


def problems(stack, observed):
    """Everything that is wrong with a stack, as the check that found it and its sentence."""
    for check in CHECKS:
        for sentence in check.check(stack):
            yield check.__name__, sentence
    for sentence in permissions.check(stack, observed):
        yield permissions.__name__, sentence


def main():
    words = argparse.ArgumentParser(prog="checks", description=__doc__.split("\n\n")[0])
    words.add_argument("template")
    words.add_argument("--observed", metavar="FOLDER", help="compare roles with what was observed")
    words.add_argument("--narrow", action="store_true", help="rewrite roles to what was observed")
    words.add_argument("--planted", action="store_true", help="break the template in known ways")
    arguments = words.parse_args()
    template = load(arguments.template)
    folder = os.path.dirname(os.path.abspath(arguments.template))
    observed = permissions.read(arguments.observed) if arguments.observed else None
    if observed is not None and not observed:
        sys.exit(f"{arguments.observed} holds nothing that was observed")
    # However it is deployed, it is checked whole: a property may differ with any choice.
    every = sorted(stacks(template, folder), key=lambda stack: len(stack.resources), reverse=True)
    fullest = every[0]
    if arguments.narrow:
        if observed is None:
            sys.exit("--narrow wants --observed")
        with open(arguments.template, encoding="utf-8") as file:
            text = narrow.narrow(file.read(), fullest, observed)
        with open(arguments.template, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    # What is wrong in several ways to deploy is said once.
    found = list(dict.fromkeys(problem for stack in every for problem in problems(stack, observed)))
    for check, sentence in found:
        print(f"{check}: {sentence}")
    if observed is not None:
        for line in permissions.table(fullest, observed):
            print(line)
    print(f"{len(found)} problems in {len(fullest.resources)} resources, {len(every)} ways to deploy them")
    missed = []
    if arguments.planted:
        caught, missed = planted.run(
            every, lambda stack: problems(stack, observed), set(found), observed is not None
        )
        for sentence in missed:
            print(sentence)
        print(f"{caught} of {caught + len(missed)} planted faults were caught by the check that is meant for them")
    return 1 if found or missed else 0


if __name__ == "__main__":
    sys.exit(main())
