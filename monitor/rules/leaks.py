"""Values of another lead in this one's record."""

from collections.abc import Mapping, Sequence

from monitor.rules.difference import Kind
from monitor.rules.mapping import FieldType
from monitor.rules.sameness import same
from monitor.rules.slots import Proof, Slot
from monitor.rules.values import normal, text_of


def with_leaks(
    kinds: Mapping[str, Kind],
    slots: Sequence[Slot],
    proof: Proof,
    others: Sequence[Mapping[str, str]],
) -> dict[str, Kind]:
    """Answer `kinds` with `leaked` where a slot shows another lead's value.

    A slot's own damage explains it first, unless another slot shows the same other lead.
    """
    shown = {slot.key: _shown(slot, proof, others) for slot in slots}
    answer = dict(kinds)
    for slot in slots:
        elsewhere = set().union(*(shown[other.key] for other in slots if other.key != slot.key))
        unexplained = kinds[slot.key] is Kind.ALTERED and not _lost_zeros(slot)
        if shown[slot.key] and (unexplained or not elsewhere.isdisjoint(shown[slot.key])):
            answer[slot.key] = Kind.LEAKED
    return answer


def _lost_zeros(slot: Slot) -> bool:
    """Whether the value lost its leading zeros: some other lead may well order as many pieces."""
    own, text = normal(slot.expected), normal(text_of(slot.seen))
    return own.startswith("0") and text != "" and own.lstrip("0") == text


def _shown(slot: Slot, proof: Proof, others: Sequence[Mapping[str, str]]) -> frozenset[int]:
    """Answer which of `others` this slot shows a value of."""
    text = normal(text_of(slot.seen))
    if not text:
        return frozenset()
    return frozenset(
        number for number, other in enumerate(others) if _is_of(slot, text, proof, other)
    )


def _is_of(slot: Slot, text: str, proof: Proof, other: Mapping[str, str]) -> bool:
    theirs = other.get(slot.field, "")
    if theirs and proof.proves(slot.field) and same(slot.rule, theirs, slot.seen):
        return True
    if slot.rule.type is FieldType.DATETIME:
        # a moment that lost its time of day is a day, and other leads have days too
        return False
    return any(normal(value) == text and proof.proves(name) for name, value in other.items())
