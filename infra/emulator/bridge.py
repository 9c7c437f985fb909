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
                IdentitySource=[source.strip() for source in authorizer["identitySource"].split(",")],
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
        if "Fn::Sub" in value:
            return re.sub(r"\$\{([^}]+)\}", lambda name: self.named(name[1]), value["Fn::Sub"])
        sys.exit(f"a reference of a kind that is not known here: {value}")

    def named(self, name):
        pseudo = {"AWS::Partition": "aws", "AWS::Region": self.region, "AWS::AccountId": "000000000000"}
        if name in pseudo:
            return pseudo[name]
        logical, _, attribute = name.partition(".")
        physical = self.physical[logical]
        if attribute == "Arn" and not physical.startswith("arn:"):
            return f"arn:aws:lambda:{self.region}:000000000000:function:{physical}"
        return physical


def route_key(method, path):
    if path == "/$default":
        return "$default"
    return f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"


if __name__ == "__main__":
    main(sys.argv[1])
