"""Celery is only hands: its tasks carry a row's id, read it again, and may run twice."""

import os

from celery import Celery
from celery.signals import after_task_publish, task_postrun

from echauffeur import heartbeats

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echauffeur.settings.production")

app = Celery("echauffeur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

after_task_publish.connect(heartbeats.beat_seen, sender="echauffeur.journal.tasks.sweep")
task_postrun.connect(heartbeats.worker_seen)
