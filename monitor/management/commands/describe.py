"""`manage.py describe CONNECTION [RESOURCE]`: the fields a tool itself says its records have."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from connectors import catalog
from connectors.kit.errors import ToolError
from connectors.kit.records import FieldInfo
from monitor.actions.connection import described
from monitor.actions.file.mistake import nearest
from monitor.management.terminal import USAGE, sentences, workspace
from monitor.models import Connection


class Command(BaseCommand):
    """Prints what a mapping may name, as the tool describes it."""

    help = "Print the fields that a connection's tool says its records have, for mappings."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the connection and the kind of record."""
        parser.add_argument("connection", metavar="CONNECTION", help="its short name")
        parser.add_argument("resource", metavar="RESOURCE", nargs="?", default="")
        parser.add_argument("--workspace", default="", metavar="SLUG", help="if there are several")

    def handle(self, *_args: object, **options: Any) -> None:
        """Ask the tool, and print one line a field."""
        with sentences():
            place = workspace(options["workspace"], timezone.now())
            there = {
                one.slug: one for one in Connection.objects.filter(workspace=place, deleted_at=None)
            }
            if options["connection"] not in there:
                raise _wrong(nearest(options["connection"], there).render())
            for line in lines(there[options["connection"]], options["resource"]):
                self.stdout.write(line)


def lines(connection: Connection, wanted: str) -> list[str]:
    """Answer one line for each field. Raises CommandError with a sentence."""
    tool = catalog.connector(connection.connector)
    resources = [one.slug for one in tool.resources]
    resource = wanted or resources[0]
    if resource not in resources:
        raise _wrong(nearest(resource, resources).render())
    try:
        fields = described(connection, resource)
    except ToolError as error:
        raise _wrong(error.message.render()) from None
    if fields is None:
        raise _wrong(f"{tool.name} does not tell its fields; map them as its guide says.")
    widest = max((len(one.key) for one in fields), default=0)
    return [_line(one, widest) for one in fields]


def _line(info: FieldInfo, widest: int) -> str:
    notes = [info.kind]
    notes += ["required"] if info.required else []
    notes += [] if info.writable else ["filled by the tool"]
    notes += [f"one of: {', '.join(info.choices)}"] if info.choices else []
    return f"{info.key:{widest}}  {info.label or info.key} ({'; '.join(notes)})"


def _wrong(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=USAGE)
