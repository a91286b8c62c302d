"""The parts of a running Handoff, each the body of one process: web, worker and beat."""

import os
import socket
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from celery.platforms import SecurityWarning  # type: ignore[attr-defined]  # not in the stubs
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication

from monitor.celery import app
from monitor.management.processes import die_with_parent


def warm_up() -> None:
    """Import what the parts need before they are forked, so that they share it."""
    for name in ("celery.apps.worker", "celery.apps.beat", "celery.concurrency.thread"):
        import_module(name)
    import_module("celery.worker.consumer")
    import_module("kombu.transport.redis")
    import_module("gunicorn.workers.gthread")
    import_module(settings.ROOT_URLCONF)
    app.loader.import_default_modules()


class _Web(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        super().__init__()

    def load_config(self) -> None:
        memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes its own file there
        words: dict[str, Any] = {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": settings.WEB_THREADS,
            "control_socket_disable": True,
            "loglevel": "warning",
            "graceful_timeout": 3,
            "worker_tmp_dir": str(memory) if os.access(memory, os.W_OK) else None,
            "post_fork": lambda _arbiter, _worker: die_with_parent(),
        }
        for word, value in words.items():
            self.cfg.set(word, value)

    def load(self) -> Callable[..., Any]:
        return get_wsgi_application()


def web(listener: socket.socket) -> None:
    """Answer requests on `listener`, which is open already and stays so when this part restarts."""
    _Web(listener).run()


def worker() -> None:
    """Do the work that messages wake us for."""
    # Messages are JSON that we wrote: none can make a worker run what it should not, root or not.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    work = app.Worker(
        hostname=f"worker@{socket.gethostname()}",
        loglevel=settings.LOG_LEVEL,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    work.start()
    raise SystemExit(work.exitcode)


def beat() -> None:
    """Send a tick every few seconds."""
    app.Beat(loglevel=settings.LOG_LEVEL, quiet=True).run()
