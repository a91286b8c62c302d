"""What a stop may expect: the looks still wanted, and from when on one decides something."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The looks at one stop as a judgement planned them, oldest first.

    A complete look that begins before `decides_at` and sees nothing new changes no judgement of
    its run, so the next can follow without one.
    """

    decides_at: datetime
    looks: tuple[datetime, ...]

    def after(self, looked_at: datetime) -> datetime | None:
        """Answer the look that follows an uneventful one; None where the run is to be judged."""
        if looked_at >= self.decides_at:
            return None
        return next((at for at in self.looks if at > looked_at), None)
