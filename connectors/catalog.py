"""Every connector there is: one explicit list, no scanning."""

from connectors.crm.airtable import Airtable
from connectors.crm.espocrm import EspoCRM
from connectors.crm.google_sheets import GoogleSheets
from connectors.crm.hubspot import HubSpot
from connectors.crm.odoo import Odoo
from connectors.crm.pipedrive import Pipedrive
from connectors.crm.salesforce import Salesforce
from connectors.email.activecampaign import ActiveCampaign
from connectors.email.brevo import Brevo
from connectors.email.imap import Imap
from connectors.email.mailchimp import Mailchimp
from connectors.email.postmark import Postmark
from connectors.forms.gravity_forms import GravityForms
from connectors.forms.html_form import HtmlForm
from connectors.forms.hubspot_forms import HubSpotForms
from connectors.forms.jotform import Jotform
from connectors.generic.rest import Rest
from connectors.invoicing.quickbooks import QuickBooks
from connectors.invoicing.stripe import Stripe
from connectors.invoicing.xero import Xero
from connectors.kit.base import Connector, Site

CATALOG: tuple[type[Connector], ...] = (
    HtmlForm,
    Jotform,
    GravityForms,
    HubSpotForms,
    Mailchimp,
    Postmark,
    Imap,
    HubSpot,
    Pipedrive,
    Odoo,
    Salesforce,
    Stripe,
    Rest,
    Brevo,
    ActiveCampaign,
    Airtable,
    QuickBooks,
    Xero,
    GoogleSheets,
    EspoCRM,
)

_BY_SLUG = {entry.slug: entry for entry in CATALOG}


def connector(slug: str) -> type[Connector]:
    """Answer the connector with this slug; KeyError names a slug there is none for."""
    return _BY_SLUG[slug]


def build(slug: str, site: Site) -> Connector:
    """Answer a connector at work on one resource of one connection."""
    return connector(slug)(site)
