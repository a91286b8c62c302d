"""Makes the files a new connector begins with, and enters it in every list.

    make connector NAME=espocrm KIND=crm TITLE="EspoCRM"

The contract is red then; each red test says which method to write next.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).with_name("templates")
FOLDERS = {"form": "forms", "email": "email", "crm": "crm", "invoicing": "invoicing",
           "calendar": "calendar", "other": "generic"}  # fmt: skip


class NotMade(Exception):
    """Nothing was written; the sentence says why."""


@dataclass(frozen=True, slots=True)
class New:
    """A connector to be: its slug, its kind and the name people know the tool by."""

    slug: str
    kind: str
    title: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", self.slug):
            raise NotMade(f"NAME is {self.slug!r}; write it in small letters, like espocrm.")
        if self.kind not in FOLDERS:
            raise NotMade(f"KIND is {self.kind!r}; write one of {', '.join(FOLDERS)}.")

    @property
    def folder(self) -> str:
        """Answer the room of the connectors it goes to."""
        return FOLDERS[self.kind]

    @property
    def name(self) -> str:
        """Answer the tool's name."""
        return self.title or self.slug.replace("_", " ").title()

    @property
    def cls(self) -> str:
        """Answer the class's name."""
        words = re.findall(r"[A-Za-z0-9]+", self.name)
        joined = "".join(word[:1].upper() + word[1:] for word in words)
        return joined if joined[:1].isalpha() else self.slug.title().replace("_", "")

    @property
    def dashed(self) -> str:
        """Answer the slug as addresses of pages have it."""
        return self.slug.replace("_", "-")

    def files(self) -> dict[str, str]:
        """Answer the template of each new file."""
        return {
            f"connectors/{self.folder}/{self.slug}.py": "connector.py",
            f"sandbox/tools/{self.slug}.py": "twin.py",
            f"sandbox/stations/{self.slug}.py": "station.py",
            f"tests/connectors/twins/{self.slug}.py": "contract.py",
            f"tests/connectors/{self.folder}/test_{self.slug}.py": "test_connector.py",
            f"tests/sandbox/tools/test_{self.slug}.py": "test_twin.py",
            f"docs/howto/connect-{self.dashed}.md": "howto.md",
        }

    def written(self, template: str) -> str:
        """Answer a template filled in."""
        text = (TEMPLATES / f"{template}.txt").read_text()
        return Template(text).substitute(
            slug=self.slug,
            name=self.name,
            cls=self.cls,
            kind=self.kind.upper(),
            folder=self.folder,
            dashed=self.dashed,
            upper=self.slug.upper(),
            host=f"{self.dashed}.example",
        )


def make(new: New, root: Path = ROOT) -> list[str]:
    """Write the files, enter the lists, and answer what was touched. Raises NotMade before."""
    files = new.files()
    if there := [name for name in files if (root / name).exists()]:
        raise NotMade(f"There is {there[0]} already; nothing was written. Take another NAME.")
    lists = _lists(new, root)
    for name, template in files.items():
        place = root / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(new.written(template))
    for name, text in lists.items():
        (root / name).write_text(text)
    return [*files, *lists]


def _lists(new: New, root: Path) -> dict[str, str]:
    """Answer every list with the newcomer in it."""
    catalog, business = "connectors/catalog.py", "sandbox/business.py"
    stations, twins = "sandbox/stations/__init__.py", "tests/connectors/twins/__init__.py"
    front, sandbox = "docs/README.md", "docs/reference/sandbox.md"
    texts = {name: (root / name).read_text()
             for name in (catalog, business, stations, twins, front, sandbox)}  # fmt: skip
    own = f"from connectors.{new.folder}.{new.slug} import {new.cls}"
    twin = f"from sandbox.tools.{new.slug} import {new.cls}"
    return {
        catalog: _at_end(_imported(texts[catalog], own), "CATALOG", f"    {new.cls},"),
        business: _at_end(_imported(texts[business], twin), "TOOLS", f"    {new.cls},"),
        stations: _module(texts[stations], "STATIONS", new.slug),
        twins: _module(texts[twins], "TWINS", new.slug),
        front: _linked(texts[front], f"[{new.name}](howto/connect-{new.dashed}.md)"),
        sandbox: _before(
            texts[sandbox],
            "| `crm` |",
            f"| `{new.slug}` | `/v1`: me, records | say here what it does as its vendor does |\n",
        ),
    }


def _imported(text: str, line: str) -> str:
    """Answer a module with one more import, where the alphabet has it."""
    lines = text.split("\n")
    room = line.split(".")[0]
    imports = [at for at, each in enumerate(lines) if each.startswith(f"{room}.")]
    place = next((at for at in imports if lines[at].split()[1] > line.split()[1]), imports[-1] + 1)
    return "\n".join([*lines[:place], line, *lines[place:]])


def _at_end(text: str, name: str, line: str) -> str:
    """Answer a module with one more line in a tuple."""
    start = text.index(f"\n{name}: ")
    end = text.index("\n)", start)
    return f"{text[:end]}\n{line}{text[end:]}"


def _module(text: str, name: str, slug: str) -> str:
    """Answer a list of modules with one more, imported and entered."""
    start = text.index(" import (\n") + len(" import (\n")
    end = text.index(")", start)
    modules = sorted({*re.findall(r"\w+", text[start:end]), slug})
    listed = "".join(f"    {module},\n" for module in modules)
    return _at_end(f"{text[:start]}{listed}{text[end:]}", name, f"    *{slug}.{name},")


def _linked(text: str, link: str) -> str:
    """Answer the front page with one more way in."""
    last = text.rindex("](howto/connect-")
    end = text.index(")", last) + 1
    return f"{text[:end]},\n  {link}{text[end:]}"


def _before(text: str, mark: str, line: str) -> str:
    place = text.index(mark)
    return f"{text[:place]}{line}{text[place:]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what the command line names."""
    parser = argparse.ArgumentParser(prog="make connector", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("kind")
    parser.add_argument("--title", default="", help="the name people know the tool by")
    parser.add_argument("--root", type=Path, default=ROOT)
    wanted = parser.parse_args(arguments)
    try:
        new = New(wanted.name, wanted.kind, wanted.title)
        touched = make(new, wanted.root)
    except NotMade as why:
        print(why, file=sys.stderr)
        return 2
    subprocess.run([sys.executable, "-m", "connectors"], cwd=wanted.root, check=True)
    print("\n".join(touched))
    contract = f"tests/connectors/test_contract.py -k {new.slug}"
    print(f"\nNext: .venv/bin/python -m pytest -q {contract}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
