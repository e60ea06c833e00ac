"""Calls the control of the simulator, which docs/SIMULATOR.md describes."""

import json
import os
from urllib.request import Request, urlopen


def control(method, path, body=None):
    url = f"{os.environ['AWS_ENDPOINT_URL_DATAZONE']}/_simulator/{path}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, method=method)) as answer:
        return json.load(answer)
