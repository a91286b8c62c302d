"""The website's form, as a visitor and as a robot meets it."""

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, lead, send_form, session
from tests.sandbox_process import Control


def test_a_form_sent_as_a_visitor_would_is_thanked_for(draw: Draw, control: Control) -> None:
    chain = draw("website")
    answer = send_form(chain, ANN)
    assert answer.status_code == 200
    assert chain["hops"][0]["marker"] in answer.text
    (entry,) = control.records("website", chain["name"])
    assert entry["fields"] == {name: ANN[name] for name in chain["hops"][0]["fields"]}


def test_every_declared_field_has_an_input(draw: Draw) -> None:
    chain = draw("website")
    html = requests.get(chain["hops"][0]["form"], timeout=10).text
    assert all(f'name="{name}"' in html for name in chain["hops"][0]["fields"])


def test_a_wrong_address_is_shown_again_with_status_200(draw: Draw, control: Control) -> None:
    chain = draw("website")
    answer = send_form(chain, {**ANN, "email": "Anne-Marie"})
    assert answer.status_code == 200
    assert "valid email address" in answer.text
    assert chain["hops"][0]["marker"] not in answer.text
    assert "Käserei Zünd" in answer.text
    assert control.records("website", chain["name"]) == []


def test_without_its_token_a_form_has_expired(draw: Draw) -> None:
    form = draw("website")["hops"][0]["form"]
    assert requests.post(form, data=ANN, timeout=10).status_code == 403


def test_a_token_without_its_cookie_has_expired(draw: Draw) -> None:
    form = draw("website")["hops"][0]["form"]
    with session() as browser:
        browser.get(form, timeout=10)
        token = next(iter(browser.cookies)).value
    data = {**ANN, "csrf_token": token}
    assert requests.post(form, data=data, timeout=10).status_code == 403


def test_who_fills_the_honeypot_is_thanked_and_forgotten(draw: Draw, control: Control) -> None:
    chain = draw("website")
    answer = send_form(chain, {**ANN, "fax_number": "0123"})
    assert chain["hops"][0]["marker"] in answer.text
    assert control.records("website", chain["name"]) == []


def test_a_site_can_redirect_to_its_thanks(draw: Draw) -> None:
    chain = draw({"tool": "website", "redirect": True})
    answer = send_form(chain, lead("redirected"))
    assert answer.url.endswith("/thanks")
    assert chain["hops"][0]["marker"] in answer.text


def test_a_choice_takes_only_its_options(draw: Draw) -> None:
    chain = draw({"tool": "website", "choices": {"topic": ["quote", "booking"]}})
    marker = chain["hops"][0]["marker"]
    assert marker in send_form(chain, ANN).text
    assert marker not in send_form(chain, {**ANN, "topic": "gossip"}).text


def test_an_unknown_site_is_no_page(draw: Draw) -> None:
    url = draw("website")["hops"][0]["url"]
    assert requests.get(f"{url}/contact/nobody", timeout=10).status_code == 404
