"""Small pages for a person with a browser or a phone: buttons, records, mails, Slack."""

import html
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox import demo
from sandbox.faults import HANDOFF_KINDS, TOOL_KINDS
from sandbox.storage import Record
from sandbox.tool import Tool
from sandbox.tools.website import FORM_FIELDS

if TYPE_CHECKING:
    from sandbox.business import Business

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--line:#d9dde2;--press:#1d4ed8;--on:#fff;
font:15px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#14171a;--line:#333a41;
--press:#8ab4ff;--on:#10131a}}
*{box-sizing:border-box}
body{margin:0 auto;padding:16px;max-inline-size:56rem;background:var(--paper);color:var(--ink)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin-block-end:16px}
a{color:var(--press)}h1{font-size:24px;line-height:32px;margin:0 0 12px}h2{font-size:18px}
article,li.row{border-block-end:1px solid var(--line);padding-block:12px;list-style:none}
ul.rows{padding:0;margin:0}form{display:inline-block;margin:0 8px 8px 0}
button{font:inherit;padding:10px 16px;border:1px solid var(--press);border-radius:10px;
background:var(--press);color:var(--on);cursor:pointer}
button.quiet{background:transparent;color:var(--press)}
button:focus-visible,a:focus-visible{outline:3px solid var(--press);outline-offset:2px}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:0 12px;margin:8px 0}
dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
form.column{display:grid;gap:4px;max-inline-size:26rem}form.column button{margin-block-start:12px}
select,input{font:inherit;padding:8px;border:1px solid var(--line);border-radius:10px;
background:var(--paper);color:var(--ink);inline-size:100%}
pre{white-space:pre-wrap;overflow-wrap:anywhere}time{opacity:.75;font-variant-numeric:tabular-nums}
"""


def _page(title: str, body: str) -> str:
    links = (
        ("/", "Start"),
        ("/faults", "Break something"),
        ("/inbox", "Inbox"),
        ("/slack", "Slack"),
    )
    nav = "".join(f'<a href="{link}">{word}</a>' for link, word in links)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style></head>"
        f"<body><nav>{nav}</nav><main><h1>{_safe(title)}</h1>{body}</main></body></html>"
    )


def _safe(value: object) -> str:
    return html.escape(str(value))


def _when(moment: float) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    return f'<time datetime="{at.isoformat()}">{at:%d %b %H:%M:%S} UTC</time>'


def front(business: "Business") -> str:
    """Answer the first page: chains, and what each tool holds."""
    chains = "".join(
        f"<article><h2>{_safe(chain.title)}</h2><p>"
        f"{' → '.join(_safe(hop.name.replace('_', ' ')) for hop in chain.hops)}</p></article>"
        for chain in list(business.chains.values())[:50]
    )
    held = [*business.tools.values(), business.mail]
    tools = "".join(
        f'<li class="row"><a href="/tools/{tool.slug}/records">{_safe(tool.title)}</a>: '
        f"{_counted(_count(tool), 'record')}</li>"
        for tool in held
    )
    forms = business.listeners["website"].url()
    return _page(
        "A pretend business",
        "<p>Nothing here is real: no mail leaves, no invoice is sent.</p>"
        f'<p><a href="{_safe(forms)}/">Its website with the contact forms</a></p>'
        f'<h2>What its tools hold</h2><ul class="rows">{tools}</ul>'
        f"<h2>Its automations</h2>{chains}",
    )


def _count(tool: Tool) -> int:
    return sum(
        len(shelf.records)
        for account in tool.accounts.values()
        for shelf in account.shelves.values()
    )


def faults(business: "Business") -> str:
    """Answer the page with the buttons of the demo's broken chain, and every other switch."""
    on = list(business.world.board.at(demo.TARGET))
    kinds = {fault.kind for fault in on}
    buttons = "".join(
        f'<form method="post" action="/demo/{name}"><button{_pressed(name, kinds)}>'
        f"{_safe(words)}</button></form>"
        for name, words in demo.WORDS.items()
    )
    others = "".join(
        f'<li class="row">{_safe(fault.kind)} at {_safe(fault.target)}, struck '
        f"{_counted(fault.struck, 'time')} "
        f'<form method="post" action="/faults/{fault.id}/off">'
        f'<button class="quiet">Switch it off</button></form></li>'
        for fault in business.world.board.all()
    )
    state = "At the moment it is broken." if on else "At the moment it works."
    shown = (
        f"<p>These buttons act on <strong>Quote requests</strong>, between the email tool and the "
        f"CRM. {state}</p><p>{buttons}</p>"
        if demo.BROKEN in business.chains
        else ""
    )
    return _page(
        "Break something",
        f'{shown}<h2>Faults that are on</h2><ul class="rows">'
        f"{others or '<li>None.</li>'}</ul><h2>Any other fault</h2>{_switches(business)}",
    )


