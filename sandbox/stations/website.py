"""The website's contact form: where leads enter."""

from sandbox.station import same, station
from sandbox.tools.website import FORM_FIELDS

STATIONS = (station("website", "website", "submission", same(*FORM_FIELDS)),)
