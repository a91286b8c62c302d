"""What a comparison works on: the places that differ, and what the lead's values can prove."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from monitor.rules.difference import Difference, Kind
from monitor.rules.mapping import STANDARD, FieldRule, FieldType
from monitor.rules.moments import moments
from monitor.rules.sameness import same, same_text
from monitor.rules.values import is_blank, normal, text_of

# Shorter values prove something only letter by letter: a 7 is found everywhere.
_TELLING = 3
_ANY_CASE = frozenset({FieldType.EMAIL, FieldType.CHOICE, FieldType.URL})
_NUMERIC = frozenset({FieldType.NUMBER, FieldType.MONEY})
_TEMPORAL = frozenset({FieldType.DATE, FieldType.DATETIME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A record key that does not hold what the lead says."""

    position: int
    key: str
    rule: FieldRule
    expected: str
    seen: object

    @property
    def field(self) -> str:
        """The lead field that belongs here."""
        return self.rule.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A difference and the place of its first slot, by which faults are told in order."""

    position: int
    difference: Difference


def fault(kind: Kind, slots: Sequence[Slot]) -> Fault:
    """Answer the fault that these slots show together, each field named once."""
    first: dict[str, Slot] = {}
    for slot in slots:
        first.setdefault(slot.field, slot)
    return Fault(
        position=min(slot.position for slot in slots),
        difference=Difference(
            kind=kind,
            fields=tuple(first),
            expected=tuple(slot.expected for slot in first.values()),
            seen=tuple(text_of(slot.seen) for slot in first.values()),
        ),
    )


class Proof:
    """What the values of one lead prove wherever they turn up.

    Booleans and pinned values prove nothing: they look alike in every lead.
    """

    def __init__(self, lead: Mapping[str, str], fields: Mapping[str, FieldRule]) -> None:
        self._rules: dict[str, list[FieldRule]] = {}
        for rule in fields.values():
            if rule.type is not FieldType.IGNORE:
                self._rules.setdefault(rule.source, []).append(rule)
        self.values = {
            name: value for name, value in lead.items() if normal(value) and self.proves(name)
        }
        self._bare = {name: FieldRule(source=name, type=self.type_of(name)) for name in self.values}

    def proves(self, name: str) -> bool:
        """Whether a value of this lead field, seen elsewhere, shows that it moved or leaked."""
        pinned = any(rule.pinned for rule in self._rules.get(name, ()))
        return not pinned and self.type_of(name) is not FieldType.BOOLEAN

    def names(self) -> list[str]:
        """Answer the values that are names of a person, whole or in part."""
        return [
            value
            for name, value in self.values.items()
            if FieldType.NAME in (self.type_of(name), STANDARD.get(name))
        ]

    def is_mapped(self, name: str) -> bool:
        """Whether any key of this hop holds the lead field."""
        return name in self._rules

    def type_of(self, name: str) -> FieldType:
        """Answer what the lead field is: as its first rule says, or its name."""
        rules = self._rules.get(name)
        return rules[0].type if rules else STANDARD.get(name, FieldType.TEXT)

    def held_exactly(self, seen: object) -> Iterator[str]:
        """Answer the lead fields whose very letters `seen` is."""
        return (name for name, value in self.values.items() if same_text(value, seen))

    def held_reformatted(self, seen: object, rule: FieldRule | None) -> Iterator[str]:
        """Answer the lead fields that `seen` is in another notation."""
        if is_blank(seen) or len(normal(text_of(seen))) < _TELLING:
            return
        for name, value in self.values.items():
            read = any(_reads(reader, value, seen) for reader in self._readers(name, rule))
            if read or self._is_day_of(name, seen, rule):
                yield name

    def _readers(self, name: str, rule: FieldRule | None) -> Iterator[FieldRule]:
        yield self._bare[name]
        yield from self._rules.get(name, ())
        if rule is None:
            return
        type_ = self.type_of(name)
        for group in (_NUMERIC, _TEMPORAL):
            if rule.type in group and type_ in group:
                yield replace(rule, type=rule.type if group is _NUMERIC else type_, currency="")
        if rule.type in _ANY_CASE:
            yield FieldRule(source=name, type=FieldType.EMAIL)

    def _is_day_of(self, name: str, seen: object, rule: FieldRule | None) -> bool:
        """Whether a day is all that is left of a moment that was put into a date field."""
        if rule is None or rule.type is not FieldType.DATE:
            return False
        sent = moments(self.values[name]) if self.type_of(name) is FieldType.DATETIME else []
        if not sent or not isinstance(sent[0], datetime):
            return False
        days: set[date] = {sent[0].date()}
        if sent[0].tzinfo:
            days.add(sent[0].astimezone(UTC).date())
        return any(
            not isinstance(reading, datetime) and reading in days
            for reading in moments(seen, rule.format)
        )


def _reads(reader: FieldRule, value: str, seen: object) -> bool:
    if reader.choices and not any(map(str.isalpha, text_of(seen))):
        # the number a tool keeps for a choice is too common to be evidence
        return same_text(value, seen)
    return same(reader, value, seen)
