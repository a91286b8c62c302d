"""Writes a workspace as a file again: applied once more, it changes nothing. It holds no secret."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from connectors import catalog
from connectors.kit.grant import CLIENT_SECRET
from connectors.kit.settings import AskKind
from monitor.actions.file.shape import DEADLINES, MANUAL, POLLING, duration
from monitor.actions.workspace import owner_email
from monitor.models import Chain, Channel, Connection, Hop, Workspace
from monitor.rules.lead import ROTATION

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.@/+-]*(?<! )")
# Words that one or another reader of YAML takes for something else than a text.
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def export(workspace: Workspace) -> str:
    """Answer the workspace as YAML. Secrets stand in it as the variables that hold them."""
    chains = Chain.objects.filter(workspace=workspace, deleted_at=None).order_by("slug")
    document = {
        "workspace": _filled(
            {"name": workspace.name, "timezone": workspace.timezone}, owner=owner_email(workspace)
        ),
        "connections": {
            row.slug: _connection(row)
            for row in Connection.objects.filter(workspace=workspace, deleted_at=None).order_by(
                "slug"
            )
        },
        "chains": {row.slug: _chain(row) for row in chains},
        "channels": {
            row.slug: _channel(row)
            for row in Channel.objects.filter(workspace=workspace).order_by("slug")
        },
    }
    yaml = YAML(pure=True)
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_quoted({key: value for key, value in document.items() if value}), out)
    return out.getvalue()


def variable(slug: str, key: str) -> str:
    """Answer the name of an environment variable for a secret that no file has named yet."""
    return re.sub(r"[^A-Z0-9]+", "_", f"HANDOFF_{slug}_{key}".upper())


def _connection(row: Connection) -> dict[str, Any]:
    tool = catalog.connector(row.connector)
    asks = {ask.key: ask for ask in tool.asks}
    answers: dict[str, Any] = {}
    for key in asks:
        if _is_entered(row, key):
            continue
        if key in row.secrets or key in row.references:
            answers[key] = {"env": row.references.get(key) or variable(row.slug, key)}
        elif key in row.settings:
            is_json = asks[key].kind is AskKind.JSON
            answers[key] = _json(row.settings[key]) if is_json else row.settings[key]
    return _filled(
        {"connector": row.connector},
        title=row.name if row.name != tool.name else "",
        settings=answers,
        base=row.base,
        may_remove=row.may_remove,
        saved_unproved=row.state == "unproved",
        parallel=row.parallel if row.parallel != 1 else None,
        lags={key: duration(value) for key, value in row.lags.items()},
        paused=row.paused_at is not None,
    )


def _is_entered(row: Connection, key: str) -> bool:
    """Whether a client secret was entered on the page that connects: no file ever held it."""
    grant = catalog.connector(row.connector).grant
    is_entered = key == CLIENT_SECRET and key not in row.references
    return is_entered and grant is not None and grant.asks_owner


def _json(text: str) -> Any:
    """Answer JSON as YAML entries where that reads back as the very same text."""
    value = json.loads(text)
    same = json.dumps(value, ensure_ascii=False, sort_keys=True) == text
    return value if same and isinstance(value, dict | list) else text


def _chain(row: Chain) -> dict[str, Any]:
    usual = [one.value for one in ROTATION]
    return _filled(
        {"title": row.title, "address": row.address, "schedule": row.schedule or MANUAL},
        personas=list(row.personas) if row.personas != usual else None,
        pins=dict(row.pins),
        extras=dict(row.extras),
        daily_budget=row.daily_budget,
        reserve=row.reserve,
        keep_failed=duration(row.keep_failed),
        paused=row.paused_at is not None,
        hops={hop.slug: _hop(hop) for hop in row.hops.select_related("connection")},
    )


def _hop(row: Hop) -> dict[str, Any]:
    usual = DEADLINES.get(row.carrier_kind, POLLING)
    return _filled(
        {"connection": row.connection.slug, "resource": row.resource},
        title=row.title,
        after=row.after,
        fields={key: _rule(spec) for key, spec in row.fields.items()},
        deadline=duration(row.deadline) if row.deadline != usual else None,
        lag=duration(row.lag) if row.lag is not None else None,
        linger=duration(row.linger),
        carrier=_filled(
            {"kind": row.carrier_kind} if row.carrier_kind else {},
            name=row.carrier,
            url=row.carrier_url,
        ),
    )


def _rule(spec: Mapping[str, Any]) -> Any:
    """Answer a field rule, in its short form where it says no more than where from."""
    return spec["from"] if set(spec) == {"from"} else dict(spec)


def _channel(row: Channel) -> dict[str, Any]:
    key = {"email": "to", "slack": "webhook"}[row.kind]
    is_secret = key == "webhook" or key in row.references
    reference = {"env": row.references.get(key) or variable(row.slug, key)}
    return _filled(
        {"kind": row.kind, "title": row.title},
        **{key: reference if is_secret else row.address.get(key, "")},
        paused=row.paused_at is not None,
    )


def _filled(first: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Answer `first` with what of `more` says anything; what is left out has that value anyway."""
    said = {
        key: value for key, value in more.items() if value or (value == 0 and value is not False)
    }
    return {**first, **said}


def _quoted(value: Any) -> Any:
    """Answer the document with every text in quotes that could be read as something else."""
    if isinstance(value, Mapping):
        return {key: _quoted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(one) for one in value]
    if isinstance(value, str) and (not PLAIN.fullmatch(value) or value.lower() in WORDS):
        return DoubleQuotedScalarString(value)
    return value
