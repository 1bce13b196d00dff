"""No live mission lies on an absence of its driver or on an outage of its vehicle, unless somebody kept it with a reason.

Two tables are compared, which no constraint of PostgreSQL can do. So triggers look from both sides: when a mission is
written, and when an absence or an outage is. Each first locks the driver's or vehicle's row, as the actions do and in
their order, so that of two transactions at once the second waits, and then sees what the first wrote. The triggers
are constraints: an action may postpone them to its end (`dispatch.promises`), where it says why a mission stays.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# What the triggers have in common: the missions that may lie nowhere, and how a broken promise is told.
LIVE = "mission.state IN ('acknowledged', 'planned', 'under_way') AND mission.overrule = ''"


def told(name: str, words: str) -> str:
    return f"""RAISE EXCEPTION '{name}: mission % {words}', broken
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}', DETAIL = broken;"""


ON_ABSENCE = told("mission_never_lies_on_an_absence", "lies on an absence of its driver")
ON_OUTAGE = told("mission_never_lies_on_an_outage", "lies on an outage of its vehicle")

FUNCTIONS = f"""
-- A mission that is new, or has moved to another time, driver or vehicle, or has lost its reason to be kept.
CREATE FUNCTION dispatch_mission_lies_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE broken text;
BEGIN
    PERFORM 1 FROM drivers_driver WHERE id = NEW.driver_id FOR NO KEY UPDATE;
    PERFORM 1 FROM fleet_vehicle WHERE id = NEW.vehicle_id FOR NO KEY UPDATE;
    -- The row is read anew: when the trigger was postponed, it may have been kept, moved or called off since.
    SELECT mission.code INTO broken FROM dispatch_mission mission JOIN drivers_absence absence
        ON absence.driver_id = mission.driver_id AND absence.period && mission.period
        WHERE mission.id = NEW.id AND {LIVE} LIMIT 1;
    IF FOUND THEN
        {ON_ABSENCE}
    END IF;
    SELECT mission.code INTO broken FROM dispatch_mission mission JOIN fleet_unavailability outage
        ON outage.vehicle_id = mission.vehicle_id AND outage.period && mission.period
        WHERE mission.id = NEW.id AND {LIVE} LIMIT 1;
    IF FOUND THEN
        {ON_OUTAGE}
    END IF;
    RETURN NULL;
END $$;

-- An absence that is new, or has moved.
CREATE FUNCTION drivers_absence_leaves_missions_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE broken text;
BEGIN
    PERFORM 1 FROM drivers_driver WHERE id = NEW.driver_id FOR NO KEY UPDATE;
    SELECT mission.code INTO broken FROM drivers_absence absence JOIN dispatch_mission mission
        ON mission.driver_id = absence.driver_id AND mission.period && absence.period
        WHERE absence.id = NEW.id AND {LIVE} ORDER BY mission.period LIMIT 1;
    IF FOUND THEN
        {ON_ABSENCE}
    END IF;
    RETURN NULL;
END $$;

-- An outage that is new, or has moved.
CREATE FUNCTION fleet_outage_leaves_missions_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE broken text;
BEGIN
    PERFORM 1 FROM fleet_vehicle WHERE id = NEW.vehicle_id FOR NO KEY UPDATE;
    SELECT mission.code INTO broken FROM fleet_unavailability outage JOIN dispatch_mission mission
        ON mission.vehicle_id = outage.vehicle_id AND mission.period && outage.period
        WHERE outage.id = NEW.id AND {LIVE} ORDER BY mission.period LIMIT 1;
    IF FOUND THEN
        {ON_OUTAGE}
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608  nothing but names of ours

TRIGGERS = """
CREATE CONSTRAINT TRIGGER mission_planned_on_free_time
    AFTER INSERT ON dispatch_mission DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION dispatch_mission_lies_free();

-- The steps of a mission's life change none of this, and take no lock to the left of the mission's own.
CREATE CONSTRAINT TRIGGER mission_moved_to_free_time
    AFTER UPDATE ON dispatch_mission DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW WHEN (
        NEW.overrule = '' AND NEW.ended_at IS NULL
        AND (OLD.overrule, OLD.ended_at, OLD.driver_id, OLD.vehicle_id, OLD.period)
            IS DISTINCT FROM (NEW.overrule, NEW.ended_at, NEW.driver_id, NEW.vehicle_id, NEW.period)
    ) EXECUTE FUNCTION dispatch_mission_lies_free();

CREATE CONSTRAINT TRIGGER absence_leaves_missions_alone
    AFTER INSERT OR UPDATE OF driver_id, period ON drivers_absence DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION drivers_absence_leaves_missions_alone();

CREATE CONSTRAINT TRIGGER outage_leaves_missions_alone
    AFTER INSERT OR UPDATE OF vehicle_id, period ON fleet_unavailability DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION fleet_outage_leaves_missions_alone();
"""

GONE = """
DROP TRIGGER outage_leaves_missions_alone ON fleet_unavailability;
DROP TRIGGER absence_leaves_missions_alone ON drivers_absence;
DROP TRIGGER mission_moved_to_free_time ON dispatch_mission;
DROP TRIGGER mission_planned_on_free_time ON dispatch_mission;
DROP FUNCTION fleet_outage_leaves_missions_alone();
DROP FUNCTION drivers_absence_leaves_missions_alone();
DROP FUNCTION dispatch_mission_lies_free();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0002_missions_kept_with_a_reason"),
        ("drivers", "0002_planning_of_shifts"),
        ("fleet", "0003_due_dates_readings_and_recurring_outages"),
    ]

    operations = [
        migrations.AddField(
            model_name="mission",
            name="despite",
            field=ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                default=list,
                editable=False,
                size=None,
                verbose_name="kept despite",
            ),
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, GONE),
    ]
