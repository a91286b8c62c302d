"""In and out: a link works once, and opening it does not use it up."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from monitor.actions.sign_in import issue_link
from tests.monitor.pages.cast import Cast


def test_the_button_behind_a_link_signs_in_and_lands_on_the_overview(
    cast: Cast, client: Client
) -> None:
    token = issue_link(cast.ann, timezone.now())
    response = client.post(f"/enter/{token}/", follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Quote requests" in response.content.decode()


def test_a_program_that_fetches_links_in_advance_uses_none_up(cast: Cast, client: Client) -> None:
    path = f"/enter/{issue_link(cast.ann, timezone.now())}/"
    assert Client().get(path).status_code == 200
    assert Client().head(path).status_code == 200
    assert client.post(path).status_code == 302


def test_signing_in_leads_to_the_page_that_was_wanted(cast: Cast, client: Client) -> None:
    wanted = f"/incidents/{cast.incidents['swapped'].pk}/"
    client.get(client.get(wanted).headers["Location"])
    response = client.post(f"/enter/{issue_link(cast.ann, timezone.now())}/")
    assert response.headers["Location"] == wanted
    assert client.get("/sign-in/", {"next": wanted}).headers["Location"] == wanted


def test_signing_in_leads_to_no_other_site(cast: Cast, client: Client) -> None:
    for elsewhere in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:x",
    ):
        client.get("/sign-in/", {"next": elsewhere})
        client.cookies["next"] = elsewhere
        response = client.post(f"/enter/{issue_link(cast.ann, timezone.now())}/")
        assert response.headers["Location"] == "/", elsewhere
        client.post("/sign-out/")


def test_a_link_works_once(cast: Cast, client: Client) -> None:
    path = f"/enter/{issue_link(cast.ann, timezone.now())}/"
    Client().post(path)
    response = client.post(path)
    assert response.status_code == 410
    assert "used already" in response.content.decode()
    assert client.get("/").status_code == 302


def test_an_old_link_is_told_so(cast: Cast, client: Client) -> None:
    token = issue_link(cast.ann, timezone.now() - timedelta(days=30))
    assert client.post(f"/enter/{token}/").status_code == 410


def test_a_guessed_link_is_answered_like_a_used_one(cast: Cast, client: Client) -> None:
    assert client.post("/enter/guessed/").status_code == 410


def test_signing_out_ends_the_session(ann: Client) -> None:
    ann.post("/sign-out/")
    assert ann.get("/").status_code == 302


def test_the_caller_s_address_opens_nothing(cast: Cast) -> None:
    for address in ("127.0.0.1", "::1"):
        client = Client(REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR="127.0.0.1")
        assert client.get("/").status_code == 302


def test_the_theme_is_kept_and_leads_back(ann: Client) -> None:
    response = ann.post(
        "/theme/", {"theme": "dark"}, headers={"Referer": "http://testserver/channels/"}
    )
    assert response.headers["Location"] == "http://testserver/channels/"
    assert 'data-theme="dark"' in ann.get("/").content.decode()


def test_the_theme_leads_to_no_other_site(ann: Client) -> None:
    response = ann.post("/theme/", {"theme": "x"}, headers={"Referer": "https://evil.example/"})
    assert response.headers["Location"] == "/"
    assert "theme" not in response.cookies
