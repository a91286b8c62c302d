"""The cookies of one visit to one host: enough for a form's session, kept nowhere else."""

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie


class Cookies:
    """Names and values set by the host; scope is the door's own host, life is the door's."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def keep(self, lines: Iterable[str]) -> None:
        """Take in Set-Cookie lines; one that expires at once removes its cookie."""
        for line in lines:
            try:
                morsels = SimpleCookie(line)
            except CookieError:
                continue
            for name, morsel in morsels.items():
                if morsel["max-age"] == "0":
                    self._values.pop(name, None)
                else:
                    self._values[name] = morsel.coded_value

    def header(self) -> str:
        """Answer the Cookie header, empty without cookies."""
        return "; ".join(f"{name}={value}" for name, value in self._values.items())
