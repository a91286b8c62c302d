"""Every kind of hop a chain can be drawn of: one module a tool, one explicit list."""

from sandbox.station import Station
from sandbox.stations import (
    activecampaign,
    airtable,
    brevo,
    crm,
    google_sheets,
    gravity_forms,
    hubspot,
    jotform,
    mail,
    mailchimp,
    odoo,
    pipedrive,
    postmark,
    quickbooks,
    salesforce,
    stripe,
    website,
    xero,
)

STATIONS: tuple[Station, ...] = (
    *website.STATIONS,
    *jotform.STATIONS,
    *gravity_forms.STATIONS,
    *mailchimp.STATIONS,
    *hubspot.STATIONS,
    *crm.STATIONS,
    *stripe.STATIONS,
    *postmark.STATIONS,
    *mail.STATIONS,
    *brevo.STATIONS,
    *activecampaign.STATIONS,
    *airtable.STATIONS,
    *quickbooks.STATIONS,
    *pipedrive.STATIONS,
    *xero.STATIONS,
    *odoo.STATIONS,
    *google_sheets.STATIONS,
    *salesforce.STATIONS,
)
