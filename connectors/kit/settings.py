"""What a connector asks of the owner, as data: draws forms, checks files, masks secrets."""

from dataclasses import dataclass
from enum import StrEnum


class AskKind(StrEnum):
    """How an answer is entered and checked."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the word, not one
    URL = "url"
    EMAIL = "email"
    NUMBER = "number"
    CHOICE = "choice"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing to ask. `help` says where to click in the tool to find it, in English."""

    key: str
    label: str
    kind: AskKind = AskKind.TEXT
    help: str = ""
    required: bool = True
    default: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether the answer is sealed and never shown again."""
        return self.kind is AskKind.SECRET


def secret(key: str, label: str, *, help: str = "", required: bool = True) -> Ask:
    """Answer an ask whose answer is sealed in the database and masked everywhere."""
    return Ask(key=key, label=label, kind=AskKind.SECRET, help=help, required=required)


def text(
    key: str,
    label: str,
    *,
    help: str = "",
    required: bool = True,
    default: str = "",
    pattern: str = "",
    example: str = "",
) -> Ask:
    """Answer an ask for a line of text."""
    return Ask(
        key=key,
        label=label,
        help=help,
        required=required,
        default=default,
        pattern=pattern,
        example=example,
    )
