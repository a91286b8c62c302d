"""Comparing holds for every lead: each damage is named, and nothing harmless is a finding."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.rules.fields import FieldRule, Kind, compare, write
from monitor.rules.lead import Persona
from tests.monitor.rules.damages import ANYTHING, BY_FIELD
from tests.monitor.rules.leads import FORMATTED, VERBATIM, lead_of, minted, numbers, personas
from tests.monitor.rules.rewritings import ANYWHERE, BENIGN

FIELDS = tuple(VERBATIM)
NO_SWAP = "consent"
mappings = st.sampled_from((VERBATIM, FORMATTED))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def found(
    lead: Mapping[str, str],
    record: Mapping[str, object],
    fields: Mapping[str, FieldRule] = VERBATIM,
    *others: Mapping[str, str],
) -> list[tuple[Kind, frozenset[str]]]:
    return [(one.kind, frozenset(one.fields)) for one in compare(lead, fields, record, others)]


@given(minted, mappings)
def test_what_was_written_is_no_finding(lead: dict[str, str], fields: dict[str, FieldRule]) -> None:
    assert compare(lead, fields, write(lead, fields)) == []


@given(minted)
def test_what_was_sent_is_no_finding(lead: dict[str, str]) -> None:
    assert compare(lead, VERBATIM, lead) == []


@settings(max_examples=400, deadline=None)
@given(minted, mappings, st.data())
def test_a_swap_or_rotation_is_one_finding_with_its_fields(
    lead: dict[str, str], fields: dict[str, FieldRule], data: st.DataObject
) -> None:
    names = data.draw(
        st.lists(
            st.sampled_from([name for name in FIELDS if name != NO_SWAP]),
            min_size=2,
            max_size=4,
            unique=True,
        )
    )
    record = write(lead, fields)
    values: Mapping[str, object] = lead if data.draw(st.booleans()) else dict(record)
    for at, name in enumerate(names):
        record[name] = values[names[at - 1]]
    assert found(lead, record, fields) == [(Kind.SWAPPED, frozenset(names))]


@settings(max_examples=400, deadline=None)
@given(numbers, personas, st.sampled_from(FIELDS), st.data())
def test_a_damage_is_named_with_its_field_and_nothing_else(
    number: int, persona: Persona, name: str, data: st.DataObject
) -> None:
    lead = lead_of(number, persona)
    damage = data.draw(st.sampled_from(list(BY_FIELD[name])))
    seen = damage(lead[name])
    assume(seen is not None)
    assert found(lead, {**lead, name: seen}) == [(BY_FIELD[name][damage], frozenset({name}))], (
        damage,
        seen,
    )


@pytest.mark.parametrize("persona", Persona)
@pytest.mark.parametrize("name", FIELDS)
def test_every_damage_of_every_field_of_every_persona(persona: Persona, name: str) -> None:
    lead = lead_of(7, persona)
    for damage, kind in BY_FIELD[name].items():
        seen = damage(lead[name])
        if seen is not None:
            assert found(lead, {**lead, name: seen}) == [(kind, frozenset({name}))], (damage, seen)


@settings(deadline=None)
@given(minted, st.sampled_from(FIELDS), st.sampled_from(list(ANYTHING.items())))
def test_nothing_and_placeholders_are_named(
    lead: dict[str, str], name: str, case: tuple[object, Kind]
) -> None:
    seen, kind = case
    assert found(lead, {**lead, name: seen}) == [(kind, frozenset({name}))]


@settings(max_examples=300, deadline=None)
@given(minted, st.data())
def test_no_harmless_rewriting_is_a_finding(lead: dict[str, str], data: st.DataObject) -> None:
    record: dict[str, object] = {"extra": "nobody asked for this", "id": 7}
    for name in FIELDS:
        seen: object = lead[name]
        once = data.draw(st.sampled_from((None, *BENIGN[name])))
        seen = once(seen) if once else seen
        for rewrite in data.draw(st.lists(st.sampled_from(ANYWHERE), max_size=3)):
            seen = rewrite(seen)
        record[name] = seen
    assert compare(lead, VERBATIM, record) == []


@given(minted, st.lists(st.sampled_from(ANYWHERE), max_size=4))
def test_a_tools_own_notation_may_be_rewritten_too(
    lead: dict[str, str], rewritings: list[Callable[[object], object]]
) -> None:
    record = write(lead, FORMATTED)
    for rewrite in rewritings:
        record = {key: rewrite(value) for key, value in record.items()}
    assert compare(lead, FORMATTED, record) == []


@settings(max_examples=200, deadline=None)
@given(numbers, numbers, personas, st.sampled_from(FIELDS))
def test_a_value_of_another_lead_has_leaked(
    number: int, another: int, persona: Persona, name: str
) -> None:
    lead, other = lead_of(number, persona), lead_of(another, persona)
    assume(lead[name] != other[name])
    kinds = found(lead, {**lead, name: other[name]}, VERBATIM, lead_of(another + 1), other)
    own = {Kind.LEAKED, Kind.DAY_MONTH_SWAPPED, Kind.TRUNCATED}
    assert len(kinds) == 1
    assert kinds[0][0] in own
    assert kinds[0][1] == {name}


@settings(max_examples=300, deadline=None)
@given(minted, mappings, st.sampled_from(FIELDS), st.sampled_from(FIELDS), st.booleans())
def test_a_misplaced_value_names_both_fields(
    lead: dict[str, str],
    fields: dict[str, FieldRule],
    moved: str,
    overwritten: str,
    copied: bool,
) -> None:
    parts = {"first_name", "last_name", "full_name"}
    assume(moved not in (overwritten, NO_SWAP) and not {moved, overwritten} <= parts)
    record = dict(write(lead, fields))
    record[overwritten] = record[moved]
    if not copied:
        record[moved] = None
    named = {overwritten} if copied else {moved, overwritten}
    assert found(lead, record, fields) == [(Kind.MISPLACED, frozenset(named))]


@settings(max_examples=300, deadline=None)
@given(minted, st.lists(st.sampled_from(FIELDS), min_size=2, max_size=4, unique=True), st.data())
def test_independent_faults_are_each_told(
    lead: dict[str, str], names: list[str], data: st.DataObject
) -> None:
    record: dict[str, object] = dict(lead)
    expected = set()
    for name in names:
        damage = data.draw(st.sampled_from(list(BY_FIELD[name])))
        seen = damage(lead[name])
        assume(seen is not None)
        record[name] = seen
        expected.add((BY_FIELD[name][damage], frozenset({name})))
    assert set(found(lead, record)) == expected


@settings(max_examples=300, deadline=None)
@given(
    minted,
    mappings,
    st.dictionaries(st.sampled_from((*FIELDS, "other")), json_values),
    st.lists(minted, max_size=2),
)
def test_no_record_whatever_breaks_the_comparison(
    lead: dict[str, str],
    fields: dict[str, FieldRule],
    record: dict[str, object],
    others: list[dict[str, str]],
) -> None:
    for difference in compare(lead, fields, record, others):
        assert len(difference.fields) == len(difference.expected) == len(difference.seen)
        assert difference.explain().render()
