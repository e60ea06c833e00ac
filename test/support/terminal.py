"""Runs a command on a pseudo-terminal, for tests: python3 terminal.py '{"argv": [...], "columns": 100, "steps": [...]}'.

Each step waits until the output since the previous step matches `wait`, then sets the width of the terminal to `columns`, if
given, and sends `send`, if given. Prints {"output": ..., "code": ...} as JSON.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

given = json.loads(sys.argv[1])
deadline = time.monotonic() + given.get("seconds", 60)


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))


# The child waits for a byte on a pipe, so that the command starts only after the terminal has its size.
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)
    environment = {**os.environ, "TERM": "xterm-256color", **given.get("env", {})}
    environment.pop("CI", None)
    os.execvpe(given["argv"][0], given["argv"], environment)
resize(terminal, given.get("columns", 100))
os.write(go, b"x")

output, seen = "", 0
steps = list(given.get("steps", []))
while time.monotonic() < deadline:
    if steps and (found := re.search(steps[0]["wait"], output[seen:])):
        step = steps.pop(0)
        seen += found.end()
        if "columns" in step:
            resize(terminal, step["columns"])
        if "send" in step:
            os.write(terminal, step["send"].encode())
        continue
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # On Linux, this means that the terminal was closed.
            break
        if not read:
            break
        output += read.decode("utf8", "replace")
else:
    os.kill(child, signal.SIGKILL)
    output += "\n[the command did not end in time]"
_, status = os.waitpid(child, 0)
print(json.dumps({"output": output, "code": os.waitstatus_to_exitcode(status)}))
