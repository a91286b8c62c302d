"""Claim, take, settle, postpone: how several workers share rows without doing anything twice.

Claiming a row is postponing it: until its hold ends nobody else gets it, and a dead worker's rows
fall due again by themselves. A message carries row ids and the token they were claimed with; the
worker takes them with it, once.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, QuerySet, Value, When

from monitor.engine import bulk
from monitor.models import Due

log = logging.getLogger(__name__)

ATTEMPTS = 10
ALONE_AFTER = 1
"""Rows taken so often without being settled go in messages of their own: one may be a killer."""

ALONE = "alone"
KILLED = "Whoever was at work on it ended each time, without a word."

MESSAGE = 100
"""Rows in one message at most, where whoever claims says nothing else."""

FINE = 0.1
FEW = 20
"""As long as no more rows are due, only those within a tenth of a second share a message."""

D = TypeVar("D", bound=Due)
T = TypeVar("T")
Apart = Callable[[tuple[Any, ...]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows claimed together: what one message carries. `start` is when to begin.

    `dues` is when each row fell due, for those who work on rows before that.
    """

    token: str
    start: datetime
    ids: tuple[int, ...]
    dues: tuple[datetime, ...] = ()


def hold() -> timedelta:
    """Answer for how long a claim keeps others away."""
    return timedelta(seconds=settings.HOLD_SECONDS)


def claim(
    rows: QuerySet[D],
    *,
    now: datetime,
    horizon: float = 0.0,
    limit: int = 1000,
    columns: Sequence[str] = (),
    apart: Apart | None = None,
    together: bool = False,
    coarse: float = 0.5,
    most: int = MESSAGE,
) -> list[Batch]:
    """Claim the rows that fall due until `horizon` seconds from now, the longest due first.

    Rows due at nearly the same time share a batch, except where `apart` answers different things
    for them; it is given the row's values of `columns`. For rows worked on at once, before they
    are due, `together` makes no difference between times. Where there are many, those within
    `coarse` seconds share a batch, of `most` rows. A row whose holder died rests for a while
    first, longer each time, and then goes alone: if it was the killer, nobody else dies with it.
    """
    due = rows.filter(due_at__lte=now + timedelta(seconds=horizon))
    if not due.order_by().exists():
        return []  # an idle tick takes no write lock
    with transaction.atomic():
        found = list(
            due.order_by("due_at")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", "due_at", "attempts", "claim", *columns)[:limit]
        )
        kept = _without_abandoned(rows.model, found, now)
        batches = _whole(kept, now) if together else _batched(kept, now, apart, coarse, most)
        for batch in batches:
            _all(rows.model, batch.ids).update(claim=batch.token, due_at=batch.start + hold())
    return batches


def take(rows: QuerySet[D], ids: Sequence[int], token: str, now: datetime) -> str:
    """Take rows claimed with `token` and answer the fresh token they are held with from now on.

    The hold starts anew and the attempt is counted. A message that comes twice, late or after the
    hold takes nothing: no row carries the answered token then.
    """
    fresh = secrets.token_hex(16)
    _all(rows.model, ids).filter(claim=token, due_at__gt=now).update(
        claim=fresh, due_at=now + hold(), attempts=F("attempts") + 1
    )
    return fresh


def seize(rows: QuerySet[D], ids: Sequence[int], now: datetime) -> str:
    """Take rows whoever holds them, for short work in the database alone; answer the token.

    A holder that comes to settle later finds its token gone and writes nothing.
    """
    fresh = secrets.token_hex(16)
    _all(rows.model, ids).update(claim=fresh, due_at=now + hold(), attempts=F("attempts") + 1)
    return fresh


def held(rows: QuerySet[D], ids: Sequence[int], token: str) -> set[int]:
    """Lock and answer those of `ids` that are still held with `token`. Ask in a transaction."""
    locked = _all(rows.model, ids).filter(claim=token).order_by("pk").select_for_update()
    return set(locked.values_list("pk", flat=True))


def settle(model: type[D], token: str, columns: Sequence[str], rows: Iterable[bulk.Row]) -> None:
    """Write (id, value, …) rows that are still held with `token`, and let go of them.

    `columns` should name `due_at`: the next time, or None for never.
    """
    written = [(*row, "", 0) for row in rows]
    bulk.update(model, (*columns, "claim", "attempts"), written, claim=token)


def postpone(model: type[D], ids: Sequence[int], token: str, until: datetime) -> None:
    """Let go of rows until later; that is no attempt."""
    _all(model, ids).filter(claim=token).update(claim="", due_at=until, attempts=_one_less())


def pass_on(model: type[D], ids: Sequence[int], token: str, now: datetime) -> Batch:
    """Keep rows claimed for a message of their own; that is no attempt either."""
    _all(model, ids).filter(claim=token).update(due_at=now + hold(), attempts=_one_less())
    return Batch(token=token, start=now, ids=tuple(ids))


