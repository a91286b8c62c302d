"""An OAuth2 authority (RFC 6749) that a twin mounts on its own port, at its vendor's paths.

A twin makes one in `routes`, and lets it name the credentials and recognise the bearer
(`Renewal` is in `sandbox.grants`):

    class Ledger(Tool):
        authority: Authority

        def routes(self) -> None:
            self.authority = Authority(
                self,
                token="/connect/token",
                authorize="/identity/connect/authorize",  # without it: client credentials only
                renewal=Renewal.SINGLE_USE,
                seconds=1800,
                keeps=lambda asked: "offline_access" in asked.get("scope", "").split(),
                brings=lambda account: {"realmId": account.name},  # added to the way back
            )

        def credentials(self, name: str) -> dict[str, str]:
            return self.authority.credentials(name)  # access_token, client_id, client_secret

        def key_of(self, call: Call) -> str:
            return self.authority.key_of(call)

The account's first credential `access_token` opens it always; tokens fetched here open it until
they expire. A redirect address counts once the control door registered it, letter by letter:
`POST /tools/{tool}/grants {"account", "redirect_uri"}`; there tokens expire and are revoked, too.
A fault at the tool strikes the authority only if its `match` says so ("/connect/token").
"""

import html
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from aiohttp import BasicAuth, web

from sandbox.call import Call, Refusal, answer, page
from sandbox.grants import Consent, Grants, Renewal
from sandbox.storage import Account
from sandbox.world import key_for

if TYPE_CHECKING:
    from sandbox.tool import Tool

CODE_SECONDS = 60.0

Asked = Mapping[str, str]


def always(asked: Asked) -> bool:
    """Give a refresh token whatever was asked for."""
    del asked
    return True


def nothing(account: Account) -> Mapping[str, str]:
    """Bring nothing along."""
    del account
    return {}


