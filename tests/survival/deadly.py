"""A worker in simulated time that can be killed: what it held is left as it was."""

from monitor.engine.wake import Wake
from tests.monitor.engine.drive import Drive


class Killed(BaseException):
    """The process ended in the middle; no handler of the engine's may catch it."""


class DeadlyDrive(Drive):
    """Another worker takes over at once, as the supervisor sees to it. `deaths` counts them."""

    deaths = 0

    def tick(self) -> None:
        """Let one tick come now."""
        try:
            super().tick()
        except Killed:
            self.deaths += 1

    def deliver(self, wake: Wake) -> None:
        """Let one message be worked on now."""
        try:
            super().deliver(wake)
        except Killed:
            self.deaths += 1
