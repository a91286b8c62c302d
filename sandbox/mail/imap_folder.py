"""What an IMAP client does in an open folder: search, read, flag, remove."""

from collections.abc import Callable

from sandbox.mail import imap_fetch, imap_search
from sandbox.mail.imap_words import Bad, No, Words, numbers
from sandbox.mail.mailbox import Letter, Mailbox

FLAGS = r"(\Answered \Flagged \Deleted \Seen \Draft)"
INSIDE = ("SEARCH", "FETCH", "STORE", "EXPUNGE", "MOVE", "COPY")


class OpenFolder:
    """One folder, selected or examined, as its client sees it."""

    def __init__(
        self,
        box: Mailbox,
        folder: str,
        send: Callable[[str | bytes], None],
        letters: Callable[[], list[Letter]],
        *,
        readonly: bool,
    ) -> None:
        self.readonly = readonly
        self._box = box
        self._folder = folder
        self._send = send
        self._letters = letters
        self._told = -1
        self._by_uid = False
        self._commands: dict[str, Callable[[Words], None]] = {
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "STORE": self._store,
            "EXPUNGE": self._expunge,
            "MOVE": self._move,
            "COPY": self._copy,
        }

    def command(self, name: str, words: Words, *, by_uid: bool) -> None:
        """Carry out one command."""
        if name not in self._commands:
            raise Bad(f"unknown command UID {name}")
        if self.readonly and name in ("STORE", "EXPUNGE", "MOVE"):
            raise No("[READ-ONLY] The mailbox was opened for reading.")
        self._by_uid = by_uid
        self._commands[name](words)

    def tell_new(self) -> None:
        """Say how many mails there are, if that was not said before."""
        count = len(self._letters())
        if count != self._told:
            self._told = count
            self._send(f"* {count} EXISTS")

    def drop_deleted(self, only: set[int] | None = None, *, tell: bool = False) -> None:
        """Remove the mails flagged as deleted, of `only` these if given."""
        gone = [
            (number, letter)
            for number, letter in enumerate(self._letters(), 1)
            if "\\Deleted" in letter.flags and (only is None or letter.uid in only)
        ]
        # The last first: each removal moves the numbers behind it.
        for number, _ in reversed(gone) if tell else ():
            self._send(f"* {number} EXPUNGE")
        self._box.expunge(self._folder, [letter for _, letter in gone])

    def _chosen(self, asked: str) -> list[tuple[int, Letter]]:
        """Answer the mails a sequence set names, with their numbers."""
        letters = self._letters()
        top = (letters[-1].uid if letters else 0) if self._by_uid else len(letters)
        wanted = numbers(asked, top)
        return [
            (number, letter)
            for number, letter in enumerate(letters, 1)
            if (letter.uid if self._by_uid else number) in wanted
        ]

    def _search(self, words: Words) -> None:
        letters = self._letters()
        wanted = imap_search.parse(words, letters)
        found = [
            str(letter.uid if self._by_uid else number)
            for number, letter in enumerate(letters, 1)
            if wanted(number, letter)
        ]
        self._send(" ".join(["* SEARCH", *found]))

    def _fetch(self, words: Words) -> None:
        chosen = self._chosen(words.atom())
        items = imap_fetch.parse(words)
        for number, letter in chosen:
            if items.marks_seen and not self.readonly:
                letter.flags.add("\\Seen")
            self._send(imap_fetch.told(number, letter, items, uid=self._by_uid))

    def _store(self, words: Words) -> None:
        chosen = self._chosen(words.atom())
        how = words.atom().upper()
        flags = set(words.list() if words.peek() == b"(" else [words.atom()])
        for number, letter in chosen:
            if how.startswith("+"):
                letter.flags |= flags
            elif how.startswith("-"):
                letter.flags -= flags
            else:
                letter.flags = set(flags)
            if not how.endswith(".SILENT"):
                known = " ".join(sorted(letter.flags))
                uid = f"UID {letter.uid} " if self._by_uid else ""
                self._send(f"* {number} FETCH ({uid}FLAGS ({known}))")

    def _expunge(self, words: Words) -> None:
        only = {letter.uid for _, letter in self._chosen(words.atom())} if self._by_uid else None
        self.drop_deleted(only, tell=True)

    def _move(self, words: Words) -> None:
        chosen = self._chosen(words.atom())
        folder = self._target(words)
        for _, letter in chosen:
            self._box.move(self._folder, folder, letter)
        for number, _ in reversed(chosen):
            self._send(f"* {number} EXPUNGE")

    def _copy(self, words: Words) -> None:
        chosen = self._chosen(words.atom())
        folder = self._target(words)
        for _, letter in chosen:
            self._box.put(folder, Letter(record=letter.record, raw=letter.raw, at=letter.at))

    def _target(self, words: Words) -> str:
        folder = self._box.named(words.string())
        if folder is None:
            raise No("[TRYCREATE] There is no such mailbox.")
        return folder
