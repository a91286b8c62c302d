"""The headers of an answer."""

from collections.abc import Iterable


class Headers:
    """Headers by name, whatever its letter case; one sent several times has all its values."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value.strip())

    def get(self, name: str, default: str = "") -> str:
        """Answer a header's first value, `default` without one."""
        values = self._values.get(name.lower())
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """Answer every value of a header."""
        return self._values.get(name.lower(), [])
