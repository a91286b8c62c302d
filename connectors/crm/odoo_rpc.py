"""Odoo's two protocols behind one: JSON-2, and JSON-RPC with its errors in successes."""

from collections.abc import Mapping
from typing import Protocol

from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Bearer, InBody
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, ToolError
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports

# The archived are records as well: without this Odoo looks past them.
CONTEXT = {"active_test": False}
READS = frozenset({"search", "search_read", "fields_get"})
# What Odoo's exceptions mean. All it does in one call it takes back where one is raised, so these
# are refusals even where it answers 500.
MEANS = {
    "odoo.exceptions.AccessDenied": 401,
    "odoo.http.SessionExpiredException": 401,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.MissingError": 404,
    "odoo.exceptions.UserError": 422,
    "odoo.exceptions.ValidationError": 422,
    "odoo.exceptions.RedirectWarning": 422,
    "builtins.KeyError": 422,
    "builtins.TypeError": 422,
    "builtins.ValueError": 422,
}
WRONG = _("Odoo knows no such login with this key in this database; enter them again.")


def status(answer: Answer) -> int:
    """Answer the status that the exception in an answer stands for; the answer's own without."""
    try:
        error = answer.json.maybe("error.data" if answer.status < 400 else "")
    except ToolError:
        return answer.status
    if error is None or not isinstance(error.value, Mapping):
        return answer.status
    return MEANS.get(error.maybe_text("name"), answer.status if answer.status >= 400 else 500)


class Protocols(Protocol):
    """How a method of a model is called; `first` is its first argument, by its name."""

    api: Door

    def call(self, model: str, method: str, first: tuple[str, object], **named: object) -> Piece:
        """Answer what the method answers."""


class Json2:
    """From Odoo 19 on: an address for each method, arguments by name, errors by status."""

    def __init__(self, base: str, *, ports: Ports, key: str, database: str) -> None:
        headers = {"X-Odoo-Database": database} if database else {}
        manners = Manners(headers=headers, status=status)
        self.api = Door("Odoo", base, ports=ports, auth=Bearer(key), manners=manners)

    def call(self, model: str, method: str, first: tuple[str, object], **named: object) -> Piece:
        body = json_body({first[0]: first[1], **named, "context": CONTEXT})
        path = f"/json/2/{segment(model)}/{segment(method)}"
        return self.api.post(path, body=body, repeatable=method in READS).json


class JsonRpc:
    """Up to Odoo 21: one address, a login first, errors in answers of 200."""

    def __init__(self, base: str, *, ports: Ports, key: str, database: str, login: str) -> None:
        self.api = Door("Odoo", base, ports=ports, auth=InBody(key), manners=Manners(status=status))
        self._key, self._database, self._login = key, database, login
        self._user: object = None

    def call(self, model: str, method: str, first: tuple[str, object], **named: object) -> Piece:
        if not self._user:
            proof = [self._database, self._login, self._key, {}]
            self._user = self._sent("common", "authenticate", proof, repeatable=True).value
            if not self._user:
                raise NeedsOwner(Message(WRONG), where="Odoo")
        what = [model, method, [first[1]], {**named, "context": CONTEXT}]
        arguments = [self._database, self._user, self._key, *what]
        return self._sent("object", "execute_kw", arguments, repeatable=method in READS)

    def _sent(self, service: str, method: str, arguments: object, *, repeatable: bool) -> Piece:
        asked = {"service": service, "method": method, "args": arguments}
        body = json_body({"jsonrpc": "2.0", "method": "call", "params": asked, "id": 1})
        return self.api.post("/jsonrpc", body=body, repeatable=repeatable).json.at("result")
