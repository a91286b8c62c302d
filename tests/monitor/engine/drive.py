"""Drives the engine through simulated time: ticks and wake-up calls in the order of their start."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings

from monitor.engine.ahead import everything
from monitor.engine.slot import open_due
from monitor.engine.tasks import WORK
from monitor.engine.wake import Wake
from tests.monitor.engine.tool import Tool


class Drive:
    """One worker and one beat, as fast as the machine allows.

    `astray` is how far the clock they read is off; time itself, and the tool's clock, never are.
    """

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.now = tool.now
        self.astray = timedelta(0)
        self.delivered: list[Wake] = []
        self._order = count()
        self._queue: list[tuple[datetime, int, Wake]] = []
        self._next_tick = self.now

    @property
    def clock(self) -> datetime:
        """Answer what the engine takes for the present."""
        return self.now + self.astray

    def until(self, end: datetime) -> None:
        """Go on until a moment."""
        while True:
            head = self._queue[0][0] if self._queue else end + timedelta(days=1)
            at = min(head, self._next_tick)
            if at > end:
                break
            self._set(at)
            if head <= self._next_tick:
                self.deliver(heapq.heappop(self._queue)[2])
            else:
                self.tick()
                self._next_tick = at + timedelta(seconds=settings.TICK_SECONDS)
        self._set(end)

    def seconds(self, seconds: float) -> None:
        """Go on for so long."""
        self.until(self.now + timedelta(seconds=seconds))

    def jump(self, end: datetime) -> None:
        """Let time pass while nothing is due; then let ticks come again."""
        self._set(end)
        self._next_tick = end

    def tick(self) -> None:
        """Let one tick come now."""
        open_due(self.clock)
        self.push(everything(self.clock))

    def deliver(self, wake: Wake) -> None:
        """Let one message be worked on now."""
        self.delivered.append(wake)
        self.push(WORK[wake.task](wake.batch.ids, wake.batch.token, self.clock))

    def push(self, wakes: list[Wake]) -> None:
        """Put messages in the queue."""
        for wake in wakes:
            start = max(wake.batch.start - self.astray, self.now)
            heapq.heappush(self._queue, (start, next(self._order), wake))

    def lose(self, which: Callable[[Wake], bool] = lambda _: True) -> None:
        """Lose messages, as a broker may."""
        self._queue = [one for one in self._queue if not which(one[2])]
        heapq.heapify(self._queue)

    def _set(self, now: datetime) -> None:
        self.now = self.tool.now = max(now, self.now)
