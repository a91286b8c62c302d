"""The frozen path of a lead: a chain's hops as a run knows them, and how often it looks at each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from connectors.kit.message import Message, _

FieldSpec = Mapping[str, object]


class BadPlan(ValueError):
    """A chain cannot be run as it is drawn; `problems` says why, one sentence each."""

    def __init__(self, *problems: "Problem") -> None:
        super().__init__(" ".join(problem.message.render() for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a plan. `hop` is its slug, `field` the key to correct, where known."""

    message: Message
    hop: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPace:
    """How often a hop is looked at. Fractions are of the deadline and of the linger.

    `floor` is the least number of seconds between two looks at one stop. `patience` is how long
    failing looks are repeated before a hop counts as blind: this part of the deadline, but at
    least the linger. `together` is the beat on which looks are made, as a part of the deadline or
    of the linger, whichever is shorter.
    """

    deadline: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 1.0)
    linger: tuple[float, ...] = (0.5, 1.0)
    floor: float = 0.2
    patience: float = 1.0
    together: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class HopPlan:
    """One place on the path. Times are seconds.

    `after` is the slug of the hop before, empty for the entry. `connection` and `connector` are
    slugs. `tool` is the tool's name. `fields` is keyed by the tool's record keys; each value is
    what `FieldRule.parse` takes. `merges`: the tool merges by email here, so it cannot show a
    duplicate. `finds`, `submits`, `removes` say what the tool can do for us at this hop.
    """

    slug: str
    title: str
    tool: str
    kind: str
    after: str
    connection: str
    connector: str
    resource: str
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    deadline: float = 1200.0
    lag: float = 0.0
    linger: float = 600.0
    merges: bool = False
    finds: bool = True
    submits: bool = False
    removes: bool = False
    carrier: str = ""
    carrier_url: str = ""
    stable_ids: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A chain as a run freezes it: a tree of hops, best listed from the entry down."""

    chain: str
    title: str
    hops: tuple[HopPlan, ...]
    looks: LookPace = field(default_factory=LookPace)

    @property
    def entry(self) -> HopPlan:
        """Answer the hop the lead is handed in at."""
        return next(hop for hop in self.hops if not hop.after)

    def hop(self, slug: str) -> HopPlan:
        """Answer the hop of this slug; KeyError names it where there is none."""
        for hop in self.hops:
            if hop.slug == slug:
                return hop
        raise KeyError(slug)

    def children(self, slug: str) -> tuple[HopPlan, ...]:
        """Answer the hops that come after this one."""
        return tuple(hop for hop in self.hops if hop.after == slug)

    def path(self, slug: str) -> tuple[HopPlan, ...]:
        """Answer the hops from the entry to this one, both included."""
        hop = self.hop(slug)
        return (*self.path(hop.after), hop) if hop.after else (hop,)

    def downward(self) -> tuple[HopPlan, ...]:
        """Answer all hops in an order in which each stands behind the one it comes after."""
        found = [self.entry]
        for hop in found:
            found.extend(self.children(hop.slug))
        return tuple(found)

    def document(self) -> dict[str, object]:
        """Answer the plan as a JSON document; `parse` reads it back."""
        return {
            "chain": self.chain,
            "title": self.title,
            "hops": [_hop_document(hop) for hop in self.hops],
            "looks": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(self.looks).items()
            },
        }

    @classmethod
    def parse(cls, document: Mapping[str, object]) -> "Plan":
        """Read a document that `document` wrote. Raises BadPlan."""
        reader = _Reader(document, "")
        hops = tuple(
            _parse_hop(_Reader(hop, f"hops[{index}]"))
            for index, hop in enumerate(reader.sequence("hops"))
        )
        return cls(
            chain=reader.text("chain"),
            title=reader.text("title"),
            hops=hops,
            looks=_parse_pace(_Reader(reader.value("looks"), "looks")),
        )

    def digest(self) -> str:
        """Answer the SHA-256 of the document: equal plans, equal digests."""
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


def superseded(old: Plan, new: Plan) -> tuple[str, ...]:
    """Answer the handoffs of `old` (by receiving hop) that an edit did away with.

    A handoff is gone when its hop is, or comes after another hop, or stands in another tool.
    """
    there = {(hop.slug, hop.after, hop.connector, hop.resource) for hop in new.hops}
    return tuple(
        hop.slug
        for hop in old.hops
        if (hop.slug, hop.after, hop.connector, hop.resource) not in there
    )


def _hop_document(hop: HopPlan) -> dict[str, object]:
    fields = {key: dict(spec) for key, spec in hop.fields.items()}
    return {**{name: getattr(hop, name) for name in HopPlan.__slots__}, "fields": fields}


class _Reader:
    """Reads one object of a document and says where it is wrong."""

    def __init__(self, document: object, where: str) -> None:
        self.where = where
        if not isinstance(document, Mapping):
            raise self.wrong("")
        self.document: Mapping[str, object] = document

    def wrong(self, key: str) -> BadPlan:
        """Answer the error for a key that is absent or of another type."""
        place = ".".join(part for part in (self.where, key) if part)
        return BadPlan(
            Problem(
                message=Message(
                    _("This is no plan of a chain: “%(place)s” is missing or wrong."),
                    {"place": place or "/"},
                ),
                field=place,
            )
        )

    def value(self, key: str) -> object:
        """Answer what stands at `key`."""
        if key not in self.document:
            raise self.wrong(key)
        return self.document[key]

    def text(self, key: str) -> str:
        """Answer the text at `key`."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key)
        return value

    def flag(self, key: str) -> bool:
        """Answer the truth value at `key`."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.wrong(key)
        return value

    def seconds(self, key: str) -> float:
        """Answer the number at `key`."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key)
        return float(value)

    def sequence(self, key: str) -> Sequence[object]:
        """Answer the list at `key`."""
        value = self.value(key)
        if not isinstance(value, list | tuple):
            raise self.wrong(key)
        return value

    def fractions(self, key: str) -> tuple[float, ...]:
        """Answer the list of numbers at `key`."""
        values = self.sequence(key)
        if not all(isinstance(value, int | float) for value in values):
            raise self.wrong(key)
        return tuple(float(value) for value in values if isinstance(value, int | float))

    def specs(self, key: str) -> dict[str, FieldSpec]:
        """Answer the mapping of record keys at `key`."""
        place = f"{self.where}.{key}"
        found = _Reader(self.value(key), place).document
        return {
            name: dict(_Reader(spec, f"{place}.{name}").document) for name, spec in found.items()
        }


def _parse_hop(reader: _Reader) -> HopPlan:
    return HopPlan(
        slug=reader.text("slug"),
        title=reader.text("title"),
        tool=reader.text("tool"),
        kind=reader.text("kind"),
        after=reader.text("after"),
        connection=reader.text("connection"),
        connector=reader.text("connector"),
        resource=reader.text("resource"),
        fields=reader.specs("fields"),
        deadline=reader.seconds("deadline"),
        lag=reader.seconds("lag"),
        linger=reader.seconds("linger"),
        merges=reader.flag("merges"),
        finds=reader.flag("finds"),
        submits=reader.flag("submits"),
        removes=reader.flag("removes"),
        carrier=reader.text("carrier"),
        carrier_url=reader.text("carrier_url"),
        stable_ids=reader.flag("stable_ids"),
    )


def _parse_pace(reader: _Reader) -> LookPace:
    return LookPace(
        deadline=reader.fractions("deadline"),
        linger=reader.fractions("linger"),
        floor=reader.seconds("floor"),
        patience=reader.seconds("patience"),
        together=reader.seconds("together"),
    )
