"""What the doctor looks at: each part answers in one sentence, with what to do if need be."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from monitor.engine import token
from monitor.models import Channel, Connection, Token
from monitor.pages.health import Health, health
from monitor.pages.tool import known
from monitor.vault import CannotOpen

LEAST_BYTES = 500 * 2**20
MOST_SKEW = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How one part is."""

    part: str
    sound: bool
    sentence: str

    def document(self) -> dict[str, str | bool]:
        """Answer the report for JSON."""
        return asdict(self)


Check = Callable[[datetime], tuple[bool, str]]


def _database(now: datetime) -> tuple[bool, str]:
    del now
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, f"The database ({connection.display_name}) answers."


def _migrations(now: datetime) -> tuple[bool, str]:
    del now
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return False, f"{missing} migrations are missing. Run: python manage.py migrate"
    return True, "The tables are those of this version."


def _broker(now: datetime) -> tuple[bool, str]:
    del now
    try:
        with _redis() as asked:
            began = time.perf_counter()
            asked.ping()
            took = (time.perf_counter() - began) * 1000
            policy = str(asked.info("memory").get("maxmemory_policy", "noeviction"))
    except redis.RedisError:
        start = "python manage.py serve" if settings.EMBEDDED else "Redis"
        return False, f"The broker does not answer. Start {start}, or correct REDIS_URL."
    if policy != "noeviction":
        return False, f"The broker may drop messages ({policy}). Set maxmemory-policy noeviction."
    return True, f"The broker answers in {took:.1f} ms."


def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=3, decode_responses=True
    )


def _clock(now: datetime) -> tuple[bool, str]:
    """Compare our clock with the broker's, which in production is another machine's."""
    del now
    try:
        with _redis() as asked:
            seconds, microseconds = asked.time()
    except redis.RedisError:
        return False, "The clock cannot be compared: the broker does not answer."
    theirs = datetime.fromtimestamp(seconds + microseconds / 1e6, UTC)
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew > MOST_SKEW:
        return False, f"Our clock and the broker's differ by {skew:.0f} s. Set both by NTP."
    return True, "The clocks agree."


def _pulse(name: str) -> Check:
    def look(now: datetime) -> tuple[bool, str]:
        pulse = next(one for one in health(now).pulses if one.name == name)
        title = pulse.title.render()
        if pulse.alive and pulse.at:
            return True, f"{title} was seen {(now - pulse.at).total_seconds():.0f} s ago."
        seen = f"was last seen {pulse.at:%Y-%m-%d %H:%M:%S} UTC" if pulse.at else "was never seen"
        return False, f"{title} {seen}. Start it: python manage.py serve"

    return look


def _keys(now: datetime) -> tuple[bool, str]:
    """Open every stored secret: the keys are sound when all can still be read."""
    del now
    try:
        count = sum(1 for _ in Connection.objects.values_list("secrets").iterator())
        count += sum(1 for _ in Token.objects.values_list("secrets").iterator())
        count += sum(1 for _ in Channel.objects.values_list("address").iterator())
    except CannotOpen:
        return False, (
            "Some stored secrets fit none of the keys. Put the earlier key back into SECRETS_KEYS, "
            "behind the newer one."
        )
    mode = settings.KEY_FILE.stat().st_mode & 0o077 if settings.KEY_FILE.exists() else 0
    if mode:
        return False, f"Others may read {settings.KEY_FILE}. Run: chmod 600 {settings.KEY_FILE}"
    return True, f"The keys open all {count} stored secrets."


def _access(now: datetime) -> tuple[bool, str]:
    """Say which connections wait for their owner to connect them; nobody is asked."""
    del now
    asking = [
        row
        for row in Connection.objects.filter(deleted_at=None, paused_at=None).order_by("slug")
        if known(row.connector) and token.consent_of(row)
    ]
    waiting = [row for row in asking if not token.is_connected(row)]
    if waiting:
        names = ", ".join(f"“{row.name}”" for row in waiting)
        return False, f"Not connected: {names}. Connect the first at {token.page_of(waiting[0])}"
    if not asking:
        return True, "No connection needs to be connected on a page of its vendor."
    return True, f"Connected by their owner: {len(asking)}, all with access."


def _channels(now: datetime) -> tuple[bool, str]:
    page = health(now)
    if not page.channels:
        return False, "Nobody would be told: there is no channel. Add one and apply the file."
    failing = [one.title for one in page.channels if one.failing_since]
    if failing:
        return False, f"News does not get through to {', '.join(failing)}. Send a test from there."
    untried = [one.title for one in page.channels if not one.worked_at]
    if len(untried) == len(page.channels):
        return False, f"No channel has worked yet. Send a test to {untried[0]}."
    return True, f"News gets through on {len(page.channels) - len(untried)} channels."


def _stuck(now: datetime) -> tuple[bool, str]:
    page: Health = health(now)
    if page.stuck:
        first = page.stuck[0]
        what = f"{first.what} {first.key}: {first.why}"
        return False, f"{len(page.stuck)} things got stuck after ten tries each, first {what}"
    return True, "Nothing is stuck."


def _disk(now: datetime) -> tuple[bool, str]:
    del now
    place = settings.VAR if settings.VAR.exists() else settings.BASE_DIR
    free = shutil.disk_usage(place).free
    if free < LEAST_BYTES:
        return False, f"Only {free // 2**20} MiB are free in {place}. Make room."
    return True, f"{free / 2**30:.1f} GiB are free."


CHECKS: dict[str, Check] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "beat": _pulse("beat"),
    "worker": _pulse("worker"),
    "clock": _clock,
    "keys": _keys,
    "access": _access,
    "channels": _channels,
    "stuck": _stuck,
    "disk": _disk,
}
PARTS = tuple(CHECKS)
NEED_TABLES = frozenset({"beat", "worker", "keys", "access", "channels", "stuck"})


def examine(now: datetime, only: str | None = None) -> Iterator[Report]:
    """Yield how each part is; what cannot be looked at without another part says so."""
    for part in (only,) if only else PARTS:
        try:
            sound, sentence = CHECKS[part](now)
        except DatabaseError as wrong:
            sound, sentence = False, _without_database(part, wrong)
        yield Report(part=part, sound=sound, sentence=sentence)


def _without_database(part: str, wrong: DatabaseError) -> str:
    if part in NEED_TABLES:
        return "This cannot be looked at: the database or its tables are missing."
    reason = str(wrong).strip().splitlines()[0]
    return f"The database does not answer ({reason}). Start it, or correct DATABASE_URL."
