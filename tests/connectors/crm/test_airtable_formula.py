"""What Airtable is asked holds no sign that could mean something else there."""

from datetime import datetime, timedelta, timezone

from connectors.crm import airtable_formula as formula
from connectors.kit.records import Lead


def test_names_and_marks_are_quoted_so_that_no_sign_means_anything() -> None:
    odd = Lead(tag="bodigu", email='o"r+b(@x.test', handles=("Bo|di\\gu",))
    assert formula.holding(["Email", 'a "{b}\\'], [odd]) == (
        'REGEX_MATCH(LOWER({Email}&" "&{a "\\{b\\}\\\\}),"bo.di.gu|o.r.b.@x.test|bodigu")'
    )


def test_ids_are_quoted_too() -> None:
    assert formula.known_by(['rec1")', "rec2\\"]) == (
        'OR(RECORD_ID()="rec1\\")",RECORD_ID()="rec2\\\\")'
    )


def test_a_moment_is_told_in_utc() -> None:
    since = datetime(2026, 4, 3, 12, tzinfo=timezone(timedelta(hours=2)))
    assert formula.made_after(since) == 'IS_AFTER(CREATED_TIME(),"2026-04-03T10:00:00.000Z")'