def fail(model: type[D], id: int, token: str, why: str, now: datetime) -> None:
    """Let go of the one row that went wrong, for longer each time; after ten it is parked."""
    row = _all(model, (id,)).filter(claim=token)
    attempts = row.values_list("attempts", flat=True).first()
    if attempts is None:
        return
    row.update(claim="", due_at=now + backoff(attempts), stuck_why=why[:300])
    if attempts >= ATTEMPTS:
        _park(model, [id], now)


def backoff(attempts: int, *, first: float = 5.0, longest: float = 3600.0) -> timedelta:
    """Answer how long to wait after so many attempts: doubling, up to a longest."""
    return timedelta(seconds=min(longest, first * 2.0 ** max(0, attempts - 1)))


def halved(
    rows: Sequence[T], work: Callable[[Sequence[T]], None], blame: Callable[[T, Exception], None]
) -> None:
    """Do `work` on all rows; if it throws, on each half, until the guilty row stands alone."""
    if not rows:
        return
    try:
        work(rows)
    except (OperationalError, InterfaceError):
        raise  # the database is away: no row is guilty of that
    except Exception as error:
        if len(rows) == 1:
            log.exception("One row could not be worked on: %s", type(error).__name__)
            blame(rows[0], error)
            return
        middle = len(rows) // 2
        halved(rows[:middle], work, blame)
        halved(rows[middle:], work, blame)


def _without_abandoned(
    model: type[D], found: Sequence[tuple[Any, ...]], now: datetime
) -> list[tuple[Any, ...]]:
    """Answer the rows (pk, due_at, attempts, …) but for those whose holder died; they rest."""
    kept: list[tuple[Any, ...]] = []
    resting: dict[int, list[int]] = defaultdict(list)
    for pk, due_at, attempts, token, *rest in found:
        if token and attempts >= ALONE_AFTER:
            resting[attempts].append(pk)
        else:
            kept.append((pk, due_at, attempts, *rest))
    for attempts, ids in resting.items():
        if attempts >= ATTEMPTS:
            _park(model, ids, now, stuck_why=KILLED)
        else:
            again = now + backoff(attempts, first=hold().total_seconds() / 10)
            _all(model, ids).update(claim="", due_at=again)
    return kept


def _whole(found: Sequence[tuple[Any, ...]], now: datetime) -> list[Batch]:
    """Answer one batch of all rows, whenever they fall due, but for those that go alone."""
    alone = [[row] for row in found if row[2] >= ALONE_AFTER]
    others = [row for row in found if row[2] < ALONE_AFTER]
    return [
        Batch(
            token=secrets.token_hex(16),
            start=now,
            ids=tuple(row[0] for row in part),
            dues=tuple(row[1] for row in part),
        )
        for part in (others, *alone)
        if part
    ]


def _batched(
    found: Sequence[tuple[Any, ...]], now: datetime, apart: Apart | None, coarse: float, most: int
) -> list[Batch]:
    """Group rows by when they fall due. A batch starts with its last row, so none is early.

    Within a group rows stand in the order of their columns, so that rows alike share a message.
    """
    bucket = FINE if len(found) <= FEW else coarse
    groups: dict[object, list[tuple[tuple[Any, ...], datetime, int]]] = {}
    for pk, due_at, attempts, *rest in found:
        start = max(due_at, now)
        key: object = int(start.timestamp() / bucket) if start > now else 0
        if attempts >= ALONE_AFTER:
            key = (key, ALONE, pk)
        elif apart is not None:
            key = (key, apart(tuple(rest)))
        groups.setdefault(key, []).append((tuple(rest), start, pk))
    return [
        Batch(
            token=secrets.token_hex(16),
            start=max(start for _, start, _ in part),
            ids=tuple(pk for _, _, pk in part),
        )
        for _, members in sorted(groups.items(), key=_alone)
        for part in _messages(members, most)
    ]


def _alone(group: tuple[object, object]) -> bool:
    """Answer whether a group is one row that goes alone: those come last."""
    return isinstance(group[0], tuple) and ALONE in group[0]


def _messages(
    members: list[tuple[tuple[Any, ...], datetime, int]], most: int
) -> list[list[tuple[tuple[Any, ...], datetime, int]]]:
    members.sort(key=lambda member: tuple(map(str, member[0])))
    return [members[at : at + most] for at in range(0, len(members), most)]


def _park(model: type[D], ids: Sequence[int], now: datetime, **why: str) -> None:
    _all(model, ids).update(stuck_at=now, due_at=None, claim="", **why)


def _one_less() -> Case:
    return Case(When(attempts__gt=0, then=F("attempts") - 1), default=Value(0))


def _all(model: type[D], ids: Sequence[int]) -> "QuerySet[D]":
    manager: Any = model._default_manager
    rows: QuerySet[D] = manager.filter(pk__in=list(ids))
    return rows
