"""Mail goes in over SMTP and comes out over IMAP, as mail clients expect it."""

import imaplib
import smtplib
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from imap_tools import AND, OR, MailBoxUnencrypted

from sandbox.mail.letter import pattern
from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, hop
from tests.sandbox_process import Control


@pytest.fixture
def place(draw: Draw) -> Json:
    return hop(draw("imap"), "imap")


def _put(control: Control, place: Json, **fields: str) -> Json:
    return control.plant("mail", fields, account=place["account"])


def _client(place: Json) -> imaplib.IMAP4:
    host, _, port = place["imap"].rpartition(":")
    client = imaplib.IMAP4(host, int(port), timeout=10)
    try:
        client.login(place["credentials"]["user"], place["credentials"]["password"])
    except imaplib.IMAP4.error:
        client.shutdown()
        raise
    return client


@pytest.fixture
def box(place: Json) -> Iterator[MailBoxUnencrypted]:
    host, _, port = place["imap"].rpartition(":")
    made = MailBoxUnencrypted(host, int(port), timeout=10)
    with made.login(place["credentials"]["user"], place["credentials"]["password"]) as opened:
        yield opened


def test_what_comes_in_over_smtp_goes_out_over_imap(place: Json) -> None:
    host, _, port = place["smtp"].rpartition(":")
    to = f"anyone+x@{place['domain']}"
    mail = f"From: a@b.test\r\nTo: {to}\r\nSubject: Hi\r\nMessage-ID: <1@b>\r\n\r\n.dot\r\n"
    with smtplib.SMTP(host, int(port), timeout=10) as client:
        client.sendmail("a@b.test", [to], mail)
    client_ = _client(place)
    client_.select("INBOX", readonly=True)
    _, found = client_.uid("SEARCH", "TO", f'"{to}"')
    _, told = client_.uid("FETCH", found[0].decode(), "(BODY.PEEK[] INTERNALDATE)")
    client_.logout()
    assert b"\r\n\r\n.dot" in told[0][1]
    assert b"Message-ID: <1@b>" in told[0][1]


def test_a_wrong_password_is_refused(place: Json) -> None:
    host, _, port = place["imap"].rpartition(":")
    client = imaplib.IMAP4(host, int(port), timeout=10)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(place["credentials"]["user"], "wrong")
    client.shutdown()


def test_imap_tools_reads_it_all(place: Json, control: Control, box: MailBoxUnencrypted) -> None:
    user = place["credentials"]["user"]
    _put(control, place, to=user, subject="Grüße an Zoë", body="Hällo\nZorba 🌿")
    (mail,) = list(box.fetch(AND(subject="Grüße"), charset="UTF-8", mark_seen=False))
    assert (mail.subject, mail.to) == ("Grüße an Zoë", (user,))
    assert mail.text.replace("\r\n", "\n").strip() == "Hällo\nZorba 🌿"
    assert not mail.flags


def test_the_junk_folder_is_known_by_its_use(
    place: Json, control: Control, box: MailBoxUnencrypted
) -> None:
    _put(control, place, folder="Junk", subject="Lost", body="x")
    (junk,) = [one for one in box.folder.list() if "\\Junk" in one.flags]
    box.folder.set(junk.name)
    assert [mail.subject for mail in box.fetch(mark_seen=False)] == ["Lost"]
    box.folder.set("INBOX")
    assert list(box.fetch()) == []


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ("ALL", 2),
        ('TEXT "zorba"', 1),
        ('HEADER Message-ID "two@x"', 1),
        ('OR TEXT "zorba" HEADER Message-ID "two@x"', 2),
        ('NOT TEXT "zorba"', 1),
        ('(SUBJECT "first" UNSEEN)', 1),
        ("UID 2:*", 1),
        ("1", 1),
        ("SEEN", 0),
    ],
)
def test_search_keys(place: Json, control: Control, criteria: str, found: int) -> None:
    _put(control, place, subject="The first", body="Dear Zorba,", message_id="one@x")
    _put(control, place, subject="The second", body="Dear Ann,", message_id="two@x")
    client = _client(place)
    client.select("INBOX", readonly=True)
    _, numbers = client.uid("SEARCH", criteria)
    client.logout()
    assert len(numbers[0].split()) == found


