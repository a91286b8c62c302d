"""The one Django app of the product."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """Registers the app under the label `monitor`."""

    name = "monitor"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Handoff"
