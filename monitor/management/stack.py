"""One installation on this machine: its lock, its port, its broker, its tables, its parts."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import OperationalError
from django.urls import reverse
from django.utils import timezone

from monitor.actions.sign_in import issue_link
from monitor.actions.workspace import first_start
from monitor.management import parts, valkey
from monitor.management.processes import CannotStart
from monitor.management.supervisor import Part, Supervisor, forked, spawned
from monitor.models import Role

USUAL_PORT = 8000


@runtime_checkable
class Pooled(Protocol):
    """A database that keeps a pool of connections, as PostgreSQL does."""

    def close_pool(self) -> None:
        """Close them all."""


def listen(host: str, port: int | None) -> socket.socket:
    """Answer a listening socket: on `port`, else on the usual one, else on any that is free."""
    for wanted in (port,) if port is not None else (USUAL_PORT, 0):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, wanted))
        except OSError as wrong:
            listener.close()
            reason = wrong.strerror
            continue
        listener.listen(128)
        listener.set_inheritable(True)
        return listener
    raise CannotStart(f"Port {port} on {host} cannot be used ({reason}); give another with --port.")


def publish(host: str, port: int) -> None:
    """Let links lead to where we listen, unless the deployment says where people come in."""
    if not os.environ.get("PUBLIC_URL"):
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared only
        # The parts are forked after this: each sees it, though settings are read but once.
        settings.PUBLIC_URL = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        settings.ADDRESS_FILE.write_text(settings.PUBLIC_URL)


def open_broker(supervisor: Supervisor) -> None:
    """Start the embedded broker, or see that the one in REDIS_URL answers."""
    if f"unix://{settings.VALKEY_SOCKET}" == settings.REDIS_URL:
        try:
            supervisor.start([spawned("broker", partial(valkey.start, settings.VALKEY_SOCKET))])
        except valkey.NoBroker as wrong:
            raise CannotStart(str(wrong)) from wrong
        return
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5) as asked:
            asked.ping()
    except redis.RedisError:
        raise CannotStart(
            "The broker that REDIS_URL names does not answer. Start it, or correct REDIS_URL."
        ) from None


def open_database() -> None:
    """Bring the tables to what this version expects."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as wrong:
        reason = str(wrong).strip().splitlines()[0]
        raise CannotStart(
            f"The database does not answer ({reason}). Start it, or correct DATABASE_URL."
        ) from wrong


def way_in() -> str:
    """Answer a one-time link for the owner of this installation, who is made on its first start."""
    now = timezone.now()
    workspace = first_start("My business", now)
    owner = workspace.members.select_related("user").filter(role=Role.OWNER).order_by("pk")[0].user
    return address(issue_link(owner, now))


def address(token: str) -> str:
    """Answer the address that lets the bearer of `token` in."""
    return f"{settings.PUBLIC_URL}{reverse('enter', args=[token])}"


def open_parts(
    supervisor: Supervisor, listener: socket.socket | None, log_file: Path | None = None
) -> None:
    """Fork web, worker and beat off this process, which has imported everything by then.

    Without a listener there is no web. With a `log_file` the terminal is left to the caller.
    """
    parts.warm_up()
    bodies: dict[str, Callable[[], object]] = {"worker": parts.worker, "beat": parts.beat}
    if listener:
        bodies["web"] = partial(parts.web, listener)
    supervisor.start([_alone(forked(name, main, log_file)) for name, main in bodies.items()])


def _alone(part: Part) -> Part:
    """Answer a part that is forked off while we have no connection to the database ourselves.

    One used on both sides of a fork mixes their transactions, and outlives whoever is killed.
    """
    begin = part.start

    def start() -> int:
        hang_up()
        return begin()

    part.start = start
    return part


def hang_up() -> None:
    """Close every connection to the database, the idle ones of a pool as well."""
    connections.close_all()
    for each in connections.all(initialized_only=True):
        if isinstance(each, Pooled):
            each.close_pool()
