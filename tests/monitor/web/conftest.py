"""The stage, and browsers of everybody in the cast."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.monitor.pages.cast import Cast
from tests.monitor.pages.stage import stage


@pytest.fixture
def cast(db: None) -> Cast:
    """The whole stage, set now."""
    return stage(timezone.now())


@pytest.fixture
def ann(cast: Cast) -> Client:
    """The owner, signed in."""
    return signed_in(cast.ann)


@pytest.fixture
def ben(cast: Cast) -> Client:
    """A member, signed in."""
    return signed_in(cast.ben)


@pytest.fixture
def eve(cast: Cast) -> Client:
    """A stranger: an owner elsewhere, signed in."""
    return signed_in(cast.eve)


def signed_in(user: object) -> Client:
    """Answer a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client
