"""Gives the deployed API its routes, which the emulator does not read from the template.

`AWS::Serverless::HttpApi` becomes an API with an OpenAPI body. CloudFormation makes routes,
integrations and authorizers of that body; the emulator makes an API without any. So this makes them
over the gateway's own interface, from the body of the template that was deployed, and nothing else:
a route that is not in the template does not exist in the emulator either.

    python bridge.py STACK      with AWS_ENDPOINT_URL and credentials in the environment
"""

import re
import sys

import boto3

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method"}


def main(stack):
    cloudformation = boto3.client("cloudformation")
    template = cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    bodies = {
        name: resource["Properties"]["Body"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
    }
    if len(bodies) != 1:
        sys.exit(f"the template has {len(bodies)} HTTP APIs, and one was expected")
    [(name, body)] = bodies.items()
    physical = physical_ids(cloudformation, stack)
    made = Bridge(physical, physical[name]).build(body)
    print(f"{made} routes were made, as the template has them")


def physical_ids(cloudformation, stack):
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }


class Bridge:
    def __init__(self, physical, api):
        self.gateway = boto3.client("apigatewayv2")
        self.functions = boto3.client("lambda")
        self.region = self.gateway.meta.region_name
        self.physical = physical
        self.api = api
        self.integrations = {}

    def build(self, body):
        """Makes what the body names and is not there yet; answers how many routes it names."""
        authorizers = self.authorizers(body)
        there = {route["RouteKey"] for route in self.gateway.get_routes(ApiId=self.api, MaxResults="1000")["Items"]}
        named = 0
        for path, item in body["paths"].items():
            for method, operation in item.items():
                if method not in METHODS:
                    continue
                named += 1
                key = route_key(method, path)
                if key not in there:
                    self.route(key, operation, authorizers)
        return named

    def authorizers(self, body):
        there = {a["Name"]: a["AuthorizerId"] for a in self.gateway.get_authorizers(ApiId=self.api)["Items"]}
        made = {}
        for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
            authorizer = scheme["x-amazon-apigateway-authorizer"]
            made[name] = there.get(name) or self.gateway.create_authorizer(
                ApiId=self.api,
                Name=name,
                AuthorizerType="REQUEST",
                AuthorizerUri=self.resolve(authorizer["authorizerUri"]),
                AuthorizerPayloadFormatVersion=str(authorizer["authorizerPayloadFormatVersion"]),
                EnableSimpleResponses=authorizer["enableSimpleResponses"],
                IdentitySource=authorizer["identitySource"],
                AuthorizerResultTtlInSeconds=authorizer["authorizerResultTtlInSeconds"],
            )["AuthorizerId"]
        return made

    def route(self, key, operation, authorizers):
        integration = self.integration(operation["x-amazon-apigateway-integration"])
        route = {"ApiId": self.api, "RouteKey": key, "Target": f"integrations/{integration}"}
        schemes = [name for requirement in operation.get("security", []) for name in requirement if name in authorizers]
        if schemes:
            route |= {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizers[schemes[0]]}
        self.gateway.create_route(**route)

    def integration(self, integration):
        uri = self.resolve(integration["uri"])
        if uri not in self.integrations:
            made = self.gateway.create_integration(
                ApiId=self.api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=uri,
                PayloadFormatVersion=integration["payloadFormatVersion"],
            )
            self.integrations[uri] = made["IntegrationId"]
        return self.integrations[uri]

    def resolve(self, value):
        """The text that a reference to a function stands for."""
        if isinstance(value, str):
            return value
        [(kind, argument)] = value.items()
        if kind == "Ref":
            return self.physical[argument]
        if kind == "Fn::GetAtt":
            return self.attribute(*(argument if isinstance(argument, list) else argument.split(".", 1)))
        if kind == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            return re.sub(r"\$\{([^}]+)\}", lambda name: self.named(name[1], own), text)
        sys.exit(f"a reference of a kind that is not known here: {value}")

    def named(self, name, own):
        pseudo = {"AWS::Partition": "aws", "AWS::Region": self.region}
        if name in own:
            return self.resolve(own[name])
        if name in pseudo:
            return pseudo[name]
        return self.attribute(*name.split(".", 1)) if "." in name else self.physical[name]

    def attribute(self, logical, attribute):
        if attribute != "Arn":
            sys.exit(f"{logical}.{attribute} is not known here")
        return self.functions.get_function(FunctionName=self.physical[logical])["Configuration"]["FunctionArn"]


def route_key(method, path):
    if path == "/$default":
        return "$default"
    return f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"


if __name__ == "__main__":
    main(sys.argv[1])
