"""A run is judged: what arrived, what was lost, what we could not see."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.rules.plan import Plan
from monitor.rules.verdict import (
    FindingKind,
    HopState,
    Judgement,
    RunFacts,
    Seen,
    StopFacts,
    Submission,
    Verdict,
    judge,
)
from tests.monitor.rules.journeys import AWAY, START, World, at
from tests.monitor.rules.plans import hop, line, plan

IN_TIME = {"list": [20], "contact": [40], "deal": [60]}
HOPS = ["list", "contact", "deal"]


def end(world: World) -> Judgement:
    return world.travel()[-1][1]


def told(judged: Judgement) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(found.kind.value, found.hop, found.suspects) for found in judged.findings]


def states(judged: Judgement) -> list[HopState]:
    return [one.state for one in judged.hops]


def test_a_healthy_run_passes_with_few_looks() -> None:
    world = World(line(), IN_TIME)
    judged = end(world)
    assert judged.verdict is Verdict.PASSED
    assert judged.findings == ()
    assert all(one.good for one in judged.hops)
    assert judged.next_at == {}
    glances = len(HOPS) - 1
    assert len(world.looks) <= 4 * len(HOPS) + glances


def test_nothing_is_looked_for_before_the_hand_in() -> None:
    for facts in (
        RunFacts(submission=Submission.PENDING),
        RunFacts(submission=Submission.PENDING, submitted_at=START),
        RunFacts(submission=Submission.ACCEPTED),
    ):
        judged = judge(line(), facts, at(10))
        assert judged.verdict is None
        assert judged.next_at == {}
        assert set(states(judged)) == {HopState.WAITING}


def test_a_passed_run_was_seen_to_the_end_of_every_linger() -> None:
    for second, judged in World(line(), IN_TIME).travel():
        assert (judged.verdict is Verdict.PASSED) == (second >= 60 + 60 + 10)


def test_a_hop_of_this_run_is_found_by_its_slug() -> None:
    judged = World(line(), IN_TIME).judge(0)
    assert judged.hop("deal").hop == "deal"
    with pytest.raises(KeyError, match="nowhere"):
        judged.hop("nowhere")


@pytest.mark.parametrize("lost", HOPS)
def test_a_lost_lead_is_missed_at_the_handoff_that_lost_it(lost: str) -> None:
    kept = HOPS[: HOPS.index(lost)]
    world = World(line(), {name: IN_TIME[name] for name in kept})
    judged = end(world)
    assert judged.verdict is Verdict.FAILED
    assert told(judged) == [("dropped", lost, (lost,))]
    assert all(judged.hop(name).state is HopState.ARRIVED for name in kept)
    behind = HOPS[HOPS.index(lost) + 1 :]
    assert all(judged.hop(name).state is HopState.NOT_REACHED for name in behind)


def test_a_drop_needs_a_look_that_found_nothing_at_the_deadline_and_lag() -> None:
    facts = RunFacts(submission=Submission.ACCEPTED, submitted_at=START)
    missed_early = StopFacts(looked_at=at(109.9), good_look_at=at(109.9), missed_at=at(109.9))
    missed = StopFacts(looked_at=at(110), good_look_at=at(110), missed_at=at(110))
    early = judge(line(), replace(facts, stops={"list": missed_early}), at(500))
    assert early.hop("list").state is HopState.WAITING
    assert early.next_at["list"] == at(110)
    decided = judge(line(), replace(facts, stops={"list": missed}), at(110))
    assert decided.hop("list").state is HopState.DROPPED
    assert decided.verdict is Verdict.FAILED
    assert not decided.settled


def test_an_arrival_in_the_linger_turns_a_drop_into_lateness() -> None:
    world = World(line(), {"list": [125], "contact": [130], "deal": [140]})
    kinds = [[found.kind.value for found in judged.findings] for _s, judged in world.travel()]
    assert ["dropped"] in kinds
    assert kinds[-1] == ["late"]
    assert end(world).hop("contact").state is HopState.ARRIVED


def test_who_arrives_late_passes_no_lateness_on() -> None:
    judged = end(World(line(), {"list": [20], "contact": [150], "deal": [240]}))
    assert told(judged) == [("late", "contact", ("contact",))]


def late_facts(arrived: float, missed: float) -> RunFacts:
    stop = StopFacts(
        arrived_at=at(arrived),
        records=(Seen(id="1"),),
        missed_at=at(missed),
        looked_at=at(300),
        good_look_at=at(300),
    )
    return RunFacts(submission=Submission.ACCEPTED, submitted_at=START, stops={"list": stop})


@pytest.mark.parametrize(
    ("arrived", "missed", "state"),
    [
        (150, 110, HopState.LATE),
        (150, 109.9, HopState.ARRIVED),
        (100, 110, HopState.ARRIVED),
        (100.1, 110, HopState.LATE),
    ],
)
def test_lateness_needs_a_look_after_deadline_and_lag_that_found_nothing(
    arrived: float, missed: float, state: HopState
) -> None:
    assert judge(line(), late_facts(arrived, missed), at(300)).hop("list").state is state


def test_where_looks_failed_around_the_deadline_the_arrival_counts_as_in_time() -> None:
    world = World(
        line(),
        {"list": [105], "contact": [130], "deal": [140]},
        fails=lambda name, second: name == "list" and 80 < second < 150,
        dates=False,
    )
    assert end(world).verdict is Verdict.PASSED


def test_a_hop_that_has_the_lead_is_shown_arrived_though_the_one_before_lacks_it() -> None:
    judged = end(World(line(), {"list": [20], "deal": [90]}))
    assert told(judged) == [("dropped", "contact", ("contact",))]
    assert judged.hop("deal").state is HopState.ARRIVED


@pytest.mark.parametrize("blind", HOPS)
def test_a_tool_that_never_answers_is_a_blind_spot_and_no_loss(blind: str) -> None:
    world = World(line(), IN_TIME, fails=lambda name, second: name == blind)
    judged = end(world)
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert [(found.kind.value, found.hop) for found in judged.findings] == [("blind", blind)]
    assert judged.findings[0].message == AWAY
    assert judged.hop(blind).state is HopState.BLIND
    assert not judged.hop(blind).good


def test_a_loss_behind_a_blind_hop_suspects_all_since_the_last_hop_seen() -> None:
    world = World(line(), {"list": [20]}, fails=lambda name, second: name == "contact")
    judged = end(world)
    assert judged.verdict is Verdict.FAILED
    assert told(judged) == [("blind", "contact", ()), ("dropped", "deal", ("contact", "deal"))]


def test_a_loss_is_not_blamed_while_the_hop_before_may_still_answer() -> None:
    world = World(line(), {}, fails=lambda name, second: name == "list" and second < 205)
    for _second, judged in world.travel():
        assert {found.hop for found in judged.findings} <= {"list"}
    assert told(judged) == [("dropped", "list", ("list",))]


def test_looks_that_end_before_patience_does_still_pass() -> None:
    world = World(
        line(), IN_TIME, fails=lambda name, second: name == "deal" and 130 <= second < 225
    )
    assert end(world).verdict is Verdict.PASSED


def test_who_arrived_but_could_not_be_watched_to_the_end_is_no_pass() -> None:
    world = World(line(), IN_TIME, fails=lambda name, second: name == "deal" and second >= 120)
    judged = end(world)
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.hop("deal").state is HopState.ARRIVED
    assert not judged.hop("deal").good
    assert [found.kind for found in judged.findings] == [FindingKind.BLIND]


def test_who_came_late_and_could_not_be_watched_to_the_end_is_late() -> None:
    world = World(
        line(),
        {"list": [20], "contact": [40], "deal": [160]},
        fails=lambda name, second: name == "deal" and second >= 210,
    )
    judged = end(world)
    assert judged.verdict is Verdict.FAILED
    assert [found.kind.value for found in judged.findings] == ["late", "blind"]


def test_looks_that_fail_after_a_drop_change_nothing() -> None:
    world = World(
        line(), {"list": [20], "contact": [40]}, fails=lambda n, s: n == "deal" and s > 150
    )
    assert told(end(world)) == [("dropped", "deal", ("deal",))]


def test_a_paused_connection_is_given_up_without_a_look() -> None:
    paused = StopFacts(failure=AWAY)
    facts = RunFacts(
        submission=Submission.ACCEPTED,
        submitted_at=START,
        stops=dict.fromkeys(HOPS, paused),
    )
    waiting = judge(line(), facts, at(209.9))
    assert waiting.hop("list").state is HopState.WAITING
    assert waiting.again_at == at(210)
    assert judge(line(), facts, at(210)).hop("list").state is HopState.BLIND
    assert judge(line(), facts, at(5000)).verdict is Verdict.INCONCLUSIVE


def test_a_stop_nobody_looked_at_is_overdue_and_not_blind() -> None:
    facts = RunFacts(submission=Submission.ACCEPTED, submitted_at=START)
    judged = judge(line(), facts, at(100_000))
    assert set(states(judged)[1:]) == {HopState.WAITING}
    assert judged.verdict is None
    assert judged.next_at["list"] < at(100_000)


def test_an_entry_we_cannot_look_into_counts_as_arrived_when_it_took_the_lead() -> None:
    form = World(line(), IN_TIME).judge(0).hop("form")
    assert form.state is HopState.ARRIVED
    assert form.arrived_at == START
    assert form.next_look_at is None


def test_a_hop_nobody_can_look_into_is_shown_as_such_and_does_not_keep_a_run_from_passing() -> None:
    drawn = plan(hop("form", finds=False), hop("glue", "form", finds=False), hop("deal", "glue"))
    judged = end(World(drawn, {"deal": [150]}))
    assert judged.verdict is Verdict.PASSED
    assert judged.hop("glue").state is HopState.UNWATCHED
    assert not judged.hop("glue").good


def test_behind_a_hop_nobody_can_look_into_looking_begins_early_and_ends_late() -> None:
    drawn = plan(hop("form", finds=False), hop("glue", "form", finds=False), hop("deal", "glue"))
    judged = World(drawn, {}).judge(0)
    assert judged.next_at["deal"] == at(10 + 0.1 * 200)
    assert judged.hop("deal").due_at == at(200)
    assert told(end(World(drawn, {}))) == [("dropped", "deal", ("glue", "deal"))]


def test_where_nothing_was_looked_at_nothing_is_passed() -> None:
    drawn = plan(hop("form", finds=False), hop("mail", "form", finds=False))
    assert World(drawn, {}).judge(0).verdict is Verdict.INCONCLUSIVE


def test_an_entry_that_took_the_lead_and_lost_it_is_a_drop() -> None:
    judged = end(World(plan(hop("list"), hop("deal", "list")), {}))
    assert told(judged) == [("dropped", "list", ("list",))]
    assert judged.hop("deal").state is HopState.NOT_REACHED


def test_the_next_deadline_runs_from_the_hand_in_where_the_entry_took_the_lead() -> None:
    judged = World(plan(hop("list"), hop("deal", "list")), {}).judge(0)
    assert judged.hop("deal").due_at == at(100)


def test_branches_are_judged_apart() -> None:
    drawn = plan(hop("form", finds=False), hop("list", "form"), hop("deal", "form"))
    judged = end(World(drawn, {"deal": [30]}))
    assert told(judged) == [("dropped", "list", ("list",))]
    assert judged.hop("deal").good


NOT_TAKEN = [Submission.REFUSED, Submission.UNKNOWN]


@pytest.mark.parametrize("submission", NOT_TAKEN)
def test_a_lead_not_taken_and_found_nowhere_is_refused(submission: Submission) -> None:
    world = World(line(), {}, submission=submission)
    history = world.travel()
    judged = history[-1][1]
    assert judged.verdict is Verdict.FAILED
    assert told(judged) == [("refused", "form", ("form",))]
    assert judged.findings[0].message == AWAY
    assert states(judged) == [HopState.REFUSED] + [HopState.NOT_REACHED] * 3
    assert {name for name, _second in world.looks} == set(HOPS)
    first = next(second for second, judged in history if judged.verdict)
    assert first == 110
    assert history[-1][0] == 170


@pytest.mark.parametrize("submission", NOT_TAKEN)
def test_a_lead_not_taken_but_found_goes_on(submission: Submission) -> None:
    world = World(line(), IN_TIME, submission=submission)
    judged = end(world)
    assert judged.verdict is Verdict.PASSED
    assert judged.hop("form").state is HopState.ARRIVED


@pytest.mark.parametrize("submission", NOT_TAKEN)
def test_a_lead_not_taken_and_lost_further_down_is_lost_there(submission: Submission) -> None:
    judged = end(World(line(), {"list": [20]}, submission=submission))
    assert told(judged) == [("dropped", "contact", ("contact",))]


def test_a_lead_found_after_all_withdraws_the_refusal() -> None:
    world = World(line(), {"list": [125], "contact": [130], "deal": [135]}, submission=NOT_TAKEN[1])
    kinds = [[found.kind.value for found in judged.findings] for _s, judged in world.travel()]
    assert ["refused"] in kinds
    assert kinds[-1] == ["late"]


@pytest.mark.parametrize("submission", NOT_TAKEN)
def test_where_nobody_answers_a_lead_not_taken_is_inconclusive(submission: Submission) -> None:
    judged = end(World(line(), {}, submission=submission, fails=lambda name, second: True))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert set(states(judged)) == {HopState.BLIND}


def test_one_answer_is_enough_for_a_refusal() -> None:
    world = World(line(), {}, submission=NOT_TAKEN[0], fails=lambda name, second: name == "list")
    judged = end(world)
    assert judged.verdict is Verdict.FAILED
    assert judged.hop("form").state is HopState.REFUSED
    assert judged.hop("list").state is HopState.BLIND


@pytest.mark.parametrize(
    ("submission", "verdict"),
    [(Submission.REFUSED, Verdict.FAILED), (Submission.UNKNOWN, Verdict.INCONCLUSIVE)],
)
def test_where_no_hop_can_be_looked_into_only_a_plain_no_is_a_refusal(
    submission: Submission, verdict: Verdict
) -> None:
    drawn = plan(hop("form", finds=False), hop("mail", "form", finds=False))
    assert World(drawn, {}, submission=submission).judge(0).verdict is verdict


@pytest.mark.parametrize("submission", NOT_TAKEN)
def test_an_entry_we_can_look_into_is_asked_too(submission: Submission) -> None:
    drawn = plan(hop("list"), hop("deal", "list"))
    assert told(end(World(drawn, {}, submission=submission))) == [("refused", "list", ("list",))]
    assert end(World(drawn, {"list": [1], "deal": [9]}, submission=submission)).verdict is (
        Verdict.PASSED
    )
    blind_entry = World(drawn, {}, submission=submission, fails=lambda n, s: n == "list")
    assert ("refused", "list", ("list",)) in told(end(blind_entry))


def sometimes(dice: random.Random) -> Callable[[str, float], bool]:
    return lambda name, second: dice.random() < 0.1


def test_ten_percent_of_failing_reads_leave_99_percent_of_healthy_runs_passed() -> None:
    passed = 0
    for seed in range(400):
        dice = random.Random(seed)
        moments = sorted(dice.uniform(0, 90) for _hop in HOPS)
        arrivals = dict(zip(HOPS, ([moment] for moment in moments), strict=True))
        world = World(line(), arrivals, fails=sometimes(dice))
        judged = end(world)
        assert judged.verdict is not Verdict.FAILED
        passed += judged.verdict is Verdict.PASSED
    assert passed >= 396


SECONDS = st.floats(0, 600)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 4))
    entry = hop("h0", finds=draw(st.booleans()), merges=draw(st.booleans()))
    others = (
        hop(
            f"h{index}",
            f"h{draw(st.integers(0, index - 1))}",
            finds=draw(st.booleans()),
            merges=draw(st.booleans()),
            deadline=draw(st.floats(0.2, 300)),
            lag=draw(st.floats(0, 20)),
            linger=draw(st.floats(0, 100)),
        )
        for index in range(1, count + 1)
    )
    return plan(entry, *others)


@settings(deadline=None)
@given(data=st.data(), drawn=plans())
def test_whatever_happens_a_run_ends_and_its_verdict_is_earned(
    data: st.DataObject, drawn: Plan
) -> None:
    slugs = [one.slug for one in drawn.hops]
    arrivals = data.draw(
        st.dictionaries(st.sampled_from(slugs), st.lists(SECONDS, min_size=1, max_size=3))
    )
    dark = data.draw(st.dictionaries(st.sampled_from(slugs), st.tuples(SECONDS, SECONDS)))
    submission = data.draw(
        st.sampled_from([Submission.ACCEPTED, Submission.REFUSED, Submission.UNKNOWN])
    )
    world = World(
        drawn,
        arrivals,
        submission=submission,
        fails=lambda name, second: name in dark and dark[name][0] <= second <= sum(dark[name]),
    )
    history = world.travel()
    judged = history[-1][1]
    assert judged.verdict is not None
    assert judged.next_at == {}
    if judged.verdict is Verdict.PASSED:
        watched = [judged.hop(one.slug) for one in drawn.hops if one.finds]
        assert watched
        assert all(one.good and one.count for one in watched)
    for one in judged.hops:
        if one.state is HopState.DROPPED:
            assert not world.stops[one.hop].records
    for found in judged.findings:
        *_, last = found.suspects or (found.hop,)
        path = [before.slug for before in drawn.path(last)]
        assert set(found.suspects) <= set(path)
        first = found.suspects[:1] if drawn.hop(found.hop).merges else ()
        assert (found.hop,) in ((last,), first)
    assert judge(drawn, world.facts(), at(1e6)).verdict is judged.verdict


@settings(deadline=None)
@given(drawn=plans())
def test_tools_that_never_answer_are_never_a_drop(drawn: Plan) -> None:
    world = World(drawn, {}, fails=lambda name, second: True)
    for _second, judged in world.travel():
        assert {found.kind for found in judged.findings} <= {FindingKind.BLIND}
    assert judged.verdict is Verdict.INCONCLUSIVE
