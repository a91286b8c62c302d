"""What the kit's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.kit import guard
from tests.connectors.kit.authority import Authority


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    made = Authority(tmp_path, "tool.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    guard.tls.cache_clear()
    yield made
    guard.tls.cache_clear()
