"""Our scripts for the browser have unit tests of their own, in Node's test runner."""

import subprocess
from pathlib import Path

from deploy.local.binaries import node_and_npm
from deploy.local.environment import PROJECT, VENV


def test_the_scripts_pass_their_tests() -> None:
    found = node_and_npm(VENV)
    assert found, "make environment installs Node where the machine has none"
    tests: list[Path] = sorted((PROJECT / "tests" / "js").glob("*.test.js"))
    assert tests
    answer = subprocess.run(
        [found[0] / "node", "--test", *tests], cwd=PROJECT, check=False, capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
