"""The purge by hand: what beat has the worker do every hour."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from echauffeur.own_data.actions import purge


class Command(BaseCommand):
    help = "Remove what has had its time: trails, codes, sessions, files, messages. Says what went, table by table."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = purge()
        for tables, rows in removed.items():
            self.stdout.write(f"{', '.join(tables)}: {'failed, see the log' if rows is None else rows}")
        if None in removed.values():
            raise CommandError("Something could not be removed.")
