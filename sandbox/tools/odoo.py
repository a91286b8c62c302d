"""Odoo: leads and contacts over JSON-2 and over JSON-RPC, which tells every error with a 200."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

from aiohttp import web

from sandbox.call import Call, Refusal, answer, page
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import odoo_domain as domain
from sandbox.tools import odoo_fields as fields
from sandbox.world import key_for

SHELVES = {"crm.lead": "leads", "res.partner": "contacts"}
MODELS = {shelf: model for model, shelf in SHELVES.items()}
WRITES = ("create", "write", "unlink")
# What each error is called in Python, and what it answers over JSON-2.
NAMES = {
    400: ("odoo.exceptions.UserError", "The operation cannot be completed."),
    401: ("odoo.exceptions.AccessDenied", "Access Denied"),
    403: ("odoo.exceptions.AccessError", "You are not allowed to access 'Lead' records."),
    404: ("odoo.exceptions.MissingError", "Record does not exist or has been deleted."),
    422: ("odoo.exceptions.ValidationError", "Missing required value for the field."),
}
BROKEN = "builtins.Exception"
# What a proxy in front of Odoo says, whatever the protocol behind it is.
OUTSIDE = (429, 502, 503, 504)
Named = dict[str, Any]


class Odoo(Tool):
    """One database an account; a key opens it over either protocol."""

    slug: ClassVar[str] = "odoo"
    title: ClassVar[str] = "Odoo"
    resources: ClassVar[tuple[str, ...]] = ("leads", "contacts")
    open_paths: ClassVar[tuple[str, ...]] = ("/web/version", "/jsonrpc")

    def routes(self) -> None:
        self.add("GET", "/web/version", self.version)
        self.add("POST", "/json/2/{model}/{method}", self.json2)
        self.add("POST", "/jsonrpc", self.jsonrpc)

    def credentials(self, name: str) -> dict[str, str]:
        key = key_for(self.slug, name, 40)
        return {"api_key": key, "database": f"{name}-db", "login": f"bot@{name}.test"}

    def key_of(self, call: Call) -> str:
        if call.request.path == "/jsonrpc":
            arguments = _asked(call).get("args") or []
            return str(arguments[2]) if len(arguments) > 2 else ""
        scheme, _space, key = call.request.headers.get("Authorization", "").partition(" ")
        return key if scheme.lower() == "bearer" else ""

    def error(self, status: int, detail: str = "") -> web.Response:
        name, usual = NAMES.get(status, (BROKEN, "Internal error"))
        if status == 401:
            name, usual = "werkzeug.exceptions.Unauthorized", "Invalid apikey"
        return answer(_problem(name, detail or usual), status)

    def told(self, status: int, call: Call) -> web.Response:
        if call.request.path != "/jsonrpc" or status in OUTSIDE:
            return self.error(status)
        name, said = NAMES.get(status, (BROKEN, "Internal error"))
        return _rpc_error(call, name, said)

    def writes(self, call: Call) -> bool:
        if call.request.path == "/jsonrpc":
            arguments = _asked(call).get("args") or []
            return len(arguments) > 4 and arguments[4] in WRITES
        return call.request.path.rpartition("/")[2] in WRITES

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        model = MODELS[resource]
        held = {name: fields.shown(model, name, record) for name in record.fields}
        said = {name: value for name, value in held.items() if value is not False}
        return {name: one[1] if isinstance(one, list) else one for name, one in said.items()} | {
            name: False for name, value in record.fields.items() if _is_no(model, name, value)
        }

    def version(self, call: Call) -> web.Response:
        """Say which version this is; nobody need sign in for that."""
        del call
        return answer({"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]})

    def json2(self, call: Call) -> web.Response:
        """Run one method with named arguments."""
        if call.request.headers.get("X-Odoo-Database") != call.at.secrets["database"]:
            # Without its name a server with many databases does not know which one is meant.
            raise Refusal(page("<h1>Not Found</h1>", 404))
        named = call.json()
        named.pop("context", None)
        context = call.json().get("context") or {}
        try:
            return answer(self._run(call, call.path("model"), call.path("method"), named, context))
        except fields.Invalid as problem:
            return answer(_problem("builtins.ValueError", str(problem)), 500)

    def jsonrpc(self, call: Call) -> web.Response:
        """Run one method as the older protocol does: a 200 whatever happens."""
        asked = _asked(call)
        arguments = list(asked.get("args") or [])
        if asked.get("service") == "common":
            return self._common(call, str(asked.get("method")), arguments)
        known = call.account
        if known is None or arguments[:2] != [known.secrets["database"], _uid(known)]:
            return _rpc_error(call, *NAMES[401])
        model, method, positional = str(arguments[3]), str(arguments[4]), list(arguments[5])
        named = dict(arguments[6]) if len(arguments) > 6 else {}
        context = named.pop("context", None) or {}
        try:
            named |= dict(zip(_ORDER.get(method, ()), positional, strict=False))
            return _rpc(call, self._run(call, model, method, named, context))
        except fields.Invalid as problem:
            return _rpc_error(call, "builtins.ValueError", str(problem))
        except Refusal as refusal:
            return self._as_rpc(call, refusal)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        archived = fields.pop("active", True) is False
        email = str(fields.get("email_from") or fields.get("email") or "")
        record = Record(str(next_id()), dict(fields), at, at, email, archived)
        return account.shelf(resource).put(record)

    def _common(self, call: Call, method: str, arguments: list[Any]) -> web.Response:
        if method == "version":
            return _rpc(call, {"server_version": "19.0", "protocol_version": 1})
        known = call.account
        right = known and arguments[:2] == [known.secrets["database"], known.secrets["login"]]
        # A wrong password is no error here, but False.
        return _rpc(call, _uid(known) if known and right else False)

    def _run(self, call: Call, model: str, method: str, named: Named, context: Named) -> Any:
        if model == "res.company" and method == "search_read":
            return [{"id": 1, "name": f"{call.at.name} company"}]
        if model not in SHELVES:
            raise Refusal(self.error(404, f"the model {model!r} does not exist"))
        run: dict[str, Callable[[Call, str, Named, Named], Any]] = {
            "search": self._search,
            "search_read": self._search_read,
            "read": self._read,
            "create": self._create,
            "write": self._write,
            "unlink": self._unlink,
            "fields_get": lambda _call, model, _named, _context: fields.describe(model),
        }
        if method not in run:
            raise Refusal(self.error(404, f"the method {method!r} does not exist"))
        return run[method](call, model, named, context)

    def _found(self, call: Call, model: str, named: Named, context: Named) -> list[Record]:
        wanted = list(named.get("domain") or [])
        # What is archived is looked past, unless somebody asks for it.
        if context.get("active_test", True) and "active" not in domain.names(wanted):
            wanted = [["active", "=", True], *wanted]
        meets = domain.test(model, wanted)
        found = [one for one in call.at.shelf(SHELVES[model]).records.values() if meets(one)]
        found.sort(key=lambda one: int(one.id), reverse=named.get("order") != "id")
        start, most = int(named.get("offset") or 0), named.get("limit")
        return found[start : start + int(most)] if most else found[start:]

    def _search(self, call: Call, model: str, named: Named, context: Named) -> list[int]:
        return [int(one.id) for one in self._found(call, model, named, context)]

    def _search_read(self, call: Call, model: str, named: Named, context: Named) -> list[Named]:
        found = self._found(call, model, named, context)
        return [_shape(model, one, named.get("fields")) for one in found]

    def _read(self, call: Call, model: str, named: Named, context: Named) -> list[Named]:
        del context
        return [_shape(model, one, named.get("fields")) for one in self._those(call, model, named)]

    def _create(self, call: Call, model: str, named: Named, context: Named) -> list[int]:
        del context
        given = named.get("vals_list")
        made = []
        for values in [given] if isinstance(given, dict) else list(given or []):
            kept = {name: fields.stored(model, name, value) for name, value in values.items()
                    if name not in fields.READ_ONLY}  # fmt: skip
            if model == "crm.lead":
                kept.setdefault("type", "lead")
            for name in fields.REQUIRED[model]:
                if not kept.get(name) and name != "type":
                    raise Refusal(self.error(422, f"Missing required value for {name!r}."))
            record = self.plant(call.at, SHELVES[model], kept, call.now)
            partner = {"contacts": str(kept["partner_id"])} if kept.get("partner_id") else {}
            self.tell(call.at, SHELVES[model], record, **partner)
            made.append(int(record.id))
        return made

    def _write(self, call: Call, model: str, named: Named, context: Named) -> bool:
        del context
        values = dict(named.get("vals") or {})
        for record in self._those(call, model, named):
            if "active" in values:
                record.archived = not values["active"]
            kept = {name: fields.stored(model, name, value) for name, value in values.items()}
            kept.pop("active", None)
            record.fields |= kept
            email = str(record.fields.get(fields.ADDRESS[model]) or "")
            call.at.shelf(SHELVES[model]).touch(record, call.now, email)
        return True

    def _unlink(self, call: Call, model: str, named: Named, context: Named) -> bool:
        del context
        for record in self._those(call, model, named):
            call.at.shelf(SHELVES[model]).drop(record.id)
        return True

    def _those(self, call: Call, model: str, named: Named) -> list[Record]:
        records = call.at.shelf(SHELVES[model]).records
        found = [records.get(str(id)) for id in named.get("ids") or []]
        if None in found:
            raise Refusal(self.error(404))
        return [one for one in found if one is not None]

    def _as_rpc(self, call: Call, refusal: Refusal) -> web.Response:
        body = refusal.response.body
        said = json.loads(body if isinstance(body, bytes) else b"{}")
        return _rpc_error(call, said.get("name", BROKEN), said.get("message", ""))


# Which arguments the older protocol gives by their place.
_ORDER = {
    "search": ("domain",),
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "read": ("ids", "fields"),
    "create": ("vals_list",),
    "write": ("ids", "vals"),
    "unlink": ("ids",),
    "fields_get": ("allfields", "attributes"),
}


def _shape(model: str, record: Record, wanted: list[str] | None) -> Named:
    names = wanted or [*fields.FIELDS[model], *fields.EVERYWHERE]
    return {"id": int(record.id)} | {name: fields.shown(model, name, record) for name in names}


def _is_no(model: str, name: str, value: object) -> bool:
    return value is False and fields.type_of(model, name) == "boolean"


def _uid(account: Account) -> int:
    return int(key_for("odoo-uid", account.name, 4), 16)


def _asked(call: Call) -> Named:
    try:
        return dict(call.json().get("params") or {})
    except (ValueError, TypeError):
        return {}


def _problem(name: str, said: str) -> Named:
    return {"name": name, "message": said, "arguments": [said], "context": {}, "debug": ""}


def _rpc(call: Call, result: object) -> web.Response:
    return answer({"jsonrpc": "2.0", "id": call.json().get("id"), "result": result})


def _rpc_error(call: Call, name: str, said: str) -> web.Response:
    error = {"code": 200, "message": "Odoo Server Error", "data": _problem(name, said)}
    return answer({"jsonrpc": "2.0", "id": call.json().get("id"), "error": error})
