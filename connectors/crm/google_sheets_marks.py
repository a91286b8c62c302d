"""Marks on rows of a Google sheet: they stay with their row wherever it moves, and go with it.

docs = "https://developers.google.com/workspace/sheets/api/guides/metadata"
"""

import re
import secrets
from collections.abc import Iterable, Mapping

Change = Mapping[str, object]
_FIRST_ROW = re.compile(r"(?:.*!)?[A-Z]*(\d+)")


class Marks:
    """The marks of one removal, under a key of its own; only the project that made them sees it."""

    def __init__(self, sheet: int) -> None:
        self._sheet = sheet
        self._key = f"handoff-{secrets.token_hex(8)}"

    def made(self, places: Mapping[int, int]) -> list[Change]:
        """Answer the changes that mark rows: the number of each mark and where its row stands."""
        return [
            self._made(number, {"dimensionRange": self._row(place)})
            for number, place in places.items()
        ]

    def deleted(self, places: Mapping[int, int]) -> list[Change]:
        """Answer the changes that delete the marked rows, and fail if one was not where it was.

        A mark is gone with its row, so it can be made anew. If another row was hit it is still
        there, its number is taken, and all these changes are refused together.
        """
        rows = [self._row(place) for place in sorted(places.values(), reverse=True)]
        again = [self._made(number, {"spreadsheet": True}) for number in places]
        return [*({"deleteDimension": {"range": row}} for row in rows), *again, self.forgotten()]

    def forgotten(self) -> Change:
        """Answer the change that takes all marks of this removal away."""
        lookup = {"developerMetadataLookup": {"metadataKey": self._key}}
        return {"deleteDeveloperMetadata": {"dataFilter": lookup}}

    def _made(self, number: int, location: Mapping[str, object]) -> Change:
        mark = {"metadataId": number, "metadataKey": self._key, "visibility": "PROJECT"}
        return {"createDeveloperMetadata": {"developerMetadata": {**mark, "location": location}}}

    def _row(self, place: int) -> dict[str, object]:
        span = {"startIndex": place, "endIndex": place + 1}
        return {"sheetId": self._sheet, "dimension": "ROWS", **span}


def lookups(numbers: Iterable[int]) -> list[Change]:
    """Answer the filters that select rows by their marks."""
    return [{"developerMetadataLookup": {"metadataId": number}} for number in numbers]


def place_of(span: str) -> int | None:
    """Answer the position, from 0, of the row that a range in A1 notation begins with."""
    found = _FIRST_ROW.match(span)
    return int(found[1]) - 1 if found else None


def numbers(count: int) -> list[int]:
    """Answer numbers for marks that nobody else in the spreadsheet is likely to have taken."""
    return [secrets.randbelow(2**31 - 1) + 1 for _ in range(count)]
