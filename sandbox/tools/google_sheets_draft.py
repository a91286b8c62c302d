"""A sheet while it is being changed: its rows in order and the marks on them, not yet kept."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """Developer metadata: at a row it moves and goes with, or at the spreadsheet without one."""

    key: str
    row: str = ""


@dataclass(slots=True)
class Draft:
    """What the sheet will be once every change was good. The first row is protected."""

    sheet: int
    rows: list[str]
    marks: dict[int, Mark] = field(default_factory=dict)

    def change(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make one change and answer its reply; ValueError says what is wrong with it."""
        acts = {
            "deleteDimension": self._delete,
            "createDeveloperMetadata": self._mark,
            "deleteDeveloperMetadata": self._unmark,
        }
        name = next(iter(request), "")
        if name not in acts:
            raise ValueError("this twin knows no such change")
        said = acts[name](request[name])
        return {name: said} if said else {}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        start, end = self._span(asked.get("range") or {})
        gone = self.rows[start:end]
        del self.rows[start:end]
        self.marks = {id: mark for id, mark in self.marks.items() if mark.row not in gone}
        return {}

    def _mark(self, asked: dict[str, Any]) -> dict[str, Any]:
        given = asked.get("developerMetadata") or {}
        id, key = given.get("metadataId"), given.get("metadataKey")
        if not key or given.get("visibility") not in ("DOCUMENT", "PROJECT"):
            raise ValueError("key and visibility must be specified")
        if not isinstance(id, int) or not 0 < id < 2**31:
            raise ValueError("the metadata id must be positive")
        if id in self.marks:
            raise ValueError(f"developer metadata with id {id} already exists")
        location = given.get("location") or {}
        row = ""
        if not location.get("spreadsheet"):
            start, end = self._span(location.get("dimensionRange") or {})
            if end != start + 1:
                raise ValueError("the range must be a single row")
            row = self.rows[start] if start < len(self.rows) else f"empty {start}"
        self.marks[id] = Mark(str(key), row)
        return {"developerMetadata": given}

    def _unmark(self, asked: dict[str, Any]) -> dict[str, Any]:
        lookup = (asked.get("dataFilter") or {}).get("developerMetadataLookup") or {}
        gone = [
            id
            for id, mark in self.marks.items()
            if id == lookup.get("metadataId") or mark.key == lookup.get("metadataKey")
        ]
        told = [{"metadataId": id, "metadataKey": self.marks.pop(id).key} for id in gone]
        return {"deletedDeveloperMetadata": told}

    def _span(self, place: dict[str, Any]) -> tuple[int, int]:
        start, end = place.get("startIndex", 0), place.get("endIndex", 0)
        if place.get("sheetId") != self.sheet:
            raise ValueError(f"No grid with id: {place.get('sheetId')}")
        if place.get("dimension") != "ROWS" or not 0 <= start < end:
            raise ValueError("the range is not valid")
        if start == 0:
            raise ValueError("You are trying to edit a protected cell or object.")
        return start, end
