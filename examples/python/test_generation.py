"""Tests Python code that calls DataZone against the simulator: real HTTP, no account, no network."""

import os
import re
import subprocess
import time
import unittest
from pathlib import Path

import boto3

DOMAIN = "dzd_sample1234567"
PROJECT = "salesproject01"


def generate(datazone, asset, token):
    """The code under test: starts a run and follows it to its ending."""
    run = datazone.start_metadata_generation_run(
        domainIdentifier=DOMAIN,
        owningProjectIdentifier=PROJECT,
        target={"type": "ASSET", "identifier": asset},
        types=["BUSINESS_DESCRIPTIONS"],
        clientToken=token,
    )
    while True:
        found = datazone.get_metadata_generation_run(domainIdentifier=DOMAIN, identifier=run["id"])
        if found["status"] not in ("SUBMITTED", "IN_PROGRESS"):
            return run["id"], found["status"]
        time.sleep(0.05)


class GenerationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = Path(__file__).resolve().parents[2]
        cls.simulator = subprocess.Popen(
            ["node", "local/simulator.ts", "--port", "0", "--speed", "1000"],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in cls.simulator.stdout:
            found = re.search(r"AWS_ENDPOINT_URL_DATAZONE=(\S+)", line)
            if found:
                break
        os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")
        cls.datazone = boto3.client("datazone", region_name="us-east-1", endpoint_url=found[1])

    @classmethod
    def tearDownClass(cls):
        cls.simulator.terminate()
        cls.simulator.wait()
        cls.simulator.stdout.close()

    def test_the_same_token_starts_one_run(self):
        first, status = generate(self.datazone, "tpcds_store_sales", "load-1")
        second, _ = generate(self.datazone, "tpcds_store_sales", "load-1")
        self.assertEqual(first, second)
        self.assertIn(status, ("SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED"))


if __name__ == "__main__":
    unittest.main()
