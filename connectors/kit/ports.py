"""What a connector needs of the product; the engine hands it in, the kit never finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Pace(Protocol):
    """Keeps the calls of all workers to one account within what its tool allows."""

    def permit(self, tool: str) -> None:
        """Answer once a call may be made; raises Paced where it must be made another time."""

    def rest(self, seconds: float | None) -> None:
        """Make no more calls to this account for so long: its tool asked for a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The product's side of a connector.

    `networks` are the CIDR blocks of private addresses this deployment allows calls to. `seconds`
    is the wall-clock budget of one call (name look-up, connect, whole body), `size` its largest
    body in bytes. `token` answers a fresh access token for connections that use OAuth2; `renew` is
    told that the tool refused it, and answers whether there is another one now. `pace` is
    asked before each call, None where nobody else calls the account.
    """

    networks: tuple[str, ...] = ()
    seconds: float = 20.0
    size: int = 8 * 1024 * 1024
    token: Callable[[], str] | None = None
    renew: Callable[[], bool] | None = None
    pace: Pace | None = None
