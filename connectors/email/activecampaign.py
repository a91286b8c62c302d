"""ActiveCampaign: the contacts of an account, their custom fields known by number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from connectors.kit.address import segment
from connectors.kit.answer import Piece
from connectors.kit.auth import HeaderKey
from connectors.kit.base import Describes, Finds, Kind, Limit, Removes, Resource, Site, Submits
from connectors.kit.begun import begun
from connectors.kit.body import json_body
from connectors.kit.http import Door
from connectors.kit.paging import by_cursor, by_offset
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, secret, text
from connectors.kit.sought import Sought

VERSION = "/api/3"
PAGE = 100
# Up to here a call for each lead costs less than reading what was changed.
FEW = 2
# Whether the filter by time minds the zone it is given is not published: a day covers every zone.
ZONES = timedelta(days=1)
CUSTOM = "field."
KINDS = {"date": "date", "datetime": "datetime"}
MANY = ("listbox", "checkbox")
OWN = {"email": "email", "firstName": "name", "lastName": "name", "phone": "phone"}


class ActiveCampaign(Submits, Finds, Removes, Describes):
    """A contact is asked for by its address; the recent changes serve many leads."""

    slug = "activecampaign"
    name = "ActiveCampaign"
    kind = Kind.EMAIL
    docs = "https://developers.activecampaign.com/reference/sync-a-contacts-data"
    base = ""
    asks = (
        Ask(
            key="base_url",
            label="API URL",
            kind=AskKind.URL,
            help="Settings › Developer › API Access: copy it, for it cannot be told from the name.",
            example="https://youraccount.api-us1.com",
        ),
        secret("api_key", "API key", help="Settings › Developer › API Access, below the URL."),
        text(
            "list_id",
            "List ID",
            help="Contacts › Lists, the number in the list's address: new contacts join this list. "
            "Leave it empty if your automation does not start with a list.",
            required=False,
            pattern=r"\d+",
            example="1",
        ),
    )
    resources = (
        Resource(
            slug="contacts",
            name="contact",
            plural="contacts",
            fields={
                "email": {"from": "email", "as": "email"},
                "firstName": {"from": "first_name", "as": "name"},
                "lastName": {"from": "last_name", "as": "name"},
                "phone": {"from": "phone", "as": "phone"},
            },
            lag=30.0,
            merges_by=("email",),
            note="One contact for each address: a second submission changes the first one.",
        ),
    )
    limits = (Limit(calls=5, seconds=1),)
    submit_calls = 2
    side_effects = (
        "A new contact can start your automations, which mail the test address.",
        "Contacts count towards your plan until they are deleted, for good, after a run.",
    )

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        base = site.base or self.answer("base_url").rstrip("/").removesuffix(VERSION)
        auth = HeaderKey("Api-Token", self.answer("api_key"))
        self.api = Door(self.name, base, ports=site.ports, auth=auth)

    def check(self) -> Account:
        user = self.api.get(f"{VERSION}/users/me").json.at("user")
        # All keys of an account share its limit, so the account counts, not whose key this is.
        host = _host(user) or self.api.address.place.host
        return Account(id=host, label=f"{host} › {user.text('username')}")

    def submit(self, lead: Lead) -> Receipt:
        record = {"email": lead.email, **lead.record}
        contact = {key: value for key, value in record.items() if not key.startswith(CUSTOM)}
        contact["fieldValues"] = [
            {"field": key.removeprefix(CUSTOM), "value": _text(value)}
            for key, value in record.items()
            if key.startswith(CUSTOM)
        ]
        sync = json_body({"contact": contact})
        id = self.api.post(f"{VERSION}/contact/sync", body=sync).json.text("contact.id")
        if list_id := self.answer("list_id"):
            member = {"contactList": {"list": list_id, "contact": id, "status": 1}}
            with begun(self.name):
                self.api.post(f"{VERSION}/contactLists", body=json_body(member)).json.at(
                    "contactList"
                )
        return Receipt(id=id, url=self._link(id))

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought = Sought(leads)
        for lead in leads if len(leads) <= FEW else ():
            yield from self._arrivals({"email": lead.email}, sought)
        if sought.missing():
            start = (since - ZONES).isoformat(timespec="seconds")
            yield from self._arrivals({"filters[updated_after]": start}, sought)

    def remove(self, arrival: Arrival) -> None:
        self.api.discard(f"{VERSION}/contacts/{segment(arrival.id)}")

    def fields(self) -> list[FieldInfo]:
        offered: dict[str, list[str]] = {}

        def page(skip: int) -> Piece:
            query = {"limit": str(PAGE), "offset": str(skip)}
            listed = self.api.get(f"{VERSION}/fields", query=query).json
            for option in listed.maybe_each("fieldOptions"):
                offered.setdefault(option.text("field"), []).append(option.text("value"))
            return listed

        own = [FieldInfo(key=key, kind=kind, required=key == "email") for key, kind in OWN.items()]
        listed = list(by_offset(page, "fields", size=PAGE))
        return [*own, *(_field(field, offered) for field in listed)]

    def _arrivals(self, query: Mapping[str, str], sought: Sought) -> Iterator[Arrival]:
        """Yield what a listing shows of the sought leads; custom values stand beside contacts."""
        values: dict[str, dict[str, object]] = {}

        def page(after: str) -> Piece:
            more = {"orders[id]": "ASC", "limit": str(PAGE), "include": "fieldValues"}
            more |= {"id_greater": after} if after else {}
            listed = self.api.get(f"{VERSION}/contacts", query={**query, **more}).json
            for held in listed.maybe_each("fieldValues"):
                key = f"{CUSTOM}{held.text('field')}"
                values.setdefault(held.text("contact"), {})[key] = held.at("value").value
            return listed

        for contact in by_cursor(page, "contacts", following=_last_id):
            id, keys = contact.text("id"), self.site.keys
            held = values.get(id, {})
            if sought.holds([contact.value, held]):
                record = contact.pick(keys) | {key: held[key] for key in keys if key in held}
                born = contact.maybe_time("cdate")
                yield Arrival(id=id, record=record, created_at=born, url=self._link(id))

    def _link(self, id: str) -> str:
        name, _dot, rest = self.api.address.place.host.partition(".")
        known = rest.startswith("api-")
        return f"https://{name}.activehosted.com/app/contacts/{id}" if known else ""


def _last_id(listed: Piece) -> str:
    """Answer after which contact the next page begins, empty on the last."""
    ids = [contact.text("id") for contact in listed.each("contacts")]
    return ids[-1] if len(ids) == PAGE else ""


def _host(user: Piece) -> str:
    """Answer the account's own host, which every link of its answers names."""
    links = user.maybe("links")
    named = links.value.values() if links and isinstance(links.value, Mapping) else ()
    return next((urlsplit(link).hostname or "" for link in named if isinstance(link, str)), "")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field(field: Piece, offered: Mapping[str, Sequence[str]]) -> FieldInfo:
    """Answer one custom field; where several may be chosen, each stands between bars."""
    id, kind = field.text("id"), field.maybe_text("type")
    values = offered.get(id, ())
    choices = tuple(f"||{value}||" if kind in MANY else value for value in values)
    return FieldInfo(
        key=f"{CUSTOM}{id}",
        label=field.text("title"),
        kind="choice" if choices else KINDS.get(kind, "text"),
        required=field.maybe_text("isrequired") == "1",
        choices=choices,
    )
