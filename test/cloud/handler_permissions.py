"""Writes test/package/handler-permissions.json: the IAM actions of CloudFormation's handlers for each type of the template.

Run it after a new resource type or a new version of cfn-lint, with `cfn-lint` of requirements.txt installed:
    npx serverless package && python3 test/cloud/handler_permissions.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import cfnlint

template = json.loads(Path(".serverless/cloudformation-template-update-stack.json").read_text())
types = {resource["Type"] for resource in template["Resources"].values()}
permissions = {}
for file in (Path(cfnlint.__file__).parent / "data/schemas/resources").glob("*.json"):
    schema = json.loads(file.read_text())
    if schema.get("typeName") in types:
        handlers = {name: one for name, one in schema["handlers"].items() if name != "list"}
        actions = {action for one in handlers.values() for action in one.get("permissions", [])}
        permissions[schema["typeName"]] = sorted(actions)

missing = types - permissions.keys()
if missing:
    raise SystemExit(f"cfn-lint has no schema of {', '.join(sorted(missing))}")
found = {"source": f"cfn-lint {version('cfn-lint')}", "permissions": dict(sorted(permissions.items()))}
Path("test/package/handler-permissions.json").write_text(json.dumps(found, indent=2) + "\n")
