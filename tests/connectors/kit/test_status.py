"""Waiting as long as the tool asks, and repeating its reasons without its secrets."""

from datetime import UTC, datetime

import pytest

from connectors.kit.headers import Headers
from connectors.kit.status import LONGEST_REASON, LONGEST_WAIT, reason, retry_after

NOW = datetime(2026, 4, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("999999999", LONGEST_WAIT),
        ("Fri, 03 Apr 2026 10:01:30 GMT", 90.0),
        ("Fri, 03 Apr 2026 12:01:30 +0200", 90.0),
        ("Fri, 03 Apr 2026 10:01:30 -0000", 90.0),
        ("Fri, 03 Apr 2026 09:00:00 GMT", 0.0),
        ("Fri, 03 Apr 2099 09:00:00 GMT", LONGEST_WAIT),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(Headers([("Retry-After", value)]), NOW) == seconds


def test_no_retry_after_is_no_wish() -> None:
    assert retry_after(Headers(), NOW) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "Property values\\n were not valid"}', "Property values were not valid"),
        (b'{"error": {"message": "No such customer"}}', "No such customer"),
        (b'{"detail": "", "title": "Bad"}', "Bad"),
        (b'{"errors": [{"title": "No address.", "error": "must_be_an_address"}]}', "No address."),
        (b'{"errors": [{"message": "one"}, {"message": "two"}]}', "one"),
        (b'{"errors": [{"x": 1}, 5]}', "no reason given"),
        (b'{"Fault": {"Error": [{"Message": "Taken", "Detail": "It is taken."}]}}', "It is taken."),
        (b'{"Message": "No", "Elements": [{"ValidationErrors": [{"Message": "Why"}]}]}', "Why"),
        (b'{"error": {"message": "Error", "data": {"message": "Why", "name": "X"}}}', "Why"),
        (b'{"message": "Why", "data": null}', "Why"),
        (b'{"message": "Why", "data": {"id": 1}}', "Why"),
        (b'{"message": "Bad", "errors": [{"message": "email is wrong"}]}', "Bad email is wrong"),
        (b'{"is_valid": false, "validation_messages": {"2": "Required."}}', "Required."),
        (b'{"errors": {"email": ["is wrong", "is short"]}}', "is wrong"),
        (b'"plain"', "plain"),
        (b"5", "no reason given"),
        (b"<html>Oops</html>", "no reason given"),
        (b"[" * 100_000, "no reason given"),
        (b"", "no reason given"),
    ],
)
def test_the_tools_own_words_are_found_where_tools_put_them(body: bytes, said: str) -> None:
    assert reason(body, ()) == said


def test_a_secret_is_blacked_out_and_a_long_reason_cut() -> None:
    assert reason(b'{"message": "key abc is bad"}', ("abc", "")) == "key ••• is bad"
    exact, long = "x" * LONGEST_REASON, "x" * (LONGEST_REASON + 1)
    assert reason(f'{{"message": "{exact}"}}'.encode(), ()) == exact
    cut = reason(f'{{"message": "{long}"}}'.encode(), ())
    assert len(cut) == LONGEST_REASON
    assert cut.endswith("…")
