"""A row of a Google sheet."""

from urllib.parse import quote

from sandbox.errand import Errand
from sandbox.station import station
from sandbox.tools.google_sheets import COLUMNS, SHEET

FIELDS = {
    name: "datetime" if name == "Date and time" else name.lower().replace(" ", "_")
    for name in COLUMNS
}


async def deliver(errand: Errand) -> None:
    """Add a row below the others, its values as they are."""
    book = errand.secrets["spreadsheet_id"]
    place = quote(f"'{SHEET}'!A1", safe="")
    await errand.take(
        "POST",
        f"/v4/spreadsheets/{book}/values/{place}:append",
        headers=errand.bearer(),
        params={"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"},
        json={"values": [[errand.record.get(name) for name in COLUMNS]]},
    )


STATIONS = (station("google_sheets", "google_sheets", "rows", FIELDS, deliver),)
