"""The control door to a tool's OAuth2 authority: register, expire, revoke, count."""

from typing import Any

from aiohttp import web

from sandbox import asking
from sandbox.authority import Authority
from sandbox.business import MAIN, Business
from sandbox.call import answer
from sandbox.faults import BadFault
from sandbox.storage import Account


async def tell(business: Business, request: web.Request) -> web.Response:
    """Tell what tokens of an account were asked for and how many are alive."""
    authority, account = _at(business, request, request.query.get("account", ""))
    return answer(_told(business, authority, account))


async def change(business: Business, request: web.Request) -> web.Response:
    """Register a redirect address, set how long tokens live, expire them or revoke all.

    `fixed` also revokes the account's first credential, which the automations use.
    """
    wanted = await asking.body(request)
    authority, account = _at(business, request, str(wanted.get("account", "")))
    if place := wanted.get("redirect_uri"):
        account.options["redirect_uris"] = (*account.options.get("redirect_uris", ()), str(place))
    if "seconds" in wanted:
        account.options["token_seconds"] = float(wanted["seconds"])
    if wanted.get("expire"):
        for access in authority.grants.of(account):
            access.ends = min(access.ends, business.world.clock())
    if wanted.get("revoke"):
        authority.grants.end(account)
    if "fixed" in wanted:
        authority.facts(account)["revoked"] = bool(wanted["fixed"])
    return answer(_told(business, authority, account))


def _at(business: Business, request: web.Request, name: str) -> tuple[Authority, Account]:
    tool = business.tools.get(request.match_info["tool"])
    account = tool.accounts.get(name or MAIN) if tool else None
    if tool is None or account is None:
        raise web.HTTPNotFound
    if tool.authority is None:
        raise BadFault(f"{tool.slug} knows no OAuth2.")
    return tool.authority, account


def _told(business: Business, authority: Authority, account: Account) -> dict[str, Any]:
    now = business.world.clock()
    alive = [one for one in authority.grants.of(account) if not one.consent.ended]
    return {
        "exchanges": 0,
        "refreshes": 0,
        "client_credentials": 0,
        "refused": 0,
        "revoked": False,
        **authority.facts(account),
        "alive": sum(now < one.ends for one in alive),
        "consents": len({id(one.consent) for one in alive}),
    }
