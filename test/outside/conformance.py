"""Sends requests made from botocore's own service model to the simulator: a valid one of each operation, one with each kind
of invalid value in each member, and one without each required member. Prints the counts by operation."""

import os
import re
import sys
from collections import Counter

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from control import control

served = sys.argv[1:]
client = botocore.session.get_session().create_client(
    "datazone",
    region_name="us-east-1",
    endpoint_url=os.environ["AWS_ENDPOINT_URL_DATAZONE"],
    aws_access_key_id="local",
    aws_secret_access_key="local",
    config=Config(parameter_validation=False, retries={"max_attempts": 0}),
)

# Values that fit the patterns of the model.
texts = [
    "dzd_sample1234567",
    "a",
    "1",
    "abcdefgh1234",
    "arn:aws:iam::123456789012:role/x",
    "x@example.com",
    "12345678-1234-1234-1234-123456789012",
    "2026-01-01T00:00:00Z",
]

# Choices of the simulator, described in docs/SIMULATOR.md: the service model marks neither member as required.
choices = {"StartMetadataGenerationRun": "types", "Search": "owningProjectIdentifier"}


def text(shape):
    low, high = shape.metadata.get("min", 1), shape.metadata.get("max", 30)
    pattern = shape.metadata.get("pattern")
    fits = (one for one in texts if (pattern is None or re.fullmatch(pattern, one)) and low <= len(one) <= high)
    return next(fits, "a" * max(1, low))


def valid(shape, above=()):
    if shape.type_name == "structure":
        required = [] if shape.name in above else list(shape.required_members)
        if getattr(shape, "is_tagged_union", False) and not required:
            required = list(shape.members)[:1]
        return {name: valid(shape.members[name], (*above, shape.name)) for name in required}
    if shape.type_name == "list":
        return [valid(shape.member, above)] * max(1, shape.metadata.get("min", 1))
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else text(shape)
    simple = {"boolean": True, "timestamp": 1_700_000_000, "float": 0.5, "double": 0.5}
    return simple.get(shape.type_name, shape.metadata.get("min", 1))


def invalid(shape):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "string":
        yield 7
        if shape.enum:
            yield "NOT_A_VALUE"
        if shape.metadata.get("pattern"):
            yield "\u0001 !!bad//"
        if high is not None and high < 20_000:
            yield "a" * (high + 1)
    elif shape.type_name == "list":
        yield "not a list"
        if high is not None:
            yield [valid(shape.member)] * (high + 1)
    elif shape.type_name == "integer":
        yield "not a number"
        yield from ([] if low is None else [low - 1])
        yield from ([] if high is None else [high + 1])


def can_be_sent(location, shape, value):
    """Returns whether botocore can write the value, which it cannot for every wrong value in a path or a query."""
    if location == "uri":
        return isinstance(value, str)
    if location in ("querystring", "header"):
        return isinstance(value, str) or shape.type_name != "string" and isinstance(value, int)
    return True


def answer(operation, params):
    """Returns the code and message of the answer, or None if botocore cannot write the request."""
    try:
        client._make_api_call(operation, params)
        return "200", ""
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    except (AttributeError, TypeError, ValueError):
        return None


rates = ("start", "dataSourceStart", "cancel", "prediction", "changeSet", "search", "searchListings")
control("PATCH", "settings", {f"{name}RatePerSecond": 1000 for name in rates})

refusals = ("ValidationException", "SerializationException")
counts, wrong = Counter(), []
for operation in served:
    shape = client.meta.service_model.operation_model(operation).input_shape
    params = valid(shape)

    counts[operation] += 1
    code, message = answer(operation, params)
    chosen = f"'{choices[operation]}'" in message if operation in choices else False
    if code in refusals and "constraint" in message and not chosen:
        wrong.append((operation, "a valid request", code, message[:150]))

    for name, member in shape.members.items():
        for value in invalid(member):
            if not can_be_sent(member.serialization.get("location"), member, value):
                continue
            got = answer(operation, {**params, name: value})
            counts[operation] += got is not None
            if got is not None and got[0] not in refusals:
                wrong.append((operation, name, repr(value)[:40], got[0]))

    for name in shape.required_members:
        if shape.members[name].serialization.get("location") == "uri":
            continue
        counts[operation] += 1
        code, _ = answer(operation, {key: value for key, value in params.items() if key != name})
        if code not in refusals and name != "clientToken":
            wrong.append((operation, name, "missing", code))

for operation, count in counts.items():
    print(f"{count:4} {operation}")
print(f"{sum(counts.values())} requests, {len(wrong)} wrong answers")
for one in wrong:
    print(one)
sys.exit(1 if wrong else 0)
