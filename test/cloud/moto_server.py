"""Serves moto, an emulator of AWS, with the obstacles removed that are moto's and not CloudFormation's."""

import sys

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.events.models import EventBus, Rule
from moto.server import main

# ValidateTemplate refuses templates for warnings of cfn-lint; CloudFormation does not, and .ci/run runs cfn-lint itself.
CloudFormationBackend.validate_template = lambda self, template: []


def with_bus_name(method):
    """Moto resolves a Ref to a bus to its object, where CloudFormation resolves it to the name of the bus."""

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

# The outputs of a stack are those of its first template, also after a change set added others.
execute_change_set = CloudFormationBackend.execute_change_set


def execute_and_refresh_outputs(self, change_set_name, stack_name=None):
    execute_change_set(self, change_set_name, stack_name)
    for stack in self.stacks.values():
        stack._parse_template()
        stack.output_map = Stack._create_output_map(stack)


CloudFormationBackend.execute_change_set = execute_and_refresh_outputs

main(["-H", "127.0.0.1", "-p", sys.argv[1]])
