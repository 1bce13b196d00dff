"""The production settings, read as a process reads them: from the environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
READ = "import json; from echauffeur.settings import production as s; print(json.dumps(s.CSRF_TRUSTED_ORIGINS))"


def test_forms_are_trusted_from_every_host_that_is_allowed() -> None:
    env = os.environ | {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "rides.example, .defence.example"}
    answer = subprocess.run(
        [sys.executable, "-c", READ], cwd=PROJECT, env=env, check=True, capture_output=True, text=True
    )
    assert json.loads(answer.stdout) == ["https://rides.example", "https://*.defence.example"]
