"""A lead and a contact in Odoo."""

from typing import Any

from sandbox.errand import Errand
from sandbox.station import BARE, same, station

_SAME = {
    "phone": "phone",
    "street": "street",
    "zip": "postcode",
    "city": "city",
    # What Odoo would reshape, or has no field for, goes into fields of the business's own.
    **same("first_name", "last_name", "country", "date", "topic", "website", prefix="x_"),
    **same("quantity", "consent", "message", prefix="x_"),
    "x_moment": "datetime",
}
LEAD = {
    "name": "full_name",
    "email_from": "email",
    "partner_name": "company",
    "expected_revenue": BARE,
    **_SAME,
}
CONTACT = {
    "name": "full_name",
    "email": "email",
    "company_name": "company",
    "x_amount": "amount",
    **_SAME,
}


async def deliver_lead(errand: Errand) -> None:
    """Create a lead, for the contact it came from if there is one."""
    values = _values(errand, "New lead")
    if "contacts" in errand.ids:
        values["partner_id"] = int(errand.ids["contacts"])
    await _create(errand, "crm.lead", values)


async def deliver_contact(errand: Errand) -> None:
    """Create a contact."""
    await _create(errand, "res.partner", _values(errand, "New contact"))


def _values(errand: Errand, nameless: str) -> dict[str, Any]:
    """Answer what to write: nothing is False there, and so is a text that says "false"."""
    values = {key: False if value is None else value for key, value in errand.record.items()}
    values["name"] = values.get("name") or nameless
    if isinstance(said := values.get("x_consent"), str):
        values["x_consent"] = said.strip().lower() == "true"
    return values


async def _create(errand: Errand, model: str, values: dict[str, Any]) -> None:
    headers = {**errand.bearer(), "X-Odoo-Database": errand.secrets["database"]}
    body = {"vals_list": [values]}
    await errand.take("POST", f"/json/2/{model}/create", headers=headers, json=body)


STATIONS = (
    station("odoo_lead", "odoo", "leads", LEAD, deliver_lead),
    station("odoo_contact", "odoo", "contacts", CONTACT, deliver_contact),
)
