"""No secret stands in the template: not in an environment, and not anywhere else."""

import json
import re

from transform import named

# What would be secret if it were a value, by the words in its name.
SECRET_WORDS = re.compile(r"SECRET|PASSWORD|TOKEN|PEPPER|PRIVATE|CREDENTIAL|API_?KEY", re.IGNORECASE)
# What secrets look like.
LOOKS_SECRET = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a webhook's secret": re.compile(r"\bwhsec_[A-Za-z0-9+/=]{16,}"),
    "a token": re.compile(r"\b(?:ghp|gho|github_pat|xox[abp]|sk_live|eyJhbGciOi)[A-Za-z0-9_-]{8,}"),
    "a password in an address": re.compile(r"://[^/\s:@${}]+:[^/\s:@${}]+@"),
}
# A long text without a pause, of letters and digits mixed, is a key of some kind.
LOOKS_RANDOM = re.compile(r"(?<![\w/+.:-])(?=[A-Za-z0-9+/=_-]*\d)(?=[A-Za-z0-9+/=_-]*[a-z])(?=[A-Za-z0-9+/=_-]*[A-Z])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w/+.-])")


def check(stack):
    for name, function in stack.functions().items():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        for variable, value in variables.items():
            if not SECRET_WORDS.search(variable):
                continue
            kind = stack.resources.get(named(value), {}).get("Type")
            is_arn = isinstance(value, dict) and "Ref" in value
            if not is_arn or kind != "AWS::SecretsManager::Secret":
                yield f"{name} has a secret in its environment: {variable}"
    for name, secret in stack.of_type("AWS::SecretsManager::Secret").items():
        yield from generated(name, secret["Properties"])
    for name, resource in stack.resources.items():
        for path, text in texts(resource):
            for what, pattern in LOOKS_SECRET.items():
                if pattern.search(text):
                    yield f"{name} holds {what} at {path}"
            if LOOKS_RANDOM.search(text):
                yield f"{name} holds what looks like a key at {path}"
    for name, parameter in stack.template.get("Parameters", {}).items():
        if SECRET_WORDS.search(name) and parameter.get("Default"):
            yield f"{name} is a parameter with a secret for its default"


def generated(name, properties):
    """A secret is generated. What somebody fills in later may be a form whose fields are empty."""
    template = properties.get("GenerateSecretString", {}).get("SecretStringTemplate", "{}")
    if "SecretString" in properties or any(json.loads(template).values()):
        yield f"{name} has its value in the template"
    elif "GenerateSecretString" not in properties:
        yield f"{name} is not generated"


def texts(value, path=""):
    """Every text in a value, with where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{path}[{number}]")
