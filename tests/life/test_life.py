"""A ride's life under everything that people and phones do to it, and proof that the play finds mistakes."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bookings import actions as booking
from dispatch import actions as dispatch
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from tests.env import LIFE_STEPS
from tests.life.machine import RideLife
from tests.life.world import build

STEPS_PER_EXAMPLE = 50
CALM = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],  # shrinking a life of fifty steps takes minutes; the printed blob plays it again
    stateful_step_count=STEPS_PER_EXAMPLE,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


Mistake = Callable[[pytest.MonkeyPatch], None]


def play(steps: int) -> int:
    """Walk at least so many steps, and return how many it were."""
    machine = type("RideLife", (RideLife,), {"world": build(), "steps": 0})
    while machine.steps < steps:
        examples = -(-(steps - machine.steps) // STEPS_PER_EXAMPLE)
        run_state_machine_as_test(machine, settings=settings(CALM, max_examples=examples))
    return machine.steps


@pytest.mark.django_db
def test_rows_journal_and_constraints_agree_after_each_step() -> None:
    assert play(LIFE_STEPS) >= LIFE_STEPS


def forget_taps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "earlier", lambda tap: None)


def lose_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    real = journal.advance
    monkeypatch.setattr(journal, "advance", lambda counts: real(counts | {"customer:0": 1}) and real(counts))


def keep_the_mission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_settle", lambda mission, **_: None)


def trust_every_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_driven", lambda mission, **_: mission)


def let_customers_overrule(monkeypatch: pytest.MonkeyPatch) -> None:
    real = booking.check_wish
    monkeypatch.setattr(
        booking, "check_wish", lambda *wish, party, overrule: real(*wish, party=Party.REGULATOR, overrule=overrule)
    )


MISTAKES = [forget_taps, lose_a_number, keep_the_mission, trust_every_driver, let_customers_overrule]


@pytest.mark.django_db
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_play_finds_a_mistake(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception, Refusal, IntegrityError)):
        play(5_000)
