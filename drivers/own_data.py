"""What drivers' profiles hold of a person: bases, licences, when they are on duty."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.models import CalendarFeed, Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.personal import Choice, Identity, Keeper, Kept, Section, Value, register
from echauffeur.common.series import days_in_words
from echauffeur.journal.edits import Edit, record_edits

KEPT = (
    Kept(
        what=gettext_lazy("If you drive: your licences and when they end, your training, your shifts and patterns"),
        why=gettext_lazy("To give you missions that you may drive, while you are on duty."),
        seen_by=gettext_lazy(
            "The control room and managers of your base, and the administrators. Passengers see your first name."
        ),
        until=gettext_lazy("Until you delete your account. Past shifts and missions stay without your name."),
        columns=("drivers.Driver.user", "drivers.Licence.category", "drivers.Licence.expires_on"),
    ),
    Kept(
        what=gettext_lazy("If you drive: when you are away, why, and a note"),
        why=gettext_lazy("To give you no missions then."),
        seen_by=gettext_lazy(
            "When: the control room and managers of your base. Why: its managers and the administrators alone."
        ),
        until=gettext_lazy("Until you delete your account."),
        columns=("drivers.Absence.kind", "drivers.Absence.note"),
    ),
    Kept(
        what=gettext_lazy("If your calendar follows your shifts: that it has an address, and when it last read it"),
        why=gettext_lazy("To show your shifts in your own calendar."),
        seen_by=gettext_lazy("You, and the administrators. The address itself is not kept: only you have it."),
        until=gettext_lazy("Until you end the address, or delete your account."),
    ),
)  # fmt: skip


NOTHING_HELD = {
    "wheelchair_trained": False,
    "wheelchair_until": None,
    "wheelchair_warned_for": None,
    "wheelchair_warned_ahead": None,
}


def export(person: User) -> list[Section]:
    theirs = Driver.objects.filter(user=person).select_related("base")
    drivers = list(theirs.prefetch_related("licences", "shifts", "patterns", "absences"))
    return [
        Section(
            "driving",
            _("Driving"),
            {
                "base": _("Base"),
                "enabled": _("Enabled"),
                "wheelchair_trained": _("Trained for wheelchairs"),
                "wheelchair_until": _("Training holds until"),
                "shares_position": _("Shares position"),
                "licences": _("Licences"),
            },
            [
                (
                    driver.base.name,
                    driver.enabled,
                    driver.wheelchair_trained,
                    driver.wheelchair_until.isoformat() if driver.wheelchair_until else None,
                    driver.sharing,
                    [f"{licence.category} {licence.expires_on.isoformat()}" for licence in driver.licences.all()],
                )
                for driver in drivers
            ],
        ),
        Section(
            "shifts",
            _("Shifts"),
            {"base": _("Base"), "from": _("From"), "until": _("Until")},
            [
                (driver.base.name, driver.base.local(shift.period.lower), driver.base.local(shift.period.upper))
                for driver in drivers
                for shift in reversed(driver.shifts.all())
            ],
        ),
        _patterns(drivers),
        _absences(drivers),
        _calendars(drivers),
    ]


def _patterns(drivers: list[Driver]) -> Section:
    rows: list[tuple[Value, ...]] = [
        (
            driver.base.name,
            days_in_words(row),
            f"{row.begins:%H:%M}",
            f"{row.ends:%H:%M}",
            [f"{start:%H:%M}-{end:%H:%M}" for start, end in row.breaks],
            row.first_day.isoformat(),
            row.last_day.isoformat() if row.last_day else None,
        )
        for driver in drivers
        for row in driver.patterns.all()
    ]
    fields = {
        "base": _("Base"),
        "days": _("Days"),
        "begins": _("Begins"),
        "ends": _("Ends"),
        "breaks": _("Breaks"),
        "first_day": _("First day"),
        "last_day": _("Last day"),
    }
    return Section("shift_patterns", _("Shift patterns"), fields, rows)


def _absences(drivers: list[Driver]) -> Section:
    rows: list[tuple[Value, ...]] = [
        (
            driver.base.name,
            driver.base.local(row.period.lower),
            driver.base.local(row.period.upper) if row.period.upper else None,
            Choice(row.kind, row.get_kind_display()),
            row.note,
        )
        for driver in drivers
        for row in reversed(driver.absences.all())
    ]
    fields = {"base": _("Base"), "from": _("From"), "until": _("Until"), "reason": _("Reason"), "note": _("Note")}
    return Section("absences", _("Absences"), fields, rows)


def _calendars(drivers: list[Driver]) -> Section:
    """Return that there is an address for their own calendar; nobody could say any more which."""
    feeds = CalendarFeed.objects.filter(driver__in=drivers).select_related("driver__base")
    fields = {"base": _("Base"), "made_at": _("Made at"), "read_at": _("Last read at")}
    rows: list[tuple[Value, ...]] = []
    for feed in feeds:
        base, read_at = feed.driver.base, feed.read_at
        rows.append((base.name, base.local(feed.made_at), base.local(read_at) if read_at else None))
    return Section("calendars", _("Addresses of the own calendar"), fields, rows)


def erase(person: User, identity: Identity) -> None:
    """Leave behind a driver whom nobody can choose, with the shifts that were worked. Their rows are locked already."""
    now = timezone.now()
    drivers = list(Driver.objects.filter(user=person).select_related("base"))
    for driver in drivers:
        driver.licences.all().delete()
        CalendarFeed.objects.filter(driver=driver).delete()
        Shift.objects.filter(driver=driver, period__startswith__gte=now).delete()
        driver.patterns.all().delete()
        driver.absences.all().delete()
        for shift in driver.shifts.running(now):
            shift.period = (shift.period.lower, now)
            shift.save(update_fields=["period"])
    Driver.objects.filter(user=person).update(enabled=False, sharing=False, **NOTHING_HELD)
    edits = [Edit(driver.base, "change", driver.subject, ("enabled",)) for driver in drivers]
    record_edits(edits, by=person, party=Party.DRIVER)


HARMLESS = (
    "drivers.CalendarFeed.digest",
    "drivers.ShiftPattern.frequency",
    "drivers.ShiftPattern.weekdays",
    "drivers.ShiftPattern.skipped",
    "drivers.ShiftPattern.breaks",
    "drivers.Shift.breaks",
)

register(Keeper("drivers", KEPT, export, erase, harmless=HARMLESS))
