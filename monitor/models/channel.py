"""Where news goes, and the outbox of messages on their way."""

from django.db import models

from monitor.models.due import STUCK, Due
from monitor.models.incident import Incident
from monitor.models.sealed import SealedField
from monitor.models.workspace import Workspace


class ChannelKind(models.TextChoices):
    """How a message leaves."""

    EMAIL = "email"
    SLACK = "slack"


class Channel(models.Model):
    """One place news goes. `address` holds {"to"} for email or {"webhook"} for Slack, sealed.

    `references` names the environment variable a part of it came from, where a file named one.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channels")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ChannelKind)
    address = SealedField(default=dict)
    references = models.JSONField(default=dict, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    applied_from = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "slug"), name="channel_slug_once"),
        )

    def __str__(self) -> str:
        return self.title


class AlertEvent(models.TextChoices):
    """What a message tells."""

    OPENED = "opened"
    WORSE = "worse"
    RESOLVED = "resolved"
    TEST = "test"


class Alert(Due):
    """One message on one channel, written in its incident's transaction. `due_at`: send it.

    `key` is the same on every repeat: it becomes the Message-ID or the thread. `news` is what it
    says, frozen when it was written.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts"
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="alerts")
    event = models.CharField(max_length=10, choices=AlertEvent)
    nth = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=80, unique=True)
    news = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    fallback = models.BooleanField(default=False)
    problem = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "channel", "event", "nth", "fallback"), name="alert_once"
            ),
        )
        indexes = (
            STUCK,
            models.Index(
                fields=("due_at",), name="alert_due", condition=models.Q(due_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} on {self.channel}"
