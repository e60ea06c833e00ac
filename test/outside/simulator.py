"""Uses the simulator from boto3: every operation, the control, and each kind of fault as another SDK meets it."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from control import control

client = boto3.client("datazone", config=Config(retries={"max_attempts": 0}, read_timeout=2))
domain, project, asset, source = "dzd_sample1234567", "salesproject01", "tpcds_store_sales", "glue_salesproject01"
start = {
    "domainIdentifier": domain,
    "owningProjectIdentifier": project,
    "target": {"type": "ASSET", "identifier": asset},
    "types": ["BUSINESS_DESCRIPTIONS"],
}


def call(name, **params):
    found = getattr(client, name)(domainIdentifier=domain, **params)
    print(f"{name}: {', '.join(key for key in found if key != 'ResponseMetadata')}"[:98])
    return found


def refused(error, action):
    try:
        action()
    except error as refusal:
        print(f"{type(refusal).__name__}: {refusal}"[:98])
        return refusal
    raise AssertionError(f"{error} was expected")


# A run from its Start to its ending, with a clock that the test moves.
control("POST", "reset")
control("PUT", "outcomes", [{"target": asset, "outcome": "succeeded", "durationMs": 60_000}])
run = client.start_metadata_generation_run(**start, clientToken="first")
assert client.start_metadata_generation_run(**start, clientToken="first")["id"] == run["id"]
conflict = refused(ClientError, lambda: client.start_metadata_generation_run(**start, clientToken="second"))
assert conflict.response["Error"]["Code"] == "ConflictException"
control("POST", "clock", {"advanceMs": 60_000})
assert call("get_metadata_generation_run", identifier=run["id"])["status"] == "SUCCEEDED"
assert call("list_metadata_generation_runs")["items"][0]["id"] == run["id"]

# The catalog, and a suggestion that a person accepts.
assert call("get_asset", identifier=asset)["owningProjectId"] == project
assert call("list_asset_revisions", identifier=asset)["items"]
found = call("search", searchScope="ASSET", owningProjectIdentifier=project, searchText="store")
assert found["items"]
listings = call("search_listings", searchText="store sales", aggregations=[{"attribute": "owningProjectId"}])
assert listings["items"] and listings["aggregates"]
call("reject_predictions", identifier=asset, rejectChoices=[{"predictionTarget": "columns[0].columnDescription"}])
call("accept_predictions", identifier=asset, acceptRule={"rule": "ALL", "threshold": 0.1})
change = {"entityIdentifier": asset, "entityType": "ASSET", "action": "PUBLISH"}
listing = call("create_listing_change_set", **change)
assert call("get_listing", identifier=listing["listingId"])["status"] == "ACTIVE"
assert call("get_project", identifier=project)["name"]
assert call("list_projects")["items"]
call("list_project_memberships", projectIdentifier=project)

# A data source run.
assert call("list_data_sources", projectIdentifier=project)["items"]
assert call("get_data_source", identifier=source)["status"] == "READY"
source_run = call("start_data_source_run", dataSourceIdentifier=source, clientToken="source")
control("POST", "clock", {"advanceMs": 3_600_000})
call("get_data_source_run", identifier=source_run["id"])
assert call("list_data_source_runs", dataSourceIdentifier=source)["items"]
call("list_data_source_run_activities", identifier=source_run["id"])

# A run that is canceled.
canceled = client.start_metadata_generation_run(**{**start, "types": ["BUSINESS_NAMES"]}, clientToken="third")
call("cancel_metadata_generation_run", identifier=canceled["id"])

# Faults of the service and of the network.
bad_gateway = {"kind": "raw", "status": 502, "headers": {"content-type": "text/html"}, "body": "<h1>Bad Gateway</h1>"}
faults = [
    (bad_gateway, ClientError),
    ({"kind": "reset"}, ConnectionClosedError),
    ({"kind": "hang"}, ReadTimeoutError),
    ({"kind": "error", "error": "InvalidSignatureException"}, ClientError),
    ({"kind": "error", "error": "ExpiredTokenException", "status": 400}, ClientError),
    ({"kind": "unreadable", "fields": {"createdAt": "nonsense"}}, Exception),
]
for fault, error in faults:
    control("PUT", "faults", [{**fault, "times": 1}])
    refused(error, lambda: client.list_metadata_generation_runs(domainIdentifier=domain))

# Botocore parses a truncated body as an answer without members.
control("PUT", "faults", [{"kind": "truncated", "times": 1}])
assert "items" not in client.list_metadata_generation_runs(domainIdentifier=domain)
control("PUT", "faults", [])

# The older generation of the API, which requires `type`, a member that current clients cannot send.
control("PATCH", "settings", {"apiGeneration": "older"})
refused(ClientError, lambda: client.start_metadata_generation_run(**{**start, "types": ["BUSINESS_NAMES"]}))
control("PATCH", "settings", {"apiGeneration": "current"})

# An asset that is being transferred, and a data source that is not READY.
control("POST", "ownership-transfers", {"domainId": domain, "assetId": "tpcds_item", "targetProjectId": project})
item = {**start, "owningProjectIdentifier": "refdataproj001", "target": {"type": "ASSET", "identifier": "tpcds_item"}}
refused(ClientError, lambda: client.start_metadata_generation_run(**item))
control("PUT", "data-source-status", {"domainId": domain, "dataSourceId": source, "status": "UPDATING"})
refused(
    ClientError, lambda: client.start_data_source_run(domainIdentifier=domain, dataSourceIdentifier=source)
)

# A snapshot of the state, a reset, and a restore of the snapshot.
state = control("GET", "state")
runs = control("GET", "runs")
control("POST", "reset")
assert control("GET", "runs") == []
control("PUT", "state", state)
assert control("GET", "runs") == runs
control("POST", "reset")
print("boto3 and the simulator agree")
