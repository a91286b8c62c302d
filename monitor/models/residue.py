"""The removal ledger: what we created, where, and whether it is gone."""

from django.db import models

from monitor.models.connection import Connection
from monitor.models.due import STUCK, Due
from monitor.models.run import Run, Stop
from monitor.models.workspace import Workspace


class ResidueState(models.TextChoices):
    """Where a synthetic record is on its way out."""

    LYING = "lying"
    REMOVED = "removed"
    GONE = "gone"
    KEPT = "kept"
    NOT_OURS = "not_ours"


class Residue(Due):
    """One synthetic record in one tool. `due_at` is when it is removed, or verified to be gone.

    LYING: still there. REMOVED: asked to go, not verified yet. GONE: verified. KEPT: stays for the
    reason in `why` (a stored Message): no removal exists, or the owner did not consent. NOT_OURS:
    a real record our lead was merged into; never deleted.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="residue")
    stop = models.ForeignKey(Stop, null=True, blank=True, on_delete=models.SET_NULL)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="residue")
    resource = models.CharField(max_length=40)
    external_id = models.CharField(max_length=300)
    url = models.CharField(max_length=500, blank=True, default="")
    made_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ResidueState, default=ResidueState.LYING)
    why = models.JSONField(default=dict, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("connection", "resource", "external_id", "run"), name="residue_once"
            ),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("connection", "due_at"),
                name="residue_due",
                condition=models.Q(due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.resource} {self.external_id}"
