"""The worker is killed at each step of its work; another goes on, and nothing is lost or doubled.

Real processes: `serve` with its Celery worker and beat, Valkey, the sandbox. SIGKILL at the point.
"""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tests.survival import points
from tests.survival.points import NoSuchPoint, Point, place
from tests.survival.stage import Stage

Facts = dict[str, Any]

pytestmark = pytest.mark.timeout(120)

TWICE = {"copies": 1, "after": 0.02}
AFTER_THE_RECEIPT = ("before judging a hand-in", "after judging a hand-in")
AFTER_IT_LEFT = ("after sending by", "before marking an alert sent")


def _each(*group: Point) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("point", [one.name for one in group])


def test_a_point_that_is_gone_is_said_so() -> None:
    with pytest.raises(NoSuchPoint, match=r"tests/survival/points\.py"):
        place("monitor.engine.due:snatch")


@_each(*points.SCHEDULED)
def test_a_slot_brings_one_run(stage: Stage, point: str) -> None:
    chain = stage.chain()
    stage.arm(point)
    first = stage.hand.ask("schedule", chain, 5)
    stage.wait_for_the_crash()
    stage.wait_for_runs(chain, 1)
    stage.hand.ask("schedule", chain, 0)
    facts = stage.ended(chain, 1)
    assert [datetime.fromisoformat(run["slot"]) for run in facts["runs"]] == [
        datetime.fromisoformat(first)
    ]
    assert [run["verdict"] for run in facts["runs"]] == ["passed"]
    _nothing_doubled_or_unlisted(stage, chain, facts)


@_each(*points.HANDED_IN)
def test_a_lead_is_handed_in_once(stage: Stage, point: str) -> None:
    chain = stage.chain(deadline=1.0)
    facts = _crashed(stage, chain, point)
    first = facts["runs"][0]
    if point == "before handing in":
        # Whether it was taken is not known, so it is looked for, and another lead sent after it.
        assert (first["submission"], first["verdict"]) == ("unknown", "failed")
        assert [run["cause"] for run in facts["runs"]] == ["manual", "confirmation"]
        assert facts["runs"][1]["verdict"] == "passed"
    else:
        assert [run["verdict"] for run in facts["runs"]] == ["passed"]
        receipt_kept = point in ("after taking a run", *AFTER_THE_RECEIPT)
        assert first["submission"] == ("accepted" if receipt_kept else "unknown")
    assert facts["incidents"] == []
    _nothing_doubled_or_unlisted(stage, chain, facts)


@_each(*points.LOOKED, *points.REMOVED)
def test_a_good_lead_stays_good_and_goes_again(stage: Stage, point: str) -> None:
    chain = stage.chain()
    facts = _crashed(stage, chain, point)
    assert [run["verdict"] for run in facts["runs"]] == ["passed"]
    assert facts["incidents"] == []
    assert stage.control.records("crm", chain) == [], facts
    _nothing_doubled_or_unlisted(stage, chain, facts)


@_each(*points.TOLD)
def test_a_broken_handoff_is_told_at_least_once_under_one_key(stage: Stage, point: str) -> None:
    chain = stage.chain()
    with stage.control.broken(f"handoff:{chain}:website->crm", "duplicate", **TWICE):
        facts = _crashed(stage, chain, point)
    assert [run["verdict"] for run in facts["runs"]] == ["failed"]
    assert [incident["kinds"] for incident in facts["incidents"]] == [["duplicated"]]
    told = _told(stage, chain)
    assert {channel: len(keys) for channel, keys in told.items()} == {"mail": 1, "slack": 1}, facts
    repeated = max(max(keys.values()) for keys in told.values())
    assert repeated >= (2 if point.startswith(AFTER_IT_LEFT) else 1)
    _nothing_doubled_or_unlisted(stage, chain, facts)


@_each(*points.CONFIRMED)
def test_a_loss_is_confirmed_by_one_more_lead(stage: Stage, point: str) -> None:
    chain = stage.chain(deadline=1.0)
    stage.control.fault(f"handoff:{chain}:website->crm", "drop", count=1)
    facts = _crashed(stage, chain, point)
    assert [run["cause"] for run in facts["runs"]] == ["manual", "confirmation"]
    assert [run["verdict"] for run in facts["runs"]] == ["failed", "passed"]
    assert facts["incidents"] == []
    _nothing_doubled_or_unlisted(stage, chain, facts)


def _crashed(stage: Stage, chain: str, point: str) -> Facts:
    """Ask for a run, let the worker be killed at the point, and answer what came of it."""
    stage.arm(point)
    stage.hand.ask("request", chain)
    stage.wait_for_the_crash()
    return stage.ended(chain, 1)


def _nothing_doubled_or_unlisted(stage: Stage, chain: str, facts: Facts) -> None:
    """Each lead stands in the form once at most, and the ledger knows every record that lies."""
    runs = {run["lead__email"]: run["tag"] for run in facts["runs"]}
    ledger = {(left["connection__slug"], left["run__tag"]) for left in facts["residue"]}
    entered = Counter(record["email"] for record in stage.control.records("website", chain))
    assert set(entered) <= set(runs)
    assert set(entered.values()) <= {1}
    assert {(f"{chain}-html_form", runs[email]) for email in entered} <= ledger
    listed = {left["external_id"] for left in facts["residue"] if left["state"] != "gone"}
    assert {record["id"] for record in stage.control.records("crm", chain)} <= listed


def _told(stage: Stage, chain: str) -> dict[str, Counter[str]]:
    """Answer how often each message about a chain arrived, by channel and key."""
    page = f"/chains/{chain}/"
    mails = [record["fields"] for record in stage.control.records("mail", "main")]
    posts = [record["fields"] for record in stage.control.records("slack", "main")]
    return {
        "mail": Counter(mail["message_id"] for mail in mails if page in mail["body"]),
        "slack": Counter(post["blocks"][0]["block_id"] for post in posts if page in post["text"]),
    }
