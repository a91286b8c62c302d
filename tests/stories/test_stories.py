"""Whole chains, one fault each, over the real sandbox and a real worker and beat."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stories import api_stories, scenarios
from tests.stories.api_shapes import UNDATED
from tests.stories.conftest import played_again
from tests.stories.drive import chosen
from tests.stories.scenarios import BY_TURNS, LOOK_FAULTS, Scenario

Fact = dict[str, Any]

pytestmark = pytest.mark.timeout(1500)

LOSSES = {"dropped", "late", "refused"}
CHANNELS = ("mail", "slack")


DATABASE = os.environ.get("HANDOFF_TEST_DATABASE", "sqlite")


def _rows(*kinds: Callable[[], Iterator[Scenario]]) -> list[Any]:
    """Answer the stories of a kind to be told: all on SQLite, one a kind on PostgreSQL."""
    wanted = {story.name for kind in kinds for story in kind()}
    return [
        pytest.param(DATABASE, story, id=story.name)
        for story in chosen(everything=DATABASE == "sqlite")
        if story.name in wanted
    ]


def _holds(
    check: Callable[[Fact, Scenario], None], facts: dict[str, Fact], story: Scenario
) -> None:
    """Check what happened in a story; one that fails is played once more, alone."""
    try:
        check(_whole(facts[story.name]), story)
    except AssertionError:
        check(_whole(played_again(story.name, DATABASE)), story)


def _whole(fact: Fact) -> Fact:
    assert not fact["stuck"], f"nothing came of “{fact['stuck']}”: {fact}"
    return fact


def _refused_by_tool(fact: Fact, story: Scenario) -> bool:
    """Whether the receiving tool refused a damaged lead, so that the handoff dropped it."""
    handoff = story.hop
    bad = {run["email"] for run in fact["runs"]}
    return (
        any(
            delivery["outcome"].startswith("refused")
            for delivery in fact["deliveries"]
            if delivery["automation"].endswith(f"->{handoff}") and delivery["lead"]
        )
        or not bad
    )


@pytest.mark.parametrize(
    ("facts", "story"), _rows(scenarios.healthy, api_stories.healthy), indirect=["facts"]
)
def test_a_healthy_chain_passes_and_leaves_nothing_behind(
    facts: dict[str, Fact], story: Scenario
) -> None:
    _holds(_well, facts, story)


def _well(fact: Fact, story: Scenario) -> None:
    assert [run["verdict"] for run in fact["runs"]] == ["passed"]
    assert fact["incidents"] == []
    assert _lying(fact) == []


@pytest.mark.parametrize(
    ("facts", "story"), _rows(scenarios.broken, api_stories.broken), indirect=["facts"]
)
def test_a_broken_handoff_is_named_told_once_and_told_again_when_healed(
    facts: dict[str, Fact], story: Scenario
) -> None:
    _holds(_broken, facts, story)


def _broken(fact: Fact, story: Scenario) -> None:
    assert fact["truth"], "the fault never struck"
    assert fact["runs"][0]["verdict"] == "passed"
    expected = _expected(fact, story)
    _assert_named(fact, story, *expected)
    _assert_told(fact, story, expected[0])
    assert fact["runs"][-1]["verdict"] == "passed"
    assert [left for left in _lying(fact) if not (story.fields and _is_undated(left))] == []


def _is_undated(left: Fact) -> bool:
    """Whether a record that came damaged is kept, for its tool does not tell when it was made."""
    return left["state"] == "kept" and left["tool"] in UNDATED


def _expected(fact: Fact, story: Scenario) -> tuple[str, frozenset[str]]:
    """Answer kind and fields: damage that the tool refuses is a lead that was dropped."""
    if _refused_by_tool(fact, story):
        return "dropped", frozenset()
    return story.kind, story.fields


def _assert_named(fact: Fact, story: Scenario, kind: str, fields: frozenset[str]) -> None:
    struck = {entry["lead"] for entry in fact["truth"]}
    bad = [run for run in fact["runs"] if run["verdict"] == "failed"]
    assert bad, fact["runs"]
    found = [finding for run in bad for finding in run["findings"]]
    assert {finding["kind"] for finding in found} == {kind}, found
    for finding in found:
        assert finding["hop"] == _slug(story.told_at), finding
        assert finding["suspects"] == [_slug(hop) for hop in story.suspects], finding
        assert set(finding["fields"]) == fields, finding
    assert len(bad) == (2 if kind in LOSSES else len(struck)), (struck, bad)


def _assert_told(fact: Fact, story: Scenario, kind: str) -> None:
    assert len(fact["incidents"]) == 1, fact["incidents"]
    (incident,) = fact["incidents"]
    assert incident["subject"] == f"handoff:{_slug(story.told_at)}"
    assert incident["kinds"] == [kind]
    assert incident["resolution"] == "recovered"
    alerts = Counter((channel, event) for channel, event, sent in incident["alerts"] if sent)
    assert alerts == {
        (channel, event): 1 for channel in CHANNELS for event in ("opened", "resolved")
    }, incident["alerts"]


@pytest.mark.parametrize(
    ("facts", "story"), _rows(scenarios.blinded, api_stories.blinded), indirect=["facts"]
)
def test_a_tool_we_cannot_look_into_is_never_called_a_loss(
    facts: dict[str, Fact], story: Scenario
) -> None:
    _holds(_blinded, facts, story)


def _blinded(fact: Fact, story: Scenario) -> None:
    assert fact["truth"], "the fault never struck"
    if story.kind == BY_TURNS:
        assert {entry["kind"] for entry in fact["truth"]} == {*LOOK_FAULTS}
        assert len(fact["runs"]) == 1 + len(LOOK_FAULTS)
    well, blind = fact["runs"][0], fact["runs"][1:]
    assert well["verdict"] == "passed"
    assert {run["verdict"] for run in blind} == {"inconclusive"}
    assert {finding["kind"] for run in blind for finding in run["findings"]} <= {"blind"}
    assert fact["incidents"] == []


@pytest.mark.parametrize(
    ("facts", "story"), _rows(scenarios.unsubmitted, api_stories.unsubmitted), indirect=["facts"]
)
def test_an_entry_that_refuses_is_confirmed_and_told_and_tried_once_a_run(
    facts: dict[str, Fact], story: Scenario
) -> None:
    _holds(_unsubmitted, facts, story)


def _unsubmitted(fact: Fact, story: Scenario) -> None:
    tried = Counter(entry["lead"] for entry in fact["truth"] if entry["detail"].get("lead") != "")
    assert all(count == 1 for lead, count in tried.items() if lead), tried
    if story.kind == "500-after-commit":
        assert {run["verdict"] for run in fact["runs"]} == {"passed"}
        assert fact["incidents"] == []
        return
    bad = [run for run in fact["runs"] if run["verdict"] == "failed"]
    assert [run["cause"] for run in bad] == ["manual", "confirmation"]
    assert {finding["kind"] for run in bad for finding in run["findings"]} == {"refused"}
    (incident,) = fact["incidents"]
    assert incident["kinds"] == ["refused"]
    assert incident["resolution"] == "recovered"
    assert fact["runs"][-1]["verdict"] == "passed"


def _slug(hop: str) -> str:
    return hop.replace("_", "-")


def _lying(fact: Fact) -> list[Any]:
    """Answer what still lies in tools a record can be removed from."""
    kept = {"html_form", "postmark", "imap"}
    return [
        left for left in fact["residue"] if left["state"] != "gone" and left["tool"] not in kept
    ]
