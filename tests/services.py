"""The run's own PostgreSQL and Valkey: the same programs as in the demo, in a folder that is thrown away."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey


@dataclass(frozen=True)
class Services:
    """Handles on the servers that the tests run on."""

    data: Path
    postgres: Postgres
    valkey: Valkey

    @contextmanager
    def without_valkey(self) -> Iterator[None]:
        """Kill Valkey, and start it again at the same address in the end. Call it from the main thread."""
        self.valkey.kill()
        try:
            yield
        finally:
            self.valkey.start()

    def stop(self) -> None:
        """Stop both, and remove what they wrote and what the environment says of them."""
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        for name in self.environment:
            os.environ.pop(name, None)

    @property
    def environment(self) -> dict[str, str]:
        """What names them to Django."""
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "ECHAUFFEUR_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "echauffeur.settings.test",
        }


def start() -> Services:
    """Start both and name them to Django, whose settings must not have been loaded yet."""
    data = Path(tempfile.mkdtemp(prefix="echauffeur-tests-"))
    data.chmod(0o711)  # PostgreSQL may run as another user, who must be able to walk through
    services = Services(data, Postgres(data, throwaway=True), Valkey(data))
    services.postgres.start()
    services.valkey.start()
    os.environ |= services.environment
    return services
