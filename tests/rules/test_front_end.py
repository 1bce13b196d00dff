"""What a first visit costs, and that every icon and every state that a page names is there to be shown."""

import re
import subprocess
from pathlib import Path

import pytest

from bookings.states import RideState
from deploy.local.binaries import node_and_npm
from deploy.local.environment import PROJECT, VENV
from dispatch.queries.live_map import Group
from dispatch.states import MissionState
from tests.rules.source import templates

SPRITE = PROJECT / "static/build/icons.mjs"
NAMED = re.compile(r'_icon\.html" with name="([\w-]+)"|empty\.html" with icon="([\w-]+)"|\bicon\("([\w-]+)"\)')


def icons() -> set[str]:
    return set(re.findall(r'^  "?([\w-]+)"?: "', SPRITE.read_text(), re.MULTILINE))


def named_in(path: Path) -> set[str]:
    return {name for match in NAMED.findall(path.read_text()) for name in match if name}


def test_the_first_screen_stays_under_its_ceiling() -> None:
    found = node_and_npm(VENV)
    assert found, "make environment installs Node where the machine has none"
    answer = subprocess.run(
        [found[0] / "node", "static/build/size.mjs"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_icon_that_is_shown_is_in_the_sprite() -> None:
    pages = [*templates(), *(PROJECT / "static/js").rglob("*.js")]
    named = set().union(*map(named_in, pages))
    assert len(named) > 10
    assert named <= icons()


@pytest.mark.parametrize("group", Group.values)
def test_every_filter_of_the_live_map_has_an_icon(group: str) -> None:
    assert f"group-{group}" in icons()


@pytest.mark.parametrize("state", ["free", "break", "off"])
def test_what_a_driver_does_between_rides_has_an_icon(state: str) -> None:
    assert f"state-{state}" in icons()


@pytest.mark.parametrize("state", [*RideState.values, *MissionState.values])
def test_every_state_has_an_icon_and_a_hue(state: str) -> None:
    styles = (PROJECT / "static/css/components.css").read_text()
    assert f"state-{state}" in icons()
    assert re.search(rf"\.state-{state}\b", styles)
