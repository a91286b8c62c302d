"""What was told of a lead is held against what the sandbox did to it."""

from typing import Any

import pytest

from benchmarks.card import Card
from benchmarks.cells import PERSONAS, cells, rows
from benchmarks.score import marks, percentile, sound

Fact = dict[str, Any]


def finding(kind: str, hop: str = "crm", fields: tuple[str, ...] = (), *more: str) -> Fact:
    return {"kind": kind, "hop": hop, "fields": list(fields), "suspects": [hop, *more]}


def lead(*findings: Fact, verdict: str = "failed", **changes: Any) -> Fact:
    return {
        "pk": 1, "persona": "plain", "verdict": verdict, "findings": list(findings),
        "first": list(findings), "submitted_at": 100.0, "found_at": 104.0, "judged_at": 110.0,
        "struck": True, "refused": False, "tries": 1, **changes,
    }  # fmt: skip


def cell(*leads: Fact, **changes: Any) -> Fact:
    return {
        "name": "x", "row": "name-for-email", "group": "swap", "shape": "quote", "hop": "crm",
        "kind": "swapped", "fields": ["email", "full_name"], "suspects": ["crm"],
        "told_at": "crm", "stuck": "",
        "leads": list(leads), "incidents": [{"opened_at": 130.0}], **changes,
    }  # fmt: skip


SWAPPED = finding("swapped", "crm", ("full_name", "email"))


def test_a_lead_of_which_all_is_said_rightly_is_right() -> None:
    (mark,) = marks(cell(lead(SWAPPED)))
    assert mark.right
    assert (mark.seconds, mark.told, mark.why) == (4.0, None, "")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (lead(verdict="passed"), {"found", "kind", "handoff", "fields"}),
        (lead(finding("altered", "crm", ("full_name", "email"))), {"kind"}),
        (lead(finding("swapped", "list", ("full_name", "email"))), {"handoff"}),
        (lead(finding("swapped", "crm", ("full_name", "email"), "list")), {"handoff"}),
        (lead(finding("swapped", "crm", ("email",))), {"fields"}),
        (lead(SWAPPED, finding("late")), {"kind", "fields"}),
        (lead(SWAPPED, first=[finding("missing", "crm", ("email",))]), {"kind", "fields"}),
    ],
)
def test_whatever_was_said_wrongly_counts(told: Fact, wrong: set[str]) -> None:
    (mark,) = marks(cell(told))
    assert {name for name in ("found", "kind", "handoff", "fields") if not getattr(mark, name)} == (
        wrong
    )
    assert mark.why.startswith("expected swapped")


def test_damage_the_tool_refused_is_a_lead_that_got_lost() -> None:
    (mark,) = marks(cell(lead(finding("dropped"), refused=True)))
    assert (mark.right, mark.expected, mark.told) == (True, "dropped", 30.0)


def test_a_late_lead_may_be_called_lost_until_it_is_seen() -> None:
    late = {"kind": "late", "fields": []}
    (mark,) = marks(cell(lead(finding("late"), first=[finding("dropped")]), **late))
    assert mark.right
    assert not marks(cell(lead(finding("dropped")), **late))[0].kind


@pytest.mark.parametrize(
    ("hop", "suspects", "right"),
    [
        ("list", ("list", "crm"), True),
        ("list", ("list", "invoice"), True),
        ("list", ("list",), False),
        ("crm", ("list", "crm"), True),
        ("crm", ("list", "invoice"), False),
    ],
)
def test_a_copy_hidden_by_a_merge_suspects_the_merge_and_the_branch_it_shows_in(
    hop: str, suspects: tuple[str, ...], right: bool
) -> None:
    hidden = {"kind": "duplicated", "fields": [], "suspects": ["list", "crm"], "told_at": "list"}
    told = {**finding("duplicated", "list"), "suspects": list(suspects)}
    assert marks(cell(lead(told), hop=hop, **hidden))[0].handoff is right


def test_a_lead_the_fault_did_not_strike_has_no_mark() -> None:
    assert marks(cell(lead(verdict="passed", struck=False))) == []


def test_a_hop_we_cannot_look_into_is_inconclusive_at_that_hop_or_wrong() -> None:
    looked = {"group": "look", "kind": "blind", "hop": "stripe_invoice"}
    blind = finding("blind", "stripe-invoice")
    (mark,) = marks(cell(lead(blind, verdict="inconclusive"), **looked))
    assert mark.right
    (mark,) = marks(cell(lead(finding("dropped", "stripe-invoice")), **looked))
    assert not mark.found


def test_a_lead_taken_in_spite_of_an_error_must_pass() -> None:
    taken = {"group": "entry", "kind": "", "fields": []}
    assert marks(cell(lead(verdict="passed"), **taken))[0].right
    assert not marks(cell(lead(finding("refused")), **taken))[0].right


def test_any_finding_but_blind_and_any_incident_is_a_false_alarm() -> None:
    told = sound(
        [
            lead(verdict="passed"),
            lead(finding("blind"), verdict="inconclusive"),
            lead(verdict="passed", first=[finding("late")]),
        ],
        [{"subject": "handoff:crm", "kinds": ["late"]}],
    )
    assert (told.leads, told.passed, len(told.alarms), len(told.others)) == (3, 2, 2, 1)


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3.0], 0.95) == 3.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 21)], 0.95) == 19.0


def test_every_fault_meets_enough_leads_of_every_persona() -> None:
    played = cells(20)
    for row in rows(played):
        these = [one for one in played if one.row == row]
        assert sum(one.quota for one in these) >= 20
        turns = [one.personas[n % len(PERSONAS)] for one in these for n in range(one.quota)]
        assert set(turns) == set(PERSONAS)


def _card(**changes: Any) -> Card:
    told = marks(cell(lead(SWAPPED)))
    well = sound([lead(verdict="passed")] * 100)
    facts: dict[str, Any] = {
        "leads": 1, "healthy": 100, "marks": told, "sound": well, "beside": sound([]),
    }  # fmt: skip
    return Card(**{**facts, **changes})


def test_a_card_without_a_miss_says_so_of_every_target() -> None:
    assert _card().met
    assert "MISSED" not in _card().render()
    assert "What was missed" not in _card().render()


@pytest.mark.parametrize(
    "changes",
    [
        {"marks": marks(cell(lead(verdict="passed")))},
        {"leads": 2},
        {"healthy": 101},
        {"sound": sound([lead(verdict="passed")] * 98 + [lead(verdict="inconclusive")] * 2)},
        {"beside": sound([lead(finding("late"))])},
        {"stuck": ["x: over"]},
    ],
)
def test_whatever_falls_short_is_printed_as_missed(changes: Fact) -> None:
    assert not _card(**changes).met
    assert "**MISSED**" in _card(**changes).render()


def test_ninety_nine_in_a_hundred_passed_is_enough() -> None:
    assert _card(sound=sound([lead(verdict="passed")] * 99 + [lead(verdict="inconclusive")])).met
