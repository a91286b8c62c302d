"""A worker that asks for permits as fast as it may, in a process of its own.

python -m tests.monitor.engine.asking redis|database ACCOUNT SECONDS
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

LIMITS = ((20, 2.0),)
Grants = list[tuple[float, float]]


def begun(store: str, account: str, seconds: float, database: str) -> "subprocess.Popen[str]":
    """Start such a worker on the broker and the database of the test."""
    command = [sys.executable, "-m", "tests.monitor.engine.asking", store, account, str(seconds)]
    known = {"DATABASE_URL": database, "HANDOFF_TEST_DATABASE": ""}
    return subprocess.Popen(command, env={**os.environ, **known}, stdout=subprocess.PIPE, text=True)


def granted(store: str, account: str, seconds: float) -> Grants:
    """Answer between which moments each permit was given."""
    from django.conf import settings

    from monitor.engine.permits import Counted, Written
    from monitor.rules.pace import Asker

    asked = Counted(settings.REDIS_URL) if store == "redis" else Written()
    end = time.time() + seconds
    grants: Grants = []
    while (before := time.time()) < end:
        wait = asked.take(account, LIMITS, 1, Asker.UNDER_WAY)
        if wait:
            time.sleep(min(wait, max(0.0, end - time.time())))
        else:
            grants.append((before, time.time()))
    if isinstance(asked, Counted):
        asked.end()
    return grants


def most_in_a_window(grants: Sequence[tuple[float, float]], seconds: float) -> int:
    """Answer the most permits that were surely given within so many seconds."""
    starts = [before for before, _ in grants]
    return max(
        (
            sum(before >= first and after < first + seconds for before, after in grants)
            for first in starts
        ),
        default=0,
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "monitor.settings"
    import django

    django.setup()
    json.dump(granted(sys.argv[1], sys.argv[2], float(sys.argv[3])), sys.stdout)
