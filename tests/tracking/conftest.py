"""What tests of positions begin with."""

import pytest

from echauffeur.common import hub as hubs


@pytest.fixture
def empty_redis() -> None:
    """Nothing is known of anybody, and Redis is asked again even if it was away a moment ago."""
    hubs._resting_until = 0.0
    hubs.ask(lambda client: client.flushdb(), default=None)
