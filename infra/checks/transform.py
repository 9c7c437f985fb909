"""The template as CloudFormation gets it: after SAM's transform, offline."""

import copy
import itertools
import logging
import os
import re

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
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt":
        return {"Fn::GetAtt": value.split(".", 1) if isinstance(value, str) else value}
    return {f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_tag)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def default_of(name, parameter):
    """What a parameter is if whoever deploys says nothing, or a likely value where they must."""
    if "Default" in parameter:
        return str(parameter["Default"])
    if "AllowedValues" in parameter:
        return str(parameter["AllowedValues"][0])
    if parameter["Type"] == "Number":
        return str(parameter.get("MinValue", 1))
    return "operations@example.com" if re.search("Email|Address", name) else "likely"


def combinations(template):
    """Every choice of the parameters that decide what there is: those that conditions ask and those
    that say how functions are deployed."""
    parameters = template.get("Parameters", {})
    defaults = {name: default_of(name, value) for name, value in parameters.items()}
    deployment = template.get("Globals", {}).get("Function", {}).get("DeploymentPreference", {})
    functions = [
        resource.get("Properties", {}).get("DeploymentPreference", {})
        for resource in template["Resources"].values()
    ]
    deciding = set(referred([template.get("Conditions", {}), deployment, functions]))
    choices = {}
    for name in sorted(deciding & set(parameters)):
        allowed = parameters[name].get("AllowedValues")
        # What is not a choice is there or is empty.
        choices[name] = [str(value) for value in allowed] if allowed else [defaults[name], ""]
    for values in itertools.product(*choices.values()):
        yield {**defaults, **dict(zip(choices, values))}


def referred(value):
    """The names that a value refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        for inner in value.values():
            yield from referred(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from referred(inner)


class Stack:
    """What CloudFormation would make of a template."""

    def __init__(self, template, choice=None):
        self.template = template
        self.choice = choice or {
            name: default_of(name, parameter)
            for name, parameter in template.get("Parameters", {}).items()
        }
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # it asks; nothing is called
        packaged = copy.deepcopy(template)
        packaged.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
        for resource in packaged["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                # As `sam package` writes it.
                resource["Properties"]["CodeUri"] = "s3://packaged/function"
        self.document = Translator({}, Parser()).translate(packaged, dict(self.choice))
        self.resources = self.document["Resources"]

    def of_type(self, kind):
        found = self.resources.items()
        return {name: resource for name, resource in found if resource["Type"] == kind}

    def properties(self, name):
        return self.resources.get(name, {}).get("Properties", {})

    def target(self, reference):
        """The logical id that a reference points to; an alias stands for its function."""
        name = named(reference)
        if self.resources.get(name, {}).get("Type") == "AWS::Lambda::Alias":
            return named(self.properties(name)["FunctionName"])
        return name

    def functions(self):
        return self.of_type("AWS::Lambda::Function")

    def binary(self, function):
        return self.resources[function]["Metadata"]["BuildProperties"]["Binary"]


def named(reference):
    """The logical id in a Ref, GetAtt or Sub, or the text itself."""
    if isinstance(reference, dict):
        if "Ref" in reference:
            return reference["Ref"]
        if "Fn::GetAtt" in reference:
            return as_list(reference["Fn::GetAtt"])[0].split(".")[0]
        if "Fn::Sub" in reference:
            pattern = as_list(reference["Fn::Sub"])[0]
            names = re.findall(r"\$\{([^}.!]+)", pattern)
            own = [name for name in names if not name.startswith("AWS::")]
            return own[0] if own else pattern
        if "Fn::If" in reference:
            return named(reference["Fn::If"][1])
    return reference


def as_list(value):
    return value if isinstance(value, list) else [value]
