"""What the commands share: which workspace is meant, and no traceback for what has a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.management.base import CommandError
from django.db import DatabaseError

from connectors.kit.message import Message
from monitor.actions.workspace import first_start
from monitor.models import Workspace
from monitor.vault import CannotOpen

USAGE = 2


def workspace(slug: str, now: datetime) -> Workspace:
    """Answer the workspace of this name, or the only one; the first start makes it."""
    there = list(Workspace.objects.order_by("slug"))
    names = ", ".join(one.slug for one in there)
    if slug:
        for one in there:
            if one.slug == slug:
                return one
        raise CommandError(f"There is no workspace “{slug}”; there are: {names or 'none yet'}.")
    if len(there) > 1:
        raise CommandError(f"There are several workspaces; add --workspace and one of: {names}.")
    return there[0] if there else first_start("My business", now)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn whatever goes wrong into one sentence and the exit code of what cannot be done.

    `--traceback` still shows where a fault of our own lies.
    """
    try:
        yield
    except CommandError:
        raise
    except CannotOpen as error:
        raise CommandError(str(error), returncode=USAGE) from None
    except DatabaseError as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        text = f"The database cannot be used ({told}). Run `manage.py migrate`, then `doctor`."
        raise CommandError(text, returncode=USAGE) from None
    except Exception as fault:
        # Exit code 1 would say that a handoff is broken.
        text = f"A fault in Handoff ({type(fault).__name__}); --traceback shows where."
        raise CommandError(text, returncode=USAGE) from fault


def said(messages: tuple[Message, ...]) -> str:
    """Answer messages as one line."""
    return "; ".join(message.render() for message in messages)
