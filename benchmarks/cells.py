"""What the scorecard plays: for each fault the chains it can break, and who walks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from tests.stories import faults, scenarios
from tests.stories.scenarios import ENTRY_FAULTS, LOOK_FAULTS, SHAPES, Scenario

PERSONAS = ("plain", "international", "punctuated", "long")
TIMING, SWAP, DAMAGE, ENTRY, LOOK = "timing", "swap", "damage", "entry", "look"
UNHARMED = "500-after-commit"
"""The one answer of an entry tool that has taken the lead all the same."""
PACE = (6.0, 8.0)
"""Deadline and linger of a broken chain, in seconds."""
LATE = 10.0
"""A delay far behind the deadline and well inside the linger, for looks that are not punctual."""
ENTRY_CELLS = 2
"""How many chains of each shape share the leads of an entry fault; hand-ins queue at a tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One chain that is proved, broken and then walked by `quota` leads.

    `wanted` is the switch, less its target; `hop` the receiving hop, or the tool looked into.
    `kind`, `fields` and `suspects` are what is to be said, `told_at` where. `personas` are in the
    order of trying.
    """

    name: str
    row: str
    group: str
    shape: str
    hop: str
    wanted: Mapping[str, Any]
    kind: str
    fields: frozenset[str]
    suspects: tuple[str, ...]
    told_at: str
    quota: int
    personas: tuple[str, ...] = PERSONAS


def cells(leads: int, only: Sequence[str] = ()) -> list[Cell]:
    """Answer every cell, so that each fault meets at least this many leads.

    `only` names the rows to play; without it all are.
    """
    drawn = sorted([*_broken(), *_blinded(), *_entries()], key=_order)
    found = []
    for row, members in groupby(drawn, key=lambda cell: cell.row):
        if only and row not in only:
            continue
        these = list(members)
        quota = ceil(leads / len(these))
        found += [_placed(cell, quota, place) for place, cell in enumerate(these)]
    return found


def rows(played: Sequence[Cell]) -> list[str]:
    """Answer the faults of these cells, each once, in their order."""
    return list(dict.fromkeys(cell.row for cell in played))


def _order(cell: Cell) -> tuple[int, str]:
    return (TIMING, SWAP, DAMAGE, ENTRY, LOOK).index(cell.group), cell.row


def _placed(cell: Cell, quota: int, place: int) -> Cell:
    """Answer a cell with its quota; each begins with another persona, so that all have a turn."""
    turn = place * quota % len(PERSONAS)
    return Cell(
        **{
            **{name: getattr(cell, name) for name in Cell.__slots__},
            "quota": quota,
            "personas": PERSONAS[turn:] + PERSONAS[:turn],
        }
    )


def _broken() -> Iterator[Cell]:
    for story in scenarios.broken():
        fault = story.fault
        assert fault is not None
        hidden = story.kind == "duplicated" and len(story.suspects) > 1
        yield Cell(
            name=f"score-{story.name}",
            row=f"{fault.slug}, hidden by a merge" if hidden else fault.slug,
            group=_group(story),
            shape=story.shape,
            hop=story.hop,
            wanted={**fault.wanted, **({"seconds": LATE} if story.kind == "late" else {})},
            kind=story.kind,
            fields=story.fields,
            suspects=story.suspects,
            told_at=story.told_at,
            quota=0,
        )


def _group(story: Scenario) -> str:
    if story.fault in faults.TIMING:
        return TIMING
    return SWAP if story.fault in faults.SWAPS else DAMAGE


def _blinded() -> Iterator[Cell]:
    for story in scenarios.blinded():
        yield Cell(
            name=f"score-{story.name}",
            row=f"look-{story.kind}",
            group=LOOK,
            shape=story.shape,
            hop=story.hop,
            wanted={**LOOK_FAULTS[story.kind], "methods": ["read"]},
            kind="blind",
            fields=frozenset(),
            suspects=(story.hop,),
            told_at=story.hop,
            quota=0,
        )


def _entries() -> Iterator[Cell]:
    for answer, wanted in ENTRY_FAULTS.items():
        for shape in SHAPES:
            for number in range(ENTRY_CELLS):
                yield Cell(
                    name=f"score-{shape}-entry-{answer}-{number}",
                    row=f"entry-{answer}",
                    group=ENTRY,
                    shape=shape,
                    hop="website",
                    wanted={**wanted, "methods": ["write"]},
                    kind="" if answer == UNHARMED else "refused",
                    fields=frozenset(),
                    suspects=("website",),
                    told_at="website",
                    quota=0,
                )
