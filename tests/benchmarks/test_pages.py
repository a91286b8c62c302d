"""Measured figures go between their markers and nowhere else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import pages, scorecard
from benchmarks.__main__ import PAGE

BEFORE = "# Title\n\n<!-- figures: speed -->\nold\n<!-- end of figures: speed -->\n\n## After\n"


def test_figures_replace_what_stood_between_the_markers() -> None:
    once = pages.put(BEFORE, "speed", "new\n")
    assert once == (
        "# Title\n\n<!-- figures: speed -->\n\nnew\n\n<!-- end of figures: speed -->\n\n## After\n"
    )
    assert pages.put(once, "speed", "new") == once


@pytest.mark.parametrize("page", ["", "<!-- figures: speed -->", BEFORE.replace("speed", "size")])
def test_a_page_without_markers_says_what_to_add(page: str) -> None:
    with pytest.raises(pages.NoPlace, match="figures: speed"):
        pages.put(page, "speed", "new")


def test_the_pages_of_the_reference_have_their_places(tmp_path: Path) -> None:
    for page, name in ((scorecard.PAGE, "scorecard"), (PAGE, "performance")):
        copy = tmp_path / page.name
        copy.write_text(page.read_text())
        pages.write(copy, name, "| figures |")
        assert "| figures |" in copy.read_text()


def test_a_table_has_a_line_for_heads_rule_and_each_row() -> None:
    assert pages.table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_circumstances_name_no_machine() -> None:
    import socket

    told = pages.circumstances(datetime(2026, 3, 2, tzinfo=UTC))
    assert "2026-03-02" in told
    assert "Django" in told
    assert socket.gethostname() not in told
