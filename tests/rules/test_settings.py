"""The production settings, read as a process reads them: from the environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
READ = "import json; from echauffeur.settings import production as s; print(json.dumps(s.{}))"


def read(name: str, **given: str) -> Any:
    env = os.environ | {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "rides.example"} | given
    command = [sys.executable, "-c", READ.format(name)]
    return json.loads(subprocess.run(command, cwd=PROJECT, env=env, check=True, capture_output=True, text=True).stdout)


def test_cookies_are_of_this_very_host_over_tls() -> None:
    for kind in ("SESSION", "CSRF"):
        assert read(f"{kind}_COOKIE_NAME").startswith("__Host-")
        assert read(f"{kind}_COOKIE_SECURE") is True


@pytest.mark.parametrize(
    ("given", "required"),
    [({}, ["manager", "administrator"]), ({"SECOND_FACTOR_REQUIRED_FOR": "driver"}, ["driver"]),
     ({"SECOND_FACTOR_REQUIRED_FOR": ""}, [])],
)  # fmt: skip
def test_managers_and_administrators_need_a_second_step(given: dict[str, str], required: list[str]) -> None:
    assert read("SECOND_FACTOR_REQUIRED_FOR", **given) == required


def test_a_role_that_does_not_exist_is_not_silently_let_in_without() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        read("SECOND_FACTOR_REQUIRED_FOR", SECOND_FACTOR_REQUIRED_FOR="managers")


def test_forms_are_trusted_from_every_host_that_is_allowed() -> None:
    trusted = read("CSRF_TRUSTED_ORIGINS", ALLOWED_HOSTS="rides.example, .defence.example")
    assert trusted == ["https://rides.example", "https://*.defence.example"]
