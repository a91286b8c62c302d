"""Every kind of hop a chain can be drawn of: one module a tool, one explicit list."""

from sandbox.station import Station
from sandbox.stations import (
    activecampaign,
    brevo,
    crm,
    hubspot,
    jotform,
    mail,
    mailchimp,
    pipedrive,
    postmark,
    quickbooks,
    stripe,
    website,
)

STATIONS: tuple[Station, ...] = (
    *website.STATIONS,
    *jotform.STATIONS,
    *mailchimp.STATIONS,
    *hubspot.STATIONS,
    *crm.STATIONS,
    *stripe.STATIONS,
    *postmark.STATIONS,
    *mail.STATIONS,
    *brevo.STATIONS,
    *activecampaign.STATIONS,
    *quickbooks.STATIONS,
    *pipedrive.STATIONS,
)
