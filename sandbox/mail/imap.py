"""A small correct IMAP4rev1 server: what mail clients need to log in, search, read and remove."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sandbox.mail import imap_words
from sandbox.mail.imap_folder import FLAGS, INSIDE, OpenFolder
from sandbox.mail.imap_words import Bad, No, Words
from sandbox.mail.mailbox import FOLDERS, UIDVALIDITY, Letter, Mailbox
from sandbox.tool import HANG_SECONDS

if TYPE_CHECKING:
    from sandbox.mail.server import MailServer

CAPABILITIES = "IMAP4rev1 LITERAL+ SPECIAL-USE UIDPLUS UNSELECT MOVE ID NAMESPACE"


class ImapSession:
    """One client's connection, from greeting to BYE."""

    def __init__(
        self, server: "MailServer", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._box: Mailbox | None = None
        self._opened: OpenFolder | None = None
        self._over = False
        self._commands: dict[str, Callable[[Words], Awaitable[str | None]]] = {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "CHECK": self._noop,
            "ID": self._id,
            "LOGOUT": self._logout,
            "LOGIN": self._login,
            "NAMESPACE": self._namespace,
            "LIST": self._list,
            "LSUB": self._list,
            "STATUS": self._status,
            "SELECT": self._select,
            "EXAMINE": self._examine,
            "CLOSE": self._close,
            "UNSELECT": self._unselect,
            **dict.fromkeys(INSIDE, self._inside),
            "UID": self._uid,
        }

    async def serve(self) -> None:
        """Answer commands until the client leaves."""
        self._send(f"* OK [CAPABILITY {CAPABILITIES}] ready")
        while not self._over:
            await self._writer.drain()
            line = await imap_words.read_line(self._reader, self._writer)
            if line is None:
                return
            tag, _, rest = line.partition(b" ")
            await self._answer(tag.decode("ascii", "replace"), rest)
        await self._writer.drain()

    async def _answer(self, tag: str, rest: bytes) -> None:
        self._server.count()
        try:
            words = Words(rest)
            name = words.atom().upper()
            command = self._command(name)
            if await self._suffers(tag, name, rest):
                return
            said = await command(words)
        except Bad as problem:
            self._send(f"{tag} BAD {problem}")
        except No as problem:
            self._send(f"{tag} NO {problem}")
        else:
            self._send(f"{tag} OK {said or name + ' done'}")

    def _command(self, name: str) -> Callable[[Words], Awaitable[str | None]]:
        if name not in self._commands:
            raise Bad(f"unknown command {name}")
        if self._box is None and name not in ("CAPABILITY", "NOOP", "LOGOUT", "LOGIN", "ID"):
            raise Bad("log in first")
        return self._commands[name]

    async def _suffers(self, tag: str, name: str, rest: bytes) -> bool:
        """Let a fault meet the command; answer whether that was the end of it."""
        if name in ("CAPABILITY", "NOOP", "LOGOUT", "ID"):
            return False
        text = rest.decode(errors="replace")
        account = self._box.account.name if self._box else self._account_of(rest)
        fault = self._server.strikes_imap(account, text)
        if fault is None:
            return False
        kind = fault.kind
        if kind == "random":
            kind = fault.dice.choice(
                tuple(fault.options.get("kinds") or ("429", "500", "malformed"))
            )
        if kind.startswith("timeout"):
            await asyncio.sleep(float(fault.options.get("seconds", HANG_SECONDS)))
            self._over = True
        elif kind == "malformed":
            self._send("* SEARCH 1 (2 {x")
            self._send(f"{tag[:1]}?? what")
            self._over = True
        else:
            self._send(f"{tag} {imap_words.REFUSALS.get(kind, imap_words.REFUSALS['500'])}")
        return True

    def _account_of(self, rest: bytes) -> str:
        words = Words(rest)
        words.atom()
        account = self._server.keys.get(words.string())
        return account.name if account else ""

    def _send(self, line: str | bytes) -> None:
        self._writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    @property
    def _own(self) -> Mailbox:
        if self._box is None:
            raise Bad("log in first")
        return self._box

    async def _capability(self, _words: Words) -> str | None:
        self._send(f"* CAPABILITY {CAPABILITIES}")
        return None

    @property
    def _in(self) -> OpenFolder:
        if self._opened is None:
            raise Bad("select a mailbox first")
        return self._opened

    async def _noop(self, _words: Words) -> str | None:
        if self._opened is not None:
            self._opened.tell_new()
        return None

    async def _id(self, _words: Words) -> str | None:
        self._send('* ID ("name" "business")')
        return None

    async def _logout(self, _words: Words) -> str | None:
        self._send("* BYE see you")
        self._over = True
        return None

    async def _login(self, words: Words) -> str | None:
        self._box = self._server.login(words.string(), words.string())
        if self._box is None:
            raise No("[AUTHENTICATIONFAILED] Wrong user or password.")
        return f"[CAPABILITY {CAPABILITIES}] logged in"

    async def _namespace(self, _words: Words) -> str | None:
        self._send('* NAMESPACE (("" "/")) NIL NIL')
        return None

    async def _list(self, words: Words) -> str | None:
        if words.peek() == b"(":
            words.list()
        words.string()
        pattern = words.string()
        for name, flags in FOLDERS.items():
            if imap_words.fits(name, pattern):
                self._send(f'* LIST ({flags}) "/" "{name}"')
        return None

    async def _status(self, words: Words) -> str | None:
        folder = self._named(words.string())
        letters = self._own.letters(folder)
        counts = {
            "MESSAGES": len(letters),
            "RECENT": 0,
            "UIDNEXT": self._own.next_uid(folder),
            "UIDVALIDITY": UIDVALIDITY,
            "UNSEEN": sum("\\Seen" not in letter.flags for letter in letters),
        }
        told = " ".join(
            f"{key} {counts[key.upper()]}" for key in words.list() if key.upper() in counts
        )
        self._send(f'* STATUS "{folder}" ({told})')
        return None

    def _named(self, name: str) -> str:
        folder = self._own.named(name)
        if folder is None:
            raise No(f"[NONEXISTENT] There is no mailbox {name}.")
        return folder

    async def _select(self, words: Words) -> str | None:
        return self._enter(words, readonly=False)

    async def _examine(self, words: Words) -> str | None:
        return self._enter(words, readonly=True)

    def _enter(self, words: Words, *, readonly: bool) -> str:
        self._opened = None
        folder = self._named(words.string())
        self._opened = OpenFolder(
            self._own, folder, self._send, self._letters_in(folder), readonly=readonly
        )
        self._send(f"* FLAGS {FLAGS}")
        self._opened.tell_new()
        self._send("* 0 RECENT")
        self._send(f"* OK [PERMANENTFLAGS {'()' if readonly else FLAGS}] flags")
        self._send(f"* OK [UIDVALIDITY {UIDVALIDITY}] valid")
        self._send(f"* OK [UIDNEXT {self._own.next_uid(folder)}] next")
        return "[READ-ONLY] examined" if readonly else "[READ-WRITE] selected"

    def _letters_in(self, folder: str) -> Callable[[], list[Letter]]:
        """Answer a function that says what the index shows of a folder."""
        box, server = self._own, self._server

        def shown() -> list[Letter]:
            lag = server.lag_for(box.account.name)
            letters = box.letters(folder)
            now = server.world.clock()
            return [letter for letter in letters if now >= letter.at + lag] if lag else letters

        return shown

    async def _close(self, _words: Words) -> str | None:
        if not self._in.readonly:
            self._in.drop_deleted()
        self._opened = None
        return None

    async def _unselect(self, _words: Words) -> str | None:
        self._opened = None
        return None

    async def _inside(self, words: Words) -> str | None:
        """Carry out a command on the open folder."""
        words.back()
        self._in.command(words.atom().upper(), words, by_uid=False)
        return None

    async def _uid(self, words: Words) -> str | None:
        name = words.atom().upper()
        self._in.command(name, words, by_uid=True)
        return f"UID {name} done"
