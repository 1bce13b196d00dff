"""Ninety days later: what was to go is gone, from every column of every table and from every key of Redis."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from drivers.models import Driver
from echauffeur.accounts.actions import codes
from echauffeur.accounts.models import User
from echauffeur.accounts.models.codes import Purpose
from echauffeur.common import personal
from echauffeur.common.personal import Fading, keepers
from echauffeur.own_data.actions import purge
from tests import factories
from tests.own_data.lives import EMAIL, FIRST, LAST, WORDS, Life
from tests.own_data.scan import keys_with, tables_with
from tracking import trails
from tracking.actions.trails import write_waiting
from tracking.positions import Position, keep_and_tell

pytestmark = pytest.mark.django_db

LATER = timedelta(days=90)
# Of a place there are no words.
SOMEWHERE = 48.765432
TRACES = [*WORDS, str(SOMEWHERE)]
TRACES_IN_REDIS = [*TRACES, repr(struct.pack("!d", SOMEWHERE))[2:-1]]
FADING = [(keeper.app, fading) for keeper in keepers() for fading in keeper.fading]


def tables(*models: str) -> set[str]:
    return {apps.get_model(model)._meta.db_table for model in models}


GOES = {table for _, fading in FADING if fading.lasts <= LATER for table in tables(*fading.tables)}
PERSONAL = {column.rpartition(".")[0] for keeper in keepers() for line in keeper.kept for column in line.columns}
STAYS = tables(*PERSONAL) - GOES


@pytest.fixture
def canary(life: Life) -> User:
    """Somebody with something in every table that fades, too, and in Redis."""
    person = life.person
    factories.UploadFactory(base=person.base, by=person, name=f"{LAST}.csv")
    codes.issue(purpose=Purpose.NEW_PASSWORD, person=person, target=EMAIL)
    where = {"username": EMAIL, "ip_address": "192.0.2.7", "user_agent": FIRST, "http_accept": "*/*", "path_info": "/"}
    AccessAttempt.objects.create(**where | {"username": LAST}, failures_since_start=1)
    AccessFailureLog.objects.create(**where)
    AccessLog.objects.create(**where)
    person.sessions.update(device=LAST)
    driver, now = Driver.objects.get(user=person), timezone.now()
    here = [Position(driver.pk, SOMEWHERE, -4.49, now)]
    keep_and_tell(driver.base_id, here, until=now + timedelta(hours=1))
    write_waiting()
    keep_and_tell(driver.base_id, here, until=now + timedelta(hours=1))  # and waits
    return person


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(timezone.now() + LATER):
        yield


def test_the_canary_is_in_every_table_that_fades(canary: User) -> None:
    assert GOES - tables_with(TRACES) == set()
    assert trails.WAITING in keys_with(TRACES_IN_REDIS)


def test_after_ninety_days_it_is_only_where_it_is_said_to_stay(canary: User, later: None) -> None:
    call_command("purge")
    assert tables_with(TRACES) - STAYS == set()
    assert keys_with(TRACES_IN_REDIS, after=LATER) == set()


@pytest.mark.parametrize(
    ("app", "forgotten"), [(app, fading) for app, fading in FADING if fading.lasts <= LATER],
    ids=[fading.tables[0] for _, fading in FADING if fading.lasts <= LATER],
)  # fmt: skip
def test_a_table_that_the_purge_forgets_is_found(
    canary: User, later: None, app: str, forgotten: Fading, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = personal._keepers[app]
    others = tuple(fading for fading in keeper.fading if fading is not forgotten)
    monkeypatch.setitem(personal._keepers, app, replace(keeper, fading=others))
    purge()
    assert tables_with(TRACES) - STAYS == tables(*forgotten.tables)


def test_what_fails_keeps_nothing_else_and_is_told(canary: User, later: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise RuntimeError

    failing = Fading(("bases.Base",), timedelta(), fail)
    keeper = replace(personal._keepers["bases"], fading=(failing,))
    monkeypatch.setattr(personal, "_keepers", {"first": keeper} | personal._keepers)
    with pytest.raises(CommandError):
        call_command("purge")
    assert tables_with(TRACES) - STAYS == set()


def test_what_has_not_had_its_time_stays(canary: User) -> None:
    before = tables_with(TRACES)
    purge()
    assert tables_with(TRACES) == before
