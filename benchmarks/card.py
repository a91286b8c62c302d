"""The scorecard as a page: a row for each fault, and whether its targets were met."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.cells import ENTRY, LOOK
from benchmarks.pages import table
from benchmarks.reasons import because
from benchmarks.score import Mark, Sound, percentile

PASSED_TARGET = 0.99
SHOWN = 12
"""How many single misses are listed; more of the same kind tell nothing new."""

FAULT_HEADS = (
    "fault", "told as", "handoffs", "personas", "leads", "found", "right kind", "right handoff",
    "right fields", "found after p50", "p95", "owner told after p50", "p95",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that was counted. `beside` are the sound leads of chains that were broken afterwards."""

    leads: int
    healthy: int
    marks: Sequence[Mark]
    sound: Sound
    beside: Sound
    stuck: Sequence[str] = field(default=())
    tries: Sequence[str] = field(default=())

    @property
    def met(self) -> bool:
        """Whether every target was met."""
        return all(not missed for _, _, missed in self._targets())

    def render(self) -> str:
        """Answer the whole card as Markdown."""
        parts = [self._verdict()]
        if any(mark.group != LOOK and mark.expected for mark in self.marks):
            parts += ["### Faults", self._faults()]
        if any(mark.group == LOOK or not mark.expected for mark in self.marks):
            parts += ["### Answers that must not be called a loss", self._answers()]
        parts += ["### Sound leads", self._sound(), *self._misses()]
        return "\n\n".join(parts)

    def _targets(self) -> list[tuple[str, str, str]]:
        """Answer (what, figure, what is missing) for each target; empty where it is met."""
        many = len(self.marks)
        few = [row for row in self._rows() if len(self._of(row)) < self.leads]
        rows = [
            self._counted("Found", lambda mark: mark.found, "found"),
            self._counted("Right kind", lambda mark: mark.kind, "kind"),
            self._counted("Right handoff", lambda mark: mark.handoff, "handoff"),
            self._counted("Right fields", lambda mark: mark.fields, "fields"),
            (
                f"At least {self.leads} leads a fault",
                f"{many} leads, {len(self._rows())} faults",
                because("few") + f" ({', '.join(few)})" if few else "",
            ),
        ]
        alarms = len(self.sound.alarms) + len(self.beside.alarms)
        share = f"{self.sound.passed} of {self.sound.leads} ({100 * self.sound.share:.1f} %)"
        short = self.sound.leads < self.healthy or self.sound.share < PASSED_TARGET
        if self.healthy:
            rows += [
                ("No false alarm", str(alarms), because("alarms") if alarms else ""),
                ("At least 99 % passed", share, because("passed") if short else ""),
            ]
        over = [*self.stuck, *self.tries]
        rows.append(("Ended, and handed in once", f"{len(over)} not", ", ".join(over)))
        return rows

    def _counted(
        self, what: str, good: Callable[[Mark], bool], reason: str
    ) -> tuple[str, str, str]:
        right = sum(good(mark) for mark in self.marks)
        missed = right < len(self.marks)
        return what, f"{right} of {len(self.marks)}", because(reason) if missed else ""

    def _verdict(self) -> str:
        rows = [
            [what, figure, f"**MISSED**: {missed}" if missed else "met"]
            for what, figure, missed in self._targets()
        ]
        return table(("target", "figure", ""), rows)

    def _rows(self) -> list[str]:
        return list(dict.fromkeys(mark.row for mark in self.marks))

    def _of(self, row: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.row == row]

    def _faults(self) -> str:
        rows = [
            _fault_row(row, these)
            for row in self._rows()
            if (these := [mark for mark in self._of(row) if mark.group != LOOK and mark.expected])
        ]
        return table(FAULT_HEADS, rows)

    def _answers(self) -> str:
        heads = ("answer", "places", "personas", "leads", "right", "judged after p50", "p95")
        rows = [
            [
                row,
                _places(these),
                str(len({mark.persona for mark in these})),
                str(len(these)),
                _share(these, lambda mark: mark.right),
                *_seconds([mark.seconds for mark in these]),
            ]
            for row in self._rows()
            if (
                these := [mark for mark in self._of(row) if mark.group == LOOK or not mark.expected]
            )
        ]
        return table(heads, rows)

    def _sound(self) -> str:
        rows = [
            [
                "every tool answers one read in ten wrongly",
                str(self.sound.leads),
                str(self.sound.errors),
                str(self.sound.passed),
                str(len(self.sound.alarms)),
            ],
            [
                "walked a chain before it was broken, or were spared by its fault",
                str(self.beside.leads),
                "0",
                str(self.beside.passed),
                str(len(self.beside.alarms)),
            ],
        ]
        return table(("leads", "number", "errors met", "passed", "false alarms"), rows)

    def _misses(self) -> list[str]:
        missed = [
            f"{mark.row} on the way to {mark.hop} ({mark.shape}, {mark.persona}): {mark.why}"
            for mark in self.marks
            if not mark.right
        ]
        missed += [*self.sound.alarms, *self.sound.others, *self.beside.alarms]
        if not missed:
            return []
        more = [f"and {len(missed) - SHOWN} more"] if len(missed) > SHOWN else []
        return ["### What was missed", "\n".join(f"- {line}" for line in [*missed[:SHOWN], *more])]


def _fault_row(row: str, these: Sequence[Mark]) -> list[str]:
    kinds = dict.fromkeys(sorted(mark.expected for mark in these))
    told = ", ".join(
        f"{kind} {sum(mark.expected == kind for mark in these)}" if len(kinds) > 1 else kind
        for kind in kinds
    )
    return [
        row,
        told,
        "the hand-in" if these[0].group == ENTRY else _places(these),
        str(len({mark.persona for mark in these})),
        str(len(these)),
        _share(these, lambda mark: mark.found),
        _share(these, lambda mark: mark.kind),
        _share(these, lambda mark: mark.handoff),
        _share(these, lambda mark: mark.fields),
        *_seconds([mark.seconds for mark in these]),
        *_seconds([mark.told for mark in these]),
    ]


def _places(these: Sequence[Mark]) -> str:
    return str(len({(mark.shape, mark.hop) for mark in these}))


def _share(these: Sequence[Mark], good: Callable[[Mark], bool]) -> str:
    right = sum(good(mark) for mark in these)
    return "all" if right == len(these) else f"**{right}**"


def _seconds(values: Sequence[float | None]) -> list[str]:
    known = [value for value in values if value is not None]
    p50, p95 = percentile(known, 0.5), percentile(known, 0.95)
    return ["" if value is None else f"{value:.1f} s" for value in (p50, p95)]
