"""The Stripe twin against what Stripe does."""

import pytest
import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, bearer, hop


def _call(
    place: Json,
    method: str,
    path: str,
    data: dict[str, str] | None = None,
    **headers: str,
) -> requests.Response:
    known = {**bearer(place), **headers}
    return requests.request(
        method, f"{place['url']}/v1{path}", data=data, headers=known, timeout=10
    )


@pytest.fixture
def books(draw: Draw) -> Json:
    return hop(draw("stripe_customer"), "stripe_customer")


def _customer(books: Json, email: str = "a@shop.test") -> str:
    return str(_call(books, "POST", "/customers", {"email": email, "name": "Ann"}).json()["id"])


def test_the_key_names_its_account(books: Json) -> None:
    assert _call(books, "GET", "/account").json()["id"].startswith("acct_")
    assert _call(books, "GET", "/balance").json()["object"] == "balance"
    basic = requests.get(
        f"{books['url']}/v1/balance", auth=(books["credentials"]["api_key"], ""), timeout=10
    )
    assert basic.status_code == 200
    wrong = requests.get(f"{books['url']}/v1/balance", timeout=10)
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (401, "invalid_request_error")


def test_equal_customers_stay_two_and_are_found_exactly(books: Json) -> None:
    ids = {_customer(books), _customer(books)}
    found = _call(books, "GET", "/customers?email=a@shop.test").json()["data"]
    assert {one["id"] for one in found} == ids
    assert _call(books, "GET", "/customers?email=A@shop.test").json()["data"] == []


def test_bracketed_keys_become_objects(books: Json) -> None:
    data = {"metadata[tag]": "zorba", "address[postal_code]": "01234", "address[city]": "Köln"}
    made = _call(books, "POST", "/customers", data).json()
    assert made["metadata"] == {"tag": "zorba"}
    assert made["address"] == {"postal_code": "01234", "city": "Köln"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"email": "Anne-Marie O'Zorbadi"}, "email_invalid"),
        ({"colour": "red"}, "parameter_unknown"),
        ({"phone": "+" + "1" * 20}, "parameter_invalid_string_length"),
        ({"metadata[tag]": "x" * 501}, "parameter_invalid"),
        ({"address[country]": "Deutschland"}, "country_code_invalid"),
    ],
)
def test_wrong_parameters_are_refused_by_name(books: Json, data: Json, code: str) -> None:
    refused = _call(books, "POST", "/customers", data)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)


def test_a_listing_goes_on_after_the_last_one(books: Json) -> None:
    made = [_customer(books, f"a{number}@shop.test") for number in range(3)]
    first = _call(books, "GET", "/customers?limit=2").json()
    assert first["has_more"] is True
    last = first["data"][-1]["id"]
    second = _call(books, "GET", f"/customers?limit=2&starting_after={last}").json()
    assert second["has_more"] is False
    assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]


def test_a_listing_begins_at_a_moment(books: Json) -> None:
    _customer(books)
    assert len(_call(books, "GET", "/customers?created[gte]=1").json()["data"]) == 1
    assert _call(books, "GET", "/customers?created[gte]=4070908800").json()["data"] == []


def test_an_idempotency_key_makes_one_customer(books: Json) -> None:
    key = {"Idempotency-Key": "once"}
    first = _call(books, "POST", "/customers", {"email": "a@shop.test"}, **key).json()
    again = _call(books, "POST", "/customers", {"email": "a@shop.test"}, **key)
    assert again.json()["id"] == first["id"]
    other = _call(books, "POST", "/customers", {"email": "b@shop.test"}, **key)
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    assert len(_call(books, "GET", "/customers").json()["data"]) == 1


def test_a_deleted_customer_says_so_and_is_listed_no_more(books: Json) -> None:
    id = _customer(books)
    assert _call(books, "DELETE", f"/customers/{id}").json()["deleted"] is True
    assert _call(books, "GET", f"/customers/{id}").json()["deleted"] is True
    assert _call(books, "GET", "/customers").json()["data"] == []
    assert _call(books, "DELETE", f"/customers/{id}").status_code == 404


def test_an_invoice_stays_a_draft_and_adds_up_its_items(books: Json) -> None:
    customer = _customer(books)
    data = {"customer": customer, "auto_advance": "false", "metadata[tag]": "zorba"}
    invoice = _call(books, "POST", "/invoices", data).json()
    assert (invoice["status"], invoice["customer_email"]) == ("draft", "a@shop.test")
    for amount in ("1000", "234"):
        item = {"customer": customer, "invoice": invoice["id"], "amount": amount}
        _call(books, "POST", "/invoiceitems", item)
    found = _call(books, "GET", f"/invoices?customer={customer}").json()["data"][0]
    assert (found["amount_due"], len(found["lines"]["data"])) == (1234, 2)
    assert _call(books, "DELETE", f"/invoices/{invoice['id']}").json()["deleted"] is True
    assert _call(books, "GET", f"/invoices/{invoice['id']}").status_code == 404
    assert _call(books, "GET", "/invoiceitems").json()["data"] == []


def test_an_invoice_can_take_up_pending_items(books: Json) -> None:
    customer = _customer(books)
    _call(books, "POST", "/invoiceitems", {"customer": customer, "amount": "500"})
    data = {"customer": customer, "pending_invoice_items_behavior": "include"}
    assert _call(books, "POST", "/invoices", data).json()["amount_due"] == 500


def test_an_invoice_needs_a_customer_and_whole_cents(books: Json) -> None:
    for data, code in (({}, "parameter_missing"), ({"customer": "cus_no"}, "resource_missing")):
        refused = _call(books, "POST", "/invoices", data).json()["error"]
        assert (refused["param"], refused["code"]) == ("customer", code)
    item = {"customer": _customer(books), "amount": "12.34"}
    refused = _call(books, "POST", "/invoiceitems", item).json()["error"]
    assert refused["code"] == "parameter_invalid_integer"


def test_search_reads_its_query(books: Json) -> None:
    data = {"email": "a@shop.test", "metadata[tag]": "zorba"}
    id = _call(books, "POST", "/customers", data).json()["id"]
    for query, found in (
        ("email:'a@shop.test'", [id]),
        ("metadata['tag']:'zorba'", [id]),
        ("email~'shop'", [id]),
        ("email:'b@shop.test'", []),
    ):
        answer = _call(books, "GET", f"/customers/search?query={query}").json()
        assert [one["id"] for one in answer["data"]] == found
