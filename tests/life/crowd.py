"""Many people at the same moment, each on a database connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Self

from django.db import connections
from django.utils import translation


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make all the calls at the same moment and return, in order, what each returned or raised."""
    start = Barrier(len(calls))

    def make(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except Exception as error:  # noqa: BLE001  what went wrong is the answer
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(make, calls))


class Pair:
    """Two people on threads and connections of their own, which stay open from one race to the next."""

    def __enter__(self) -> Self:
        self.threads = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self.threads:
            thread.submit(connections.close_all).result()
            thread.shutdown()

    def at_once(self, calls: Sequence[Callable[[], Any]], *, hurry: int = 0) -> tuple[Any, Any]:
        """Make both calls at the same moment and return what each returned or raised.

        ``hurry``: counts the races; now the one, now the other is let go first, so that neither always wins.
        """
        start = Barrier(2)

        def make(call: Callable[[], Any]) -> Any:
            try:
                start.wait()
                with translation.override("en"):
                    return call()
            except Exception as error:  # noqa: BLE001  what went wrong is the answer
                return error

        order = (0, 1) if hurry % 2 else (1, 0)
        asked = {index: self.threads[index].submit(make, calls[index]) for index in order}
        return asked[0].result(), asked[1].result()
