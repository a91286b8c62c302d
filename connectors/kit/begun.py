"""A submit of several calls: once the first one was taken, no later failure may pass for a no."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.kit.errors import OutcomeUnknown, ToolError
from connectors.kit.message import Message, _


@contextmanager
def begun(tool: str) -> Iterator[None]:
    """Make an unknown outcome of whatever goes wrong in here: the record lies in the tool already.

    A refusal would say that nothing was taken, and the record would never be looked for or removed.
    """
    try:
        yield
    except ToolError as error:
        text = _("%(tool)s took the record, but not all that belongs to it. %(reason)s")
        message = Message(text, {"tool": tool, "reason": error.message.render()})
        raise OutcomeUnknown(message, status=error.status, where=error.where) from error
