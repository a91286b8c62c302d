"""How the rules' facts are kept in JSON columns, and read back: one pair of functions a fact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.kit.message import Message
from monitor.rules.fields import Difference, Kind
from monitor.rules.news import Link, News, Step, Tone
from monitor.rules.outlook import Outlook
from monitor.rules.verdict import Finding, FindingKind, HopJudgement, HopState, Seen

Document = dict[str, Any]


def storable(value: Any) -> Any:
    """Answer `value` with every character the database cannot keep written out as an escape.

    PostgreSQL keeps no NUL, and neither database a lone half of a surrogate pair.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        # JSON knows no infinity; what a tool sent is shown as it was written.
        return value if value - value == 0 else str(value)
    return _text(str(value))


def _text(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "\\x00") if "\x00" in text else text
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def message(said: Message | None) -> Document:
    """Answer a sentence as it is stored, {} for none."""
    if said is None:
        return {}
    return {"key": _text(said.key), "values": storable(said.values)}


def read_message(document: Mapping[str, Any]) -> Message | None:
    """Answer a stored sentence, None where none was stored."""
    if not document.get("key"):
        return None
    return Message(document["key"], dict(document.get("values") or {}))


def moment(at: datetime | None) -> str | None:
    """Answer a time as it is stored."""
    return None if at is None else at.isoformat()


def read_moment(text: str | None) -> datetime | None:
    """Answer a stored time."""
    return datetime.fromisoformat(text) if text else None


def difference(found: Difference) -> Document:
    """Answer one fault of a record as it is stored."""
    return {
        "kind": found.kind.value,
        "fields": list(found.fields),
        "expected": storable(found.expected),
        "seen": storable(found.seen),
    }


def read_difference(document: Mapping[str, Any]) -> Difference:
    """Answer a stored fault of a record."""
    return Difference(
        kind=Kind(document["kind"]),
        fields=tuple(document["fields"]),
        expected=tuple(document["expected"]),
        seen=tuple(document["seen"]),
    )


def outlooks(hops: Iterable[HopJudgement]) -> dict[str, list[str]]:
    """Answer what a judgement planned for each hop as it is stored in `outlooks` of a run."""
    return {
        judged.hop: [at.isoformat() for at in (judged.outlook.decides_at, *judged.outlook.looks)]
        for judged in hops
        if judged.outlook
    }


def read_outlook(moments: Sequence[str] | None) -> Outlook | None:
    """Answer what the latest judgement planned for one hop."""
    if not moments:
        return None
    decides_at, *looks = map(datetime.fromisoformat, moments)
    return Outlook(decides_at=decides_at, looks=tuple(looks))


def read_seen(document: Mapping[str, Any]) -> Seen:
    """Answer one of the `records` of a stop."""
    return Seen(
        id=document["id"],
        created_at=read_moment(document.get("created_at")),
        url=document.get("url", ""),
        place=document.get("place", ""),
        differences=tuple(map(read_difference, document.get("differences", ()))),
    )


def finding(found: Finding) -> Document:
    """Answer one shortfall as it is stored in `findings` of runs and incidents."""
    return {
        "kind": found.kind.value,
        "hop": found.hop,
        "message": message(found.message),
        "suspects": list(found.suspects),
        "fields": list(found.fields),
        "count": found.count,
        "differences": [difference(one) for one in found.differences],
    }


def read_finding(document: Mapping[str, Any]) -> Finding:
    """Answer a stored shortfall."""
    return Finding(
        kind=FindingKind(document["kind"]),
        hop=document["hop"],
        message=read_message(document["message"]) or Message(document["kind"]),
        suspects=tuple(document.get("suspects", ())),
        fields=tuple(document.get("fields", ())),
        count=document.get("count", 0),
        differences=tuple(map(read_difference, document.get("differences", ()))),
    )


def hop(judged: HopJudgement) -> Document:
    """Answer one hop of a judgement as it is stored in `hops` of a run."""
    return {
        "hop": judged.hop,
        "state": judged.state.value,
        "due_at": moment(judged.due_at),
        "arrived_at": moment(judged.arrived_at),
        "count": judged.count,
        "findings": [finding(one) for one in judged.findings],
        "inherited": [difference(one) for one in judged.inherited],
        "settled": judged.settled,
        "next_look_at": moment(judged.next_look_at),
        "give_up_at": moment(judged.give_up_at),
    }


def read_hop(document: Mapping[str, Any]) -> HopJudgement:
    """Answer one stored hop of a judgement."""
    return HopJudgement(
        hop=document["hop"],
        state=HopState(document["state"]),
        due_at=read_moment(document.get("due_at")),
        arrived_at=read_moment(document.get("arrived_at")),
        count=document.get("count", 0),
        findings=tuple(map(read_finding, document.get("findings", ()))),
        inherited=tuple(map(read_difference, document.get("inherited", ()))),
        settled=document.get("settled", False),
        next_look_at=read_moment(document.get("next_look_at")),
        give_up_at=read_moment(document.get("give_up_at")),
    )


def read_hops(documents: Sequence[Mapping[str, Any]]) -> tuple[HopJudgement, ...]:
    """Answer all stored hops of a run."""
    return tuple(map(read_hop, documents))


def news(told: News) -> Document:
    """Answer what a message says as it is stored in an alert."""
    return {
        "tone": told.tone.value,
        "headline": message(told.headline),
        "happened": [message(one) for one in told.happened],
        "since": message(told.since),
        "steps": [
            {"text": message(step.text), "link": step.link.value, "url": step.url}
            for step in told.steps
        ],
    }


def read_news(document: Mapping[str, Any]) -> News:
    """Answer what a stored alert says."""
    return News(
        tone=Tone(document["tone"]),
        headline=read_message(document["headline"]) or Message(""),
        happened=tuple(said for one in document.get("happened", ()) if (said := read_message(one))),
        since=read_message(document.get("since") or {}),
        steps=tuple(
            Step(
                text=read_message(step["text"]) or Message(""),
                link=Link(step["link"]),
                url=step.get("url", ""),
            )
            for step in document.get("steps", ())
        ),
    )
