"""A base's people as files: who they are, their roles on it, and the licences of its drivers.

Roles in a file obey the rights of whoever sends it, because they are given by the same action as on the page. A file
gives roles and never withdraws one; an account that exists keeps the name and phone that its owner wrote.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.actions.crew import save_driver
from drivers.models import Driver, Licence
from echauffeur.accounts.actions.people import Added
from echauffeur.accounts.actions.roles import check_right
from echauffeur.accounts.forms.people import PersonForm
from echauffeur.accounts.models import Membership, User, phone_in_words
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from echauffeur.exchange.columns import LANGUAGES, YES, Column, plain
from echauffeur.exchange.kinds.kind import Kind, reasons_of, refused
from echauffeur.exchange.models import Upload
from echauffeur.exchange.plans import Change, Fate
from echauffeur.exchange.tables import Line, Table
from fleet.models import Licence as Category

FORMER_ROLES = {"ROLE_DRIVER": Role.DRIVER, "ROLE_REGULATOR": Role.REGULATOR, "ROLE_ADMIN": Role.MANAGER}
ADMINISTRATORS = {"ROLE_SUPERADMIN", "admin", "administrator", "superuser"}
FORMER_ROLE = re.compile(r"roles\.(\d+)\.role")
DAYS = ("%Y-%m-%d", "%d/%m/%Y")


class People(Kind):
    key = "people"
    label = gettext_lazy("People")
    permission = Permission.MANAGE_PEOPLE
    columns = [
        Column("email", gettext_lazy("e-mail address")),
        Column("first_name", gettext_lazy("first name"), ("firstname",)),
        Column("last_name", gettext_lazy("last name"), ("lastname",)),
        Column("phone", gettext_lazy("phone"), ("phone.canonical", "phone.original")),
        Column("language", gettext_lazy("language")),
        Column("roles", gettext_lazy("roles"), ("role",)),
        Column("licences", gettext_lazy("licences")),
        Column("wheelchair_trained", gettext_lazy("trained for wheelchairs")),
        Column("wheelchair_until", gettext_lazy("training holds until")),
    ]
    nested = re.compile(r"roles\.\d+\.(role|campuses\.\d+\.(id|name))")
    options = frozenset({"campus", "licences_until"})

    def __init__(self, base: Any, by: User, upload: Upload | None = None) -> None:
        super().__init__(base, by, upload)
        self.licences_until = upload.licences_until if upload else None

    @classmethod
    def campuses_in(cls, table: Table) -> set[str]:
        return super().campuses_in(table) | {
            campus for line in table.lines for _role, campuses in _former_roles(line) for campus in campuses
        }

    # --- out ---

    def rows(self) -> QuerySet[User]:
        """Return who holds a role on the base; customers are nobody's to hand out."""
        here = Membership.objects.filter(base=self.base).order_by("role")
        driving = Driver.objects.of(self.base).prefetch_related("licences")
        people = User.objects.filter(memberships__base=self.base, is_active=True).distinct().order_by("email")
        return people.prefetch_related(
            Prefetch("memberships", here, to_attr="roles_here"), Prefetch("driving", driving, to_attr="driving_here")
        )

    def cells_of(self, row: Any) -> list[str]:
        driver: Driver | None = next(iter(row.driving_here), None)
        roles = ", ".join(membership.role for membership in row.roles_here)
        licences = _in_words(driver.licences.all()) if driver else ""
        trained = str(int(driver.wheelchair_trained)) if driver else ""
        until = driver.wheelchair_until.isoformat() if driver and driver.wheelchair_until else ""
        phone = phone_in_words(row.phone) if row.phone else ""
        return [row.email, row.first_name, row.last_name, phone, row.language, roles, licences, trained, until]

    # --- in ---

    def lock(self) -> None:
        """Keep the base's drivers, then its roles: a line gives a role, and the next one changes a driver."""
        list(Driver.objects.select_for_update(no_key=True).filter(base=self.base).order_by("pk"))
        Base.objects.select_for_update(no_key=True).get(pk=self.base.pk)

    def write(self, cells: dict[str, str], line: Line, name: str) -> Fate:
        try:
            roles = self._roles(cells, line)
            if roles is None:
                return Fate(line.number, name, "left_out", reasons=[_("No role on this base.")])
            known = self._known(name)
            added = self._add(cells, roles, known)
            if isinstance(added, PersonForm):
                return refused(line, name, *reasons_of(added))
            changes = [*self._given(added), *self._drive(added[0].person, cells)]
        except Refusal as refusal:
            return refused(line, name, str(refusal))
        return Fate(line.number, name, "add" if known is None else "change" if changes else "same", changes=changes)

    def _known(self, email: str) -> User | None:
        """Return the account of this address if it is one of the base's people.

        Of anybody else a line tells nothing, not even whether there is an account: a file may be tried often.
        """
        people = User.objects.filter(Q(base=self.base) | Q(memberships__base=self.base))
        return people.filter(email=email.lower()).distinct().first()

    def _roles(self, cells: dict[str, str], line: Line) -> list[Role] | None:
        """Return the roles here that the line names; None when it only names those of other bases. Raises Refusal."""
        former = _former_roles(line)
        here = [role for role, campuses in former if not campuses or not self.campus or self.campus in campuses]
        if former and not here:
            return None
        named = [*here, *filter(None, (role.strip() for role in cells.get("roles", "").split(",")))]
        return [role for role in dict.fromkeys(map(_role_named, named)) if role]

    def _add(self, cells: dict[str, str], roles: list[Role], known: User | None) -> "list[Added] | PersonForm":
        """Give the roles, or without any open the account alone; return the form that was refused, if one was."""
        for role in roles:
            check_right(self.by, role, self.base)
        names = ("first_name", "last_name", "phone", "language")
        kept = {name: getattr(known, name) for name in names} if known else {"language": "fr"}
        typed = {**{name: value for name, value in cells.items() if value}, **kept}
        typed["language"] = _language(typed["language"])
        added = []
        for value in [role.value for role in roles] or [""]:
            form = PersonForm({**typed, "role": value}, base=self.base, by=self.by)
            form.fields["role"].required = bool(value)
            if (came := form.add()) is None:
                return form
            added.append(came)
        return added

    def _given(self, added: list[Added]) -> list[Change]:
        return [Change(_("roles"), "", str(came.role.label)) for came in added if came.is_given and came.role]

    def _drive(self, person: User, cells: dict[str, str]) -> list[Change]:
        """Write the licences and training of somebody who drives here, and return what they change. Raises Refusal."""
        driver = Driver.objects.of(self.base).filter(user=person).select_related("base", "user").first()
        said = _licences(cells.get("licences", ""), self.licences_until)
        if said and driver is None:
            raise Refusal(_("Licences are a driver's: give the role of a driver in the same line."))
        if driver is None:
            return []
        changes, saved = [], []
        held = {licence.category: licence for licence in driver.licences.all()}
        for category, until in said.items():
            licence = held.get(category) or Licence(driver=driver, category=category)
            if category not in held or (until and licence.expires_on != until):
                before = _in_words([licence]) if category in held else ""
                licence.expires_on = _needed(until, category)
                saved.append(licence)
                changes.append(Change(_("licences"), before, _in_words([licence])))
        trained = _trained(driver, cells)
        if changes or trained:
            fields = [*(["licences"] if saved else []), *trained]
            save_driver(driver=driver, fields=fields, by=self.by, saved=saved)
        return [*changes, *trained.values()]


