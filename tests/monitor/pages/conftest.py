"""The stage, set once for each test."""

import pytest
from django.utils import timezone

from tests.monitor.pages.cast import Cast
from tests.monitor.pages.stage import stage


@pytest.fixture
def cast(db: None) -> Cast:
    """The whole stage, set now."""
    return stage(timezone.now())
