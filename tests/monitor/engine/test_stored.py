"""Facts survive being stored, whatever characters a tool sent."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.kit.message import Message
from monitor.engine import stored
from monitor.rules.fields import Difference, Kind
from monitor.rules.news import Link, News, Step, Tone
from monitor.rules.outlook import Outlook
from monitor.rules.verdict import Finding, FindingKind, HopJudgement, HopState

AT = datetime(2026, 11, 20, 9, 0, 0, 125000, tzinfo=UTC)
DIFFERENCE = Difference(
    kind=Kind.SWAPPED, fields=("first_name", "email"), expected=("Zoë", "z@e"), seen=("z@e", "Zoë")
)
FINDING = Finding(
    kind=FindingKind.SWAPPED,
    hop="crm",
    message=Message("The %(field)s moved.", {"field": "email"}),
    suspects=("list", "crm"),
    fields=("first_name", "email"),
    count=2,
    differences=(DIFFERENCE,),
)


def test_a_judged_hop_reads_back_as_it_was() -> None:
    judged = HopJudgement(
        hop="crm",
        state=HopState.ARRIVED,
        due_at=AT,
        arrived_at=AT,
        count=2,
        findings=(FINDING,),
        inherited=(DIFFERENCE,),
        settled=True,
        next_look_at=AT,
    )
    assert stored.read_hop(json.loads(json.dumps(stored.hop(judged)))) == judged


def test_what_a_judgement_planned_reads_back_by_hop() -> None:
    planned = Outlook(decides_at=AT, looks=(AT, AT + timedelta(seconds=5)))
    waiting = HopJudgement(hop="crm", state=HopState.WAITING, outlook=planned)
    settled = HopJudgement(hop="form", state=HopState.ARRIVED, settled=True)
    kept = json.loads(json.dumps(stored.outlooks([settled, waiting])))
    assert list(kept) == ["crm"]
    assert stored.read_outlook(kept["crm"]) == planned
    assert stored.read_outlook(kept.get("form")) is None


def test_news_reads_back_as_it_was() -> None:
    told = News(
        tone=Tone.BROKEN,
        headline=Message("Broken."),
        happened=(Message("Lost %(count)s.", {"count": 2}),),
        since=None,
        steps=(Step(text=Message("Look."), link=Link.RUN, url="https://a.example"),),
    )
    assert stored.read_news(json.loads(json.dumps(stored.news(told)))) == told


def test_no_sentence_is_stored_as_nothing() -> None:
    assert stored.message(None) == {}
    assert stored.read_message({}) is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "a\\x00b"),
        ("ë\x00", "ë\\x00"),
        ("\ud800", "\\ud800"),
        ("Zoë 🙂", "Zoë 🙂"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        ({"k\x00": ["\x00", 1, None, True]}, {"k\\x00": ["\\x00", 1, None, True]}),
    ],
)
def test_what_cannot_be_stored_is_escaped_and_shown(sent: object, kept: object) -> None:
    assert stored.storable(sent) == kept
