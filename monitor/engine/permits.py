"""Where the calls to an account are counted for all workers: in Redis, else in the database."""

import hashlib
import json
import logging
import math
import threading
import time
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

from monitor.models import Allowance
from monitor.rules import pace
from monitor.rules.pace import Asker, Limits

log = logging.getLogger(__name__)

AWAY = 5.0
"""Seconds for which a store that did not answer is not asked again."""

PATIENCE = 0.5
SCRIPT = Path(__file__).with_name("permits.lua").read_text()
DIGEST = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Counted:
    """The store all workers share: one round trip, counted by the store's own clock.

    Each thread keeps a connection of its own: a client's pool costs more than the question.
    """

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url.replace("redis+socket://", "unix://", 1),
            decode_responses=True,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )
        self._own = threading.local()

    def take(
        self, account: str, limits: Limits, calls: int, asker: Asker, now: float | None = None
    ) -> float:
        """Answer 0 where so many calls may be made, else when to ask again, in seconds."""
        when = "" if now is None else repr(now)
        words = (3, *_keys(account), calls, asker.value, _written(tuple(limits)), when)
        try:
            return float(str(self._told("EVALSHA", DIGEST, *words)))
        except NoScriptError:
            return float(str(self._told("EVAL", SCRIPT, *words)))

    def close(self, account: str, asked: float | None, limits: Limits) -> None:
        """Let no call be made for as long as the tool asked, or as its limits tell."""
        _, closed, paused = _keys(account)
        left, again = int(str(self._told("PTTL", closed))), self._told("GET", paused)
        # Whoever was told "too fast" during a pause had begun before it.
        seconds = pace.pause(asked, limits, float(str(again or 0.0)) if left <= 0 else 0.0)
        if seconds * 1000 > max(left, 0):
            for key, longer in ((closed, 1), (paused, 2)):
                self._told("SET", key, repr(seconds), "PX", math.ceil(seconds * longer * 1000))

    def end(self) -> None:
        """Close this thread's connection."""
        if connection := getattr(self._own, "connection", None):
            connection.disconnect()

    def _told(self, *words: str | float) -> object:
        """Ask once more where the connection was lost meanwhile: to count twice does no harm."""
        try:
            return self._answer(*words)
        except (RedisConnectionError, OSError):
            self.end()
            return self._answer(*words)

    def _answer(self, *words: str | float) -> object:
        if not hasattr(self._own, "connection"):
            self._own.connection = self._pool.make_connection()
        connection = self._own.connection
        try:
            connection.send_command(*words)
            answer: object = connection.read_response()
        except (RedisTimeout, TimeoutError):
            self.end()  # its answer may come yet, and would be taken for the next one's
            raise
        return answer


class Written:
    """The same in the database: dearer, and always there."""

    def take(
        self, account: str, limits: Limits, calls: int, asker: Asker, now: float | None = None
    ) -> float:
        with transaction.atomic():
            row = _row(account)
            # Only now: who waited for the row would count its calls into a time long gone.
            now = time.time() if now is None else now
            if row.closed_until > now and asker is not Asker.HANDING_IN:
                return row.closed_until - now
            spent = pace.Spent(used=tuple(row.used), promised=row.promised)
            answer = pace.permit(spent, limits, calls, now, asker)
            Allowance.objects.filter(pk=account).update(**asdict(answer.spent))
        return answer.wait

    def close(
        self, account: str, asked: float | None, limits: Limits, now: float | None = None
    ) -> None:
        with transaction.atomic():
            row = _row(account)
            now = time.time() if now is None else now
            ended = row.closed_until <= now < row.closed_until + row.pause
            seconds = pace.pause(asked, limits, row.pause if ended else 0.0)
            if now + seconds > row.closed_until:
                Allowance.objects.filter(pk=account).update(
                    closed_until=now + seconds, pause=seconds
                )


class Permits:
    """Asks the shared store, and the database for as long as that is away."""

    def __init__(self) -> None:
        self._away_until = 0.0
        self._written = Written()

    def take(self, account: str, limits: Limits, calls: int, asker: Asker) -> float:
        """Answer 0 where so many calls may be made, else when to ask again, in seconds."""
        if time.monotonic() >= self._away_until:
            try:
                return _counted(settings.REDIS_URL).take(account, limits, calls, asker)
            except (RedisError, OSError) as away:
                self._left(away)
        return self._written.take(account, limits, calls, asker)

    def close(self, account: str, asked: float | None, limits: Limits) -> None:
        """Let no worker call this account for as long as its tool asked."""
        if time.monotonic() >= self._away_until:
            try:
                return _counted(settings.REDIS_URL).close(account, asked, limits)
            except (RedisError, OSError) as away:
                self._left(away)
        self._written.close(account, asked, limits)
        return None

    def _left(self, away: Exception) -> None:
        log.warning("Calls are counted in the database: Redis is away (%s).", type(away).__name__)
        self._away_until = time.monotonic() + AWAY


permits = Permits()


@lru_cache(maxsize=4)
def _counted(url: str) -> Counted:
    return Counted(url)


def _keys(account: str) -> list[str]:
    return [f"handoff:pace:{kind}:{account}" for kind in ("used", "closed", "pause")]


@lru_cache(maxsize=256)
def _written(limits: tuple[tuple[int, float], ...]) -> str:
    return json.dumps(limits)


def _row(account: str) -> Allowance:
    Allowance.objects.get_or_create(account=account)
    return Allowance.objects.select_for_update().get(account=account)
