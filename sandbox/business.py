"""The pretend business as a whole: its tools on their ports, and its chains."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox import chains, demo
from sandbox.automations import Automations
from sandbox.chains import BadChain, Chain, Hop
from sandbox.listening import HttpListener, Port
from sandbox.mail import letter
from sandbox.mail.server import MailServer
from sandbox.mapping import told
from sandbox.storage import Account
from sandbox.tool import Tool
from sandbox.tools.activecampaign import ActiveCampaign
from sandbox.tools.airtable import Airtable
from sandbox.tools.brevo import Brevo
from sandbox.tools.crm import Crm
from sandbox.tools.espocrm import EspoCRM
from sandbox.tools.google_sheets import GoogleSheets
from sandbox.tools.gravity_forms import GravityForms
from sandbox.tools.hubspot import HubSpot
from sandbox.tools.hubspot_forms import HubSpotForms
from sandbox.tools.jotform import Jotform
from sandbox.tools.mailchimp import Mailchimp
from sandbox.tools.odoo import Odoo
from sandbox.tools.pipedrive import Pipedrive
from sandbox.tools.postmark import Postmark
from sandbox.tools.quickbooks import QuickBooks
from sandbox.tools.salesforce import Salesforce
from sandbox.tools.slack import Slack
from sandbox.tools.stripe import Stripe
from sandbox.tools.website import MARKER, Website
from sandbox.tools.xero import Xero
from sandbox.world import Event, World

TOOLS: tuple[type[Tool], ...] = (
    Website,
    Jotform,
    GravityForms,
    HubSpotForms,
    Mailchimp,
    HubSpot,
    Stripe,
    Postmark,
    Crm,
    Slack,
    Brevo,
    ActiveCampaign,
    Airtable,
    QuickBooks,
    Pipedrive,
    Xero,
    Odoo,
    GoogleSheets,
    Salesforce,
    EspoCRM,
)
MAIN = "main"


class Business:
    """Everything the sandbox is, in one process."""

    def __init__(self, host: str = "127.0.0.1", base_port: int = 0, *, fast: bool = False) -> None:
        self.host = host
        self.fast = fast
        self.world = World()
        self.tools: dict[str, Tool] = {}
        self.listeners: dict[str, HttpListener] = {}
        self.chains: dict[str, Chain] = {}
        self._next_port = base_port
        self.control_port = self._port()
        for kind in TOOLS:
            tool = kind(self.world)
            self.tools[tool.slug] = tool
            self.listeners[tool.slug] = HttpListener(tool.app, self._port())
        self.mail = MailServer(self.world, smtp=self._port(), imap=self._port())
        self.automations = Automations(self.world, self.reach)
        self.world.tell = self._hear
        self._sending: set[asyncio.Task[None]] = set()

    async def start(self, *, with_demo: bool = True) -> None:
        """Open an account of every tool, the demo's chains, and every port."""
        for tool in self.tools.values():
            tool.open_account(MAIN)
        self.mail.open_account(MAIN)
        for listener in self.listeners.values():
            await listener.start()
        await self.mail.start()
        if with_demo:
            for chain in demo.CHAINS:
                await self.add_chain(chain)
            demo.switch(self.world.board, "swap", {})

    async def stop(self) -> None:
        """Close every port and drop what is under way."""
        await self.automations.stop()
        for task in self._sending:
            task.cancel()
        await self.mail.stop()
        for listener in self.listeners.values():
            await listener.stop()
        self.control_port.free()

    def account(self, tool: str, name: str) -> Account | None:
        """Answer an account of a tool."""
        if tool == self.mail.slug:
            return self.mail.accounts.get(name)
        return self.tools[tool].accounts.get(name) if tool in self.tools else None

    def reach(self, tool: str, account: str) -> tuple[str, dict[str, str]]:
        """Answer where an automation reaches a tool, and with which key."""
        if tool == self.mail.slug:
            return self.mail.smtp_address, {}
        return self.listeners[tool].url(), self.tools[tool].accounts[account].secrets

    async def add_chain(self, wanted: Mapping[str, Any]) -> Chain:
        """Draw a chain, open the accounts it lives in and switch its automations on."""
        chain = chains.draw(wanted, fast=self.fast)
        if chain.name in self.chains:
            raise BadChain(f"There is a chain {chain.name!r} already.")
        for hop in chain.hops:
            await self._open(hop)
        chains.set_up(chain, self.automations, int(wanted.get("seed", 0)))
        self.chains[chain.name] = chain
        return chain

    async def remove_chain(self, name: str) -> bool:
        """Switch a chain off and close the accounts that were its own."""
        chain = self.chains.pop(name, None)
        if chain is None:
            return False
        self.automations.remove(name)
        for hop in chain.hops:
            if hop.account == name and hop.kind.tool in self.tools:
                self.tools[hop.kind.tool].close_account(name)
                await self.listeners[hop.kind.tool].remove_port(name)
            elif hop.account == name:
                self.mail.close_account(name)
        return True

    def reset(self) -> None:
        """Forget all records, faults, truth and counts; accounts and chains stay."""
        self.automations.forget()
        self.world.board.clear()
        self.world.board.truth.entries.clear()
        self.world.seen.clear()
        for account in [
            *(account for tool in self.tools.values() for account in tool.accounts.values()),
            *self.mail.accounts.values(),
        ]:
            account.empty()

    async def open_and_close(self) -> None:
        """Let every listener stand as the faults want it: closed where connections are refused."""
        wanted: dict[str, set[str]] = {}
        for fault in self.world.board.all():
            if fault.kind == "refused":
                tool = fault.target.removeprefix("tool:")
                own = fault.account if self._has_own_port(tool, fault.account) else ""
                wanted.setdefault(tool, set()).add(own)
                if not fault.struck:
                    detail = {"tool": tool, "did": "closed the port"}
                    self.world.board.note(
                        fault, account=fault.account, lead=fault.match, detail=detail
                    )
        for tool, listener in self.listeners.items():
            for account in list(listener.ports):
                closed = account in wanted.get(tool, ())
                await (listener.close(account) if closed else listener.open(account))
        await self.mail.stand(closed=bool(wanted.get(self.mail.slug)))

    def describe_tools(self) -> dict[str, Any]:
        """Answer how each tool is reached, with an account of its own, for the state file."""
        control = f"http://{self.host}:{self.control_port.number}"
        facts: dict[str, Any] = {}
        for slug, tool in self.tools.items():
            url = self.listeners[slug].url()
            facts[slug] = {"url": url, "account": MAIN, "credentials": tool.accounts[MAIN].secrets}
        facts["website"] |= {"form": f"{facts['website']['url']}/contact/{MAIN}", "marker": MARKER}
        hook = f"{facts['slack']['url']}{facts['slack']['credentials']['path']}"
        facts["slack"] |= {"url": hook, "page": f"{control}/slack"}
        facts["mail"] = {**self.mail.describe(MAIN), "page": f"{control}/inbox"}
        return facts

    def describe_chain(self, chain: Chain) -> dict[str, Any]:
        """Answer a chain as data: everything a product needs to be connected to it."""
        hops = [self._describe_hop(chain, hop) for hop in chain.hops]
        handoffs = [hop["handoff"] for hop in hops if hop["handoff"]]
        return {"name": chain.name, "title": chain.title, "hops": hops, "handoffs": handoffs}

    def _describe_hop(self, chain: Chain, hop: Hop) -> dict[str, Any]:
        account = self.account(hop.kind.tool, hop.account)
        facts: dict[str, Any] = {
            "name": hop.name,
            "kind": hop.kind.slug,
            "tool": hop.kind.tool,
            "resource": hop.kind.resource,
            "after": hop.after or None,
            "handoff": chain.handoff(hop),
            "account": hop.account,
            "credentials": account.secrets if account else {},
            "fields": told(hop.fields),
            "lag": hop.lag,
        }
        if hop.kind.tool == self.mail.slug:
            names = [key for key in hop.fields if key != "to"]
            facts["patterns"] = {name: letter.pattern(name) for name in names}
            return {**facts, **self.mail.describe(hop.account)}
        facts["url"] = self.listeners[hop.kind.tool].url(hop.account)
        if hop.kind.tool == "website":
            facts |= {"form": f"{facts['url']}/contact/{hop.account}", "marker": MARKER}
        return facts

    async def _open(self, hop: Hop) -> None:
        tool = hop.kind.tool
        if tool == self.mail.slug:
            self.mail.open_account(hop.account, lag=hop.lag)
            return
        options = dict(hop.options)
        if tool == "website":
            options["fields"] = tuple(hop.fields)
        own_port = options.pop("own_port", False)
        self.tools[tool].open_account(hop.account, lag=hop.lag, **options)
        listener = self.listeners[tool]
        if own_port and hop.account not in listener.ports:
            await listener.add_port(hop.account, self._port())

    def _has_own_port(self, tool: str, account: str) -> bool:
        return bool(account) and tool in self.listeners and account in self.listeners[tool].ports

    def _port(self) -> Port:
        port = Port(self.host, self._next_port)
        self._next_port += 1 if self._next_port else 0
        return port

    def _hear(self, event: Event) -> None:
        if not self.automations.hear(event) and event.tool == "postmark":
            task = asyncio.get_running_loop().create_task(self.mail.take_in(event))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
