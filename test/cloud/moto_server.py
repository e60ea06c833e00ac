"""Serves moto, an emulator of AWS, with patches where it differs from CloudFormation."""

import sys

import moto_import  # noqa: F401  patches change sets of type IMPORT
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.events.models import EventBus, Rule
from moto.iam import models as iam
from moto.server import main

# Moto refuses templates for warnings of cfn-lint, which CloudFormation does not. .ci/run runs cfn-lint itself.
CloudFormationBackend.validate_template = lambda self, template: []

update_resource = parsing.parse_and_update_resource


def update_if_it_is_there(logical_id, resource_json, resources_map, **kwargs):
    """Skips resources whose condition does not hold. Moto updates them."""
    condition = resource_json.get("Condition")
    if condition is not None and not resources_map.lazy_condition_map[condition]:
        return None
    return update_resource(logical_id, resource_json, resources_map, **kwargs)


parsing.parse_and_update_resource = update_if_it_is_there

# Moto lists None for resources whose type it does not know.
Stack.stack_resources = property(lambda self: [one for one in self.resource_map.values() if one is not None])

delete_change_set = CloudFormationBackend.delete_change_set


def delete_if_there(self, change_set_name):
    """Ignores a missing change set. The framework deletes one before it creates one, and moto fails if there is none."""
    if change_set_name in self.change_sets or change_set_name in [one.change_set_name for one in self.change_sets.values()]:
        delete_change_set(self, change_set_name)


CloudFormationBackend.delete_change_set = delete_if_there


# Moto returns the bus object as the value of an output that refers to a bus.
EventBus.__str__ = lambda self: self.name


def with_bus_name(method):
    """Resolves a Ref to a bus to the name of the bus. Moto resolves it to its object."""

    def patched(cls, *args, **kwargs):
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, dict):
                properties = argument.get("Properties", {})
                if isinstance(properties.get("EventBusName"), EventBus):
                    properties["EventBusName"] = properties["EventBusName"].name
        return method.__func__(cls, *args, **kwargs)

    return classmethod(patched)


for name in ("create_from_cloudformation_json", "delete_from_cloudformation_json"):
    setattr(Rule, name, with_bus_name(getattr(Rule, name)))



def without_no_value(value):
    """Drops None from lists, as CloudFormation drops AWS::NoValue. Moto leaves it in."""
    if isinstance(value, dict):
        return {key: without_no_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_no_value(item) for item in value if item is not None]
    return value


def with_clean_properties(method):
    def patched(cls, resource_name, cloudformation_json, *args, **kwargs):
        return method.__func__(cls, resource_name, without_no_value(cloudformation_json), *args, **kwargs)

    return classmethod(patched)


for resource in (iam.Role, iam.InlinePolicy):
    resource.create_from_cloudformation_json = with_clean_properties(resource.create_from_cloudformation_json)

# Moto keeps the outputs of a stack's first template, even after a change set has added outputs.
execute_change_set = CloudFormationBackend.execute_change_set


def execute_and_refresh_outputs(self, change_set_name, stack_name=None):
    execute_change_set(self, change_set_name, stack_name)
    for stack in self.stacks.values():
        stack._parse_template()
        stack.output_map = Stack._create_output_map(stack)


CloudFormationBackend.execute_change_set = execute_and_refresh_outputs

main(["-H", "127.0.0.1", "-p", sys.argv[1]])
