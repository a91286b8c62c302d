"""What the contract must know of each tool's twin: how it is opened, what a lead is there."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.catalog import build
from connectors.kit.base import Connector, Site
from connectors.kit.ports import Ports
from connectors.kit.records import Lead
from tests.sandbox_process import Control

NETWORKS = ("127.0.0.0/8",)
LETTERS = "bdgjklmnprstv"
# What a twin of a tool with OAuth2 calls its access token; the product fetches it, not the owner.
TOKEN = "access_token"
Json = dict[str, Any]


def lead_of(
    record: Callable[[str, str], Mapping[str, object]], at: str = "main.handoff.test"
) -> Lead:
    """Answer a new lead whose surname is its tag spelled as a name."""
    tag = "".join(secrets.choice(LETTERS if n % 2 == 0 else "aeiou") for n in range(12))
    email = f"probe+{tag}@{at}"
    handles = (email, tag.capitalize())
    return Lead(tag=tag, email=email, handles=handles, record=record(email, tag.capitalize()))


@dataclass(frozen=True, kw_only=True)
class Twin:
    """One resource of one connector, beside the tool of the sandbox that plays its vendor.

    `record` answers what a lead is there, by email and surname; `planted` turns that into what the
    twin's control door takes. `page` is how many records make more than one page. `dated` says
    whether the tool tells when a record was made, `own_ids` whether an arrival bears the id that
    the tool itself keeps its record by. `variant` tells two twins of one resource apart.
    """

    slug: str
    resource: str
    tool: str
    record: Callable[[str, str], Mapping[str, object]]
    settings: Callable[[Json], dict[str, str]]
    planted: Callable[[Mapping[str, object]], Json] = dict
    stored: str = ""
    secret: str = "token"
    wrong: str = "wrong-key"
    page: int = 0
    calls: int = 4
    dated: bool = True
    own_ids: bool = True
    names_record: bool = True
    variant: str = ""
    base: Callable[[Json], str] = lambda state: str(state["url"])

    def __str__(self) -> str:
        return "-".join(filter(None, (self.slug, self.resource, self.variant)))

    def connect(
        self, state: Json, *, seconds: float = 10.0, changes: Mapping[str, str] | None = None
    ) -> Connector:
        """Answer the connector at work on the twin."""
        told = state["tools"][self.tool]
        settings = {**self.settings(told), **(changes or {})}
        keys = tuple(self.record("a@b.c", "x"))
        token = settings.pop(TOKEN, None)
        ports = Ports(networks=NETWORKS, seconds=seconds, token=(lambda: token) if token else None)
        site = Site(
            settings=settings, resource=self.resource, keys=keys, base=self.base(told), ports=ports
        )
        return build(self.slug, site)

    def secret_of(self, connector: Connector) -> str:
        """Answer the secret a connector at work sends: its own, or a token it is handed."""
        token = connector.site.ports.token
        return connector.site.settings.get(self.secret) or (token() if token else "")

    def lead(self) -> Lead:
        """Answer a new lead."""
        return lead_of(self.record)

    def damaged_lead(self, lead: Lead) -> Mapping[str, object]:
        """Answer the lead's record as it looks after its email was damaged on the way."""
        return {
            key: "someone.else@main.handoff.test" if value == lead.email else value
            for key, value in lead.record.items()
        }

    def plant(self, control: Control, record: Mapping[str, object]) -> str:
        """Put a record into the tool by its back door; answer its id."""
        fields = self.planted(record)
        where = {"resource": self.stored} if self.stored else {}
        return str(control.plant(self.tool, fields, **where)["id"])


def credentials(told: Json) -> dict[str, str]:
    return {key: str(value) for key, value in told["credentials"].items()}
