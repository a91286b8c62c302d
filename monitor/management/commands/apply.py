"""`manage.py apply FILE.yaml`: make the workspace what the file says."""

import json
import os
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from monitor.actions.file.apply import Change, changes, drafts, unconnected
from monitor.actions.file.draft import Drafts
from monitor.actions.file.mistake import Unusable
from monitor.actions.file.outlook import outlook
from monitor.actions.file.prove import prove
from monitor.actions.file.save import save
from monitor.actions.file.shape import schema
from monitor.management.terminal import USAGE, said, sentences, workspace

SIGNS = {"create": "+", "change": "~", "pause": "‖"}
WORDS = {"create": "new", "change": "changes", "pause": "is paused, for the file lacks it"}
LARGEST = 8 * 1024 * 1024


class Command(BaseCommand):
    """Reads, checks, proves and compares the file; then writes all of it or nothing."""

    help = (
        "Apply a file that describes connections, chains and channels. What the file does not "
        "name is left alone. Exit code 0: applied; 2: the file cannot be used, nothing changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file, and what to do with it."""
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("file", nargs="?", default="", metavar="FILE.yaml")
        parser.add_argument(
            "--plan", action="store_true", help="show what would change and cost; change nothing"
        )
        parser.add_argument(
            "--prune", action="store_true", help="pause what an earlier file made and this lacks"
        )
        parser.add_argument("--workspace", default="", metavar="SLUG", help="if there are several")
        parser.add_argument(
            "--schema", action="store_true", help="print the JSON Schema of the file and stop"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Apply, plan or print the schema."""
        if options["schema"]:
            self.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False))
            return
        file = Path(options["file"])
        text = _text(options["file"], file)
        now = timezone.now()
        with sentences():
            place = workspace(options["workspace"], now)
            try:
                wanted = drafts(text, file.name, place, os.environ, now, prune=options["prune"])
                prove(wanted, text, now)
            except Unusable as error:
                raise CommandError(_told(error), returncode=USAGE) from None
            if options["plan"]:
                told = outlook(wanted, now)
                self._tell(changes(wanted), "Nothing would change.")
                self._tell_unconnected(wanted)
                self.stdout.write("\nIn a month:")
                self.stdout.write("\n".join(message.render() for message in told) or "Nothing.")
                return
            save(wanted, now)
            self._tell(changes(wanted), "Nothing to change.")
            self._tell_unconnected(wanted)

    def _tell(self, found: tuple[Change, ...], nothing: str) -> None:
        if not found:
            self.stdout.write(nothing)
        for change in found:
            line = f"{SIGNS[change.verb]} {change.thing} {change.slug}: {WORDS[change.verb]}"
            self.stdout.write(f"{line} ({said(change.details)})" if change.details else line)

    def _tell_unconnected(self, wanted: Drafts) -> None:
        for slug, page in unconnected(wanted):
            self.stdout.write(f"! connection {slug}: is not connected; connect it at {page}")


def _told(error: Unusable) -> str:
    """Answer every mistake on a line of its own, so that terminals make links of them."""
    head = f"{error.file} cannot be applied; nothing was changed."
    return "\n".join((head, *error.lines()))


def _text(name: str, file: Path) -> str:
    """Answer the file's text; what keeps it from being read is told in a sentence."""
    if not name:
        raise CommandError("Name the file to apply: manage.py apply FILE.yaml", returncode=USAGE)
    try:
        if file.stat().st_size > LARGEST:
            raise CommandError(f"{name} is larger than 8 MB; split it.", returncode=USAGE)
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(
            f"{name} is no text in UTF-8; save it as such.", returncode=USAGE
        ) from None
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=USAGE) from None
