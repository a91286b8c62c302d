"""The door: the only way a connector speaks HTTP, to its own tool and nowhere else."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypedDict, Unpack

from connectors.kit.address import Address, Pairs
from connectors.kit.answer import Answer, Origin
from connectors.kit.auth import NoAuth
from connectors.kit.body import NO_BODY, Body
from connectors.kit.cookies import Cookies
from connectors.kit.errors import NeedsOwner, Refused, ToolError, TryLater, UnexpectedAnswer
from connectors.kit.exchange import Reply, Request, Unanswered, exchange
from connectors.kit.guard import Forbidden, TooLarge
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports
from connectors.kit.status import busy, failure, http_date, known, silence

AGENT = "Handoff/1 (automation health monitor)"
NOTHING: Mapping[str, str] = MappingProxyType({})
FORBIDDEN = _(
    "%(host)s lies in a network that this installation may not call; its administrator can allow "
    "that network."
)
UNSENDABLE = _(
    "The credentials or the address of %(tool)s hold a character that cannot be sent; enter them "
    "again."
)


class Sending(TypedDict, total=False):
    """What a call may carry beside its path.

    `repeatable` is true for a call that may be made again without harm: every GET and DELETE, and
    a POST that only searches.
    """

    query: Pairs
    headers: Mapping[str, str]
    body: Body
    repeatable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How one tool differs from the rest.

    `headers` go with every call. `is_limit` tells a 403 that means "too fast" from one that means
    "not allowed"; `pause` answers for how many seconds a tool that says "too fast" wants us to
    stay away, where it does not say so by Retry-After. `is_known` tells a refused write that means
    "there is such a record already" from other refusals. `status` answers the status an answer
    stands for, of a tool that says no with a success. With `redirects` an answer that sends us on
    is handed back instead of raised, with `cookies` they are kept for the door's life. With
    `hidden` the path is kept out of errors, for tools whose addresses are secrets themselves.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    is_limit: Callable[[Answer], bool] | None = None
    pause: Callable[[Answer], float | None] | None = None
    is_known: Callable[[Answer], bool] | None = None
    status: Callable[[Answer], int] | None = None
    redirects: bool = False
    cookies: bool = False
    hidden: bool = False


class Door:
    """Calls to one tool. It counts them (`calls`) and knows how far the tool's clock is off."""

    def __init__(
        self,
        tool: str,
        base: str,
        *,
        ports: Ports,
        auth: NoAuth | None = None,
        manners: Manners | None = None,
    ) -> None:
        self.tool = tool
        self.calls = 0
        self._ports = ports
        self._auth = auth or NoAuth()
        self._manners = manners or Manners()
        self._cookies = Cookies()
        self._dated: tuple[str, float] | None = None
        try:
            self.address = Address(base, ports.networks)
        except ValueError:
            text = _("The address entered for %(tool)s is not a web address (https://…).")
            raise NeedsOwner(Message(text, {"tool": tool}), where=tool) from None

    def get(self, path: str, **sending: Unpack[Sending]) -> Answer:
        """Read from the tool."""
        return self.call("GET", path, {"repeatable": True, **sending})

    def maybe(self, path: str, **sending: Unpack[Sending]) -> Answer | None:
        """Read what may not be there: None where the tool knows nothing of it (404)."""
        try:
            return self.get(path, **sending)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def post(self, path: str, **sending: Unpack[Sending]) -> Answer:
        """Write to the tool, or search it with `repeatable=True`."""
        return self.call("POST", path, sending)

    def put(self, path: str, **sending: Unpack[Sending]) -> Answer:
        """Write a record to the tool at an address of its own."""
        return self.call("PUT", path, sending)

    def delete(self, path: str, **sending: Unpack[Sending]) -> Answer:
        """Remove a record; doing so again does no harm."""
        return self.call("DELETE", path, {"repeatable": True, **sending})

    def discard(
        self, path: str, *, gone: tuple[int, ...] = (404,), **sending: Unpack[Sending]
    ) -> None:
        """Remove a record; one that is gone already, as these statuses say, is fine."""
        try:
            self.delete(path, **sending)
        except Refused as refused:
            if refused.status not in gone:
                raise

    def call(self, method: str, path: str, sending: Sending) -> Answer:
        """Make one call and answer what came back; everything but a success is raised."""
        target = self._target(method, path, sending)
        if self._ports.pace:
            self._ports.pace.permit(self.tool)
        kind, body = sending.get("body", NO_BODY)
        repeatable = sending.get("repeatable", False)
        shown = "" if self._manners.hidden else target.partition("?")[0]
        origin = Origin(tool=self.tool, where=f"{self.tool} {shown}".strip(), wrote=not repeatable)
        request = Request(
            method=method,
            target=target,
            headers=self._headers(kind, sending),
            body=body,
            repeatable=repeatable,
        )
        reply = self._sent(request, origin)
        if reply.status == 401 and self._renewed():
            # A call without a valid token did nothing, so even a write may go out again.
            reply = self._sent(replace(request, headers=self._headers(kind, sending)), origin)
        return self._judged(reply, target, origin)

    @property
    def skew(self) -> float | None:
        """Seconds the tool's clock was ahead of ours at its last answer, None if unknown."""
        if self._dated is None or (moment := http_date(self._dated[0])) is None:
            return None
        return moment.timestamp() - self._dated[1]

    def _renewed(self) -> bool:
        """Whether there is another token than the one that was refused just now."""
        return self._auth.renews and self._ports.renew is not None and self._ports.renew()

    def _target(self, method: str, path: str, sending: Sending) -> str:
        pairs = sending.get("query", NOTHING)
        listed = [*(pairs.items() if isinstance(pairs, Mapping) else pairs)]
        listed += self._auth.query().items()
        target = self.address.target(path, listed)
        if target and (signed := self._auth.signature(method, self.address.absolute(target))):
            target = self.address.target(path, [*listed, *signed.items()])
        if target is None:
            text = _("%(tool)s points to an address on another host; it was not called.")
            raise UnexpectedAnswer(Message(text, {"tool": self.tool}), where=self.tool)
        return target

    def _headers(self, kind: str, sending: Sending) -> dict[str, str]:
        headers = {
            "User-Agent": AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **self._manners.headers,
            **self._auth.headers(),
        }
        if kind:
            headers["Content-Type"] = kind
        if cookie := self._cookies.header():
            headers["Cookie"] = cookie
        headers.update(sending.get("headers", NOTHING))
        return headers

    def _sent(self, request: Request, origin: Origin) -> Reply:
        """Send once, turning what the network can do into the kit's errors."""
        self.calls += 1
        ports, host = self._ports, self.address.place.host
        values = {"tool": self.tool, "host": host}
        error: ToolError
        try:
            return exchange(self.address.place, request, seconds=ports.seconds, size=ports.size)
        except Unanswered as unanswered:
            error = silence(origin, unanswered.reason, host, sent=unanswered.sent)
        except TooLarge:
            error = origin.unexpected("$", f"answer of at most {ports.size} bytes")
        except Forbidden:
            error = NeedsOwner(Message(FORBIDDEN, values), where=origin.where)
        except ValueError:
            error = NeedsOwner(Message(UNSENDABLE, values), where=origin.where)
        # Raised out here, so that no low-level error with an address in it hangs on to ours.
        raise error

    def _judged(self, reply: Reply, target: str, origin: Origin) -> Answer:
        if date := reply.headers.get("Date"):
            self._dated = (date, time.time())
        if self._manners.cookies:
            self._cookies.keep(reply.headers.get_all("Set-Cookie"))
        answer = Answer(
            origin=replace(origin, status=reply.status),
            address=self.address,
            target=target,
            headers=reply.headers,
            body=reply.body,
        )
        meant = self._manners.status(answer) if self._manners.status else answer.status
        if meant != answer.status:  # else the answer is kept, and what was read of it
            answer = replace(answer, origin=replace(answer.origin, status=meant))
        if 200 <= answer.status < 300 or (self._manners.redirects and answer.status < 400):
            return answer
        raise self._failure(answer)

    def _failure(self, answer: Answer) -> ToolError:
        manners, now = self._manners, datetime.now(UTC)
        if manners.is_limit and manners.is_limit(answer):
            error: ToolError = busy(answer, now)
        elif answer.origin.wrote and manners.is_known and manners.is_known(answer):
            error = known(answer, self._auth.secrets())
        else:
            error = failure(answer, self._auth.secrets(), now)
        if isinstance(error, TryLater) and answer.status < 500:
            if manners.pause and error.after is None:
                error.after = manners.pause(answer)
            if self._ports.pace:
                self._ports.pace.rest(error.after)
        return error
