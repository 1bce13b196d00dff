"""A lifecycle as data: which verb leads from which states to which, and who may say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from echauffeur.common.refusals import NotTheirs, WrongState


class Party(TextChoices):
    """In what capacity somebody acts."""

    CUSTOMER = "customer", _("Customer")
    REGULATOR = "regulator", _("Regulator")
    DRIVER = "driver", _("Driver")
    RULE = "rule", _("Rule of the base")
    MANAGER = "manager", _("Base manager")
    ADMINISTRATOR = "admin", _("Administrator")


@dataclass(frozen=True)
class Step:
    """One line of the table: a verb, the states it leaves, the state it reaches, and who may say it.

    ``who`` maps a party to the source states from which that party may act.
    """

    verb: str
    sources: frozenset[str]
    target: str
    who: dict[Party, frozenset[str]]
    reasons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lifecycle:
    """All steps of one kind of thing. ``initial`` are the states a thing may be born in."""

    name: str
    states: type[TextChoices]
    initial: frozenset[str]
    final: frozenset[str]
    steps: dict[str, Step] = field(default_factory=dict)

    @cached_property
    def live(self) -> frozenset[str]:
        """States that are not final."""
        return frozenset(self.states.values) - self.final

    def verbs(self, state: str, party: Party) -> list[str]:
        """Return what this party may do in this state, in the table's order."""
        return [verb for verb, step in self.steps.items() if state in step.who.get(party, ())]

    def allows(self, verb: str, state: str, party: Party) -> bool:
        return state in self.steps[verb].who.get(party, ())

    def check(self, verb: str, state: str, party: Party) -> Step:
        """Return the step.

        Raises WrongState when the thing is in another state by now, NotTheirs when it is somebody else's to say.
        """
        step = self.steps[verb]
        if state not in step.sources:
            raise WrongState(verb=verb, state=self.states(state).label)
        if state not in step.who.get(party, ()):
            raise NotTheirs(verb=verb)
        return step

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())


def table(
    name: str, states: type[TextChoices], initial: Iterable[str], final: Iterable[str], *steps: Step
) -> Lifecycle:
    """Return the lifecycle made of these steps, in their order."""
    return Lifecycle(name, states, frozenset(initial), frozenset(final), {step.verb: step for step in steps})


def step(
    verb: str,
    sources: Iterable[str],
    target: str,
    who: Iterable[Party] | dict[Party, Iterable[str]],
    reasons: Iterable[str] = (),
) -> Step:
    """Return one line of a table; ``who`` as a list means from every source."""
    whole = frozenset(sources)
    rights = who if isinstance(who, dict) else dict.fromkeys(who, whole)
    return Step(verb, whole, target, {p: frozenset(s) & whole for p, s in rights.items()}, frozenset(reasons))
