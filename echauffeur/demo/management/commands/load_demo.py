"""`manage.py load_demo`: the demo's bases, people, vehicles and two months of rides, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.models import Ride
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.demo.load import is_loaded, keep_on_duty, load


class Command(BaseCommand):
    help = "Writes the demo into an empty database; on one that has it already, plans the shifts that came into reach."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            keep_on_duty(timezone.now())
        elif User.objects.exists():
            raise CommandError(
                "This database holds somebody's data already. The demo writes accounts with a known password, so it "
                "only goes into an empty one: give another DATABASE_URL, or none for a database of its own."
            )
        else:
            load(timezone.now())
        self.stdout.write(f"{Base.objects.count()} bases, {Ride.objects.count()} rides")
