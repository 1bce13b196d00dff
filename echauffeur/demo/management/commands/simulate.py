"""`manage.py simulate`: plays the drivers and customers of Brest against the running site."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from echauffeur import env
from echauffeur.demo.simulator.world import World


class Command(BaseCommand):
    help = "Plays the drivers and customers of Brest through the site's pages and sockets, as phones do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default=f"http://127.0.0.1:{env.text('PORT', '8000')}")

    def handle(self, *args: Any, site: str, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            asyncio.run(World(site.rstrip("/")).run())
        except KeyboardInterrupt:
            self.stdout.write("The simulator stops.")