def _trained(driver: Driver, cells: dict[str, str]) -> dict[str, Change]:
    """Set the training as the cells say, and return what that changes, by field. Raises Refusal.

    Who is not trained any more has no last day of it either; an empty cell leaves what is there.
    """
    changes = {}
    said = cells.get("wheelchair_trained")
    trained = plain(said) in YES if said else driver.wheelchair_trained
    if trained != driver.wheelchair_trained:
        changes["wheelchair_trained"] = Change(_("trained for wheelchairs"), str(int(not trained)), str(int(trained)))
    day = cells.get("wheelchair_until", "").strip()
    if day and not trained:
        raise Refusal(_("The training for wheelchairs has a last day, but the driver is not trained: say which is so."))
    until = _day(day) if day else driver.wheelchair_until if trained else None
    if until != driver.wheelchair_until:
        before, after = (one.isoformat() if one else "" for one in (driver.wheelchair_until, until))
        changes["wheelchair_until"] = Change(_("training holds until"), before, after)
    driver.wheelchair_trained, driver.wheelchair_until = trained, until
    return changes


def _former_roles(line: Line) -> list[tuple[str, set[str]]]:
    """Return the roles that a line of the earlier service names, each with the bases that it holds on."""
    roles = []
    for heading, role in line.cells.items():
        if role and (found := FORMER_ROLE.fullmatch(heading)):
            prefix = f"roles.{found[1]}.campuses."
            bases = {
                cell for name, cell in line.cells.items() if name.startswith(prefix) and name.endswith(".id") and cell
            }
            roles.append((role, bases))
    return roles


def _role_named(text: str) -> Role | None:
    """Return the role of that name. Raises Refusal when there is none, or when no file may give it."""
    if text in ADMINISTRATORS:
        raise Refusal(_("Nobody becomes an administrator of all bases by a file."))
    if text in FORMER_ROLES:
        return FORMER_ROLES[text]
    for language in LANGUAGES:
        with translation.override(language):
            for role in Role:
                if plain(text) in {role.value, plain(str(role.label))}:
                    return role
    raise Refusal(
        _("“%(role)s” is no role on a base: %(known)s.") % {"role": text, "known": ", ".join(map(str, Role.values))}
    )


def _language(text: str) -> str:
    return {"francais": "fr", "english": "en", "anglais": "en", "french": "fr"}.get(plain(text), text)


def _licences(text: str, until: date | None) -> dict[str, date | None]:
    """Return the categories that a cell names, each with its last day: “B 2027-03-31, D1”. Raises Refusal."""
    licences: dict[str, date | None] = {}
    for part in re.split(r"[,;/ ]+(?=[A-Za-z])", text.strip()) if text.strip() else ():
        category, _space, day = part.strip().partition(" ")
        if category.upper() not in Category.values:
            raise Refusal(
                _("“%(category)s” is no licence that the service knows: %(known)s.")
                % {"category": category, "known": ", ".join(map(str, Category.values))}
            )
        licences[category.upper()] = _day(day) if day.strip() else until
    return licences


def _day(text: str) -> date:
    for form in DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise Refusal(_("“%(day)s” is not a day. Write it as 2027-03-31.") % {"day": text})


def _needed(until: date | None, category: str) -> date:
    if until is None:
        raise Refusal(
            _("Until when does licence %(category)s hold? Write “%(category)s 2027-03-31”, or say it beside the file.")
            % {"category": category}
        )
    return until


def _in_words(licences: Iterable[Licence]) -> str:
    return ", ".join(f"{licence.category} {licence.expires_on:%Y-%m-%d}" for licence in licences)
