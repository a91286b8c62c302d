"""The page that makes the promises names only tests that exist, and every group of crash points."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "survival.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 10
    for file, test in named:
        text = (ROOT / file).read_text()
        assert not test or f"def {test}(" in text, f"{file}::{test}"


def test_the_page_names_every_test_of_crash_points() -> None:
    text = PAGE.read_text()
    tests = (Path(__file__).parent / "test_crash_points.py").read_text()
    for test in re.findall(r"^def (test_\w+)\(", tests, re.MULTILINE):
        assert test in text, test
