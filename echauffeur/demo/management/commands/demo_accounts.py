"""`manage.py demo_accounts`: whom to sign in as."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from echauffeur.demo.accounts import ACCOUNTS


class Command(BaseCommand):
    help = "Prints the demo's accounts: persona, address, password, and the page to open."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("fr"):
            rows = [(_("Persona"), _("Address"), _("Password"), _("Opens at"))]
            rows += [(str(account.label), account.email, account.password, account.opens_at) for account in ACCOUNTS]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "   ".join(cells).rstrip())
