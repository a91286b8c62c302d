"""The drawn path of a lead: a chain, its hops, and the frozen versions its runs ran on."""

from django.db import models

from monitor.models.connection import Connection
from monitor.models.due import STUCK, Due
from monitor.models.workspace import Workspace


class Chain(Due):
    """A path of hops. `due_at` is its next slot; a slot is a stable instant of its schedule.

    `personas` are the personas that rotate, `pins` fixed lead fields, `extras` added ones.
    `address` is what leads' email addresses are made from ("leads@shop.example" or
    "*@catchall.example"). `keep_failed` is how many seconds records stay after a failed run.
    `recent` are the personas of the latest scheduled runs, newest last. `worked_at` is, for each
    hop and persona, the hand-in of the latest run that proved the handoff: {hop: {persona: time}}.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    schedule = models.CharField(max_length=120, blank=True, default="")
    address = models.CharField(max_length=200)
    personas = models.JSONField(default=list, blank=True)
    pins = models.JSONField(default=dict, blank=True)
    extras = models.JSONField(default=list, blank=True)
    daily_budget = models.PositiveIntegerField(default=6)
    reserve = models.PositiveIntegerField(default=6)
    keep_failed = models.FloatField(default=86400.0)
    version = models.ForeignKey(
        "ChainVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    last_slot = models.DateTimeField(null=True, blank=True)
    recent = models.JSONField(default=list, blank=True)
    worked_at = models.JSONField(default=dict, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    applied_from = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "slug"), name="chain_slug_once"),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("due_at",), name="chain_due", condition=models.Q(due_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.title


class Hop(models.Model):
    """One place on a chain as it is drawn now. Seconds throughout; `lag` None takes the tool's."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="hops")
    slug = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True, default="")
    after = models.SlugField(max_length=60, blank=True, default="")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="hops")
    resource = models.CharField(max_length=40)
    fields = models.JSONField(default=dict, blank=True)
    deadline = models.FloatField(default=1200.0)
    lag = models.FloatField(null=True, blank=True)
    linger = models.FloatField(default=600.0)
    carrier_kind = models.CharField(max_length=40, blank=True, default="")
    carrier = models.CharField(max_length=160, blank=True, default="")
    carrier_url = models.URLField(max_length=400, blank=True, default="")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("chain", "slug"), name="hop_slug_once"),)

    def __str__(self) -> str:
        return f"{self.chain}: {self.slug}"


class ChainVersion(models.Model):
    """A chain as it once was: `document` is what `rules.plan.Plan` reads. Runs freeze on it."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="versions")
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("chain", "digest"), name="chain_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.chain} {self.digest[:8]}"
