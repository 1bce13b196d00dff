"""Looking for somebody in everything that the database holds."""

import json
from collections.abc import Iterable

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
