"""Checks a stack that was deployed to moto. Used by deploy-to-moto."""

import json
import sys
from collections import Counter

import boto3

stack = "datazone-run-orchestrator-example"
cloudformation = boto3.client("cloudformation")


def parameter(name):
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Parameters"]
    print(next(one["ParameterValue"] for one in found if one["ParameterKey"] == name))


def resources():
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    counts = Counter(one["ResourceType"] for page in pages for one in page["StackResourceSummaries"])
    for kind, count in sorted(counts.items()):
        print(f"{count:3} {kind}")
    assert counts["AWS::Lambda::Function"] == 3 and counts["AWS::SQS::Queue"] == 5


def publish():
    """Checks that a publish event on the default bus reaches the request queue through the rule."""
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    url = next(one["OutputValue"] for one in outputs if one["OutputKey"] == "RequestQueueUrl")
    event = {
        "Source": "aws.datazone",
        "DetailType": "Asset Added To Catalog",
        "Detail": json.dumps({"data": {"assetId": "asset-1"}}),
    }
    boto3.client("events").put_events(Entries=[event])
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    print(body["detail-type"], body["detail"])
    assert body["detail-type"] == "Asset Added To Catalog"


def removed():
    stacks = cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])
    assert stack not in [one["StackName"] for one in stacks["StackSummaries"]]


def left():
    """Creates the resources that a deleted stack leaves behind, because moto deletes them with the stack."""
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=f"{stack}-runs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
    )
    dynamodb.put_item(TableName=f"{stack}-runs", Item={"pk": {"S": "an asset"}, "sk": {"S": "a run"}})
    for queue in ("requests-dead", "rejected"):
        boto3.client("sqs").create_queue(QueueName=f"{stack}-{queue}")
    for function in ("starter", "poller", "observer"):
        boto3.client("logs").create_log_group(logGroupName=f"/aws/lambda/{stack}-{function}")


def adopted():
    """Checks that the stack is complete and has the table that existed before, with its records."""
    table = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="RunTable")
    name = table["StackResourceDetail"]["PhysicalResourceId"]
    records = boto3.client("dynamodb").scan(TableName=name)["Items"]
    print(name, records)
    assert [record["pk"]["S"] for record in records] == ["an asset"]
    resources()


commands = {
    "parameter": parameter,
    "resources": resources,
    "publish": publish,
    "removed": removed,
    "left": left,
    "adopted": adopted,
}
commands[sys.argv[1]](*sys.argv[2:])
