"""What all twins share: accounts by key, the guard in front of every request, faults, planting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

from aiohttp import web

from sandbox.call import AUTOMATION_HEADER, Call, Refusal
from sandbox.faults import Fault, lead_in
from sandbox.storage import Account, Record
from sandbox.world import Event, World

if TYPE_CHECKING:
    from sandbox.authority import Authority

CALL = web.RequestKey("call", Call)
HANG_SECONDS = 120.0
RANDOM_KINDS = ("429", "500", "503", "malformed")

Answers = Callable[[Call], web.Response]


class Tool:
    """A twin of one vendor's tool: one application, many accounts."""

    slug: ClassVar[str]
    title: ClassVar[str]
    resources: ClassVar[tuple[str, ...]]
    open_paths: ClassVar[tuple[str, ...]] = ()
    authority: "Authority | None" = None

    def __init__(self, world: World) -> None:
        self.world = world
        self._unlocked = self.open_paths
        self.accounts: dict[str, Account] = {}
        self.keys: dict[str, Account] = {}
        self.app = web.Application(middlewares=[self._guard])
        self.routes()

    # What a twin says for itself.

    def routes(self) -> None:
        """Declare the paths with `add`."""
        raise NotImplementedError

    def credentials(self, name: str) -> dict[str, str]:
        """Answer the credentials of the account of this name; the first one is its key."""
        raise NotImplementedError

    def key_of(self, call: Call) -> str:
        """Answer the key a request brings, empty without one."""
        raise NotImplementedError

    def error(self, status: int, detail: str = "") -> web.Response:
        """Answer an error in the vendor's own shape."""
        raise NotImplementedError

    def told(self, status: int, call: Call) -> web.Response:
        """Answer an error as this request is told of it; some protocols say all with a 200."""
        del call
        return self.error(status)

    def writes(self, call: Call) -> bool:
        """Answer whether a request changes anything."""
        return call.write

    def text(self, call: Call) -> str:
        """Answer what to match a lead in."""
        return call.text

    def dress(self, response: web.Response, call: Call) -> web.Response:
        """Add the vendor's headers."""
        del call
        return response

    def hold_off(self, response: web.Response, seconds: object) -> None:
        """Say in the vendor's way for how long to stay away."""
        response.headers["Retry-After"] = str(seconds)

    def without_marker(self, call: Call) -> web.Response:
        """Answer a page that looks fine and says nothing of success; the website has one."""
        del call
        return self.error(500)

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        """Answer a record's fields keyed as a mapping names them."""
        del resource
        return dict(record.fields)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        """Store a record without asking whether the tool would take it."""
        raise NotImplementedError

    # What all have.

    def add(self, method: str, path: str, answers: Answers) -> None:
        """Declare one path."""

        async def respond(request: web.Request) -> web.Response:
            return answers(request[CALL])

        self.app.router.add_route(method, path, respond)

    def add_open(self, method: str, path: str, answers: Answers) -> None:
        """Declare one path that asks for no key."""
        self._unlocked += (path,)
        self.add(method, path, answers)

    def open_account(self, name: str, *, lag: float = 0.0, **options: object) -> Account:
        """Answer the account of this name, opened if there is none yet."""
        account = self.accounts.get(name)
        if account is None:
            secrets = self.credentials(name)
            account = Account(tool=self.slug, name=name, secrets=secrets)
            self.accounts[name] = account
            self.keys[next(iter(secrets.values()))] = account
        account.lag = lag or account.lag
        account.options.update(options)
        return account

    def close_account(self, name: str) -> None:
        """Forget an account and all it held."""
        account = self.accounts.pop(name, None)
        if account is not None:
            self.keys.pop(next(iter(account.secrets.values())), None)

    def tell(self, account: Account, resource: str, record: Record, **ids: str) -> None:
        """Let the automations know that a record came."""
        self.world.tell(
            Event(
                tool=self.slug,
                account=account.name,
                resource=resource,
                fields=self.flat(resource, record),
                ids={resource: record.id, **ids},
            )
        )

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        call = Call(
            request=request,
            body=await request.read(),
            now=self.world.clock(),
            automation=request.headers.get(AUTOMATION_HEADER, ""),
        )
        call.account = self.keys.get(self.key_of(call))
        request[CALL] = call
        kept = self._count(call)
        response = await self._met(call, handler)
        if kept:
            kept.update(status=response.status, answer=shown(response), account=name_of(call))
        return response

    async def _met(
        self, call: Call, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.Response:
        """Answer a request, by the fault it meets if there is one."""
        if call.account is not None:
            call.lag = call.account.lag
        faults = self.world.board.at(f"tool:{self.slug}")
        fault = self._strikes(faults, call) if faults else None
        if fault is not None:
            return await self._suffer(fault, call, handler)
        response = await self._respond(call, handler)
        if call.hidden and call.lag_fault is not None:
            self._note_hidden(call, call.lag_fault)
        return self.dress(response, call)

    async def _respond(
        self, call: Call, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.Response:
        if call.account is None and not call.request.path.startswith(self._unlocked):
            return self.error(401)
        try:
            response = await handler(call.request)
        except Refusal as refusal:
            return refusal.response
        except web.HTTPException as error:
            return self.error(error.status)
        except ValueError:
            return self.error(400, "The request body could not be read.")
        if not isinstance(response, web.Response):
            raise TypeError("A twin answers whole responses only.")
        return response

    def _count(self, call: Call) -> dict[str, Any]:
        """Count a request, and answer what is kept of it."""
        seen = self.world.seen
        seen.note(self.slug, automation=bool(call.automation))
        if seen.recording and not call.automation:
            return seen.record(
                at=call.now,
                tool=self.slug,
                method=call.request.method,
                url=str(call.request.url),
                headers=dict(call.request.headers),
                body=call.body.decode(errors="replace"),
            )
        return {}

    def _strikes(self, faults: list[Fault], call: Call) -> Fault | None:
        """Answer the fault this request meets; an index lag only sets how far the index trails."""
        name = name_of(call)
        caller = "automations" if call.automation else "outside"
        method = "write" if self.writes(call) else "read"
        text = self.text(call)
        # Vendors keep their authority on a host of its own: a fault must name it.
        apart = self.authority is not None and call.request.path in self.authority.paths
        for fault in faults:
            if fault.kind == "refused" or fault.callers not in (caller, "all"):
                continue
            if apart and not fault.match:
                continue
            if method not in fault.methods or not fault.concerns(name, text):
                continue
            if fault.kind == "index_lag":
                call.lag = max(call.lag, float(fault.options.get("seconds", 10)))
                call.lag_fault = fault
            elif fault.rolls():
                return fault
        return None

    def _note_hidden(self, call: Call, fault: Fault) -> None:
        """Write into the truth which records the index held back, each once."""
        for record in call.hidden:
            if record.id not in fault.noted:
                fault.noted.add(record.id)
                detail = {"tool": self.slug, "record": record.id}
                self.world.board.note(fault, account=call.at.name, lead=record.email, detail=detail)

    async def _suffer(
        self,
        fault: Fault,
        call: Call,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.Response:
        kind = fault.kind
        if kind == "random":
            kind = fault.dice.choice(tuple(fault.options.get("kinds") or RANDOM_KINDS))
        committed = kind in ("malformed", "500_after_commit", "timeout_after_commit")
        response = await self._respond(call, handler) if committed else None
        self.world.board.note(
            fault,
            account=name_of(call),
            lead=lead_in(self.text(call)) or fault.match,
            detail={
                "tool": self.slug,
                "did": kind,
                "method": call.request.method,
                "path": call.request.path,
                "automation": call.automation,
            },
        )
        if kind.startswith("timeout"):
            await asyncio.sleep(float(fault.options.get("seconds", HANG_SECONDS)))
            return self.error(504)
        if kind == "no_marker":
            return self.without_marker(call)
        if response is not None and kind == "malformed":
            return _cut(response)
        return self._status(kind, fault, call)

    def _status(self, kind: str, fault: Fault, call: Call) -> web.Response:
        response = self.told(int(kind[:3]), call)
        after = fault.options.get("retry_after")
        if kind == "429" and after is not None:
            self.hold_off(response, after)
        return response


def shown(response: web.Response) -> str:
    """Answer an answer's body as text."""
    return response.body.decode(errors="replace") if isinstance(response.body, bytes) else ""


def name_of(call: Call) -> str:
    """Answer the name of the account a request came for, empty where it named none."""
    return call.account.name if call.account else ""


def _cut(response: web.Response) -> web.Response:
    """Answer a success whose body ends in the middle."""
    body = response.body if isinstance(response.body, bytes) else b""
    cut = body[: len(body) // 2] if len(body) > 3 else b"{"
    return web.Response(
        body=cut, status=200, content_type=response.content_type or "application/json"
    )
