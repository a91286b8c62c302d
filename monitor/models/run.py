"""One lead's journey, and its stops: one for each hop."""

from django.db import models

from monitor.models.chain import Chain, ChainVersion
from monitor.models.connection import Connection
from monitor.models.due import STUCK, Due
from monitor.models.workspace import Workspace


class Cause(models.TextChoices):
    """Why a run was made."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    CI = "ci"
    CONFIRMATION = "confirmation"


class Submission(models.TextChoices):
    """How far the hand-in got. A run found in `submitting` is never submitted again."""

    INTENDED = "intended"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Run(Due):
    """One lead's journey. `due_at` is when it is to be submitted or judged.

    `problem` is the stored Message of a refused or unknown hand-in, or {}. `findings` are the
    stored findings of the last judgement. `settled_at` is when nothing more is awaited of it.
    `counted` are the hops at which its loss or damage was counted once, in an incident or alone.
    `outlooks` are what the latest judgement planned, by hop: [iso time from when on a look decides
    something, iso times of the looks wanted…]; without one every look there is to be judged.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(ChainVersion, on_delete=models.PROTECT)
    entry = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=Cause)
    slot = models.DateTimeField(null=True, blank=True)
    persona = models.CharField(max_length=20)
    tag = models.CharField(max_length=40, unique=True)
    lead = models.JSONField()
    submission = models.CharField(max_length=10, choices=Submission, default=Submission.INTENDED)
    submitted_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    receipt_id = models.CharField(max_length=200, blank=True, default="")
    receipt_url = models.CharField(max_length=500, blank=True, default="")
    confirms = models.ForeignKey(
        "Confirmation", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    verdict = models.CharField(max_length=12, blank=True, default="")
    hops = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)
    counted = models.JSONField(default=list, blank=True)
    outlooks = models.JSONField(default=dict, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    amended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("chain", "slot"),
                condition=models.Q(slot__isnull=False),
                name="run_once_a_slot",
            ),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("due_at",), name="run_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(fields=("chain", "-created_at"), name="run_newest_first"),
        )

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.chain_id}"


class Stop(Due):
    """One run at one hop. `due_at` is the next look.

    `records` are those of the look that saw the most: [{"id", "created_at", "url", "place",
    "record", "differences"}]. `looks` is the timeline, oldest first: [[iso time, outcome, count]].
    `failure` is the stored Message of the latest look where that failed, else {}.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stops")
    hop = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="stops")
    resource = models.CharField(max_length=40)
    arrived_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    good_look_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failure = models.JSONField(default=dict, blank=True)
    records = models.JSONField(default=list, blank=True)
    looks = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("run", "hop"), name="stop_once_a_run"),)
        indexes = (
            STUCK,
            models.Index(
                fields=("connection", "due_at"),
                name="stop_due",
                condition=models.Q(due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} at {self.hop}"
