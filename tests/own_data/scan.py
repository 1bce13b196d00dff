"""Looking for somebody in everything that the database and Redis hold."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from psycopg import sql

from echauffeur.accounts.models import Session

COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER'
      AND data_type NOT IN ('bigint', 'integer', 'smallint', 'boolean', 'date', 'timestamp with time zone',
                            'time without time zone', 'double precision', 'numeric', 'interval', 'uuid')
    ORDER BY 1, 2
"""


def traces(of: Iterable[str]) -> list[str]:
    """Return where any of these words stands, as ``table.column``; what is packed is unpacked first."""
    words = list(of)
    patterns = [f"%{word}%" for word in {*words, *(json.dumps(word)[1:-1].replace("\\", "\\\\") for word in words)}]
    found = []
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            query = sql.SQL("SELECT count(*) FROM {} WHERE {}::text ILIKE ANY(%s)")
            cursor.execute(query.format(sql.Identifier(table), sql.Identifier(column)), [patterns])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    packed = [json.dumps(session.get_decoded(), ensure_ascii=False).lower() for session in Session.objects.all()]
    if any(word.lower() in text for word in words for text in packed):
        found.append("accounts_session.session_data")
    return found


# Every column there is; a partition is told as the table that it is a part of.
EVERY_COLUMN = """
    SELECT attrelid::regclass::text, attname, coalesce(inhparent, attrelid)::regclass::text
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_inherits ON inhrelid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""


def tables_with(of: Iterable[str]) -> set[str]:
    """Return the tables in which any of these words stands in any column, whatever its type."""
    words, found = list(of), set()
    with connection.cursor() as cursor:
        cursor.execute(EVERY_COLUMN)
        for table, column, told_as in cursor.fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {}::text ILIKE ANY(%s))")
            cursor.execute(
                query.format(sql.Identifier(table), sql.Identifier(column)), [[f"%{word}%" for word in words]]
            )
            if cursor.fetchone()[0]:
                found.add(told_as)
    return found | {found_in.partition(".")[0] for found_in in traces(words)}


READ: dict[bytes, Callable[[Any, bytes], Any]] = {
    b"string": lambda client, key: client.get(key),
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"hash": lambda client, key: client.hgetall(key),
    b"stream": lambda client, key: client.xrange(key),
}


def keys_with(of: Iterable[str], *, after: timedelta = timedelta()) -> set[str]:
    """Return the keys of Redis in which any of these words stands, but for those that are gone ``after`` that time.

    Redis goes by a clock of its own, that no test can move.
    """
    words = [word.lower() for word in of]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return {key.decode() for key, text in _kept(client, after) if any(word in text for word in words)}


def _kept(client: "redis.Redis", after: timedelta) -> Iterator[tuple[bytes, str]]:
    for key in client.scan_iter():
        if not 0 <= client.ttl(key) <= after.total_seconds():
            yield key, f"{key!r} {READ[client.type(key)](client, key)!r}".lower()
