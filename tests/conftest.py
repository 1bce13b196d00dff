"""What every test stands on."""

import django
import pytest
from hypothesis import settings

from tests import services as own_services
from tests.env import IN_CI

# Started on import: the conftest files of the folders below import models, before pytest calls any hook of ours.
SERVICES = own_services.start()
django.setup()

from echauffeur.common import hub, limits  # noqa: E402  settings must know the servers first

# A slow machine is no mistake of the code; in CI the same examples come each time.
settings.register_profile("project", deadline=None, derandomize=IN_CI)
settings.load_profile("project")


def pytest_xdist_setupnodes() -> None:
    """Leave all servers to the workers: a worker that inherited our settings would share ours with the others."""
    SERVICES.stop()


def pytest_unconfigure() -> None:
    SERVICES.stop()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the random order within each kind of test, but run the slow kinds last, browsers at the very end.

    Playwright's event loop stays in the main thread from its first test on, and async tests cannot run beside it.
    """
    items.sort(key=_slowness)


def _slowness(item: pytest.Item) -> int:
    if "browser" in item.keywords:
        return 2
    marker = item.get_closest_marker("django_db")
    return int(marker is not None and bool(marker.kwargs.get("transaction")))


@pytest.fixture(scope="session")
def services() -> own_services.Services:
    """The run's PostgreSQL and Valkey, to stop and start in tests of what happens without them."""
    return SERVICES


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """Each test begins with nobody having done anything too often."""
    hub.ask(lambda client: limits._shared(client).storage.reset(), default=None)
    limits._own().storage.reset()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The server is thrown away with all that it holds: no database is dropped that a process may still be leaving."""
    return True
