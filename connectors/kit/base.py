"""What every connector is: facts declared on the class, and one base class for each ability."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from connectors.kit.grant import Grant
from connectors.kit.ports import Ports
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import Ask


class Kind(StrEnum):
    """The shelf a tool stands on; it picks the glyph of its station and its folder here."""

    FORM = "form"
    EMAIL = "email"
    CRM = "crm"
    INVOICING = "invoicing"
    CALENDAR = "calendar"
    OTHER = "other"


class Ability(StrEnum):
    """What a resource may be able to do, named as its flag."""

    SUBMITS = "submits"
    FINDS = "finds"
    REMOVES = "removes"
    DESCRIBES = "describes"


class Verified(StrEnum):
    """How a connector was verified, best first; shown in the docs and in the product."""

    LIVE = "a live account"
    DESCRIPTION = "the vendor's published API description"
    SANDBOX = "the sandbox only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of record a hop can stand on: a contact, a deal, a message, an invoice.

    `fields` is the default mapping: record key → what `FieldRule.parse` takes ({"from": lead
    field, ...}). `lag` is how many seconds the tool's search trails its writes. `merges_by` names
    record keys by which the tool itself merges records, so a second submission makes no second
    record. `parent` names the resource whose record must outlive this one on removal. A resource
    takes part only in the abilities its flags leave on.
    """

    slug: str
    name: str
    plural: str
    fields: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    lag: float = 0.0
    merges_by: tuple[str, ...] = ()
    stable_ids: bool = True
    parent: str = ""
    submits: bool = True
    finds: bool = True
    removes: bool = True
    describes: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The tool's own rate limit: at most `calls` in `seconds`, per account."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where one connector object works: the owner's answers, one resource, and the keys wanted.

    `settings` holds opened secrets: it is never logged, and its repr shows only names. `base`
    replaces the class's base URL (self-hosted tools, test twins). `keys` are the record keys the
    hop maps: a connector asks its tool for just these.
    """

    settings: Mapping[str, str] = field(repr=False)
    resource: str
    keys: tuple[str, ...] = ()
    base: str = ""
    ports: Ports = field(default_factory=Ports)


class Connector(ABC):
    """Our code for one tool. An object of it serves one resource of one connection.

    It calls `base`, and the addresses in `also` where the tool has several; `Site.base` stands for
    all of them.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    kind: ClassVar[Kind]
    docs: ClassVar[str]
    base: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[tuple[Ask, ...]] = ()
    grant: ClassVar[Grant | None] = None
    resources: ClassVar[tuple[Resource, ...]]
    limits: ClassVar[tuple[Limit, ...]] = ()
    side_effects: ClassVar[tuple[str, ...]] = ()
    verified: ClassVar[Verified] = Verified.SANDBOX

    def __init__(self, site: Site) -> None:
        self.site = site
        self.resource = self.resource_named(site.resource)

    @classmethod
    def resource_named(cls, slug: str) -> Resource:
        """Answer the declared resource; KeyError names it where there is none."""
        for resource in cls.resources:
            if resource.slug == slug:
                return resource
        raise KeyError(slug)

    @classmethod
    def able(cls, ability: Ability, resource: str, settings: Mapping[str, str]) -> bool:  # noqa: ARG003 - for connectors that are what their settings say
        """Whether this resource has that ability, the owner's answers being these."""
        flag = bool(getattr(cls.resource_named(resource), ability))
        return flag and issubclass(cls, ABILITIES[ability])

    @classmethod
    def unanswered(cls, settings: Mapping[str, str]) -> tuple[Ask, ...]:
        """Answer what must still be asked of the owner before the connection can work."""
        return tuple(ask for ask in cls.asks if ask.required and not settings.get(ask.key))

    def answer(self, key: str) -> str:
        """Answer what the owner entered for `key`, or its default."""
        given = self.site.settings.get(key, "").strip()
        return given or next((ask.default for ask in self.asks if ask.key == key), "")

    @abstractmethod
    def check(self) -> Account:
        """Prove the credentials and answer whose account they open.

        Raises NeedsOwner where they are refused, TryLater where the tool cannot be reached.
        """


class Submits(Connector):
    """A tool a lead can be handed in to. `submit_calls` is how many calls that takes at most."""

    submit_calls: ClassVar[int] = 1

    @abstractmethod
    def submit(self, lead: Lead) -> Receipt:
        """Write the lead's record once, never a second time, whatever the answer.

        Raises Refused where the tool says no, OutcomeUnknown where it may have happened.
        """


class Finds(Connector):
    """A tool that can be searched for leads."""

    @abstractmethod
    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        """Yield the records that may be one of `leads`, rather too many than too few.

        One batch search or one bounded listing serves all leads where the tool has one. For leads
        the first handle did not find, a second handle is tried, so that a damaged email does not
        hide a lead. `since` bounds listings, never identity. Having ended without an error, the
        look was complete: every handle, to the last page.
        """


class Removes(Connector):
    """A tool a record can be removed from, in its gentlest grade."""

    @abstractmethod
    def remove(self, arrival: Arrival) -> None:
        """Remove the one record with this id. Already gone is fine."""


class RemovesMany(Removes):
    """A tool that removes many records in one call."""

    @abstractmethod
    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        """Remove these records, at most a hundred. Already gone is fine, for each of them."""


class Describes(Connector):
    """A tool that tells which fields its records have."""

    @abstractmethod
    def fields(self) -> list[FieldInfo]:
        """Answer the fields of this resource as the tool declares them, keyed as records are."""


ABILITIES: Mapping[Ability, type] = {
    Ability.SUBMITS: Submits,
    Ability.FINDS: Finds,
    Ability.REMOVES: Removes,
    Ability.DESCRIBES: Describes,
}
