"""From the first bad run to the first good one, and the doubts before it."""

from django.db import models

from monitor.models.chain import Chain
from monitor.models.connection import Connection
from monitor.models.due import STUCK, Due
from monitor.models.run import Run
from monitor.models.workspace import Workspace


class Incident(models.Model):
    """Something the owner must know. One is open for each subject of a chain or connection.

    `subject` is "handoff:<hop slug>" for a broken handoff, "cannot_look" where we cannot look (a
    connection that needs its owner, a chain without a conclusive run or, with neither chain nor
    connection, a workspace none of whose tools answers). `since` is the hand-in
    of the first bad run, `last_bad_at` of the latest; `bad` of `conclusive` runs since were bad.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    chain = models.ForeignKey(
        Chain, null=True, blank=True, on_delete=models.CASCADE, related_name="incidents"
    )
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="incidents"
    )
    subject = models.CharField(max_length=80)
    reason = models.CharField(max_length=30, blank=True, default="")
    persona = models.CharField(max_length=20, blank=True, default="")
    kinds = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)
    opened_by = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved_by = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField()
    since = models.DateTimeField()
    last_bad_at = models.DateTimeField(null=True, blank=True)
    bad = models.PositiveIntegerField(default=0)
    conclusive = models.PositiveIntegerField(default=0)
    worse = models.PositiveSmallIntegerField(default=0)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("chain", "subject"),
                condition=models.Q(resolved_at__isnull=True, chain__isnull=False),
                name="incident_open_once_a_handoff",
            ),
            models.UniqueConstraint(
                fields=("connection", "subject"),
                condition=models.Q(resolved_at__isnull=True, chain__isnull=True),
                name="incident_open_once_a_connection",
            ),
            models.UniqueConstraint(
                fields=("workspace", "subject"),
                condition=models.Q(
                    resolved_at__isnull=True, chain__isnull=True, connection__isnull=True
                ),
                name="incident_open_once_a_workspace",
            ),
        )
        indexes = (models.Index(fields=("workspace", "-opened_at"), name="incident_newest"),)

    def __str__(self) -> str:
        return f"{self.subject} since {self.since:%Y-%m-%d %H:%M}"


class Confirmation(Due):
    """A loss seen once and not yet believed: the same lead is tried again.

    One is open (`decided_at` is null) for each handoff. `due_at` is when the next try starts.
    `outcome` is "confirmed", "intermittent" (a counted loss), "unchecked", or "unfounded": the
    lead came after all. A loss that is counted without a second try is decided at once.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="confirmations")
    hop = models.CharField(max_length=60)
    first = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    persona = models.CharField(max_length=20)
    tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("chain", "hop"),
                condition=models.Q(decided_at__isnull=True),
                name="confirmation_one_a_handoff",
            ),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("due_at",),
                name="confirmation_due",
                condition=models.Q(due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Confirmation of {self.hop}"
