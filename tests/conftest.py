"""What every test stands on."""

import django
import pytest

from tests import services as own_services

SERVICES = pytest.StashKey[own_services.Services]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before pytest-django loads the settings, which read their addresses."""
    config.stash[SERVICES] = own_services.start()
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    if services := config.stash.get(SERVICES, None):
        services.stop()


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> own_services.Services:
    """The run's PostgreSQL and Valkey, to stop and start in tests of what happens without them."""
    return request.config.stash[SERVICES]
