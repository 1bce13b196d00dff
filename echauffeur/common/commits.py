"""What is done once a transaction has committed: it can fail, and take nothing back that was saved."""

from collections.abc import Callable

from django.db import transaction


def after_commit(do: Callable[..., object], *arguments: object) -> None:
    """Do this with these arguments once the transaction has committed; what it raises is logged, and nothing else.

    Django asks a callback that failed for its name, which a partial has not: every callback of ours goes through here.
    """

    def done_after_commit() -> None:
        do(*arguments)

    transaction.on_commit(done_after_commit, robust=True)
