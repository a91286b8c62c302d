"""A soak is scored by the truth log and the kills, and by nothing the product says of itself."""

from typing import Any

import pytest

from benchmarks.soak_score import score

Fact = dict[str, Any]

CELL: Fact = {
    "name": "x", "row": "name-for-email", "group": "swap", "shape": "quote", "hop": "crm",
    "kind": "swapped", "fields": ["email", "full_name"], "suspects": ["crm"], "told_at": "crm",
}  # fmt: skip
SWAPPED = {
    "kind": "swapped", "hop": "crm", "fields": ["email", "full_name"], "suspects": ["crm"],
}  # fmt: skip
BLIND = {"kind": "blind", "hop": "crm", "fields": [], "suspects": ["crm"]}
INCIDENT = {"chain": "soak-1", "subject": "handoff:crm", "kinds": ["swapped"]}


def lead(*findings: Fact, verdict: str = "failed", **changes: Any) -> Fact:
    return {
        "pk": 1, "persona": "plain", "verdict": verdict, "findings": list(findings),
        "first": list(findings), "submitted_at": 100.0, "found_at": 104.0, "judged_at": 110.0,
        "settled_at": 120.0, "struck": True, "refused": False, "refused_at": [],
        "chain": "soak-1", "looks": {},
        "lead": {"company": "Gemo Ltd"},
        "cell": CELL, **changes,
    }  # fmt: skip


def facts(*leads: Fact, **changes: Any) -> Fact:
    return {
        "leads": list(leads), "others": [], "stuck": [], "noise": [], "kills": [],
        "incidents": [INCIDENT], "twice": [], "unlisted": [], **changes,
    }  # fmt: skip


def wrong(card: Any) -> dict[str, int]:
    return {what: count for row in card.rows.values() for what, count in row.wrong.items()}


def test_a_fault_named_rightly_is_right() -> None:
    card = score(facts(lead(SWAPPED)))
    assert (card.met, card.rows["name-for-email"].right) == (True, 1)
    assert "| name-for-email | 1 | 1 | 0 | 0 | 0 | 0 | 0 |" in card.render()


@pytest.mark.parametrize(
    ("played", "what"),
    [
        (lead(verdict="passed"), "missed"),
        (lead({**SWAPPED, "kind": "altered"}), "misnamed"),
        (lead({**SWAPPED, "suspects": ["list"]}), "misnamed"),
        (lead(SWAPPED, struck=False, cell=None), "false alarms"),
        (lead(BLIND, verdict="inconclusive", struck=False, cell=None), "without a cause"),
    ],
)
def test_each_way_of_being_wrong_has_its_column(played: Fact, what: str) -> None:
    card = score(facts(played))
    assert wrong(card) == {what: 1}
    assert not card.met
    assert f"run 1 ({what})" in card.render()


@pytest.mark.parametrize(
    "cause",
    [{"kills": [{"part": "worker", "at": 105.0}]}, {"noise": [{"at": 105.0, "account": "soak-1"}]}],
)
def test_whom_a_kill_or_a_wrong_answer_kept_from_looking_is_no_mistake(cause: Fact) -> None:
    sound = [lead(verdict="passed", struck=False, cell=None) for _ in range(19)]
    blind = lead(BLIND, verdict="inconclusive", struck=False, cell=None)
    card = score(facts(*sound, blind, incidents=[], **cause))
    assert (card.inconclusive, card.met) == (1, True)


def test_more_than_one_in_twenty_inconclusive_is_too_many() -> None:
    kill = {"kills": [{"part": "beat", "at": 105.0}]}
    assert not score(facts(lead(BLIND, verdict="inconclusive"), **kill)).met


def test_noise_on_another_account_is_no_cause() -> None:
    blind = lead(BLIND, verdict="inconclusive", struck=False, cell=None)
    noise = [{"at": 105.0, "account": "soak-2"}]
    assert wrong(score(facts(blind, noise=noise))) == {"without a cause": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"stuck": [7]},
        {"twice": ["a@b.test"]},
        {"incidents": [INCIDENT, {**INCIDENT, "chain": "soak-2"}]},
        {"incidents": []},
        {"unlisted": [{"where": "soak-1: crm r1", "blind": False}]},
    ],
)
def test_what_may_not_happen_is_counted(changes: Fact) -> None:
    assert not score(facts(lead(SWAPPED), **changes)).met


def test_a_record_at_a_blind_hop_waits_for_the_look_a_day_later() -> None:
    left = [{"where": "soak-1: crm r1", "blind": True}]
    card = score(facts(lead(SWAPPED), unlisted=left))
    assert (card.met, card.later) == (True, 1)


def test_late_is_missed_only_where_a_look_could_have_shown_it() -> None:
    cell = {**CELL, "kind": "late", "row": "late", "fields": []}
    kill = {"kills": [{"part": "beat", "at": 105.0}], "incidents": []}
    looked = [["1970-01-01T00:01:55+00:00", "missed", 0]]
    seen = lead(verdict="passed", cell=cell, looks={"crm": looked})
    assert wrong(score(facts(seen, **kill))) == {"missed": 1}
    unseen = lead(verdict="passed", cell=cell, looks={"crm": [[looked[0][0], "failed", 0]]})
    assert wrong(score(facts(unseen, **kill))) == {}


def test_evidence_behind_a_good_run_of_its_persona_opens_nothing() -> None:
    good = lead(
        verdict="passed", struck=False, cell=None, pk=2, submitted_at=101.0, judged_at=103.0
    )
    assert (
        score(facts(lead(SWAPPED), good, incidents=[])).beside["faults without an incident"] == []
    )


def test_a_hand_in_that_a_kill_cut_off_is_no_false_alarm() -> None:
    refused = {"kind": "refused", "hop": "website", "fields": [], "suspects": ["website"]}
    said = {"key": "Handoff was interrupted while it handed this lead in."}
    sound = [lead(verdict="passed", struck=False, cell=None) for _ in range(19)]
    cut = lead(refused, struck=False, cell=None, problem=said)
    kills = [{"part": "worker", "at": 101.0}]
    assert score(facts(*sound, cut, kills=kills, incidents=[])).met
    assert wrong(score(facts(*sound, cut, incidents=[]))) == {"false alarms": 1}


def test_a_lead_lost_where_a_later_tool_refused_the_damage_is_a_consequence() -> None:
    lost = {"kind": "dropped", "hop": "post-mark", "fields": [], "suspects": ["post-mark"]}
    assert score(facts(lead(SWAPPED, lost, refused_at=["post_mark"]))).met
    assert wrong(score(facts(lead(SWAPPED, lost)))) == {"misnamed": 1}


@pytest.mark.parametrize(("seen", "right"), [("{{company}}", True), ("Gemo Ltd", False)])
def test_a_leaked_value_that_was_damaged_before_may_be_named_for_its_damage(
    seen: str, *, right: bool
) -> None:
    found = {
        "kind": "altered", "hop": "crm", "fields": ["company"], "suspects": ["crm"],
        "differences": [{"kind": "altered", "expected": ["Riposu"], "seen": [seen]}],
    }  # fmt: skip
    cell = {**CELL, "kind": "leaked", "fields": ["company"]}
    assert score(facts(lead(found, cell=cell))).met is right
