"""The template as CloudFormation gets it: after SAM's transform, offline."""

import copy
import itertools
import logging
import os
import re

import yaml
from samtranslator.open_api import open_api
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

logging.disable(logging.WARNING)  # the translator warns that nobody collects its metrics
# It copies the whole definition of the API three times for each route, which takes fifteen times as long
# as all the rest. Shared, the definition is the same but for the order of its keys.
open_api._deepcopy = lambda definition: definition


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
    return str(parameter["Default"]) if "Default" in parameter else likely(name, parameter)


def likely(name, parameter):
    """What whoever deploys might say."""
    if "AllowedValues" in parameter:
        return str(parameter["AllowedValues"][0])
    if parameter["Type"] == "Number":
        return str(parameter.get("MinValue", 1))
    return "operations@example.com" if re.search("Email|Address", name) else "likely"


def transformed(template, choice):
    """What SAM makes of the template, as `sam package` would hand it over."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # it asks; nothing is called
    packaged = copy.deepcopy(template)
    packaged.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in packaged["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packaged/function"
    return Translator({}, Parser()).translate(packaged, dict(choice))


def stacks(template, folder):
    """The stack for every choice of the parameters that decide what there is: those that conditions
    ask, and those that say how functions are deployed."""
    parameters = template.get("Parameters", {})
    defaults = {name: default_of(name, value) for name, value in parameters.items()}
    deployment = [
        resource.get("Properties", {}).get("DeploymentPreference", {})
        for resource in template["Resources"].values()
    ]
    # SAM looks at these alone; conditions are decided afterwards.
    read_by_sam = set(referred(deployment)) & set(parameters)
    asked = set(referred(template.get("Conditions", {}))) & set(parameters)
    choices = {}
    for name in sorted(read_by_sam | asked):
        allowed = parameters[name].get("AllowedValues")
        # What is not a choice is there or is empty.
        choices[name] = list(map(str, allowed)) if allowed else [likely(name, parameters[name]), ""]
    documents = {}
    for values in itertools.product(*choices.values()):
        choice = {**defaults, **dict(zip(choices, values))}
        key = tuple(choice[name] for name in sorted(read_by_sam))
        if key not in documents:
            documents[key] = transformed(template, choice)
        yield Stack(template, documents[key], choice, folder)


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


# What stands for a property that is not there.
NOTHING = {"Ref": "AWS::NoValue"}


class Stack:
    """What CloudFormation would make of a template."""

    def __init__(self, template, document, choice, folder):
        self.template = template
        self.document = document
        self.choice = choice
        # Where the template lies, and docs/ beside it.
        self.folder = folder
        # CloudFormation counts what a template declares, whether or not a condition holds.
        self.declared = len(document["Resources"])
        self.conditions = document.get("Conditions", {})
        self.resources = {
            name: self.resolved(resource)
            for name, resource in document["Resources"].items()
            if "Condition" not in resource or self.holds({"Condition": resource["Condition"]})
        }

    def is_watched(self):
        """Whether somebody looks after it, as nobody does after a stack for development."""
        return self.choice["Environment"] != "dev"

    def is_gradual(self):
        """Whether a new version takes over bit by bit."""
        return self.choice["Deployment"] != "all-at-once"

    def after(self, change):
        """The stack of a template that is changed so: in its resources, conditions or parameters."""
        template = copy.deepcopy(self.template)
        change(template)
        old, new = self.template["Resources"], template["Resources"]
        touched = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
        kinds = {each[name]["Type"] for name in touched for each in (old, new) if name in each}
        if any(kind.startswith("AWS::Serverless::") for kind in kinds):
            document = transformed(template, self.choice)
        else:
            # SAM hands on what is not its own as it stands.
            document = {**self.document, "Resources": dict(self.document["Resources"])}
            for name in touched:
                document["Resources"].pop(name, None)
                if name in new:
                    document["Resources"][name] = new[name]
        document["Conditions"] = {**document.get("Conditions", {}), **template.get("Conditions", {})}
        return Stack(template, document, self.choice, self.folder)

    def holds(self, condition):
        """Whether a condition holds for this choice of the parameters."""
        (kind, value), = condition.items()
        if kind == "Condition":
            return self.holds(self.conditions[value])
        if kind == "Fn::Not":
            return not self.holds(value[0])
        if kind == "Fn::And":
            return all(self.holds(each) for each in value)
        if kind == "Fn::Or":
            return any(self.holds(each) for each in value)
        if kind == "Fn::Equals":
            one, other = (self.choice[named(each)] if isinstance(each, dict) else each for each in value)
            return str(one) == str(other)
        raise ValueError(f"{kind} is no condition that is understood here")

    def resolved(self, value):
        """A value with every `Fn::If` decided."""
        if isinstance(value, dict):
            if "Fn::If" in value:
                condition, then, otherwise = value["Fn::If"]
                return self.resolved(then if self.holds({"Condition": condition}) else otherwise)
            inner = {key: self.resolved(each) for key, each in value.items()}
            return {key: each for key, each in inner.items() if each != NOTHING}
        if isinstance(value, list):
            return [each for each in map(self.resolved, value) if each != NOTHING]
        return value

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

    def deployed_by(self):
        """The role that deploys each function bit by bit, where the template names one."""
        for name, resource in self.template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                role = resource["Properties"].get("DeploymentPreference", {}).get("Role")
                if role:
                    yield name, named(role)

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
    return reference


def as_list(value):
    return value if isinstance(value, list) else [value]
