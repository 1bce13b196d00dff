"""Ask the site how one part of it is, as Docker does: healthcheck.py [web | worker | beat]. Exit code 0 when well."""

import json
import os
import sys
from urllib.request import Request, urlopen

part = sys.argv[1]
address = "127.0.0.1" if part == "web" else "web"
# The site only answers to its own names.
host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
with urlopen(Request(f"http://{address}:8000/healthz", headers={"Host": host}), timeout=5) as answer:
    health = json.load(answer)
sys.exit(part != "web" and health[part] == "down")
