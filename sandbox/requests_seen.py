"""How many requests each tool answered, and on demand which: the yardstick of the benchmarks."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RequestsSeen:
    """Counts since the last reset; the automations' own calls are counted apart."""

    by_tool: Counter[str] = field(default_factory=Counter)
    by_automations: Counter[str] = field(default_factory=Counter)
    recording: bool = False
    recorded: list[dict[str, Any]] = field(default_factory=list)

    def note(self, tool: str, *, automation: bool) -> None:
        """Count one request."""
        (self.by_automations if automation else self.by_tool)[tool] += 1

    def record(self, **request: Any) -> dict[str, Any]:
        """Keep a request word for word, so that a benchmark can send the very same again.

        What is answered takes what else there is to keep: how it was answered.
        """
        self.recorded.append(request)
        return request

    def clear(self) -> None:
        """Count from zero."""
        self.by_tool.clear()
        self.by_automations.clear()
        self.recorded.clear()

    def describe(self) -> dict[str, Any]:
        """Answer the counts as plain data."""
        return {
            "tools": dict(self.by_tool),
            "total": sum(self.by_tool.values()),
            "automations": dict(self.by_automations),
            "recorded": len(self.recorded),
        }
