"""The website's pages: a form as small businesses have them, and the page that says thanks."""

import html
from collections.abc import Mapping, Sequence

MARKER = "Thank you! Your message has arrived."

_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-inline-size:34rem;margin:2rem auto;padding:0 1rem}
label{display:block;margin-block-start:.75rem;font-weight:600}
input,select,textarea{inline-size:100%;box-sizing:border-box;padding:.5rem;font:inherit}
input[type=checkbox]{inline-size:auto}
.hp{position:absolute;inset-inline-start:-9999px}
.wrong{border-inline-start:4px solid;padding-inline-start:.75rem}
button{margin-block-start:1rem;padding:.6rem 1.2rem;font:inherit}
"""

_TYPES = {
    "email": "email",
    "phone": "tel",
    "date": "date",
    "website": "url",
    "amount": "text",
    "quantity": "number",
}


def plain_page(title: str, body: str) -> str:
    """Answer a page with a heading and `body`, which is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>{body}</body></html>"
    )


def thanks_page() -> str:
    """Answer the page that says it worked."""
    return plain_page("Thanks", f'<p class="thanks">{MARKER} We answer within a day.</p>')


def form_page(
    site: str,
    fields: Sequence[str],
    choices: Mapping[str, Sequence[str]],
    values: Mapping[str, str],
    problems: Sequence[str],
    *,
    hidden: tuple[str, str],
    honeypot: str,
) -> str:
    """Answer the form, filled with what was typed and with what is wrong with it above."""
    wrong = ""
    if problems:
        items = "".join(f"<li>{html.escape(problem)}</li>" for problem in problems)
        wrong = f'<div class="wrong" role="alert"><p>Please check:</p><ul>{items}</ul></div>'
    rows = "".join(_row(name, choices.get(name), values.get(name, "")) for name in fields)
    form = (
        f'{wrong}<form method="post" action="/contact/{html.escape(site)}" id="contact">'
        f'<input type="hidden" name="{hidden[0]}" value="{html.escape(hidden[1])}">'
        f'<div class="hp" aria-hidden="true"><label for="{honeypot}">Leave this empty</label>'
        f'<input type="text" id="{honeypot}" name="{honeypot}" tabindex="-1" autocomplete="off">'
        f'</div>{rows}<button type="submit">Send</button></form>'
    )
    return plain_page("Contact us", form)


def _row(name: str, options: Sequence[str] | None, value: str) -> str:
    label = f'<label for="{name}">{html.escape(name.replace("_", " ").capitalize())}</label>'
    safe = html.escape(value)
    if options:
        choices = "".join(
            f'<option value="{html.escape(option)}"{" selected" if option == value else ""}>'
            f"{html.escape(option)}</option>"
            for option in options
        )
        return (
            f'{label}<select id="{name}" name="{name}"><option value=""></option>{choices}</select>'
        )
    if name == "message":
        return f'{label}<textarea id="{name}" name="{name}" rows="4">{safe}</textarea>'
    if name == "consent":
        checked = " checked" if value == "true" else ""
        return f'{label}<input type="checkbox" id="{name}" name="{name}" value="true"{checked}>'
    kind = _TYPES.get(name, "text")
    required = " required" if name == "email" else ""
    return f'{label}<input type="{kind}" id="{name}" name="{name}" value="{safe}"{required}>'
