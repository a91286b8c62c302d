"""What a tool remembers: records on shelves, with the few indexes its searches need."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Ids of two starts must not meet, or a product that kept its database would take one for the other.
_ids = itertools.count(int(time.time() * 10))


def next_id() -> int:
    """Answer a number no other record of this start or an earlier one has."""
    return next(_ids)


@dataclass(slots=True)
class Record:
    """One record as its tool stored it; `text` is what a full-text search would find."""

    id: str
    fields: dict[str, Any]
    created: float
    updated: float
    email: str = ""
    archived: bool = False
    text: str = ""


@dataclass(slots=True)
class Shelf:
    """The records of one resource in one account, oldest first, found by id and by email."""

    records: dict[str, Record] = field(default_factory=dict)
    changed: dict[str, Record] = field(default_factory=dict)
    by_email: dict[str, dict[str, Record]] = field(default_factory=dict)
    in_order: bool = True
    latest: float = 0.0

    def put(self, record: Record) -> Record:
        """Add a new record."""
        # A record planted with an older date breaks the order that `newest` relies on.
        self.in_order = self.in_order and record.created >= self.latest
        self.latest = max(self.latest, record.created)
        record.text = _text_of(record.fields)
        self.records[record.id] = record
        self.changed[record.id] = record
        self._index(record)
        return record

    def touch(self, record: Record, now: float, email: str | None = None) -> None:
        """Note that `record` was changed at `now`, and by which email it is known from now on."""
        record.updated = max(record.updated, now)
        record.text = _text_of(record.fields)
        self.changed.pop(record.id, None)
        self.changed[record.id] = record
        if email is not None and email != record.email:
            self._forget_email(record)
            record.email = email
            self._index(record)

    def drop(self, record_id: str) -> bool:
        """Remove a record for good; answer whether it was there."""
        record = self.records.pop(record_id, None)
        if record is None:
            return False
        self.changed.pop(record_id, None)
        self._forget_email(record)
        return True

    def of_email(self, email: str) -> list[Record]:
        """Answer the records with this email, letter case aside, oldest first."""
        return list(self.by_email.get(email.lower(), {}).values())

    def newest(self, since: float = 0.0) -> Iterator[Record]:
        """Yield the records created at `since` or later, the newest first."""
        if not self.in_order:
            wanted = [record for record in self.records.values() if record.created >= since]
            yield from sorted(wanted, key=lambda record: record.created, reverse=True)
            return
        for record in reversed(self.records.values()):
            if record.created < since:
                return
            yield record

    def latest_changed(self, since: float = 0.0) -> Iterator[Record]:
        """Yield the records changed at `since` or later, the last changed first."""
        for record in reversed(self.changed.values()):
            if record.updated >= since:
                yield record
            elif self.in_order:
                return

    def _index(self, record: Record) -> None:
        if record.email:
            self.by_email.setdefault(record.email.lower(), {})[record.id] = record

    def _forget_email(self, record: Record) -> None:
        same = self.by_email.get(record.email.lower())
        if same is not None:
            same.pop(record.id, None)
            if not same:
                del self.by_email[record.email.lower()]


def _text_of(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(_text_of(part) for part in value.values())
    if isinstance(value, list):
        return "\n".join(_text_of(part) for part in value)
    return "" if value is None else str(value).lower()


@dataclass(slots=True)
class Account:
    """One customer's account of a tool. `secrets` open it; `lag` delays what its search shows."""

    tool: str
    name: str
    secrets: dict[str, str]
    options: dict[str, Any] = field(default_factory=dict)
    lag: float = 0.0
    shelves: dict[str, Shelf] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def shelf(self, resource: str) -> Shelf:
        """Answer the shelf of a resource, empty at first."""
        shelf = self.shelves.get(resource)
        if shelf is None:
            shelf = self.shelves[resource] = Shelf()
        return shelf

    def empty(self) -> None:
        """Forget every record."""
        self.shelves.clear()
        self.answers.clear()
