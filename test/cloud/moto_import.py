"""Makes moto's change sets of type IMPORT import existing resources and create none, as CloudFormation does.

Moto itself ignores ResourcesToImport and creates every resource of the template.
"""

from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.logs.models import LogGroup, logs_backends
from moto.sqs.models import Queue, sqs_backends

wanted = {}  # by change set: the identifiers of the resources to import, by logical id
importing = []  # the physical names that the change set in execution imports

identifiers = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SQS::Queue": "QueueUrl",
}


class InvalidImport(ServiceException):
    code = "ValidationError"


create_change_set = CloudFormationResponse.create_change_set


def create_with_resources(self):
    if self._get_param("ChangeSetType") == "IMPORT":
        resources = self._get_param("ResourcesToImport", [])
        for one in resources:
            if list(one["ResourceIdentifier"]) != [identifiers[one["ResourceType"]]]:
                raise InvalidImport(f"{one['LogicalResourceId']}: wrong identifier of a {one['ResourceType']}")
        values = [list(one["ResourceIdentifier"].values())[0] for one in resources]
        # A queue is identified by its URL, which ends in its name.
        names = [value.split("/")[-1] if value.startswith("https:") else value for value in values]
        wanted[self._get_param("ChangeSetName")] = names
    return create_change_set(self)


CloudFormationResponse.create_change_set = create_with_resources

execute_change_set = CloudFormationBackend.execute_change_set


def execute_import(self, change_set_name, stack_name=None):
    change_set = self.describe_change_set(change_set_name)
    if change_set.change_set_type != "IMPORT":
        return execute_change_set(self, change_set_name, stack_name)
    importing.extend(wanted[change_set_name])
    try:
        return execute_change_set(self, change_set_name, stack_name)
    finally:
        importing.clear()


CloudFormationBackend.execute_change_set = execute_import

existing = {
    Table: lambda account, region, name: dynamodb_backends[account][region].tables.get(name),
    Queue: lambda account, region, name: sqs_backends[account][region].queues.get(name),
    LogGroup: lambda account, region, name: logs_backends[account][region].groups.get(name),
}


def importing_existing(resource, find):
    create = resource.create_from_cloudformation_json

    def patched(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        if not importing:
            return create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        found = find(account_id, region_name, resource_name)
        if resource_name not in importing or found is None:
            raise InvalidImport(f"{resource_name} is not among the resources to import, or does not exist")
        return found

    return classmethod(patched)


for resource, find in existing.items():
    resource.create_from_cloudformation_json = importing_existing(resource, find)

# Moto drops tables and log groups that an update may change from the stack.
for resource in (Table, LogGroup):
    resource.update_from_cloudformation_json = classmethod(lambda cls, original_resource, *_, **__: original_resource)
