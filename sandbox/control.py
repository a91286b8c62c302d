"""The control door: faults, truth, records, chains and counts over JSON, and the small pages."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import asking, demo, granting, pages
from sandbox.business import MAIN, Business
from sandbox.call import answer
from sandbox.faults import BadFault
from sandbox.storage import Account, Record
from sandbox.tool import Tool

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """Answers tests, the scorecard and a person with a browser; never the product."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.board = business.world.board
        self.app = web.Application(middlewares=[asking.in_sentences])
        for method, path, answers in self._routes():
            self.app.router.add_route(method, path, answers)

    def _routes(self) -> tuple[tuple[str, str, Answers], ...]:
        return (
            ("GET", "/", self.front),
            ("GET", "/health", self.health),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("DELETE", "/faults/{id}", self.remove_fault),
            ("POST", "/faults/{id}/off", self.remove_fault),
            ("GET", "/truth", self.truth),
            ("GET", "/tools", self.tools),
            ("GET", "/tools/{tool}/records", self.records),
            ("POST", "/tools/{tool}/records", self.plant),
            ("GET", "/tools/{tool}/grants", self.grants),
            ("POST", "/tools/{tool}/grants", self.change_grants),
            ("POST", "/reset", self.reset),
            ("GET", "/requests", self.requests),
            ("POST", "/requests", self.record_requests),
            ("DELETE", "/requests", self.clear_requests),
            ("GET", "/chains", self.chains),
            ("POST", "/chains", self.add_chain),
            ("DELETE", "/chains/{name}", self.remove_chain),
            ("GET", "/deliveries", self.deliveries),
            ("POST", "/demo/{button}", self.press),
            ("GET", "/inbox", self.inbox),
            ("GET", "/inbox/{account}/{id}", self.mail),
            ("GET", "/slack", self.slack),
        )

    async def front(self, _request: web.Request) -> web.Response:
        """Link to everything."""
        return asking.html(pages.front(self.business))

    async def health(self, _request: web.Request) -> web.Response:
        """Say that all listens."""
        return answer({"ok": True})

    async def faults(self, request: web.Request) -> web.Response:
        """Tell which faults are on; to a browser with buttons."""
        if asking.by_browser(request):
            return asking.html(pages.faults(self.business))
        return answer({"faults": [fault.describe() for fault in self.board.all()]})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Switch one fault on."""
        wanted = await asking.body(request)
        self._check_target(str(wanted.get("target", "")))
        fault = self.board.add(wanted)
        await self.business.open_and_close()
        if asking.by_browser(request):
            raise web.HTTPSeeOther("/faults")
        return answer(fault.describe(), 201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Switch all faults off."""
        self.board.clear()
        await self.business.open_and_close()
        return answer({"faults": []})

    async def remove_fault(self, request: web.Request) -> web.Response:
        """Switch one fault off."""
        fault = self.board.remove(request.match_info["id"])
        if fault is None:
            raise web.HTTPNotFound
        await self.business.open_and_close()
        if asking.by_browser(request):
            raise web.HTTPSeeOther("/faults")
        return answer(fault.describe())

    async def truth(self, request: web.Request) -> web.Response:
        """Tell every fault that really struck, since a moment."""
        return answer(
            {"truth": self.board.truth.since(asking.moment(request.query.get("since", "")))}
        )

    async def tools(self, _request: web.Request) -> web.Response:
        """Tell how each tool is reached, and its accounts."""
        told = self.business.describe_tools()
        for slug, tool in self.business.tools.items():
            told[slug]["accounts"] = {
                name: account.secrets for name, account in tool.accounts.items()
            }
        return answer(told)

    async def records(self, request: web.Request) -> web.Response:
        """Tell what an account of a tool holds, or all of its accounts."""
        slug, name = request.match_info["tool"], request.query.get("account", "")
        tool = self._tool(slug)
        names = [name] if name else list(tool.accounts)
        if name and name not in tool.accounts:
            raise web.HTTPNotFound
        wanted = request.query.get("resource", "")
        found = [
            _told(tool, tool.accounts[one], resource, record)
            for one in names
            for resource, shelf in tool.accounts[one].shelves.items()
            if not wanted or resource == wanted
            for record in shelf.records.values()
        ]
        if asking.by_browser(request):
            return asking.html(pages.records(slug, tool.title, found))
        return answer({"records": found})

    async def plant(self, request: web.Request) -> web.Response:
        """Store a record without asking the tool, and set off no automation unless `tell`."""
        wanted = await asking.body(request)
        tool = self._tool(request.match_info["tool"])
        account = tool.accounts.get(str(wanted.get("account") or MAIN))
        if account is None:
            raise web.HTTPNotFound
        resource = str(wanted.get("resource") or tool.resources[0])
        if resource not in tool.resources:
            raise BadFault(f"{tool.slug} has no {resource!r}, only {', '.join(tool.resources)}.")
        now = self.business.world.clock()
        at = asking.moment(str(wanted.get("created") or "")) or now
        record = tool.plant(account, resource, dict(wanted.get("fields") or {}), at)
        if wanted.get("tell"):
            tool.tell(account, resource, record)
        return answer(_told(tool, account, resource, record), 201)

    async def grants(self, request: web.Request) -> web.Response:
        """Tell what tokens a tool with OAuth2 gave."""
        return await granting.tell(self.business, request)

    async def change_grants(self, request: web.Request) -> web.Response:
        """Register a redirect address with a tool, expire its tokens or revoke them."""
        return await granting.change(self.business, request)

    async def reset(self, request: web.Request) -> web.Response:
        """Forget records, faults, truth and counts; with `chains` also the made chains."""
        wanted = await asking.body(request)
        self.business.reset()
        if wanted.get("chains"):
            built_in = {chain["name"] for chain in demo.CHAINS}
            for name in [one for one in self.business.chains if one not in built_in]:
                await self.business.remove_chain(name)
        await self.business.open_and_close()
        return answer({"ok": True})

    async def requests(self, request: web.Request) -> web.Response:
        """Tell how many requests each tool answered; with `detail` the recorded ones."""
        seen = self.business.world.seen
        told = seen.describe()
        if request.query.get("detail"):
            told["requests"] = seen.recorded
        return answer(told)

    async def record_requests(self, request: web.Request) -> web.Response:
        """Begin or end keeping requests word for word."""
        seen = self.business.world.seen
        seen.recording = bool((await asking.body(request)).get("record"))
        return answer(seen.describe())

    async def clear_requests(self, _request: web.Request) -> web.Response:
        """Count from zero."""
        self.business.world.seen.clear()
        return answer(self.business.world.seen.describe())

    async def chains(self, _request: web.Request) -> web.Response:
        """Tell every chain."""
        chains = self.business.chains.values()
        return answer({"chains": [self.business.describe_chain(chain) for chain in chains]})

    async def add_chain(self, request: web.Request) -> web.Response:
        """Build one chain, or several given as `chains`."""
        wanted = await asking.body(request)
        if "chains" in wanted:
            made = [await self.business.add_chain(one) for one in wanted["chains"]]
            return answer({"chains": [self.business.describe_chain(chain) for chain in made]}, 201)
        chain = await self.business.add_chain(wanted)
        return answer(self.business.describe_chain(chain), 201)

    async def remove_chain(self, request: web.Request) -> web.Response:
        """Switch a chain off and forget the accounts that were its own."""
        if not await self.business.remove_chain(request.match_info["name"]):
            raise web.HTTPNotFound
        return answer({"ok": True})

    async def deliveries(self, request: web.Request) -> web.Response:
        """Tell what came of the last deliveries, the newest last."""
        wanted = request.query.get("automation", "")
        told = [one for one in self.business.automations.delivered if wanted in one["automation"]]
        return answer({"deliveries": told})

    async def press(self, request: web.Request) -> web.Response:
        """Press a button of the demo."""
        wanted = {} if asking.by_browser(request) else await asking.body(request)
        try:
            fault = demo.switch(self.board, request.match_info["button"], wanted)
        except KeyError:
            raise web.HTTPNotFound from None
        if asking.by_browser(request):
            raise web.HTTPSeeOther("/faults")
        return answer({"fault": fault.describe() if fault else None})

    async def inbox(self, request: web.Request) -> web.Response:
        """Show the mails of every mailbox, the newest first."""
        return asking.html(pages.inbox(self.business, request.query.get("account", "")))

    async def mail(self, request: web.Request) -> web.Response:
        """Show one mail."""
        account = self.business.mail.accounts.get(request.match_info["account"])
        shelf = account.shelf("messages") if account else None
        record = shelf.records.get(request.match_info["id"]) if shelf else None
        if record is None:
            raise web.HTTPNotFound
        return asking.html(pages.mail(record))

    async def slack(self, _request: web.Request) -> web.Response:
        """Show what Slack received."""
        return asking.html(pages.slack(self.business.tools["slack"]))

    def _tool(self, slug: str) -> Tool:
        if slug == self.business.mail.slug:
            return self.business.mail
        if slug not in self.business.tools:
            raise web.HTTPNotFound
        return self.business.tools[slug]

    def _check_target(self, target: str) -> None:
        kind, _, name = target.partition(":")
        known = {*self.business.tools, self.business.mail.slug}
        if kind == "tool" and name not in known:
            raise BadFault(f"There is no tool {name!r}, only {', '.join(sorted(known))}.")
        if kind == "handoff" and name != "*" and not self.business.automations.named(name):
            raise BadFault(f"There is no automation {name!r}; GET /chains lists them.")


def _told(tool: Tool, account: Account, resource: str, record: Record) -> dict[str, Any]:
    return {
        "tool": tool.slug,
        "account": account.name,
        "resource": resource,
        "id": record.id,
        "email": record.email,
        "created": record.created,
        "updated": record.updated,
        "archived": record.archived,
        "fields": tool.flat(resource, record),
    }
