"""Rows the program must come back to: when, who holds them, and how often it went wrong."""

from django.db import models


class Due(models.Model):
    """A row with `due_at`: claiming it is postponing it.

    `claim` is the token of whoever holds the row, empty where nobody does; `due_at` is then when
    the hold ends and the row falls due again by itself. None means nothing to come back to.
    """

    due_at = models.DateTimeField(null=True, blank=True)
    claim = models.CharField(max_length=32, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    stuck_at = models.DateTimeField(null=True, blank=True)
    stuck_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        abstract = True


STUCK = models.Index(
    fields=("workspace", "stuck_at"),
    name="%(class)s_stuck",
    condition=models.Q(stuck_at__isnull=False),
)
"""Every page asks what got stuck, and hardly ever anything did."""
