"""A mailbox: an inbox and a junk folder of numbered mails."""

import email
import email.policy
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property

from sandbox.storage import Account, Record

FOLDERS = {"INBOX": r"\HasNoChildren", "Junk": r"\HasNoChildren \Junk"}
UIDVALIDITY = 1


@dataclass(kw_only=True)
class Letter:
    """One mail in a folder."""

    record: Record
    raw: bytes
    at: float
    uid: int = 0
    flags: set[str] = field(default_factory=set)

    @cached_property
    def parsed(self) -> Message:
        """Answer the mail taken apart."""
        return email.message_from_bytes(self.raw, policy=email.policy.compat32)

    @cached_property
    def text(self) -> str:
        """Answer all a TEXT search would find: headers and decoded body, lower-case."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.parsed.items())
        fields = self.record.fields
        return f"{headers}\n{fields['subject']}\n{fields['body']}".lower()

    def header(self, name: str) -> str:
        """Answer a header's values, lower-case."""
        if name.lower() == "subject":
            return str(self.record.fields["subject"]).lower()
        return "\n".join(str(value) for value in self.parsed.get_all(name, [])).lower()


class Mailbox:
    """The folders of one account; an account that was emptied empties them too."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._folders: dict[str, list[Letter]] = {name: [] for name in FOLDERS}
        self._next: dict[str, int] = dict.fromkeys(FOLDERS, 1)

    def named(self, name: str) -> str | None:
        """Answer the folder a client means, None where there is none."""
        if name.upper() == "INBOX":
            return "INBOX"
        return name if name in self._folders else None

    def put(self, folder: str, letter: Letter) -> None:
        """Add a mail under the next number."""
        letter.uid = self._next[folder]
        self._next[folder] += 1
        self._folders[folder].append(letter)

    def next_uid(self, folder: str) -> int:
        """Answer the number the next mail will get."""
        return self._next[folder]

    def letters(self, folder: str) -> list[Letter]:
        """Answer the mails of a folder in order of arrival."""
        held = self.account.shelf("messages").records
        letters = self._folders[folder]
        if any(letter.record.id not in held for letter in letters):
            letters[:] = [letter for letter in letters if letter.record.id in held]
        return letters

    def expunge(self, folder: str, gone: list[Letter]) -> None:
        """Remove mails for good."""
        for letter in gone:
            self._folders[folder].remove(letter)
            self.account.shelf("messages").drop(letter.record.id)

    def move(self, source: str, target: str, letter: Letter) -> None:
        """Move a mail to another folder, where it gets a new number."""
        self._folders[source].remove(letter)
        letter.record.fields["folder"] = target
        self.put(target, letter)
