"""The embedded broker: private, kept on disk, and back with what it was told."""

import stat
from pathlib import Path

import pytest
import redis

from monitor.management import valkey


def client(place: Path) -> "redis.Redis":
    """Answer a client of the server whose socket is `place`."""
    return redis.Redis(unix_socket_path=str(place), decode_responses=True)


def test_it_listens_on_a_socket_of_its_owner_and_on_no_port(tmp_path: Path) -> None:
    place = tmp_path / "valkey" / "socket"
    with valkey.Valkey(place), client(place) as asked:
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert asked.config_get("port") == {"port": "0"}
        assert asked.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_what_it_was_told_is_there_after_a_restart(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    with valkey.Valkey(place), client(place) as asked:
        asked.lpush("queue", "wake up")
    with valkey.Valkey(place), client(place) as asked:
        assert asked.lrange("queue", 0, -1) == ["wake up"]


def test_a_server_that_cannot_start_is_said_with_where_its_words_are(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("a file where a directory belongs")
    with pytest.raises(valkey.NoBroker, match="log"):
        valkey.start(tmp_path / "socket")
