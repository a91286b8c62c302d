"""What the contract must know of each tool's twin: how it is opened, what a lead is there."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.catalog import build, connector
from connectors.kit.base import ABILITIES, Connector, Site
from connectors.kit.ports import Ports
from connectors.kit.records import Lead
from tests.sandbox_process import Control

NETWORKS = ("127.0.0.0/8",)
LETTERS = "bdgjklmnprstv"
Json = dict[str, Any]


def lead_of(record: Callable[[str, str], Mapping[str, object]]) -> Lead:
    """Answer a new lead whose surname is its tag spelled as a name."""
    tag = "".join(secrets.choice(LETTERS if n % 2 == 0 else "aeiou") for n in range(12))
    email = f"probe+{tag}@main.handoff.test"
    handles = (email, tag.capitalize())
    return Lead(tag=tag, email=email, handles=handles, record=record(email, tag.capitalize()))


@dataclass(frozen=True, kw_only=True)
class Twin:
    """One resource of one connector, beside the tool of the sandbox that plays its vendor.

    `record` answers what a lead is there, by email and surname; `planted` turns that into what the
    twin's control door takes. `page` is how many records make more than one page.
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
    base: Callable[[Json], str] = lambda state: str(state["url"])

    def __str__(self) -> str:
        return f"{self.slug}-{self.resource}"

    def connect(
        self, state: Json, *, seconds: float = 10.0, changes: Mapping[str, str] | None = None
    ) -> Connector:
        """Answer the connector at work on the twin."""
        told = state["tools"][self.tool]
        settings = {**self.settings(told), **(changes or {})}
        keys = tuple(self.record("a@b.c", "x"))
        ports = Ports(networks=NETWORKS, seconds=seconds)
        site = Site(
            settings=settings, resource=self.resource, keys=keys, base=self.base(told), ports=ports
        )
        return build(self.slug, site)

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


def _credentials(told: Json) -> dict[str, str]:
    return {key: str(value) for key, value in told["credentials"].items()}


def _form(told: Json) -> dict[str, str]:
    return {"page": told["form"], "success_text": told["marker"]}


def _mail(told: Json) -> dict[str, str]:
    return {**_credentials(told), "patterns": '{"last_name": "Dear Ada ([^,]+),"}'}


def _crm(told: Json) -> dict[str, str]:
    return {
        **_credentials(told),
        "base_url": told["url"],
        "check_path": "/api/me",
        "account": "$.name",
        "submit_path": "/api/records",
        "submit_id": "$.id",
        "find_path": "/api/records?q={handle}&per_page=100",
        "list_path": "/api/records?since={since}&per_page=100",
        "next": "$.next",
        "records": "$.data[*]",
        "remove_path": "/api/records/{id}",
        "fields": '{"name": "$.name", "email": "$[\'email\']"}',
    }


def _postmark(told: Json) -> dict[str, str]:
    return {**_credentials(told), "patterns": '{"last_name": "Dear Ada ([^,]+),"}'}


TWINS: Sequence[Twin] = (
    Twin(
        slug="html_form",
        resource="submission",
        tool="website",
        record=lambda email, name: {
            "first_name": "Zoë", "last_name": name, "email": email, "phone": "+44 20 7946 0018",
            "message": "Two lines\nand 🙂 <b>", "consent": "true",
        },
        settings=_form,
        base=lambda _told: "",
    ),
    Twin(
        slug="mailchimp",
        resource="members",
        tool="mailchimp",
        record=lambda email, name: {
            "email_address": email, "FNAME": "O'Zoë", "LNAME": name, "PHONE": "+44 20 7946 0018",
        },
        settings=_credentials,
        secret="api_key",
        wrong="0123456789abcdef-us1",
        page=1000,
    ),
    Twin(
        slug="postmark",
        resource="messages",
        tool="postmark",
        record=lambda email, name: {
            "To": email, "Subject": f"Welcome, {name}", "Metadata.phone": "+442079460018",
            "last_name": name,
        },
        planted=lambda record: {
            "From": "shop@main.handoff.test", "To": f"Ada <{record['To']}>",
            "Subject": record["Subject"], "TextBody": f"Dear Ada {record['last_name']},\nhello",
            "Metadata": {"phone": record["Metadata.phone"]},
        },
        settings=_postmark,
        secret="server_token",
        page=500,
        calls=104,
    ),
    Twin(
        slug="imap",
        resource="messages",
        tool="mail",
        record=lambda email, name: {
            "to": email, "subject": f"Welcome, {name}", "last_name": name,
        },
        planted=lambda record: {
            "to": record["to"], "subject": record["subject"],
            "body": f"Dear Ada {record['last_name']},\nhello",
        },
        settings=_mail,
        secret="password",
        base=lambda told: f"imap://{told['imap']}",
        page=200,
        calls=12,
    ),
    Twin(
        slug="hubspot",
        resource="contacts",
        tool="hubspot",
        record=lambda email, name: {
            "email": email, "firstname": "Zoë", "lastname": name, "phone": "+44 20 7946 0018",
        },
        settings=_credentials,
        page=100,
    ),
    Twin(
        slug="hubspot",
        resource="deals",
        tool="hubspot",
        record=lambda _email, name: {"dealname": f"Zoë {name}", "amount": "1234.50"},
        stored="deals",
        settings=_credentials,
        page=100,
    ),
    Twin(
        slug="stripe",
        resource="customers",
        tool="stripe",
        record=lambda email, name: {
            "email": email, "name": f"Zoë {name}", "metadata.reference": "R-1",
            "address.city": "Köln",
        },
        settings=_credentials,
        secret="api_key",
        wrong="sk_test_wrong",
        page=100,
    ),
    Twin(
        slug="stripe",
        resource="invoices",
        tool="stripe",
        record=lambda email, name: {
            "customer_email": email, "customer_name": f"Zoë {name}", "description": "hello",
            "amount_due": 4242,
        },
        stored="invoices",
        settings=_credentials,
        secret="api_key",
        wrong="sk_test_wrong",
        page=100,
    ),
    Twin(
        slug="rest",
        resource="records",
        tool="crm",
        record=lambda email, name: {"email": email, "name": f"Zoë {name}", "amount": "1234.50"},
        settings=_crm,
        page=100,
    ),
)  # fmt: skip


def having(ability: type) -> list[Twin]:
    """Answer the twins whose resource has this ability."""
    flags = {kind: name for name, kind in ABILITIES.items()}
    return [
        twin
        for twin in TWINS
        if issubclass(connector(twin.slug), ability)
        and getattr(connector(twin.slug).resource_named(twin.resource), flags[ability])
    ]
