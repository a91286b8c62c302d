"""What tests of the product share: each begins without what another database had frozen."""

import pytest

from monitor.engine.chain import forget


@pytest.fixture(autouse=True)
def _nothing_frozen() -> None:
    # A test that rolls back gives its row ids to the next one; a process has but one database.
    forget()
