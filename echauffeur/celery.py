"""Celery is only hands: its tasks carry a row's id, read it again, and may run twice."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echauffeur.settings.production")

app = Celery("echauffeur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
