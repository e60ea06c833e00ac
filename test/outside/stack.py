"""Uses the local stack from boto3, with nothing but the addresses that `npm start` writes to its env file."""

import json
import os
import time
from datetime import datetime, timedelta, timezone
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

events = boto3.client("events", config=Config(retries={"max_attempts": 0}))
sqs = boto3.client("sqs", config=Config(retries={"max_attempts": 0}))
bus, requests = os.environ["RUN_BUS"], os.environ["REQUEST_QUEUE_URL"]
domain, project = "dzd_sample1234567", "salesproject01"
name = f"outside-{int(time.time())}"


def local(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{os.environ['AWS_ENDPOINT_URL_EVENTBRIDGE']}/_local/{path}", data)) as answer:
        return json.load(answer)


def refused(code, action):
    try:
        action()
    except ClientError as error:
        assert error.response["Error"]["Code"].endswith(code), error
        assert error.response["ResponseMetadata"]["RequestId"]
        print(f"refused: {error}"[:98])
        return
    raise AssertionError(f"{code} was expected")


def receive(url, wanted, seconds=60):
    """Returns the first event in the queue that `wanted` accepts, and deletes the events before it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            if wanted(event):
                print(f"{event['detail-type']}: {json.dumps(event['detail'])}"[:98])
                return event
    raise AssertionError(f"no such event arrived within {seconds} s")


def request(request_id, **fields):
    now = datetime.now(timezone.utc).isoformat()
    return {"version": 1, "requestId": request_id, "requestedAt": now, "domainId": domain, "projectId": project, **fields}


for server in ("DATAZONE", "EVENTBRIDGE", "SQS", "DYNAMODB"):
    with urlopen(f"{os.environ[f'AWS_ENDPOINT_URL_{server}']}/_local/health") as answer:
        print(server, answer.status)

# A new rule on the run bus, with a queue as its target.
url = sqs.create_queue(QueueName=name)["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
assert arn.split(":")[4] == "000000000000"
pattern = json.dumps({"source": ["datazone-run-orchestrator"]})
events.put_rule(EventBusName=bus, Name=name, EventPattern=pattern)
assert events.put_targets(EventBusName=bus, Rule=name, Targets=[{"Id": "queue", "Arn": arn}])["FailedEntryCount"] == 0
assert name in [rule["Name"] for rule in events.list_rules(EventBusName=bus)["Rules"]]
assert events.list_targets_by_rule(EventBusName=bus, Rule=name)["Targets"][0]["Arn"] == arn
assert bus in [one["Name"] for one in events.list_event_buses()["EventBuses"]]
assert events.describe_event_bus(Name=bus)["Arn"].split(":")[4] == "000000000000"
sample = {"id": "1", "source": "datazone-run-orchestrator", "detail-type": "x", "account": "000000000000", "detail": {}}
sample |= {"time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": []}
assert events.test_event_pattern(EventPattern=pattern, Event=json.dumps(sample))["Result"]
bus_arn = events.describe_event_bus(Name=bus)["Arn"]
events.create_archive(ArchiveName=name, EventSourceArn=bus_arn)
refused("Exception", lambda: events.list_connections())

# A request of each kind, and its ending.
asset = {"asset": {"id": "tpcds_store_sales"}, "types": ["BUSINESS_DESCRIPTIONS"]}
began = datetime.now(timezone.utc)
sqs.send_message(QueueUrl=requests, MessageBody=json.dumps(request(f"{name}/asset", kind="METADATA_GENERATION", **asset)))
source = {"dataSource": {"id": "glue_salesproject01"}, "triggerKey": name}
sqs.send_message(QueueUrl=requests, MessageBody=json.dumps(request(f"{name}/source", kind="DATA_SOURCE", **source)))
endings = ("Succeeded", "Partially Succeeded", "Failed")
first = receive(url, lambda event: event["detail-type"].endswith(endings))
receive(url, lambda event: event["detail-type"].endswith(endings) and event["id"] != first["id"])
assert any(one["event"]["id"] == first["id"] for one in local(f"events?bus={bus}")["events"])

# A replay of the archive.
events.start_replay(
    ReplayName=name,
    EventSourceArn=events.describe_archive(ArchiveName=name)["ArchiveArn"],
    EventStartTime=began - timedelta(minutes=1),
    EventEndTime=datetime.now(timezone.utc) + timedelta(minutes=1),
    Destination={"Arn": bus_arn},
)
receive(url, lambda event: event["id"] == first["id"] and "replay-name" in event)

# A captured event of DataZone.
published = {"source": "aws.datazone", "detail-type": "Asset Added To Catalog", "detail": {"version": "0", "data": {}}}
published["detail"] = {
    "version": "655",
    "metadata": {"id": "captured", "domain": domain, "owningProjectId": project, "typeName": "AssetListing"},
    "data": {"assetId": "tpcds_customer", "assetRevision": "1", "listingId": "l1", "listingName": "customer"},
}
local("service-events", published)
receive(url, lambda event: event["detail"]["data"].get("asset", {}).get("id") == "tpcds_customer")

# Limits and message moves, as on AWS.
entry = {"Source": "mine", "DetailType": "large", "EventBusName": bus}
assert events.put_events(Entries=[{**entry, "Detail": json.dumps({"text": "x" * 900_000})}])["FailedEntryCount"] == 0
refused("Exception", lambda: events.put_events(Entries=[{**entry, "Detail": json.dumps({"text": "x" * 1_100_000})}]))
spare = sqs.create_queue(QueueName=f"{name}-spare")["QueueUrl"]
sqs.purge_queue(QueueUrl=spare)
refused("PurgeQueueInProgress", lambda: sqs.purge_queue(QueueUrl=spare))
dead = os.environ["REQUEST_QUEUE_URL"].rsplit("/", 1)[-1] + "-dead"
source_arn = f"arn:aws:sqs:us-east-1:000000000000:{dead}"
task = sqs.start_message_move_task(SourceArn=source_arn)
assert task["TaskHandle"]
print("move tasks:", [one["Status"] for one in sqs.list_message_move_tasks(SourceArn=source_arn)["Results"]])

events.remove_targets(EventBusName=bus, Rule=name, Ids=["queue"])
events.delete_rule(EventBusName=bus, Name=name)
assert name not in [rule["Name"] for rule in events.list_rules(EventBusName=bus)["Rules"]]
print("boto3 and the local stack agree")
