"""Signs of life: ticks that came through the broker."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the engine was last seen alive ("beat", "worker")."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
