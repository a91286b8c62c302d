"""Values that stand in the wrong place: changed places, misplaced, or the whole name in a part."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from monitor.rules.damage import damage
from monitor.rules.difference import Difference, Kind
from monitor.rules.mapping import FieldType
from monitor.rules.slots import Fault, Proof, Slot, fault
from monitor.rules.values import normal, text_of, unwrap

# A value with one of these kinds is gone from its place; with any other it is still there, hurt.
GONE = frozenset({Kind.MISSING, Kind.ALTERED})
_WORDED = frozenset({FieldType.NAME, FieldType.TEXT})


class Moves:
    """The moves among the slots that differ; `rest` is what they do not explain."""

    def __init__(self, proof: Proof, slots: Sequence[Slot]) -> None:
        self._proof = proof
        self.rest = list(slots)
        self.faults: list[Fault] = []
        self._holds = {slot.key: self._held(slot) for slot in slots}
        self._swapped()
        self._merged()

    def _held(self, slot: Slot) -> str:
        """Answer the lead field whose value sits in this slot, "" where it is none of them."""
        exact = [name for name in self._proof.held_exactly(slot.seen) if name != slot.field]
        if not exact and damage(slot.rule, slot.expected, slot.seen) is Kind.ALTERED:
            found = self._proof.held_reformatted(slot.seen, slot.rule)
            exact = [name for name in found if name != slot.field]
        differing = {other.field for other in self.rest}
        # where two fields could be meant, one that lacks its value is likelier
        return min(exact, key=lambda name: name not in differing, default="")

    def _swapped(self) -> None:
        holds: dict[str, str] = {}
        for slot in self.rest:
            if self._holds[slot.key]:
                holds.setdefault(slot.field, self._holds[slot.key])
        for cycle in _cycles(holds):
            slots = [
                slot
                for slot in self.rest
                if slot.field in cycle and self._holds[slot.key] == holds[slot.field]
            ]
            self._explain(Kind.SWAPPED, slots)

    def _merged(self) -> None:
        shown = [slot for slot in self.rest if self._is_whole_name(slot)]
        if not shown:
            return
        fields = {slot.field for slot in shown}
        wholes = [normal(text_of(slot.seen)) for slot in shown]
        emptied = [
            slot
            for slot in self.rest
            if slot.field not in fields
            and damage(slot.rule, slot.expected, slot.seen) in GONE
            and any(_is_part(normal(slot.expected), whole) for whole in wholes)
        ]
        self._explain(Kind.MERGED, sorted(shown + emptied, key=lambda slot: slot.position))

    def _is_whole_name(self, slot: Slot) -> bool:
        if self._proof.type_of(slot.field) not in _WORDED:
            return False
        own, seen = normal(slot.expected), normal(text_of(slot.seen))
        return _is_part(own, seen) and seen in self._whole_names(own)

    def _whole_names(self, own: str) -> set[str]:
        wholes = {normal(value) for value in self._proof.values.values()}
        names = {normal(value) for value in self._proof.names()}
        for one, other in permutations({own, *names}, 2):
            wholes |= {f"{one} {other}", f"{one}, {other}"} if own in (one, other) else set()
        return wholes

    def misplaced(self, extra: Mapping[str, object], kinds: Mapping[str, Kind]) -> None:
        """Explain values found where another belongs, or in the `extra` keys that no rule maps.

        `kinds` says by record key what each slot shows by itself.
        """
        before = list(self.rest)
        moved = {slot.key: held for slot in before if (held := self._moved_here(slot))}
        for slot in before:
            if slot.key not in moved:
                continue
            origin = moved[slot.key]
            left = [
                other
                for other in before
                if other.field == origin and (other.key in moved or kinds[other.key] in GONE)
            ]
            self.faults.append(self._misplaced(slot, origin, left))
            explained = {slot.key, *(other.key for other in left)}
            self.rest = [other for other in self.rest if other.key not in explained]
        self._left_unmapped(extra, kinds)

    def _moved_here(self, slot: Slot) -> str:
        return "" if self.is_part(slot) else self._holds[slot.key]

    def is_part(self, slot: Slot) -> bool:
        """Whether this slot was due the whole name and holds a part of it."""
        held = self._holds[slot.key]
        if not held or self._proof.type_of(slot.field) not in _WORDED:
            return False
        return _is_part(normal(self._proof.values[held]), normal(slot.expected))

    def _misplaced(self, slot: Slot, origin: str, left: Sequence[Slot]) -> Fault:
        """Name the field whose value moved and the one it overwrote; an intact one is not named."""
        if not left and self._proof.is_mapped(origin):
            return fault(Kind.MISPLACED, [slot])
        difference = Difference(
            kind=Kind.MISPLACED,
            fields=(origin, slot.field),
            expected=(self._proof.values[origin], slot.expected),
            seen=(text_of(left[0].seen) if left else "", text_of(slot.seen)),
        )
        position = min(other.position for other in (slot, *left))
        return Fault(position=position, difference=difference)

    def _left_unmapped(self, extra: Mapping[str, object], kinds: Mapping[str, Kind]) -> None:
        missing = [slot for slot in self.rest if kinds[slot.key] is Kind.MISSING]
        if not missing:
            return
        there: set[str] = set()
        for value in map(unwrap, extra.values()):
            if isinstance(value, str):
                there.update(self._proof.held_exactly(value))
            if isinstance(value, str | int | float):
                there.update(self._proof.held_reformatted(value, None))
        for slot in missing:
            if slot.field in there:
                self._explain(Kind.MISPLACED, [slot])

    def _explain(self, kind: Kind, slots: Sequence[Slot]) -> None:
        self.faults.append(fault(kind, slots))
        explained = {slot.key for slot in slots}
        self.rest = [slot for slot in self.rest if slot.key not in explained]


def _cycles(holds: Mapping[str, str]) -> Iterator[frozenset[str]]:
    """Answer the rings of fields in which each holds the next one's value."""
    told: set[str] = set()
    for start in holds:
        path: list[str] = []
        name = start
        while name in holds and name not in told and name not in path:
            path.append(name)
            name = holds[name]
        told.update(path)
        if name in path:
            yield frozenset(path[path.index(name) :])


def _is_part(part: str, whole: str) -> bool:
    """Whether `part` is whole words at the beginning or the end of `whole`."""
    return whole.startswith((part + " ", part + ",")) or whole.endswith(" " + part)
