"""A row of the plain CRM, which checks nothing."""

from sandbox.errand import Errand
from sandbox.station import same, station
from sandbox.tools.website import FORM_FIELDS

FIELDS = {"name": "full_name", **same(*FORM_FIELDS, left_out=("full_name",))}


async def deliver(errand: Errand) -> None:
    """Add a row."""
    await errand.take("POST", "/api/records", headers=errand.bearer(), json=errand.record)


STATIONS = (station("crm", "crm", "records", FIELDS, deliver),)
