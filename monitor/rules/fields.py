"""Whether a record holds what the lead said, and which fault explains each difference."""

from collections.abc import Mapping, Sequence

from monitor.rules.damage import damage
from monitor.rules.difference import Difference, Kind
from monitor.rules.leaks import with_leaks
from monitor.rules.mapping import BadRule, FieldRule, FieldType
from monitor.rules.moves import Moves
from monitor.rules.sameness import same
from monitor.rules.slots import Proof, Slot, fault
from monitor.rules.values import unwrap
from monitor.rules.writing import written

__all__ = ["BadRule", "Difference", "FieldRule", "FieldType", "Kind", "compare", "write"]


def compare(
    lead: Mapping[str, str],
    fields: Mapping[str, FieldRule],
    record: Mapping[str, object],
    others: Sequence[Mapping[str, str]] = (),
) -> list[Difference]:
    """Answer every fault of `record`, none where it holds what `lead` says.

    `fields` is keyed by the record's own keys. `others` are leads of other runs, whose values may
    have leaked. Lead fields without a rule are not compared, but their values are recognised.
    """
    if _all_equal(lead, fields, record):
        return []
    differing: list[Slot] = []
    for key, rule in fields.items():
        expected, seen = lead.get(rule.source), record.get(key)
        if expected and _differs(rule, expected, seen):
            place = len(differing)
            differing.append(
                Slot(position=place, key=key, rule=rule, expected=expected, seen=unwrap(seen))
            )
    return _explained(lead, fields, record, others, differing) if differing else []


def write(lead: Mapping[str, str], fields: Mapping[str, FieldRule]) -> dict[str, object]:
    """Answer the record that hands `lead` in, in the tool's own notation.

    Ignored keys and fields the lead does not have are left out.
    """
    return {
        key: written(rule, lead[rule.source])
        for key, rule in fields.items()
        if rule.type is not FieldType.IGNORE and rule.source in lead
    }


def _all_equal(
    lead: Mapping[str, str], fields: Mapping[str, FieldRule], record: Mapping[str, object]
) -> bool:
    """Whether every value is there letter by letter: no parsing, as nearly every record is right.

    The notation a rule writes is known once it was asked for.
    """
    try:
        for key, rule in fields.items():
            expected = lead[rule.source]
            if (record[key] != expected or not rule.verbatim) and record[key] != rule.memo[
                expected
            ]:
                return False
    except KeyError:
        return False
    return True


def _differs(rule: FieldRule, expected: str, seen: object) -> bool:
    return seen != written(rule, expected) and not same(rule, expected, seen)


def _kind(moves: Moves, slot: Slot) -> Kind:
    if moves.is_part(slot):
        return Kind.TRUNCATED
    return damage(slot.rule, slot.expected, slot.seen)


def _explained(
    lead: Mapping[str, str],
    fields: Mapping[str, FieldRule],
    record: Mapping[str, object],
    others: Sequence[Mapping[str, str]],
    differing: Sequence[Slot],
) -> list[Difference]:
    """Answer the faults behind the slots that differ, each told once, in the order of the rules."""
    proof = Proof(lead, fields)
    moves = Moves(proof, differing)
    kinds = {slot.key: _kind(moves, slot) for slot in moves.rest}
    kinds = with_leaks(kinds, moves.rest, proof, others)
    moves.misplaced({key: value for key, value in record.items() if key not in fields}, kinds)
    faults = moves.faults + [fault(kinds[slot.key], [slot]) for slot in moves.rest]
    told: dict[tuple[Kind, tuple[str, ...]], Difference] = {}
    for found in sorted(faults, key=lambda found: found.position):
        told.setdefault((found.difference.kind, found.difference.fields), found.difference)
    return list(told.values())