class Wrong(Exception):
    """The token endpoint says no, in the words of RFC 6749 §5.2."""

    def __init__(self, error: str, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.error = error
        self.status = status


class Authority:
    """Asks the owner, and gives tokens to clients that prove themselves by Basic or in the body.

    `seconds` is how long an access token lives; None tells no `expires_in` and keeps it an hour.
    `answers` are fields beside the tokens ({"instance_url": …}). `basic` refuses secrets in the
    body, `proof` asks every client for PKCE. `scopes` are those there are, all without.
    """

    def __init__(
        self,
        tool: "Tool",
        *,
        token: str,
        authorize: str = "",
        renewal: Renewal = Renewal.KEPT,
        seconds: float | None = 3600.0,
        scopes: tuple[str, ...] = (),
        keeps: Callable[[Asked], bool] = always,
        brings: Callable[[Account], Mapping[str, str]] = nothing,
        answers: Callable[[Account], Mapping[str, Any]] = nothing,
        client: bool | None = None,
        basic: bool = False,
        proof: bool = False,
    ) -> None:
        self.tool = tool
        self.paths = tuple(filter(None, (token, authorize)))
        self.grants = Grants(renewal)
        self._token, self._authorize = token, authorize
        self._seconds, self._scopes = seconds, scopes
        self._keeps, self._brings, self._answers = keeps, brings, answers
        self._client = not authorize if client is None else client
        self._basic, self._proof = basic, proof
        tool.add_open("POST", token, self.give)
        if authorize:
            tool.add_open("GET", authorize, self.ask)
            tool.add_open("POST", authorize, self.decide)

    def credentials(self, name: str) -> dict[str, str]:
        """Answer the account's fixed token, and the client its owner made at the vendor."""
        slug = self.tool.slug
        return {
            "access_token": f"fixed_{key_for(slug, name)}",
            "client_id": f"client-{key_for(slug, name + '/client', 16)}",
            "client_secret": f"secret-{key_for(slug, name + '/secret')}",
        }

    def key_of(self, call: Call) -> str:
        """Answer the key of the account that a bearer opens, or that a client belongs to."""
        if call.request.path in self.paths:
            given = call.form() if call.request.path == self._token else call.request.query
            account = self._account(_client(call, given)[0])
            return account.secrets["access_token"] if account else ""
        token = call.request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        fixed = self.tool.keys.get(token)
        if fixed is not None:
            return "" if self.facts(fixed).get("revoked") else token
        account = self.tool.accounts.get(self.grants.opens(token, call.now))
        return account.secrets["access_token"] if account else ""

    def facts(self, account: Account) -> dict[str, Any]:
        """Answer what is noted of an account; a reset of the sandbox forgets it."""
        facts: dict[str, Any] = account.answers.setdefault("authority", {})
        return facts

    # The page that asks the owner.

    def ask(self, call: Call) -> web.Response:
        """Show who wants what, with two buttons; only a sound request gets that far."""
        account = self._checked(call)
        title, scopes = html.escape(self.tool.title), html.escape(call.query("scope"))
        return page(
            f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>'
            f"<p>Handoff asks for the account {html.escape(account.name)}. {scopes}</p>"
            '<form method="post"><button name="decision" value="allow">Allow</button> '
            '<button name="decision" value="deny">Deny</button></form>'
        )

    def decide(self, call: Call) -> web.Response:
        """Send the owner back with a code, or with word of the refusal."""
        account = self._checked(call)
        if call.form().get("decision") != "allow":
            return self._back(call, error="access_denied", error_description="The owner said no.")
        asked = dict(call.request.query)
        consent = Consent(
            account=account.name, scope=asked.get("scope", ""), keeps=self._keeps(asked)
        )
        code = self.grants.code(consent, asked, call.now + CODE_SECONDS)
        return self._back(call, code=code, **self._brings(account))

    def _checked(self, call: Call) -> Account:
        """Answer whose client asks; a request that is not sound is refused."""
        account = self._account(call.query("client_id"))
        if account is None:
            raise Refusal(page("<h1>Unknown client</h1>", 400))
        # To an address that nobody registered nobody is ever sent back.
        if call.query("redirect_uri") not in account.options.get("redirect_uris", ()):
            raise Refusal(page("<h1>This redirect_uri is not registered</h1>", 400))
        if call.query("response_type") != "code":
            raise Refusal(self._back(call, error="unsupported_response_type"))
        if self._scopes and not set(call.query("scope").split()) <= set(self._scopes):
            raise Refusal(self._back(call, error="invalid_scope"))
        if self._proof and not call.query("code_challenge"):
            raise Refusal(self._back(call, error="invalid_request"))
        return account

    def _back(self, call: Call, **said: str) -> web.Response:
        if state := call.query("state"):
            said["state"] = state
        place = call.query("redirect_uri")
        mark = "&" if "?" in place else "?"
        location = f"{place}{mark}{urlencode(said, quote_via=quote)}"
        return web.Response(status=302, headers={"Location": location})

    # The token endpoint.

    def give(self, call: Call) -> web.Response:
        """Answer tokens, or no in the words of the standard."""
        account = None
        try:
            given = call.form()
            account = self._proven(call, given)
            return self._given(call, account, given)
        except Wrong as wrong:
            if account is not None:
                self._note(account, "refused")
            body = {"error": wrong.error, "error_description": str(wrong)}
            response = _kept_by_nobody(answer(body, wrong.status))
            if wrong.status == 401:
                response.headers["WWW-Authenticate"] = 'Basic realm="token"'
            return response

    def _proven(self, call: Call, given: Asked) -> Account:
        client, secret = _client(call, given)
        account = self._account(client)
        if self._basic and "client_secret" in given:
            raise Wrong("invalid_client", "The client must prove itself by HTTP Basic.", 401)
        if account is None or not secrets.compare_digest(
            secret.encode(), account.secrets["client_secret"].encode()
        ):
            raise Wrong("invalid_client", "Client id or secret are wrong.", 401)
        return account

    def _given(self, call: Call, account: Account, given: Asked) -> web.Response:
        kind = given.get("grant_type", "")
        if kind == "authorization_code" and self._authorize:
            return self._told(call, account, self._exchanged(call, account, given), "exchanges")
        if kind == "refresh_token" and self._authorize:
            return self._told(call, account, self._refreshed(account, given), "refreshes")
        if kind == "client_credentials" and self._client:
            consent = Consent(account=account.name, scope=given.get("scope", ""), keeps=False)
            return self._told(call, account, consent, kind)
        raise Wrong("unsupported_grant_type", f"There is no grant {kind!r} here.")

    def _exchanged(self, call: Call, account: Account, given: Asked) -> Consent:
        code = self.grants.codes.get(given.get("code", ""))
        if code is None or code.consent.account != account.name or call.now >= code.ends:
            raise Wrong("invalid_grant", "The code is unknown or has expired.")
        if code.used:
            code.consent.ended = True
            raise Wrong("invalid_grant", "The code was used before.")
        if given.get("redirect_uri") != code.redirect_uri:
            raise Wrong("invalid_grant", "The redirect_uri is not the one of the code.")
        if not code.fits(given.get("code_verifier", "")):
            raise Wrong("invalid_grant", "The code_verifier does not fit.")
        code.used = True
        return code.consent

    def _refreshed(self, account: Account, given: Asked) -> Consent:
        token = given.get("refresh_token", "")
        consent = self.grants.refreshes.get(token)
        if consent is None or consent.account != account.name or consent.ended:
            raise Wrong("invalid_grant", "The refresh token is unknown, expired or revoked.")
        if self.grants.used_again(token):
            consent.ended = True
            raise Wrong("invalid_grant", "The refresh token was used before.")
        return consent

    def _told(self, call: Call, account: Account, consent: Consent, kind: str) -> web.Response:
        seconds = account.options.get("token_seconds", self._seconds)
        lives = 3600.0 if seconds is None else float(seconds)
        body: dict[str, Any] = {
            "access_token": self.grants.access(consent, call.now + lives),
            "token_type": "Bearer",
        }
        if seconds is not None:
            body["expires_in"] = int(seconds)
        if refresh := self.grants.refresh(consent):
            body["refresh_token"] = refresh
        if consent.scope:
            body["scope"] = consent.scope
        self._note(account, kind)
        return _kept_by_nobody(answer({**body, **self._answers(account)}))

    def _note(self, account: Account, kind: str) -> None:
        facts = self.facts(account)
        facts[kind] = facts.get(kind, 0) + 1

    def _account(self, client: str) -> Account | None:
        accounts = self.tool.accounts.values()
        return next((one for one in accounts if one.secrets["client_id"] == client), None)


def _kept_by_nobody(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _client(call: Call, given: Asked) -> tuple[str, str]:
    """Answer the client's id and secret, from HTTP Basic if they are there."""
    header = call.request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        try:
            found = BasicAuth.decode(header)
        except ValueError:
            return "", ""
        return found.login, found.password
    return given.get("client_id", ""), given.get("client_secret", "")