def _switches(business: "Business") -> str:
    """Answer the form that switches any fault on anywhere."""
    handoffs = [
        f"handoff:{chain.handoff(hop)}"
        for chain in list(business.chains.values())[:100]
        for hop in chain.hops
        if hop.after
    ]
    tools = [f"tool:{slug}" for slug in (*business.tools, business.mail.slug)]
    return (
        '<form class="column" method="post" action="/faults">'
        f"{_select('target', 'Where', {'Between two tools': handoffs, 'At a tool': tools})}"
        f"{_select('kind', 'What', {'Between two tools': HANDOFF_KINDS, 'At a tool': TOOL_KINDS})}"
        f"{_select('field', 'Which field, if a field is damaged', {'': ['', *FORM_FIELDS]})}"
        '<label for="match">Only leads with this text</label><input id="match" name="match">'
        '<label for="count">How often</label><input id="count" name="count" inputmode="numeric">'
        "<button>Switch it on</button></form>"
    )


def _select(name: str, label: str, groups: Mapping[str, Sequence[str]]) -> str:
    choices = "".join(
        f'<optgroup label="{_safe(group)}">'
        + "".join(f"<option>{_safe(option)}</option>" for option in options)
        + "</optgroup>"
        for group, options in groups.items()
    )
    return (
        f'<label for="{name}">{label}</label><select id="{name}" name="{name}">{choices}</select>'
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def problem(said: Exception) -> str:
    """Answer the page that says what cannot be done."""
    return _page("That cannot be", f'<p>{_safe(said)}</p><p><a href="/faults">Back</a></p>')


def _pressed(name: str, kinds: set[str]) -> str:
    on = name in kinds
    return f' aria-pressed="{str(on).lower()}"{"" if on or name == "heal" else " class=quiet"}'


def records(slug: str, title: str, found: list[dict[str, Any]]) -> str:
    """Answer what a tool holds, the newest first."""
    shown = sorted(found, key=lambda one: one["created"], reverse=True)[:100]
    rows = "".join(
        f'<li class="row"><strong>{_safe(one["resource"])}</strong> in {_safe(one["account"])}, '
        f"{_when(one['created'])}{', archived' if one['archived'] else ''}"
        f"{_fields(one['fields'])}</li>"
        for one in shown
    )
    count = _counted(len(found), "record") + (", the newest 100 shown" if len(found) > 100 else "")
    empty = "<li>Nothing yet.</li>"
    return _page(title, f'<p>{count} in {_safe(slug)}.</p><ul class="rows">{rows or empty}</ul>')


def _fields(fields: dict[str, Any]) -> str:
    rows = "".join(
        f"<dt>{_safe(key)}</dt><dd>{_safe(value)}</dd>"
        for key, value in fields.items()
        if value not in (None, "", [], {})
    )
    return f"<dl>{rows}</dl>"


def inbox(business: "Business", account: str) -> str:
    """Answer the mails of all mailboxes or of one, the newest first."""
    held = [
        (name, record)
        for name, one in business.mail.accounts.items()
        if account in ("", name)
        for record in one.shelf("messages").records.values()
    ]
    held.sort(key=lambda pair: pair[1].created, reverse=True)
    rows = "".join(
        f'<li class="row"><a href="/inbox/{_safe(name)}/{_safe(record.id)}">'
        f"{_safe(record.fields['subject'] or '(no subject)')}</a>"
        f"{' in Junk' if record.fields['folder'] == 'Junk' else ''}<br>"
        f"to {_safe(record.fields['to'])}, {_when(record.created)}</li>"
        for name, record in held[:100]
    )
    return _page("Inbox", f'<ul class="rows">{rows or "<li>No mail yet.</li>"}</ul>')


def mail(record: Record) -> str:
    """Answer one mail."""
    fields = record.fields
    told = {name: fields[name] for name in ("from", "to", "folder", "message_id")}
    body = f"<p>{_when(record.created)}</p>{_fields(told)}<pre>{_safe(fields['body'])}</pre>"
    return _page(str(fields["subject"] or "(no subject)"), body)


def slack(tool: Tool) -> str:
    """Answer what Slack received, the newest first."""
    held = [record for one in tool.accounts.values() for record in one.shelf("messages").newest()]
    held.sort(key=lambda record: record.created, reverse=True)
    rows = "".join(
        f'<li class="row">{_when(record.created)}<pre>{_safe(_said(record.fields))}</pre></li>'
        for record in held[:100]
    )
    return _page("Slack", f'<ul class="rows">{rows or "<li>No message yet.</li>"}</ul>')


def _said(message: dict[str, Any]) -> str:
    """Answer a message as it reads: the texts of its blocks, or its plain text."""
    texts: list[str] = []

    def gather(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                texts.append(part["text"])
            for inner in part.values():
                gather(inner)
        elif isinstance(part, list):
            for inner in part:
                gather(inner)

    gather(message.get("blocks") or [])
    said = "\n".join(dict.fromkeys(texts)) or str(message.get("text") or "")
    return said or json.dumps(message, indent=1)
