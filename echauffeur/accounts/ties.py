"""What hangs on a role in the apps above. Accounts know none of them: each ties itself on when the site starts."""

from collections.abc import Iterable

from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base


class Tie:
    """What an app has to do when a role is given or withdrawn. By itself: nothing."""

    def hold(self, *, user: User, base: Base, going: bool) -> Iterable[str]:
        """Return the further streams that are to be told; lock what the role is about when it is to go (``going``).

        Giving locks nothing: a file gives many roles in one transaction. Raises Refusal when something needs the role.
        """
        return ()

    def settle(self, *, user: User, base: Base, going: bool, by: User) -> None:
        """Do what follows from it, in the same transaction."""


TIES: dict[Role, Tie] = {}


def tie_of(role: Role) -> Tie:
    return TIES.get(role, Tie())
