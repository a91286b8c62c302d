"""A tool with OAuth2 and nothing else: its twin on a socket, beside a control door."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import ClassVar, TypeVar

from aiohttp import web

from sandbox.authority import Authority
from sandbox.business import Business
from sandbox.call import Call, answer
from sandbox.control import Control as ControlDoor
from sandbox.grants import Renewal
from sandbox.listening import HttpListener, Port
from sandbox.storage import Record, next_id
from sandbox.tool import Tool
from tests.sandbox_process import Control

HOST = "127.0.0.1"
TOKEN = "/connect/token"
AUTHORIZE = "/connect/authorize"
T = TypeVar("T")


class Ledger(Tool):
    """One account a client; refresh tokens are good for one use."""

    slug: ClassVar[str] = "ledger"
    title: ClassVar[str] = "Ledger"
    resources: ClassVar[tuple[str, ...]] = ("entries",)
    renewal: ClassVar[Renewal] = Renewal.SINGLE_USE
    authority: Authority

    def routes(self) -> None:
        self.authority = Authority(
            self,
            token=TOKEN,
            authorize=AUTHORIZE,
            renewal=self.renewal,
            seconds=1800,
            scopes=("entries", "offline"),
            keeps=lambda asked: "offline" in asked.get("scope", "").split(),
            brings=lambda account: {"realmId": f"realm-{account.name}"},
            client=True,
        )
        self.add("GET", "/api/me", self.me)
        self.add("POST", "/api/entries", self.enter)

    def credentials(self, name: str) -> dict[str, str]:
        return self.authority.credentials(name)

    def key_of(self, call: Call) -> str:
        return self.authority.key_of(call)

    def error(self, status: int, detail: str = "") -> web.Response:
        return answer({"message": detail or "No."}, status)

    def me(self, call: Call) -> web.Response:
        """Say whose account the token opens."""
        return answer({"id": call.at.name, "name": f"{call.at.name} Ltd"})

    def enter(self, call: Call) -> web.Response:
        """Take an entry."""
        record = Record(f"e{next_id()}", call.json(), call.now, call.now)
        return answer({"id": call.at.shelf("entries").put(record).id}, 201)


class KeptLedger(Ledger):
    """The same, but a refresh token stays as it is."""

    renewal: ClassVar[Renewal] = Renewal.KEPT


class RenewedLedger(Ledger):
    """The same, but a used refresh token goes on working beside its successor."""

    renewal: ClassVar[Renewal] = Renewal.RENEWED


class LedgerServer:
    """The ledger and a control door, served by a thread of the test's own."""

    def __init__(self, kind: type[Ledger] = Ledger) -> None:
        self._kind = kind
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""
        self.control = Control("")

    def __enter__(self) -> "LedgerServer":
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.control.close()
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def account(self, name: str) -> dict[str, str]:
        """Answer the credentials of an account, opened if there is none yet."""
        return self._run(self._open(name))

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self, name: str) -> dict[str, str]:
        return self._tool.open_account(name).secrets

    async def _start(self) -> None:
        self._business = Business(HOST)
        self._tool = self._kind(self._business.world)
        self._business.tools["ledger"] = self._tool
        listener = HttpListener(self._tool.app, Port(HOST))
        self._business.listeners["ledger"] = listener
        await self._business.start(with_demo=False)
        self._door = HttpListener(ControlDoor(self._business).app, Port(HOST))
        await self._door.start()
        self.url = listener.url()
        self.control = Control(self._door.url())

    async def _stop(self) -> None:
        await self._door.stop()
        await self._business.stop()
