"""The mailbox door against servers that behave, misbehave and leave."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.kit.errors import NeedsOwner, Refused, ToolError, TryLater, UnexpectedAnswer
from connectors.kit.mailbox import Folder, Mailbox, Server
from connectors.kit.ports import Ports
from tests.connectors.kit.imap_server import speaking
from tests.connectors.kit.server import LOOPBACK

PORTS = Ports(networks=LOOPBACK, seconds=2, size=10_000)
SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
SECRET = "pass word"


def visit(port: int, ports: Ports = PORTS, security: str = "none") -> Mailbox:
    return Mailbox("Mailbox", Server("127.0.0.1", port, security), ports)


def raised(act: Callable[[], object]) -> ToolError:
    with pytest.raises(ToolError) as caught:
        act()
    assert SECRET not in repr(vars(caught.value)) + str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"%s NO wrong\r\n", NeedsOwner),
        (b"%s NO [AUTHENTICATIONFAILED] wrong\r\n", NeedsOwner),
        (b"%s NO [UNAVAILABLE] away\r\n", TryLater),
        (b"%s NO Too many simultaneous connections\r\n", TryLater),
        (b'%s BAD what is "pass word"\r\n', Refused),
        (b"* BYE going\r\n", TryLater),
        (None, TryLater),
        (b"", TryLater),
    ],
)
def test_each_answer_to_the_login_is_its_error(
    answer: bytes | None, error: type[ToolError]
) -> None:
    with speaking({"LOGIN": answer}) as port:
        mailbox = visit(port, Ports(networks=LOOPBACK, seconds=0.5))
        assert type(raised(lambda: mailbox.log_in("ada", SECRET))) is error
        mailbox.close()


@pytest.mark.parametrize("password", ["two\r\nlines", "pässword", "nul\x00"])
def test_a_password_that_cannot_be_sent_needs_the_owner(password: str) -> None:
    with speaking({}) as port:
        mailbox = visit(port)
        assert isinstance(raised(lambda: mailbox.log_in("ada", password)), NeedsOwner)
        mailbox.close()


def test_a_closed_port_is_tried_later() -> None:
    with speaking({}) as port:
        visit(port).close()
    assert isinstance(raised(lambda: visit(port)), TryLater)


def test_a_server_that_greets_with_nonsense_is_tried_later() -> None:
    with speaking({}, b"hello, this is no IMAP\r\n") as port:
        assert isinstance(raised(lambda: visit(port)), (TryLater, Refused))


def test_a_forbidden_network_needs_the_owner() -> None:
    assert isinstance(raised(lambda: visit(143, Ports())), NeedsOwner)


def test_a_server_without_tls_where_tls_is_meant_is_tried_later() -> None:
    with speaking({}) as port:
        assert isinstance(raised(lambda: visit(port, security="tls")), TryLater)


def test_folders_are_told_from_junk_and_from_what_holds_no_messages() -> None:
    listed = (
        b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
        b'* LIST (\\HasNoChildren \\Junk) "/" "Unerw&APw-nscht"\r\n'
        b"* LIST () NIL Spam\r\n"
        b'* LIST (\\Noselect) "/" "[Gmail]"\r\n'
        b'* LIST () "/" {6}\r\nOdd "x\r\n'
        b"%s OK done\r\n"
    )
    with speaking({"LIST": listed}) as port:
        mailbox = visit(port)
        mailbox.log_in("ada", SECRET)
        folders = mailbox.folders()
        mailbox.close()
    assert [(folder.name, folder.is_junk) for folder in folders] == [
        ('"INBOX"', False),
        ('"Unerw&APw-nscht"', True),
        ("Spam", True),
        ('"Odd \\"x"', False),
    ]


def opened(port: int) -> Mailbox:
    mailbox = visit(port)
    mailbox.log_in("ada", SECRET)
    mailbox.examine(Folder(name="INBOX"))
    return mailbox


def test_a_folder_that_cannot_be_opened_is_refused() -> None:
    with speaking({"EXAMINE": b"%s NO [NONEXISTENT] no\r\n"}) as port:
        mailbox = visit(port)
        mailbox.log_in("ada", SECRET)
        assert type(raised(lambda: mailbox.examine(Folder(name="INBOX")))) is Refused
        mailbox.close()


HEADER = b"Message-ID: <1@x>\r\nSubject: Hi\r\n\r\n"


def fetched(frame: bytes, tail: bytes = b"") -> bytes:
    size = str(len(HEADER)).encode()
    return b"* 1 FETCH (" + frame + b" {" + size + b"}\r\n" + HEADER + tail + b")\r\n%s OK done\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        fetched(b'UID 7 INTERNALDATE "03-Apr-2026 12:00:00 +0200" BODY[]'),
        fetched(b"BODY[]", b' UID 7 INTERNALDATE " 3-Apr-2026 10:00:00 +0000"'),
    ],
)
def test_what_is_told_of_a_message_may_stand_on_either_side(answer: bytes) -> None:
    with speaking({"UID SEARCH": b"* SEARCH 7\r\n%s OK done\r\n", "UID FETCH": answer}) as port:
        mailbox = opened(port)
        numbers = mailbox.search(SINCE, 'a"b\\')
        (letter,) = mailbox.headers(numbers, Folder(name="INBOX", is_junk=True))
        mailbox.close()
    assert (letter.id, letter.number, letter.is_junk) == ("<1@x>", b"7", True)
    assert letter.received_at == SINCE


def test_a_message_without_a_number_is_unexpected() -> None:
    with speaking({"UID FETCH": fetched(b"BODY[]")}) as port:
        mailbox = opened(port)
        error = raised(lambda: list(mailbox.letters([b"7"], Folder(name="INBOX"))))
        mailbox.close()
    assert isinstance(error, UnexpectedAnswer)


def test_a_date_that_is_none_is_the_beginning_of_time() -> None:
    answer = fetched(b'UID 7 INTERNALDATE "soon" BODY[]')
    with speaking({"UID FETCH": answer}) as port:
        mailbox = opened(port)
        (letter,) = mailbox.letters([b"7"], Folder(name="INBOX"))
        mailbox.close()
    assert letter.received_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_nothing_found_is_nothing() -> None:
    with speaking({"UID SEARCH": b"* SEARCH\r\n%s OK done\r\n"}) as port:
        mailbox = opened(port)
        assert mailbox.search(SINCE) == []
        assert list(mailbox.letters([], Folder(name="INBOX"))) == []
        mailbox.close()


def test_a_part_beyond_the_cap_is_not_read() -> None:
    answer = b"* 1 FETCH (UID 7 BODY[] {99999999}\r\n"
    with speaking({"UID FETCH": answer}) as port:
        mailbox = opened(port)
        error = raised(lambda: list(mailbox.letters([b"7"], Folder(name="INBOX"))))
        mailbox.close()
    assert isinstance(error, TryLater)


@pytest.mark.parametrize("command", ["LIST", "UID SEARCH", "UID FETCH"])
def test_a_server_that_says_no_was_not_looked_into(command: str) -> None:
    def look(mailbox: Mailbox) -> None:
        (folder,) = mailbox.folders() or [Folder(name="INBOX")]
        mailbox.examine(folder)
        list(mailbox.letters(mailbox.search(SINCE) or [b"7"], folder))

    with speaking({command: b"%s NO [LIMIT] not now\r\n"}) as port:
        mailbox = opened(port)
        assert isinstance(raised(lambda: look(mailbox)), TryLater)
        mailbox.close()


def test_any_of_several_words_is_searched_for_at_once() -> None:
    asked = b'UID SEARCH SINCE 02-Apr-2026 OR OR TEXT "a" TEXT "b" TEXT "c"'
    with speaking({asked.decode(): b"* SEARCH 7\r\n%s OK done\r\n"}) as port:
        mailbox = opened(port)
        assert mailbox.search(SINCE, "a", "b", "c") == [b"7"]
        mailbox.close()
