"""The documents say what the code does: nothing it has is missing there, no link is broken."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from connectors.catalog import CATALOG
from monitor.management.examination import PARTS
from monitor.rules.finding import FindingKind

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)


def headings(page: Path) -> set[str]:
    """Answer a page's headings as they are written, without their code marks."""
    found = re.findall(r"^#{1,4} (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {heading.replace("`", "").strip() for heading in found}


def anchors(page: Path) -> set[str]:
    """Answer what a link into a page may name."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in kept}


def pages() -> Iterator[Path]:
    """Yield every page of the repository."""
    yield from ROOT.glob("*.md")
    yield from (ROOT / "docs").rglob("*.md")


def targets() -> set[str]:
    """Answer what the Makefile makes for people."""
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands() -> set[str]:
    """Answer our own management commands."""
    return {name for name, app in get_commands().items() if app == "monitor"}


def test_every_command_has_its_heading_and_no_other() -> None:
    told = headings(REFERENCE / "command-line.md") - {"The command line"}
    assert commands() <= told


def test_every_kind_of_finding_has_its_heading() -> None:
    assert {kind.value for kind in FindingKind} <= headings(REFERENCE / "findings.md")


def test_every_connector_has_its_heading_and_its_way_in() -> None:
    told = headings(REFERENCE / "connectors.md")
    for connector in CATALOG:
        assert f"{connector.name} ({connector.slug})" in told
        how = ROOT / "docs" / "howto" / f"connect-{connector.slug.replace('_', '-')}.md"
        assert how.exists(), how


def test_every_part_the_doctor_looks_at_has_its_heading() -> None:
    assert headings(REFERENCE / "doctor.md") == {"The doctor", *PARTS}


def test_every_target_has_its_heading() -> None:
    assert headings(REFERENCE / "make.md") == {"What can be made", *targets()}


@pytest.mark.parametrize("page", sorted(pages()), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_of_the_documentation_is_reached_from_its_front() -> None:
    reached, ahead = set(), [ROOT / "docs" / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text()))
        found = ((page.parent / link).resolve() for link in links if link and "://" not in link)
        ahead += [one for one in found if one.suffix == ".md" and one not in reached]
    assert set((ROOT / "docs").rglob("*.md")) <= reached


def test_what_the_readme_and_the_guides_tell_to_run_exists() -> None:
    for page in pages():
        text = page.read_text()
        for name in re.findall(r"manage\.py ([a-z_]+)", text):
            assert name in get_commands(), (page, name)
        for name in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE):
            assert name in targets(), (page, name)


def test_every_decision_is_listed_and_short() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    for page in folder.glob("0*.md"):
        assert f"({page.name})" in listed
        text = page.read_text()
        assert len(text.splitlines()) <= 30, page.name
        for part in ("Context", "Choice", "Rejected", "Consequence"):
            assert f"**{part}.**" in text, page.name


def test_every_dependency_is_decided_on() -> None:
    decided = " ".join(page.read_text() for page in (ROOT / "docs" / "decisions").glob("0*.md"))
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if name := re.match(r"[A-Za-z][\w.-]*", line):
            word = name[0].removesuffix("-htmx").lower()
            assert word in decided.lower(), name[0]


def test_what_templates_tell_to_run_exists() -> None:
    for page in (ROOT / "templates").rglob("*.html"):
        for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text()):
            assert name in commands(), (page, name)
