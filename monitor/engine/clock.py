"""The time a task goes by: where it began, moved on by how long it has been at work."""

import time
from datetime import datetime, timedelta

from django.conf import settings


class Clock:
    """Starts at the moment it is given, so a test can begin a task at any time it likes."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Answer how long the task has been at work."""
        return time.monotonic() - self._began

    @property
    def now(self) -> datetime:
        """Answer the present moment."""
        return self.start + timedelta(seconds=self.seconds)

    @property
    def spent(self) -> bool:
        """Answer whether two thirds of the hold are over: nothing more is started then."""
        return self.seconds >= float(settings.HOLD_SECONDS) * 2 / 3
