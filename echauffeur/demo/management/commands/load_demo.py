"""`manage.py load_demo`: the demo's bases, people, vehicles and two months of rides, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.models import Ride
from echauffeur.bases.models import Base
from echauffeur.demo.load import is_loaded, keep_on_duty, load


class Command(BaseCommand):
    help = "Writes the demo into an empty database; on one that has it already, writes the coming two weeks' watches."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            keep_on_duty(timezone.now())
        else:
            load(timezone.now())
        self.stdout.write(f"{Base.objects.count()} bases, {Ride.objects.count()} rides")
