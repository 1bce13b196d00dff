"""docker-compose.yml: valid, complete, and closed by default. Docker itself can't run where the tests do."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
FILE = PROJECT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"web", "worker", "beat", "migrate"}
ENDS = {"migrate"}

every_service = pytest.mark.parametrize("name", sorted(SERVICES))
every_own_service = pytest.mark.parametrize("name", sorted(OURS))


def test_the_file_follows_the_compose_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", FILE]
    answer = subprocess.run(check, check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_schema_check_sees_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(FILE.read_text().replace("stop_grace_period", "stop_grace_perod"))
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", wrong]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 1


def test_every_process_of_the_service_is_there() -> None:
    assert set(SERVICES) == OURS | {"proxy", "postgres", "valkey"}


@every_service
def test_a_service_can_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])


@every_service
def test_a_service_says_whether_it_is_well_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    if name in ENDS:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["proxy"]
    assert [name for name, service in SERVICES.items() if "messages" in service["networks"]] == ["worker"]
    assert [name for name, service in SERVICES.items() if "identities" in service["networks"]] == ["web"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_no_secret_is_written_down_or_has_a_default() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", variable):
                assert variable.endswith("_FILE"), f"{name}: {variable} must come from a secret file"
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    assert all(secret["file"].startswith("./deploy/secrets/") for secret in COMPOSE["secrets"].values())
    ignored = (PROJECT / ".gitignore").read_text().splitlines()
    assert "deploy/secrets/" in ignored


def test_the_secrets_script_writes_each_secret_once(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "make-secrets.sh"
    script.parent.mkdir()
    script.write_text((PROJECT / "deploy" / "make-secrets.sh").read_text())
    for _ in range(2):
        subprocess.run(["bash", script], check=True, capture_output=True)
        written = {path.name: path.read_text() for path in (script.parent / "secrets").iterdir()}
    assert set(written) == set(COMPOSE["secrets"])
    assert written["postgres_password"] in written["database_url"]
    assert written["valkey_password"] in written["redis_url"]
    assert len(written["secret_key"]) >= 50


@every_service
def test_images_are_pinned_to_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    if name in OURS:
        assert image.startswith("echauffeur:")
    else:
        assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)?-[a-z]+", image)


@every_own_service
def test_our_processes_run_what_exists(name: str) -> None:
    program, *arguments = SERVICES[name]["command"]
    if program == "python":
        assert (PROJECT / arguments[0]).exists()
    else:
        assert find_spec(program)
    check = SERVICES[name].get("healthcheck", {}).get("test", [])
    assert all((PROJECT / word).exists() for word in check if word.endswith(".py"))


@every_own_service
def test_our_processes_wait_for_the_tables(name: str) -> None:
    needs = SERVICES[name]["depends_on"]
    if name == "migrate":
        assert needs["postgres"]["condition"] == "service_healthy"
    else:
        assert needs["migrate"]["condition"] == "service_completed_successfully"


def test_the_image_runs_as_an_ordinary_user_and_brings_no_tests() -> None:
    dockerfile = (PROJECT / "deploy" / "Dockerfile").read_text()
    final_stage = dockerfile.split("\nFROM ")[-1]
    assert re.search(r"^USER \d+$", final_stage, re.MULTILINE)
    assert "base.txt" in dockerfile
    assert "--require-hashes" in dockerfile
    assert {"tests", ".venv", ".git", "node_modules", "deploy/secrets"} <= set(
        (PROJECT / ".dockerignore").read_text().splitlines()
    )
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        assert all((PROJECT / source).exists() for source in line.split())


def test_the_front_end_is_built_with_a_node_that_it_allows() -> None:
    oldest = json.loads((PROJECT / "package.json").read_text())["engines"]["node"].removeprefix(">=")
    found = re.search(r"^FROM node:(\d+)", (PROJECT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert found
    assert int(found[1]) >= int(oldest)


def test_no_log_says_where_a_device_is() -> None:
    """It stands after the question mark of an address, and so does the device's key."""
    assert "--no-access-log" in SERVICES["web"]["command"]
    assert '"--no-access-log"' in (PROJECT / "deploy/Dockerfile").read_text()
    filters = (PROJECT / "deploy/proxy/Caddyfile").read_text().partition("format filter")[2]
    assert r'request>uri regexp \?.* ""' in filters
    assert "request>headers delete" in filters
