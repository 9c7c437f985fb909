"""The routes of the API, its document, and the code behind both.

That docs/openapi.json is what the code says is held by infra/local/tests/it/openapi.rs; here it is
held against the routes that the gateway will have.
"""

import json
import os
import re

from transform import as_list

METHODS = ("get", "put", "post", "patch", "delete")
PREFLIGHT = "options"
ANY = "x-amazon-apigateway-any-method"
DEFAULT = "$default"


class Route:
    """One route of the gateway."""

    def __init__(self, stack, method, path, item):
        self.method, self.path = method, path
        self.is_guarded = any("NONE" not in scheme for scheme in item.get("security", []))
        self.function = function_of(stack, item["x-amazon-apigateway-integration"]["uri"])

    def __str__(self):
        return f"{'ANY' if self.method == ANY else self.method.upper()} {self.path}"

    def takes(self, method, path):
        if self.method not in (ANY, method):
            return False
        asked = path.split("/")
        own = self.path.split("/")
        if own[-1].endswith("+}"):
            own = own[:-1]
            if len(asked) <= len(own):
                return False
            asked = asked[: len(own)]
        return len(own) == len(asked) and all(
            expected.startswith("{") or expected == part for expected, part in zip(own, asked)
        )

    def specificity(self):
        """The gateway prefers a full match to a greedy one, then the more literal, then the method."""
        literal = sum(not part.startswith("{") for part in self.path.split("/"))
        greedy = "+}" in self.path
        return (not greedy, literal, self.method != ANY)


def function_of(stack, uri):
    """The function that the gateway calls at `uri`."""
    pattern, values = (as_list(uri["Fn::Sub"]) + [{}])[:2] if "Fn::Sub" in uri else (str(uri), {})
    target = re.search(r"functions/\$\{([^}.]+)", pattern)
    if not target:
        return None
    return stack.target(values.get(target.group(1), {"Ref": target.group(1)}))


def routes(stack):
    for api in stack.of_type("AWS::ApiGatewayV2::Api").values():
        for path, methods in api["Properties"]["Body"]["paths"].items():
            for method, item in methods.items():
                yield Route(stack, method, path, item)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method, path, operation


def document_beside(stack):
    with open(os.path.join(stack.folder, "docs", "openapi.json"), encoding="utf-8") as file:
        return json.load(file)


def check(stack):
    every = list(routes(stack))
    proper = [route for route in every if route.path != DEFAULT]
    used, servers = set(), {}
    for method, path, operation in operations(document_beside(stack)):
        taking = [route for route in proper if route.takes(method, path)]
        if not taking:
            yield f"{method.upper()} {path} is routed nowhere"
            continue
        route = max(taking, key=Route.specificity)
        used.add(str(route))
        if route.is_guarded != bool(operation.get("security")):
            says = "open to everybody" if not route.is_guarded else "behind the authorizer"
            yield f"{route} is {says}, which {method.upper()} {path} is not"
        if route.function not in stack.functions():
            yield f"{route} leads to no function"
            continue
        binary = stack.binary(route.function)
        servers.setdefault(operation["tags"][0], {}).setdefault(binary, []).append((route, method, path))
    for tag, binaries in servers.items():
        # Operations of one tag stand in one crate. A route that leads elsewhere divides them.
        if len(binaries) > 1:
            usual = max(binaries, key=lambda binary: len(binaries[binary]))
            for binary in set(binaries) - {usual}:
                for route, method, path in binaries[binary]:
                    yield (
                        f"{route} leads to {route.function}, whose binary {binary} does not have"
                        f" {method.upper()} {path}: {usual} has what is of “{tag}”"
                    )
    yield from preflights(proper)
    for route in proper:
        if str(route) not in used and route.method != PREFLIGHT:
            yield f"{route} serves no operation of the document"
    defaults = [route for route in every if route.path == DEFAULT]
    if [stack.binary(route.function) for route in defaults] != ["front"]:
        yield f"{DEFAULT} does not lead to the front"


def preflights(proper):
    """What a browser asks before it calls has no token. The gateway answers it by itself, but only where
    no route takes OPTIONS, and `ANY` does, authorizer and all."""
    anything = {route.path: route for route in proper if route.method == ANY}
    asked = {route.path: route for route in proper if route.method == PREFLIGHT}
    for path, route in anything.items():
        if path not in asked:
            yield f"{route} takes what browsers ask first: there is no OPTIONS {path}"
    for path, route in asked.items():
        if route.is_guarded:
            yield f"{route} is behind the authorizer, which no browser passes that only asks"
        if path not in anything:
            yield f"{route} stands for no ANY of its path"
