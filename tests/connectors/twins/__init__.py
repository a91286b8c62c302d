"""Every connector beside the tool that plays its vendor: a module each, one explicit list."""

from connectors.catalog import connector
from connectors.kit.base import ABILITIES
from tests.connectors.twin import Twin
from tests.connectors.twins import (
    activecampaign,
    airtable,
    brevo,
    espocrm,
    google_sheets,
    gravity_forms,
    html_form,
    hubspot,
    hubspot_forms,
    imap,
    jotform,
    mailchimp,
    odoo,
    pipedrive,
    postmark,
    quickbooks,
    rest,
    salesforce,
    stripe,
    xero,
)

TWINS: tuple[Twin, ...] = (
    *html_form.TWINS,
    *jotform.TWINS,
    *gravity_forms.TWINS,
    *hubspot_forms.TWINS,
    *mailchimp.TWINS,
    *postmark.TWINS,
    *imap.TWINS,
    *hubspot.TWINS,
    *stripe.TWINS,
    *rest.TWINS,
    *brevo.TWINS,
    *activecampaign.TWINS,
    *airtable.TWINS,
    *quickbooks.TWINS,
    *pipedrive.TWINS,
    *xero.TWINS,
    *odoo.TWINS,
    *google_sheets.TWINS,
    *salesforce.TWINS,
    *espocrm.TWINS,
)


def having(ability: type) -> list[Twin]:
    """Answer the twins whose resource has this ability."""
    flags = {kind: name for name, kind in ABILITIES.items()}
    return [
        twin
        for twin in TWINS
        if issubclass(connector(twin.slug), ability)
        and getattr(connector(twin.slug).resource_named(twin.resource), flags[ability])
    ]
