"""A page that could not be made says why it could not, and asks the database nothing."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from monitor.web import overview


def told(client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> tuple[int, str]:
    """Answer what a person sees when the first screen ends in `fault`."""

    def away(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(overview, "show", away)
    client.raise_request_exception = False
    response = client.get("/")
    assert "secret" not in response.content.decode()
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_while_the_database_is_away_a_page_says_so(
    ann: Client, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    status, page = told(ann, monkeypatch, kind("no route to secret.example"))
    assert status == 503
    assert "The database does not answer" in page


def test_any_other_fault_is_our_own(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    status, page = told(ann, monkeypatch, RuntimeError("secret"))
    assert status == 500
    assert "Something broke on our side" in page
