"""What really went wrong: every fault at the moment it struck, for tests only."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """One fault that was really applied, to which lead, and where."""

    time: float
    fault: str
    kind: str
    target: str
    account: str
    lead: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Truth:
    """The log of what struck, oldest first."""

    entries: list[Struck] = field(default_factory=list)

    def add(self, struck: Struck) -> None:
        """Note one more."""
        self.entries.append(struck)

    def since(self, moment: float) -> list[dict[str, Any]]:
        """Answer the entries of `moment` and later as plain data."""
        return [asdict(entry) for entry in self.entries if entry.time >= moment]
