"""What must hold in the database after every step, written out in SQL: a second opinion on models and constraints."""

from json import loads

from django.db import connection

from tests.life.expected import Told, replay

# Each question names rows that break a promise; the right answer is none.
PROMISES = {
    "a driver is on one live mission at a time": """
        SELECT a.id, b.id FROM dispatch_mission a JOIN dispatch_mission b ON a.id < b.id
        AND (a.driver_id = b.driver_id OR a.vehicle_id = b.vehicle_id) AND a.period && b.period
        WHERE a.state NOT IN ('done', 'called_off') AND b.state NOT IN ('done', 'called_off')""",
    "a ride has an end exactly when it is over": """
        SELECT id FROM bookings_ride
        WHERE (state IN ('completed', 'refused', 'cancelled')) <> (ended_at IS NOT NULL)""",
    "a reason exactly when refused or cancelled": """
        SELECT id FROM bookings_ride WHERE (state IN ('refused', 'cancelled')) <> (end_reason <> '')""",
    "a mission has an end exactly when it is over": """
        SELECT id FROM dispatch_mission WHERE (state IN ('done', 'called_off')) <> (ended_at IS NOT NULL)""",
    "a ride that somebody drives is on exactly one live mission, with both its stops": """
        SELECT r.id FROM bookings_ride r LEFT JOIN dispatch_stop s ON s.ride_id = r.id AND s.dropped_at IS NULL
        LEFT JOIN dispatch_mission m ON m.id = s.mission_id AND m.state NOT IN ('done', 'called_off')
        WHERE r.state IN ('assigned', 'acknowledged', 'approaching', 'waiting', 'on_board')
        GROUP BY r.id HAVING count(m.id) <> 2 OR count(DISTINCT m.id) <> 1""",
    "a ride that nobody drives has no stop to do": """
        SELECT s.id FROM dispatch_stop s JOIN bookings_ride r ON r.id = s.ride_id
        WHERE s.done_at IS NULL AND s.dropped_at IS NULL
        AND r.state NOT IN ('assigned', 'acknowledged', 'approaching', 'waiting', 'on_board')""",
    "a live mission has something to do, and one that is over has nothing": """
        SELECT m.id FROM dispatch_mission m LEFT JOIN dispatch_stop s
        ON s.mission_id = m.id AND s.done_at IS NULL AND s.dropped_at IS NULL
        GROUP BY m.id HAVING (count(s.id) > 0) <> (m.state NOT IN ('done', 'called_off'))""",
    "who is on board was picked up, and who was not is not": """
        SELECT r.id FROM bookings_ride r JOIN dispatch_stop s ON s.ride_id = r.id AND s.kind = 'pick_up'
        WHERE s.dropped_at IS NULL AND (s.done_at IS NOT NULL)
        <> (r.state IN ('on_board', 'completed') OR r.end_reason IN ('incident', 'breakdown'))""",
    "a live mission lies on no absence of its driver and no outage of its vehicle, unless somebody said why": """
        SELECT m.id FROM dispatch_mission m WHERE m.state NOT IN ('done', 'called_off') AND m.overrule = '' AND (
        EXISTS (SELECT FROM drivers_absence a WHERE a.driver_id = m.driver_id AND a.period && m.period)
        OR EXISTS (SELECT FROM fleet_unavailability u WHERE u.vehicle_id = m.vehicle_id AND u.period && m.period))""",
    "a tap has one effect": """
        SELECT tap FROM journal_entry WHERE tap IS NOT NULL GROUP BY tap HAVING count(*) > 1""",
}


def check_database() -> None:
    """Fail with every promise that is broken, and unless journal, rows and streams tell the same."""
    with connection.cursor() as cursor:
        parts = [f"SELECT %s WHERE EXISTS ({question})" for question in PROMISES.values()]
        cursor.execute(" UNION ALL ".join(parts), list(PROMISES))
        assert not (broken := cursor.fetchall()), broken
        cursor.execute(
            "SELECT base_id, seq, subject, subject_id, from_state, to_state, streams::text"
            " FROM journal_entry ORDER BY id"
        )
        entries = [Told(*row[:-1], loads(row[-1])) for row in cursor.fetchall()]
        states, numbers = replay(entries)
        cursor.execute(
            "SELECT 'ride', id, state FROM bookings_ride UNION ALL SELECT 'mission', id, state FROM dispatch_mission"
        )
        told = {about: state for about, state in states.items() if about[0] in {"ride", "mission"}}
        assert {(kind, pk): state for kind, pk, state in cursor.fetchall()} == told
        cursor.execute("SELECT name, seq FROM journal_stream")
        assert dict(cursor.fetchall()) == numbers
    connection.check_constraints()
