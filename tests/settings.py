"""The product's own settings, with keys and places that belong to the tests alone.

HANDOFF_TEST_DATABASE=postgres chooses PostgreSQL; TEST_DATABASE_URL names a server of one's own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if not WORKER:
    _home = tempfile.mkdtemp(prefix="handoff-tests-")
    os.environ["HANDOFF_TEST_HOME"] = _home
    _mine = os.getpid()

    def _clean() -> None:
        if os.getpid() == _mine:
            shutil.rmtree(_home, ignore_errors=True)

    atexit.register(_clean)
os.environ["HANDOFF_MODE"] = "embedded"
os.environ["HANDOFF_VAR"] = str(Path(os.environ["HANDOFF_TEST_HOME"]) / (WORKER or "var"))
os.environ["SECRET_KEY"] = "a key for the tests only, nothing else is signed with it!"
os.environ["SECRETS_KEYS"] = "dGhpcyBrZXkgaXMgZm9yIHRoZSB0ZXN0cyBvbmx5ISE="
os.environ["ALLOWED_NETWORKS"] = "127.0.0.0/8"
if os.environ.get("HANDOFF_TEST_DATABASE") == "postgres":
    from tests.postgres import server_url

    os.environ["DATABASE_URL"] = server_url()

from monitor.settings import *  # noqa: E402, F403
from monitor.settings import DATABASES, EMBEDDED, VAR  # noqa: E402

VAR.mkdir(parents=True, exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file as in real life: in memory, two threads could not use it at once.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
else:
    # A test database is dropped at the end, which a pool's idle connections would prevent.
    DATABASES["default"]["OPTIONS"].pop("pool")
assert EMBEDDED
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
