"""How a call proves who sends it. A scheme keeps its secret out of every repr."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.kit.errors import NeedsOwner
from connectors.kit.message import Message, _

UNCONNECTED = _("This connection is not connected yet: press “Connect” on its page in Handoff.")


@dataclass(frozen=True, slots=True)
class NoAuth:
    """The tool asks for no credentials."""

    def headers(self) -> dict[str, str]:
        """Answer the headers to add to a call."""
        return {}

    def query(self) -> dict[str, str]:
        """Answer the query parameters to add to a call."""
        return {}

    def signature(self, method: str, url: str) -> Mapping[str, str]:  # noqa: ARG002 - for schemes that sign
        """Answer the query parameters by which this very call is signed."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        """Answer what must never be shown, in every form it is sent in."""
        return ()

    @property
    def renews(self) -> bool:
        """Whether what proves a call can be fetched anew, so that a 401 may be asked again."""
        return False


@dataclass(frozen=True, slots=True)
class Basic(NoAuth):
    """A user name and a password."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Basic {self._pair()}"}

    def secrets(self) -> tuple[str, ...]:
        return self.password, self._pair()

    def _pair(self) -> str:
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Bearer(NoAuth):
    """A token, or what answers a fresh one (OAuth2); None where the owner has yet to connect."""

    token: str | Callable[[], str] | None = field(repr=False)
    _sent: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def headers(self) -> dict[str, str]:
        if self.token is None:
            raise NeedsOwner(Message(UNCONNECTED))
        self._sent[:] = [self.token if isinstance(self.token, str) else self.token()]
        return {"Authorization": f"Bearer {self._sent[0]}"}

    def secrets(self) -> tuple[str, ...]:
        return (self.token,) if isinstance(self.token, str) else tuple(self._sent)

    @property
    def renews(self) -> bool:
        return callable(self.token)


@dataclass(frozen=True, slots=True)
class HeaderKey(NoAuth):
    """A key in a header of the tool's own."""

    name: str
    key: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        return {self.name: self.key}

    def secrets(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class QueryKey(NoAuth):
    """A key in the query: the last resort, for queries end up in logs of others."""

    name: str
    key: str = field(repr=False)

    def query(self) -> dict[str, str]:
        return {self.name: self.key}

    def secrets(self) -> tuple[str, ...]:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class InBody(NoAuth):
    """A key that each call carries in its body; it is kept out of what is shown."""

    key: str = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        return (self.key,)
