"""Where a tool lives, and whether an address is one of its own."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

Pairs = Mapping[str, str] | Iterable[tuple[str, str]]
PORTS = {"http": 80, "https": 443}
# A percent sign stays: what needs encoding in a path was encoded by `segment`.
SAFE = "/%:@!$&'()*+,;=~"


class Place(NamedTuple):
    """Where a connection leads, and which private networks it was vetted against."""

    scheme: str
    host: str
    port: int
    networks: tuple[str, ...]


def segment(text: str) -> str:
    """Answer `text` as one segment of a path, whatever characters it holds."""
    return quote(text, safe="")


class Address:
    """A tool's base address. ValueError where it is no plain web address."""

    def __init__(self, base: str, networks: tuple[str, ...]) -> None:
        parts = urlsplit(base)
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("a base address is scheme, host, port and path")
        self.place = _place(parts, networks)
        self._prefix = quote(parts.path.rstrip("/"), safe=SAFE)

    def target(self, path: str, pairs: Pairs) -> str | None:
        """Answer path and query as sent; None where `path` is an address on another host."""
        if "://" in path.partition("?")[0]:
            if not self.is_own(path):
                return None
            parts = urlsplit(path)
            path, query = parts.path or "/", parts.query
        else:
            path, _mark, query = (self._prefix + path).partition("?")
        more = urlencode(list(pairs.items() if isinstance(pairs, Mapping) else pairs))
        query = "&".join(filter(None, (quote(query, safe=SAFE + "?"), more)))
        path = quote(path, safe=SAFE)
        return f"{path}?{query}" if query else path

    def absolute(self, target: str) -> str:
        """Answer the whole address of a target, as a page there would resolve its links."""
        host = f"[{self.place.host}]" if ":" in self.place.host else self.place.host
        usual = self.place.port == PORTS[self.place.scheme]
        port = "" if usual else f":{self.place.port}"
        return urljoin(f"{self.place.scheme}://{host}{port}", target)

    def is_own(self, url: str) -> bool:
        """Whether a whole address lies on the tool's own scheme, host and port."""
        try:
            return _place(urlsplit(url), self.place.networks) == self.place
        except ValueError:
            return False


def _place(parts: SplitResult, networks: tuple[str, ...]) -> Place:
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host:
        raise ValueError("not a web address")
    if not host.isascii():
        host = host.encode("idna").decode()
    return Place(parts.scheme, host, parts.port or PORTS[parts.scheme], networks)
