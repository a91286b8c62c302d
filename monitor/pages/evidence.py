"""What was sent and what was received at one hop, side by side, with what differs marked."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from connectors.kit.message import Message, _
from monitor.engine import stored
from monitor.models import Stop
from monitor.pages.sign import Sign
from monitor.pages.tool import noun
from monitor.rules.difference import Difference, Kind, label
from monitor.rules.plan import HopPlan
from monitor.rules.verdict import HopJudgement

ALIKE = 0.5
"""Values less alike than this are marked whole: scattered letters explain nothing."""

WORDS: Mapping[Kind, str] = {
    Kind.MISSING: _("missing"),
    Kind.SWAPPED: _("changed places"),
    Kind.MISPLACED: _("in the wrong place"),
    Kind.MERGED: _("put into one"),
    Kind.TRUNCATED: _("cut short"),
    Kind.GARBLED: _("letters broke"),
    Kind.DAY_MONTH_SWAPPED: _("day and month changed places"),
    Kind.COUNTRY_CODE_LOST: _("country code lost"),
    Kind.UNRENDERED: _("never filled in"),
    Kind.LEAKED: _("another lead's"),
    Kind.ALTERED: _("changed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a value. `changed`: it differs from the other side."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field on both sides. `key` is what the tool calls it."""

    field: str
    key: str
    sent: tuple[Piece, ...]
    received: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one fault. `turned`: their values changed places."""

    kind: Kind
    word: Message
    turned: bool
    inherited: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One hop of a run: the record that shows most, and how it compares.

    `more` are the other records that are the same lead, by id and time: duplicates.
    """

    hop: str
    title: str
    tool: str
    noun: str
    sign: Sign
    sentences: tuple[Message, ...]
    failure: Message | None
    arrived_at: datetime | None
    url: str
    record_id: str
    place: str
    groups: tuple[Group, ...]
    equal: tuple[Row, ...]
    raw: str
    more: tuple[tuple[str, datetime | None], ...]


def evidence(
    hop: HopPlan,
    stop: Stop | None,
    judged: HopJudgement | None,
    lead: Mapping[str, Any],
    mark: Sign,
) -> Evidence:
    """Answer what one stop shows."""
    records = list(stop.records) if stop else []
    shown = next((one for one in records if one.get("differences")), records[0] if records else {})
    faults = tuple(map(stored.read_difference, shown.get("differences") or ()))
    old = judged.inherited if judged else ()
    record = shown.get("record") or {}
    return Evidence(
        hop=hop.slug,
        title=hop.title or hop.tool,
        tool=hop.tool,
        noun=noun(hop.connector, hop.resource, 1),
        sign=mark,
        sentences=tuple(one.message for one in judged.findings) if judged else (),
        failure=stored.read_message(stop.failure) if stop else None,
        arrived_at=stop.arrived_at if stop else None,
        url=shown.get("url") or "",
        record_id=str(shown.get("id") or ""),
        place=shown.get("place") or "",
        groups=tuple(_group(one, hop, inherited=one in old) for one in faults),
        equal=_equal(hop, lead, record, faults),
        raw=json.dumps(record, ensure_ascii=False, indent=2) if record else "",
        more=tuple(_other(one) for one in records if one is not shown),
    )


def marked(sent: str, received: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Answer both values in pieces, those that differ marked."""
    matcher = SequenceMatcher(None, sent, received, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole(sent), _whole(received)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        changed = tag != "equal"
        left += [Piece(text=sent[a:b], changed=changed)] if a < b else []
        right += [Piece(text=received[c:d], changed=changed)] if c < d else []
    return tuple(left), tuple(right)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text=text, changed=True),) if text else ()


def _group(fault: Difference, hop: HopPlan, *, inherited: bool) -> Group:
    keys = {str(spec.get("from")): key for key, spec in hop.fields.items()}
    turned = fault.kind is Kind.SWAPPED
    rows = []
    for field, expected, seen in zip(fault.fields, fault.expected, fault.seen, strict=True):
        sent, received = (_whole(expected), _whole(seen)) if turned else marked(expected, seen)
        rows.append(Row(field=label(field), key=keys.get(field, ""), sent=sent, received=received))
    return Group(
        kind=fault.kind,
        word=Message(WORDS[fault.kind]),
        turned=turned,
        inherited=inherited,
        rows=tuple(rows),
    )


def _equal(
    hop: HopPlan, lead: Mapping[str, Any], record: Mapping[str, Any], faults: Iterable[Difference]
) -> tuple[Row, ...]:
    told = {field for fault in faults for field in fault.fields}
    rows = []
    for key, spec in hop.fields.items():
        field = str(spec.get("from") or "")
        if key not in record or field not in lead or field in told:
            continue
        rows.append(
            Row(
                field=label(field),
                key=key,
                sent=(Piece(text=str(lead[field])),),
                received=(Piece(text=_text(record[key])),),
            )
        )
    return tuple(rows)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _other(record: Mapping[str, Any]) -> tuple[str, datetime | None]:
    return str(record.get("id") or ""), stored.read_moment(record.get("created_at"))
