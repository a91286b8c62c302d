"""Keeps several processes of ours running under one, and leaves none of them behind.

The parts are forked from a parent that has imported everything once: they share its memory.
"""

import gc
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from types import FrameType

from monitor.management.processes import be_called, die_with_parent

log = logging.getLogger(__name__)

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # a part that ran this long starts its pauses anew


@dataclass(slots=True, kw_only=True, eq=False)
class Part:
    """One process: `start` answers its id.

    `vital`: without it, everything stops. `ends_last`: the others work with it.
    """

    name: str
    start: Callable[[], int]
    vital: bool = False
    ends_last: bool = False
    pid: int = 0
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again: float = 0.0


def forked(name: str, main: Callable[[], object], log_file: Path | None = None) -> Part:
    """Answer a part that runs `main` in a fork of this process, printing into `log_file` if any."""
    return Part(name=name, start=lambda: _fork(name, main, log_file))


def spawned(name: str, start: "Callable[[], Popen[bytes]]", *, vital: bool = False) -> Part:
    """Answer a part that is a program of its own, which the forked ones work with."""
    held: list[Popen[bytes]] = []  # else Python reaps what it believes forgotten

    def begin() -> int:
        held[:] = [start()]
        return held[0].pid

    return Part(name=name, start=begin, vital=vital, ends_last=True)


def _fork(name: str, main: Callable[[], object], log_file: Path | None) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    if pid := os.fork():
        return pid
    code = 1
    try:
        _leave_home(log_file)
        be_called(f"handoff {name}")
        if os.getppid() == parent:
            main()
            code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        log.exception("A part of Handoff ended unexpectedly")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _leave_home(log_file: Path | None) -> None:
    """Become a process of its own: its own end, its own group, its own signals and output."""
    die_with_parent()
    os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which then stops its parts in order
    signal.set_wakeup_fd(-1)
    for each in (*STOPPING, signal.SIGCHLD):
        signal.signal(each, signal.SIG_DFL)
    if log_file is not None:
        _print_into(log_file)


def _print_into(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Starts parts, starts those again that end, and in the end ends them all."""

    grace: float = 10.0
    parts: list[Part] = field(default_factory=list)
    stopped_by: str = ""
    _heard: int = -1

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals that stop us for as long as a `with` lasts; then stop every part."""
        self._heard, told = os.pipe()
        os.set_blocking(self._heard, False)
        os.set_blocking(told, False)
        before = {each: signal.signal(each, self._note) for each in (*STOPPING, signal.SIGCHLD)}
        woken = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        try:
            yield
        finally:
            self.stop()
            signal.set_wakeup_fd(woken)
            for each, handler in before.items():
                signal.signal(each, handler)
            os.close(self._heard)
            os.close(told)

    def _note(self, number: int, _: FrameType | None) -> None:
        if number in STOPPING:
            self.stopped_by = signal.Signals(number).name

    def start(self, parts: Sequence[Part]) -> None:
        """Start `parts` and keep them running from now on."""
        gc.collect()
        gc.freeze()  # what is imported stays shared: the collector never writes to it again
        for part in parts:
            self.parts.append(part)
            self._start(part)

    def _start(self, part: Part) -> None:
        part.again = 0.0
        part.started = time.monotonic()
        part.pid = part.start()

    def watch(self, seconds: float | None = None) -> bool:
        """Keep the parts running; True as soon as they are to stop, False after `seconds`."""
        until = None if seconds is None else time.monotonic() + seconds
        while not self.stopped_by:
            self._revive()
            wait = self._until_next(until)
            if until is not None and time.monotonic() >= until:
                return False
            if select.select([self._heard], [], [], wait)[0]:
                os.read(self._heard, 1024)
        return True

    def _until_next(self, until: float | None) -> float | None:
        moments = [part.again for part in self.parts if part.again]
        if until is not None:
            moments.append(until)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _revive(self) -> None:
        for part in self.parts:
            if part.pid and (code := _ended(part.pid)) is not None:
                self._lost(part, code)
            if part.again and part.again <= time.monotonic() and not self.stopped_by:
                self._start_again(part)

    def _start_again(self, part: Part) -> None:
        try:
            self._start(part)
        except (OSError, RuntimeError):
            log.exception("%s could not be started", part.name)
            self._pause(part)

    def _lost(self, part: Part, code: int) -> None:
        _kill_group(part.pid)  # whatever it had started itself
        part.pid = 0
        if part.vital:
            self.stopped_by = f"the end of {part.name}"
            return
        if time.monotonic() - part.started >= STEADY_SECONDS:
            part.pause = FIRST_PAUSE
        log.warning("%s ended (%s); it starts again in %.1f s", part.name, _said(code), part.pause)
        self._pause(part)

    def _pause(self, part: Part) -> None:
        part.again = time.monotonic() + part.pause
        part.pause = min(part.pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """End every part to its last process: who works first, then what they worked with."""
        for last in (False, True):
            self._end([part for part in self.parts if part.ends_last is last and part.pid])
        self.parts.clear()

    def _end(self, parts: Sequence[Part]) -> None:
        for part in parts:
            _signal(part.pid, signal.SIGTERM)
        waiting = list(parts)
        until = time.monotonic() + self.grace
        while waiting and time.monotonic() < until:
            waiting = [part for part in waiting if _ended(part.pid) is None]
            time.sleep(0.02)
        for part in parts:
            _kill_group(part.pid)
        for part in waiting:
            _ended(part.pid, wait=True)


def _ended(pid: int, *, wait: bool = False) -> int | None:
    try:
        found, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if found else None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _said(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
