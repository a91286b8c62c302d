"""What a judged run means for a handoff."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.message import Message
from monitor.rules.difference import Kind
from monitor.rules.incident import (
    Case,
    Confirm,
    CountLoss,
    Doubt,
    Keep,
    Nothing,
    Open,
    OpenIncident,
    Outcome,
    Reason,
    Resolve,
    Worse,
    decide,
    outcome_of,
    proven,
)
from monitor.rules.verdict import LOSSES, Finding, FindingKind
from tests.monitor.rules.journeys import World, at, damage
from tests.monitor.rules.plans import line

DROPPED, LATE, REFUSED = FindingKind.DROPPED, FindingKind.LATE, FindingKind.REFUSED
SWAPPED, DUPLICATED = FindingKind.SWAPPED, FindingKind.DUPLICATED
NOW = at(1000)


def bad(*kinds: FindingKind, run: str = "r2", second: float = 100, **changes: object) -> Outcome:
    findings = tuple(Finding(kind=kind, hop="deal", message=Message("Bad.")) for kind in kinds)
    outcome = Outcome(
        run=run, persona="plain", submitted_at=at(second), findings=findings, settled=True
    )
    return replace(outcome, **changes)  # type: ignore[arg-type]


def good(run: str = "r2", second: float = 100, persona: str = "plain") -> Outcome:
    return Outcome(run=run, persona=persona, submitted_at=at(second), good=True, settled=True)


def unclear(run: str = "r2", *, settled: bool = True) -> Outcome:
    return Outcome(run=run, persona="plain", submitted_at=at(100), settled=settled)


def broken(*kinds: FindingKind, persona: str = "plain") -> Case:
    return Case(incident=OpenIncident(kinds=frozenset(kinds), persona=persona, last_bad_at=at(50)))


FIRST = bad(DROPPED, run="r1", second=10)
CHECKING = Case(doubt=Doubt(first=FIRST, tries=1))
DECIDING = replace(CHECKING, confirms=True)


@pytest.mark.parametrize("kind", sorted(set(FindingKind) - LOSSES - {FindingKind.BLIND}))
def test_positive_evidence_opens_at_once(kind: FindingKind) -> None:
    step = decide(bad(kind), Case(), NOW)
    assert step == Open(
        reason=Reason.POSITIVE_EVIDENCE,
        kinds=frozenset({kind}),
        since=at(100),
        persona="plain",
        last_bad_at=at(100),
    )


@pytest.mark.parametrize("kind", sorted(LOSSES))
def test_a_loss_is_tried_again_at_once(kind: FindingKind) -> None:
    assert decide(bad(kind), Case(), NOW) == Confirm(reason=Reason.FIRST_LOSS, at=NOW, tries=1)


def test_a_loss_beside_positive_evidence_needs_no_second_run() -> None:
    step = decide(bad(LATE, SWAPPED), Case(), NOW)
    assert isinstance(step, Open)
    assert step.kinds == {LATE, SWAPPED}


def test_two_losses_are_a_broken_handoff_since_the_first() -> None:
    step = decide(bad(LATE, confirmation=True), DECIDING, NOW)
    assert step == Open(
        reason=Reason.CONFIRMED,
        kinds=frozenset({DROPPED, LATE}),
        since=at(10),
        persona="plain",
        last_bad_at=at(100),
        ends_doubt=True,
    )


@pytest.mark.parametrize(("settled", "kinds"), [(False, {LATE}), (True, {LATE, DROPPED})])
def test_after_lateness_a_second_lead_is_not_called_lost_before_its_linger_ends(
    settled: bool, kinds: set[FindingKind]
) -> None:
    case = Case(doubt=Doubt(first=bad(LATE, run="r1"), tries=1), confirms=True)
    step = decide(bad(DROPPED, settled=settled), case, NOW)
    assert isinstance(step, Open)
    assert step.kinds == kinds


def test_a_confirmation_that_arrives_makes_the_first_an_intermittent_loss() -> None:
    step = decide(good(), DECIDING, NOW)
    assert step == CountLoss(reason=Reason.NOT_CONFIRMED, run="r1", ends_doubt=True)


def test_a_confirmation_that_shows_damage_opens_at_once() -> None:
    step = decide(bad(DUPLICATED, confirmation=True), DECIDING, NOW)
    assert isinstance(step, Open)
    assert (step.reason, step.ends_doubt) == (Reason.POSITIVE_EVIDENCE, True)


def test_a_first_that_came_in_after_all_ends_the_doubt() -> None:
    assert decide(good(run="r1"), CHECKING, NOW) == Nothing(reason=Reason.ALL_WELL, ends_doubt=True)
    withdrawn = Case(doubt=Doubt(first=good(run="r1"), tries=1), confirms=True)
    for outcome in (good(), unclear()):
        assert decide(outcome, withdrawn, NOW) == Nothing(reason=Reason.ALL_WELL, ends_doubt=True)
    assert decide(bad(DROPPED), withdrawn, NOW) == CountLoss(
        reason=Reason.NOT_CONFIRMED, run="r2", ends_doubt=True
    )


def test_the_first_loss_waits_for_its_confirmation_each_time_it_is_judged() -> None:
    assert decide(bad(LATE, run="r1"), CHECKING, NOW) == Nothing(reason=Reason.CHECKING)


def test_another_loss_meanwhile_is_counted_and_starts_no_second_confirmation() -> None:
    assert decide(bad(DROPPED), CHECKING, NOW) == CountLoss(reason=Reason.CHECKING, run="r2")


def test_a_good_run_meanwhile_decides_nothing() -> None:
    assert decide(good(), CHECKING, NOW) == Nothing(reason=Reason.ALL_WELL)


def test_no_confirmation_of_a_confirmation() -> None:
    step = decide(bad(DROPPED, confirmation=True), Case(), NOW)
    assert step == CountLoss(reason=Reason.CONFIRMATIONS_END_HERE, run="r2")


def test_a_loss_decided_before_is_not_decided_again() -> None:
    assert decide(bad(DROPPED), Case(counted=True), NOW) == Nothing(reason=Reason.ALREADY_COUNTED)


def test_an_inconclusive_confirmation_is_repeated_three_times_then_told() -> None:
    pauses = []
    for tries in (1, 2, 3):
        step = decide(unclear(), replace(DECIDING, doubt=Doubt(first=FIRST, tries=tries)), NOW)
        assert isinstance(step, Confirm)
        assert (step.reason, step.tries) == (Reason.CHECK_AGAIN, tries + 1)
        pauses.append(step.at - NOW)
    assert pauses == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    last = decide(unclear(), replace(DECIDING, doubt=Doubt(first=FIRST, tries=4)), NOW)
    assert last == Open(
        reason=Reason.COULD_NOT_CHECK,
        kinds=frozenset({DROPPED}),
        since=at(10),
        persona="plain",
        last_bad_at=at(10),
        unverified=True,
        ends_doubt=True,
    )


def test_a_confirmation_under_way_is_waited_for() -> None:
    assert decide(unclear(settled=False), DECIDING, NOW) == Nothing(reason=Reason.NOT_CONCLUSIVE)
    assert decide(unclear(), CHECKING, NOW) == Nothing(reason=Reason.NOT_CONCLUSIVE)
    assert decide(unclear(), Case(), NOW) == Nothing(reason=Reason.NOT_CONCLUSIVE)


def test_where_the_reserve_is_spent_the_loss_is_told_unchecked() -> None:
    first = decide(bad(DROPPED), Case(reserve=False), NOW)
    assert isinstance(first, Open)
    assert (first.reason, first.unverified, first.since) == (Reason.NO_RESERVE, True, at(100))
    again = decide(unclear(), replace(DECIDING, reserve=False), NOW)
    assert isinstance(again, Open)
    assert (again.reason, again.ends_doubt, again.since) == (Reason.NO_RESERVE, True, at(10))


def test_a_paused_chain_starts_no_confirmation() -> None:
    assert decide(bad(DROPPED), Case(paused=True), NOW) == CountLoss(reason=Reason.PAUSED, run="r2")
    assert decide(unclear(), replace(DECIDING, paused=True), NOW) == CountLoss(
        reason=Reason.PAUSED, run="r1", ends_doubt=True
    )


def test_a_bad_run_older_than_a_good_one_is_intermittent() -> None:
    for kind in (DROPPED, SWAPPED):
        for case in (Case(last_good_at=at(101)), replace(CHECKING, last_good_at=at(101))):
            step = decide(bad(kind), case, NOW)
            assert step == CountLoss(reason=Reason.OLDER_THAN_GOOD, run="r2")
    assert decide(bad(DROPPED), Case(last_good_at=at(101), counted=True), NOW) == Nothing(
        reason=Reason.ALREADY_COUNTED
    )
    assert isinstance(decide(bad(SWAPPED), Case(last_good_at=at(100)), NOW), Open)


def test_a_first_loss_older_than_a_good_run_waits_for_its_confirmation() -> None:
    step = decide(bad(LATE, run="r1"), replace(CHECKING, last_good_at=at(101)), NOW)
    assert step == Nothing(reason=Reason.CHECKING)


def test_two_losses_of_one_persona_count_though_a_newer_run_was_good() -> None:
    step = decide(bad(DROPPED), replace(DECIDING, last_good_at=at(101)), NOW)
    assert isinstance(step, Open)


def test_what_a_later_look_finds_opens_an_incident_though_newer_runs_were_good() -> None:
    step = decide(bad(DUPLICATED, later=True), Case(last_good_at=at(500)), NOW)
    assert isinstance(step, Open)


def test_inside_an_incident_a_new_kind_is_worse_and_an_old_one_is_not() -> None:
    assert decide(bad(SWAPPED), broken(SWAPPED), NOW) == Keep(reason=Reason.STILL_BAD, bad=True)
    assert decide(bad(SWAPPED, DUPLICATED), broken(SWAPPED), NOW) == Worse(
        reason=Reason.NEW_KIND, kinds=frozenset({DUPLICATED})
    )


def test_late_is_no_worse_than_lost_but_lost_is_worse_than_late() -> None:
    assert decide(bad(LATE), broken(DROPPED), NOW) == Keep(reason=Reason.STILL_BAD, bad=True)
    assert isinstance(decide(bad(DROPPED), broken(LATE), NOW), Worse)
    assert isinstance(decide(bad(LATE), broken(SWAPPED), NOW), Worse)


def test_inside_an_incident_a_loss_is_believed_when_its_linger_is_over() -> None:
    assert decide(bad(DROPPED, settled=False), broken(SWAPPED), NOW) == Keep(
        reason=Reason.STILL_BAD, bad=True
    )


def test_a_good_run_of_the_same_persona_submitted_after_the_last_bad_one_resolves() -> None:
    assert decide(good(second=51), broken(SWAPPED), NOW) == Resolve(reason=Reason.GOOD_RUN)
    assert decide(good(second=51), broken(SWAPPED, persona=""), NOW) == Resolve(
        reason=Reason.GOOD_RUN
    )


@pytest.mark.parametrize("second", [49, 50])
def test_a_good_run_not_newer_than_the_last_bad_one_resolves_nothing(second: float) -> None:
    assert decide(good(second=second), broken(SWAPPED), NOW) == Keep(reason=Reason.OLDER_THAN_BAD)


def test_a_good_run_of_another_persona_resolves_nothing() -> None:
    step = decide(good(persona="long"), broken(SWAPPED), NOW)
    assert step == Keep(reason=Reason.OTHER_PERSONA)


def test_an_inconclusive_run_leaves_an_incident_as_it_is() -> None:
    assert decide(unclear(), broken(SWAPPED), NOW) == Keep(reason=Reason.NOT_CONCLUSIVE)


def test_an_outcome_is_the_handoffs_own_share_of_a_judgement() -> None:
    world = World(
        line(),
        {"list": [20], "contact": [40], "deal": [60]},
        {"contact": (damage(Kind.ALTERED, "phone"),), "deal": (damage(Kind.ALTERED, "phone"),)},
        fails=lambda name, second: name == "list",
    )
    judged = world.travel()[-1][1]
    facts = {"run": "r1", "persona": "plain", "submitted_at": at(0)}
    contact = outcome_of(judged, "contact", **facts, later=True)  # type: ignore[arg-type]
    assert contact.kinds == {FindingKind.ALTERED}
    assert (contact.good, contact.settled) == (False, True)
    assert (contact.later, contact.confirmation) == (True, False)
    blind = outcome_of(judged, "list", **facts, confirmation=True)  # type: ignore[arg-type]
    assert (blind.findings, blind.good, blind.confirmation) == ((), False, True)
    assert outcome_of(judged, "deal", **facts).good  # type: ignore[arg-type]


KINDS = st.lists(st.sampled_from(sorted(set(FindingKind) - {FindingKind.BLIND})), max_size=3)
OUTCOMES = st.builds(
    lambda kinds, second, settled, fine: replace(
        bad(*kinds, second=second), settled=settled or fine, good=fine and not kinds
    ),
    KINDS,
    st.integers(0, 100),
    st.booleans(),
    st.booleans(),
)
CASES = st.builds(
    Case,
    incident=st.none()
    | st.builds(
        OpenIncident,
        kinds=KINDS.map(frozenset),
        persona=st.sampled_from(["plain", "long", ""]),
        last_bad_at=st.integers(0, 100).map(at),
    ),
    doubt=st.none() | st.builds(Doubt, first=st.just(FIRST), tries=st.integers(1, 4)),
    confirms=st.booleans(),
    counted=st.booleans(),
    last_good_at=st.none() | st.integers(0, 100).map(at),
    reserve=st.booleans(),
    paused=st.booleans(),
)


@given(outcome=OUTCOMES, case=CASES)
def test_whatever_the_case_the_rules_of_one_incident_hold(outcome: Outcome, case: Case) -> None:
    step = decide(outcome, case, NOW)
    if isinstance(step, Open | Confirm):
        assert case.incident is None
    if isinstance(step, Keep | Worse | Resolve):
        assert case.incident is not None
    if isinstance(step, Resolve):
        assert outcome.good
    if isinstance(step, Confirm):
        assert not case.paused
        assert case.reserve
        assert case.doubt is None or case.confirms
    if isinstance(step, Open):
        assert step.kinds
        assert not outcome.good


def test_a_handoff_is_proven_once_it_was_seen_working() -> None:
    assert proven({"deal": "2026-03-02T09:00:00+00:00"}, "deal")
    assert not proven({"deal": ""}, "deal")
    assert not proven({}, "deal")
