"""One account of a tool, with its sealed credentials and what we know of its health."""

from django.db import models

from monitor.models.due import STUCK, Due
from monitor.models.sealed import SealedField
from monitor.models.workspace import Workspace


class ConnectionState(models.TextChoices):
    """Whether we may use the connection; only the owner or a passed check changes it back."""

    PROVED = "proved"
    UNPROVED = "unproved"
    NEEDS_OWNER = "needs_owner"


class Connection(Due):
    """One account of a tool. `due_at` is when it is proved again.

    `settings` are the answers that are no secrets, `secrets` those that are. `lags` overrides a
    resource's lag in seconds. `parallel` is how many batches may be in flight. `problem` is a
    stored Message ({"key", "values"}) or {}. `skew` is the tool's clock less ours, in seconds.
    `references` names the environment variable an answer came from, where a file named one.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    connector = models.CharField(max_length=40)
    base = models.URLField(max_length=300, blank=True, default="")
    settings = models.JSONField(default=dict, blank=True)
    secrets = SealedField(blank=True, default=dict)
    references = models.JSONField(default=dict, blank=True)
    may_remove = models.BooleanField(default=False)
    parallel = models.PositiveSmallIntegerField(default=1)
    lags = models.JSONField(default=dict, blank=True)
    account_id = models.CharField(max_length=200, blank=True, default="")
    account_label = models.CharField(max_length=200, blank=True, default="")
    account_notes = models.JSONField(default=list, blank=True)
    state = models.CharField(
        max_length=12, choices=ConnectionState, default=ConnectionState.UNPROVED
    )
    proved_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    problem_since = models.DateTimeField(null=True, blank=True)
    skew = models.FloatField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    applied_from = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "slug"), name="connection_slug_once"),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("due_at",), name="connection_due", condition=models.Q(due_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.name
