"""A link lets its person in once, in time, and tells nobody anything otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from monitor.actions.sign_in import LIFE, issue_link, use_link
from monitor.models import SignInLink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann")


def test_a_link_lets_in_once(ann: User) -> None:
    token = issue_link(ann, NOW)

    assert use_link(token, NOW) == ann
    assert use_link(token, NOW) is None


def test_a_link_ends_exactly_when_its_life_does(ann: User) -> None:
    in_time, late = issue_link(ann, NOW), issue_link(ann, NOW)

    assert use_link(in_time, NOW + LIFE - timedelta(microseconds=1)) == ann
    assert use_link(late, NOW + LIFE) is None


@pytest.mark.parametrize("token", ["", "x", "ä", "\x00", "a" * 10_000])
def test_no_other_token_lets_in(ann: User, token: str) -> None:
    issue_link(ann, NOW)

    assert use_link(token, NOW) is None


def test_somebody_who_was_shut_out_stays_out(ann: User) -> None:
    token = issue_link(ann, NOW)
    User.objects.update(is_active=False)

    assert use_link(token, NOW) is None


def test_only_a_digest_of_the_token_is_kept(ann: User) -> None:
    token = issue_link(ann, NOW)

    assert token not in str(list(SignInLink.objects.values()))
    assert len(token) >= 43
