"""What a vendor gave a connection to sign its calls with, and the ways its owner was sent there."""

from django.db import models

from monitor.models.connection import Connection
from monitor.models.due import Due
from monitor.models.sealed import SealedField
from monitor.models.workspace import Workspace


class Token(Due):
    """The access a connection has by OAuth2, one row a connection.

    `secrets` holds `access` and `refresh`. `client` names the client and the authority they belong
    to: tokens of another one are none. `serial` counts what was stored, so that nobody writes over
    what he did not read. Whoever renews holds the row's claim; before `due_at` nobody else begins.
    `expires_at` is None for a token that does not say when it ends. `problem` is a stored Message:
    why the access ended.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="token")
    client = models.CharField(max_length=400, blank=True, default="")
    secrets = SealedField(blank=True, default=dict)
    serial = models.PositiveIntegerField(default=0)
    connected_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Token of {self.connection}"


class Consent(models.Model):
    """One way to a vendor's page and back: good once, soon, in the session that began it.

    Of the state that goes along, and of the session, only digests are kept; `secrets` holds the
    verifier of the proof key.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="consents")
    digest = models.CharField(max_length=64, unique=True)
    session = models.CharField(max_length=64)
    secrets = SealedField(blank=True, default=dict)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Consent for {self.connection}"
