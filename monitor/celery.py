"""The Celery application: messages are wake-up calls, the database is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")

app = Celery("handoff")
app.config_from_object("django.conf:settings", namespace="CELERY")
