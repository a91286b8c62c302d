"""The reference page and the file's shape say the same, and times read back as written."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from monitor.actions.file.apply import drafts
from monitor.actions.file.shape import (
    CarrierEntry,
    ChainEntry,
    ChannelEntry,
    ConnectionEntry,
    HopEntry,
    WorkspaceEntry,
    duration,
    seconds,
)
from monitor.models import Workspace
from tests.monitor.actions.file.conftest import NOW

PAGE = Path(__file__).parents[4] / "docs/reference/config-file.md"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0", 0), ("45s", 45), ("0.5s", 0.5), ("20m", 1200), ("1h30m", 5400), ("2h", 7200),
     ("1D", 86400)],
)  # fmt: skip
def test_times_are_read_with_their_unit(written: str, meant: float) -> None:
    assert seconds(written) == meant
    assert seconds(duration(meant)) == meant


@pytest.mark.parametrize("written", ["", "20", "m", "20 m", "-5m", "1e3s", "٢0m", "20min", "5m!"])
def test_anything_else_is_no_time(written: str) -> None:
    with pytest.raises(PydanticCustomError):
        seconds(written)


@pytest.mark.parametrize("value", [0.1, 0.25, 1.0, 59.5, 90.0, 600.0, 86400.0, 90061.0])
def test_a_time_written_back_is_the_same(value: float) -> None:
    assert seconds(duration(value)) == value


@pytest.mark.parametrize(
    ("section", "model"),
    [
        ("workspace", WorkspaceEntry),
        ("connections", ConnectionEntry),
        ("chains", ChainEntry),
        ("hops", HopEntry),
        ("channels", ChannelEntry),
    ],
)
def test_every_key_is_in_the_reference_and_no_other(section: str, model: type) -> None:
    text = PAGE.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(
        getattr(model, "model_fields", {})
    )
    if model is HopEntry:
        assert all(f"`{key}`" in text for key in CarrierEntry.model_fields)


@pytest.mark.django_db
def test_the_example_of_the_reference_is_right(workspace: Workspace) -> None:
    example = PAGE.read_text().split("## An example")[1].split("```yaml\n")[1].split("```")[0]
    environment = {"HUBSPOT_TOKEN": "x", "SLACK_WEBHOOK": "https://hooks.slack.com/services/x"}

    wanted = drafts(example, "example.yaml", workspace, environment, NOW)

    assert [len(wanted.connections), len(wanted.chains), len(wanted.channels)] == [2, 1, 2]
