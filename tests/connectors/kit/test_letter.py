"""Mail as it comes: encoded, in parts, in HTML, and broken."""

from datetime import UTC, datetime

import pytest

from connectors.kit.letter import Letter, letter_of, plain

NOW = datetime(2026, 4, 3, tzinfo=UTC)


def read(raw: str | bytes) -> Letter:
    data = raw.encode() if isinstance(raw, str) else raw
    return letter_of(data.replace(b"\n", b"\r\n"), b"7", NOW, is_junk=False)


def test_headers_are_decoded_and_unfolded() -> None:
    letter = read(
        "Message-ID: <1@x>\nSubject: =?utf-8?q?Hallo_Zo=C3=AB?=\n  again\n"
        "From: a@x\nTo: Ada <b@x>\nDelivered-To: c@x\n"
        "Content-Type: text/plain; charset=utf-8\n\nHi 🙂\n"
    )
    assert letter.id == "<1@x>"
    assert letter.subject == "Hallo Zoë again"
    assert letter.recipients == ("Ada <b@x>", "c@x")
    assert letter.text.strip() == "Hi 🙂"
    assert letter.received_at == NOW


def test_the_plain_part_is_preferred_and_html_is_read_as_words() -> None:
    parts = (
        "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/html\n\n<p>html</p>\n--b\n"
        "Content-Type: text/plain\n\nplain\n--b--\n"
    )
    assert read(parts).text.strip() == "plain"
    html = "Content-Type: text/html; charset=iso-8859-1\n\n<p>Gr\xfc\xdfe<br>Zo&euml;</p>"
    assert read(html.encode("latin-1")).text.strip() == "Grüße\nZoë"


def test_styles_scripts_and_comments_are_no_words() -> None:
    page = "<head><title>x</title></head><style>p{}</style><!-- no -->a&nbsp;b<script>1</script>"
    assert plain(page) == "a b"


@pytest.mark.parametrize(
    "raw",
    ["", "Content-Type: image/png\n\nxyz", "Content-Type: multipart/mixed; boundary=b\n\n--b--\n"],
)
def test_a_message_without_words_has_no_text(raw: str) -> None:
    assert read(raw).text == ""


def test_a_character_set_nobody_knows_is_read_as_utf8() -> None:
    assert read("Content-Type: text/plain; charset=klingon\n\nHé").text.strip() == "Hé"


@pytest.mark.parametrize(
    "header", ["To: =?utf-8?q?=\x00?= <", "To: @@@<>:;,", "To: a@[bad", 'To: "<a@b>']
)
def test_a_damaged_header_does_not_hide_the_message(header: str) -> None:
    assert read(f"Subject: fine\n{header}\n\nbody").subject == "fine"