def test_since_counts_days(place: Json, control: Control, box: MailBoxUnencrypted) -> None:
    week = time.time() - 7 * 86400
    fields = {"subject": "Old", "body": "x"}
    control.plant("mail", fields, account=place["account"], created=week)
    _put(control, place, subject="New", body="x")
    today = date.today()  # noqa: DTZ011 - a search by days
    since = AND(date_gte=today - timedelta(days=1))
    assert [mail.subject for mail in box.fetch(since)] == ["New"]
    either = OR(AND(date_gte=today - timedelta(days=1)), AND(subject="Old"))
    assert len(list(box.fetch(either))) == 2


def test_a_deleted_mail_is_expunged(place: Json, control: Control, box: MailBoxUnencrypted) -> None:
    for name in ("a", "b", "c"):
        _put(control, place, subject=name, body="x")
    uids = [mail.uid for mail in box.fetch(AND(subject="b"))]
    box.delete([uid for uid in uids if uid])
    assert [mail.subject for mail in box.fetch(mark_seen=False)] == ["a", "c"]
    assert len(control.records("mail", place["account"])) == 2


def test_looking_leaves_no_mark(place: Json, control: Control) -> None:
    _put(control, place, subject="a", body="x")
    client = _client(place)
    client.select("INBOX")
    client.uid("FETCH", "1", "(BODY.PEEK[HEADER.FIELDS (TO SUBJECT)])")
    assert client.uid("SEARCH", "UNSEEN")[1] == [b"1"]
    client.uid("FETCH", "1", "(BODY[])")
    assert client.uid("SEARCH", "UNSEEN")[1] == [b""]
    client.logout()


def test_a_part_of_a_mail_can_be_fetched(place: Json, control: Control) -> None:
    _put(control, place, subject="Hi", body="x")
    client = _client(place)
    client.select("INBOX", readonly=True)
    _, told = client.uid("FETCH", "1", "(UID BODY.PEEK[]<0.10>)")
    client.logout()
    assert b"BODY[]<0> {10}" in told[0][0]
    assert len(told[0][1]) == 10


def test_an_examined_mailbox_cannot_be_changed(place: Json, control: Control) -> None:
    _put(control, place, subject="a", body="x")
    client = _client(place)
    client.select("INBOX", readonly=True)
    assert client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")[0] == "NO"
    client.logout()


def test_an_unknown_command_is_bad_and_harmless(place: Json) -> None:
    client = _client(place)
    client.select("INBOX")
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        client._simple_command("UID", "DANCE")
    assert client.noop()[0] == "OK"
    client.logout()


@pytest.mark.parametrize(
    ("kind", "error"), [("401", "AUTHENTICATIONFAILED"), ("429", "LIMIT"), ("500", "SERVERBUG")]
)
def test_faults_read_as_imap_says_them(
    place: Json, control: Control, kind: str, error: str
) -> None:
    with (
        control.broken("tool:mail", kind, account=place["account"], methods=["read"]),
        pytest.raises(imaplib.IMAP4.error, match=error),
    ):
        _client(place)
    _client(place).logout()
    (struck,) = control.truth(account=place["account"])
    assert (struck["kind"], struck["detail"]["door"]) == (kind, "imap")


def test_a_new_mail_can_stay_unseen_for_a_while(place: Json, control: Control) -> None:
    _put(control, place, subject="a", body="x")
    client = _client(place)
    client.select("INBOX", readonly=True)
    with control.broken("tool:mail", "index_lag", seconds=60, account=place["account"]):
        assert client.uid("SEARCH", "ALL")[1] == [b""]
    assert client.uid("SEARCH", "ALL")[1] == [b"1"]
    client.logout()


def test_the_doors_can_be_closed_and_opened(place: Json, control: Control) -> None:
    with control.broken("tool:mail", "refused"), pytest.raises(ConnectionRefusedError):
        _client(place)
    _client(place).logout()


def test_every_field_is_read_out_by_its_pattern(place: Json) -> None:
    assert place["patterns"]["full_name"] == pattern("full_name") == "^Full name: (.*)$"
