"""What is wrong with a file: where, which field, and how to mend it. All of it at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from connectors.kit.message import Message, _

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing to mend. `line` counts from 1; `field` is the way there, as "chains.a.hops"."""

    line: int
    field: str
    message: Message


class Unusable(Exception):
    """The file was not applied: nothing of it."""

    def __init__(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.field)))
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Answer one line for each mistake, as editors and terminals make links of."""
        return [
            ": ".join(
                part
                for part in (f"{self.file}:{one.line}", one.field, one.message.render())
                if part
            )
            for one in self.mistakes
        ]


@dataclass
class Mistakes:
    """Collects what is wrong; `lines` knows where each path of the file stands."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    found: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, message: Message) -> None:
        """Note a mistake at `path`, or at the nearest place above it that the file has."""
        shown = path
        while path and path not in self.lines:
            path = path[:-1]
        self.found.append(
            Mistake(line=self.lines.get(path, 1), field=".".join(shown), message=message)
        )

    def at(self, path: Path) -> bool:
        """Whether something is wrong at `path` or below it."""
        way = ".".join(path)
        return any(one.field == way or one.field.startswith(f"{way}.") for one in self.found)

    def unknown(self, path: Path, known: Iterable[str]) -> None:
        """Note a name that there is none of, with the nearest one there is."""
        there = sorted(known)
        values = {"name": path[-1], "known": ", ".join(there)}
        if near := get_close_matches(path[-1], there, n=1):
            text = _("“%(name)s” is not known here; did you mean “%(near)s”?")
            self.add(path, Message(text, {"name": path[-1], "near": near[0]}))
        elif there:
            self.add(
                path, Message(_("“%(name)s” is not known here; there are: %(known)s."), values)
            )
        else:
            self.add(path, Message(_("“%(name)s” is not known here; take it away."), values))

    def raise_any(self) -> None:
        """Raise Unusable if anything was noted."""
        if self.found:
            raise Unusable(self.file, self.found)


def nearest(name: str, known: Iterable[str]) -> Message:
    """Answer the sentence for a value that names nothing there is."""
    there = sorted(known)
    if near := get_close_matches(name, there, n=1):
        text = _("There is no “%(name)s”; did you mean “%(near)s”?")
        return Message(text, {"name": name, "near": near[0]})
    if not there:
        return Message(_("There is no “%(name)s”, and nothing else yet."), {"name": name})
    text = _("There is no “%(name)s”; there are: %(known)s.")
    return Message(text, {"name": name, "known": ", ".join(there)})
