"""Connections of a file: is there such a tool, and are its questions answered as it asks?"""

import json
import re
from collections.abc import Callable, Mapping

from connectors import catalog
from connectors.kit.base import Connector
from connectors.kit.grant import CLIENT_ID, CLIENT_SECRET
from connectors.kit.message import Message, _
from connectors.kit.settings import Ask, AskKind
from monitor.actions.file.context import Context
from monitor.actions.file.draft import Draft
from monitor.actions.file.mistake import Path, nearest
from monitor.actions.file.shape import ConnectionEntry
from monitor.models import Connection

CLIENT = (CLIENT_ID, CLIENT_SECRET)
COLUMNS = (
    "name",
    "connector",
    "base",
    "settings",
    "secrets",
    "references",
    "may_remove",
    "parallel",
    "lags",
)


def draft(slug: str, entry: ConnectionEntry, context: Context) -> Draft[Connection] | None:
    """Answer the connection the file wants, None where it cannot be told."""
    path: Path = ("connections", slug)
    known = [tool.slug for tool in catalog.CATALOG]
    if entry.connector not in known:
        context.mistakes.add((*path, "connector"), nearest(entry.connector, known))
        return None
    tool = catalog.connector(entry.connector)
    was = Connection.objects.filter(workspace=context.workspace, slug=slug).first()
    if was is not None and was.connector != entry.connector:
        text = _(
            "“%(slug)s” is a connection to %(was)s and stays one; give the new connection "
            "another short name."
        )
        values = {"slug": slug, "was": _name(was.connector)}
        context.mistakes.add((*path, "connector"), Message(text, values))
        return None
    answers = _Answers(tool, context, (*path, "settings"))
    answers.take(entry.settings)
    if was is not None:
        answers.keep(was)
    if entry.base:
        context.check_address(entry.base, (*path, "base"))
    for resource in entry.lags:
        if resource not in (there := [one.slug for one in tool.resources]):
            context.mistakes.unknown((*path, "lags", resource), there)
    row = Connection(
        # What was given on the vendor's page hangs on the row there is.
        pk=was.pk if was is not None and _asks_owner(tool) else None,
        workspace=context.workspace,
        slug=slug,
        name=entry.title or tool.name,
        connector=entry.connector,
        base=entry.base,
        settings=answers.settings,
        secrets=answers.secrets,
        references=answers.references,
        may_remove=entry.may_remove,
        parallel=entry.parallel,
        lags=dict(entry.lags),
    )
    return Draft(
        thing="connection",
        row=row,
        was=was,
        columns=COLUMNS,
        paused=entry.paused,
        is_to_prove=not entry.saved_unproved,
    )


def _name(slug: str) -> str:
    return next((tool.name for tool in catalog.CATALOG if tool.slug == slug), slug)


def _asks_owner(tool: type[Connector]) -> bool:
    return tool.grant is not None and tool.grant.asks_owner


class _Answers:
    """The owner's answers, sorted into settings, secrets and the variables they came from."""

    def __init__(self, tool: type[Connector], context: Context, path: Path) -> None:
        self.tool = tool
        self.context = context
        self.path = path
        self.settings: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.references: dict[str, str] = {}

    def take(self, given: Mapping[str, object]) -> None:
        """Take every answer; what is not asked, missing or wrong is noted."""
        asks = {ask.key: ask for ask in self.tool.asks}
        for key, value in given.items():
            if key in asks:
                self._take_one(asks[key], value)
            else:
                self.context.mistakes.unknown((*self.path, key), asks)
        for ask in self.tool.unanswered({**self.settings, **self.secrets}):
            if ask.key in given or ask.default:
                continue
            if _asks_owner(self.tool) and ask.key in CLIENT:
                continue  # the page that connects asks for it
            text = _("“%(key)s” is missing: %(label)s. %(help)s")
            values = {"key": ask.key, "label": ask.label, "help": ask.help}
            self.context.mistakes.add((*self.path, ask.key), Message(text, values))

    def keep(self, was: Connection) -> None:
        """Keep what was entered, or came back, where the owner connected it; no file repeats it."""
        grant = self.tool.grant
        if grant is None or not _asks_owner(self.tool):
            return
        for key in {*CLIENT, *grant.returned.values()} - {*self.settings, *self.secrets}:
            if key in was.secrets:
                self.secrets[key] = was.secrets[key]
            elif key in was.settings:
                self.settings[key] = was.settings[key]

    def _take_one(self, ask: Ask, value: object) -> None:
        place = (*self.path, ask.key)
        is_reference = isinstance(value, Mapping) and set(value) == {"env"}
        if ask.is_secret or is_reference:
            referred = self.context.referred(value, place)
            if referred is None:
                return
            self.references[ask.key], text = referred
        elif (written := self._written(ask, value, place)) is None:
            return
        else:
            text = written
        if ask.is_secret:
            self.secrets[ask.key] = text
        elif text != ask.default and self._fits(ask, text, place):
            self.settings[ask.key] = text

    def _written(self, ask: Ask, value: object, place: Path) -> str | None:
        """Answer a literal answer as text; JSON may be written as YAML."""
        if isinstance(value, str):
            return value
        if ask.kind is AskKind.JSON:
            typed = self.context.source.typed_at(place)
            return json.dumps(typed, ensure_ascii=False, sort_keys=True)
        text = _("“%(key)s” takes one value: %(label)s.")
        values = {"key": ask.key, "label": ask.label}
        self.context.mistakes.add(place, Message(text, values))
        return None

    def _fits(self, ask: Ask, text: str, place: Path) -> bool:
        """Whether an answer is what the tool asks for; if not, that is noted."""
        if ask.kind is AskKind.URL:
            return self.context.check_address(text, place)
        problem = _problem(ask, text)
        if problem is not None:
            values = {"key": ask.key, "choices": ", ".join(ask.choices), "example": ask.example}
            self.context.mistakes.add(place, Message(problem, values))
        return problem is None


def _problem(ask: Ask, text: str) -> str | None:
    """Answer the sentence for an answer that does not fit, None for one that does."""
    sentence, fits = FITS.get(ask.kind, (None, None))
    if fits is not None and not fits(text):
        return sentence
    if ask.kind is AskKind.CHOICE and text not in ask.choices:
        return _("“%(key)s” must be one of: %(choices)s.")
    if not ask.pattern or re.fullmatch(ask.pattern, text):
        return None
    if ask.example:
        return _("“%(key)s” does not look right; it should look like %(example)s.")
    return _("“%(key)s” does not look right; copy it once more from the tool.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


FITS: Mapping[AskKind, tuple[str, Callable[[str], object]]] = {
    AskKind.NUMBER: (
        _("“%(key)s” takes a number."),
        re.compile(r"-?\d+(\.\d+)?", re.ASCII).fullmatch,
    ),
    AskKind.EMAIL: (
        _("“%(key)s” takes an email address."),
        re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    ),
    AskKind.JSON: (
        _("“%(key)s” takes entries of the form “name: value”, one to a line."),
        _is_json,
    ),
}
