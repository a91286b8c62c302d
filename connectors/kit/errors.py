"""What can go wrong with a tool, named by what to do next.

    ToolError
    ├── NeedsOwner         the connection stops until its owner acts     (401, most 403)
    ├── Refused            this request only was refused                 (400, 404, 409, 422)
    ├── TryLater           come back later, nothing is wrong     (429, no answer, 5xx on a read)
    │   └── Paced          our own pacing: the call was not made
    ├── OutcomeUnknown     a write got no answer: never resend, look    (no answer, 5xx on a write)
    └── UnexpectedAnswer   a success in a shape we do not know           (2xx, wrong body)

Every error carries a sentence for the owner. None ever holds a credential, a URL's query or a body.
"""

from connectors.kit.message import Message


class ToolError(Exception):
    """A tool did not do what was asked; `message` says so in the owner's words.

    `status` is the HTTP status or None, `where` the tool's name and the path without its query.
    """

    def __init__(self, message: Message, *, status: int | None = None, where: str = "") -> None:
        super().__init__(message.render())
        self.message = message
        self.status = status
        self.where = where


class NeedsOwner(ToolError):
    """The tool will not let us in until the owner of the connection acts."""


class Refused(ToolError):
    """The tool understood and said no to this one request; the connection goes on."""


class TryLater(ToolError):
    """The tool is busy or away; look again, after `after` seconds if it named a time."""

    def __init__(
        self,
        message: Message,
        *,
        after: float | None = None,
        status: int | None = None,
        where: str = "",
    ) -> None:
        super().__init__(message, status=status, where=where)
        self.after = after


class Paced(TryLater):
    """Not the tool but our own pacing says so: nothing was sent, nothing is known."""


class OutcomeUnknown(ToolError):
    """A write may or may not have happened; it is never sent again, its effect is looked for."""


class UnexpectedAnswer(ToolError):
    """The tool said yes in a shape this connector does not know; `path` names the place."""

    def __init__(
        self, message: Message, *, path: str = "", status: int | None = None, where: str = ""
    ) -> None:
        super().__init__(message, status=status, where=where)
        self.path = path
