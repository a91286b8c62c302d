"""Placeholders that nobody filled in, and programs' words for nothing or an error."""

import re

_PLACEHOLDERS = re.compile(
    r"""
      \{\{.*?\}\}                     # {{first_name}}, {{1.email}}
    | \{%.*?%\}                       # {% if %}
    | \{\$[^{}]+\}                    # {$name}
    | [$\#@]\{[^{}]+\}                # ${name}, #{name}
    | \{[A-Za-z_][\w.:\- ]*\}         # {name}
    | \*\|[^|]+\|\*                   # *|FNAME|*
    | <<[^<>]+>>                      # <<name>>
    | <%.*?%>                         # <%= name %>
    | %%?[A-Za-z_][\w.\-: ]*%%?       # %name%, %%name%%
    | %\([\w.\-]+\)s                  # %(name)s
    | \[\[?[A-Za-z_][\w.\-: ]*\]\]?   # [NAME], [your-name]
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = frozenset(
    {"undefined", "null", "none", "nil", "nan", "n/a", "<null>", "(null)", "<nil>", "(none)", "\\n"}
    | {"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#error!"}
)
_PHRASES = frozenset({"[object object]", "invalid date", "invalid datetime", "nan-nan-nan"})


def is_unrendered(expected: str, seen: str) -> bool:
    """Whether `seen` shows a placeholder or a word for nothing that was never sent."""
    if set(_PLACEHOLDERS.findall(seen.lower())) - set(_PLACEHOLDERS.findall(expected.lower())):
        return True
    if seen.lower() in _PHRASES:
        return True
    parts, sent = seen.split(), set(expected.split())
    empty = [part.lower() in _WORDS for part in parts]
    # "undefined Smith" is a template filled by half
    return any(empty) and all(none or part in sent for none, part in zip(empty, parts, strict=True))
