"""Who sees what: strangers nothing, visitors no buttons, nobody by their address."""

from django.test import Client
from pytest_django import Settings

from monitor.models import Chain, Member, Role, Workspace
from tests.monitor.pages.cast import Cast
from tests.monitor.web.addresses import buttons, pages, rows


def test_every_page_asks_a_nobody_to_sign_in(cast: Cast, client: Client) -> None:
    for path in pages(cast).values():
        assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


def test_a_page_left_open_goes_to_the_sign_in_page(cast: Cast, client: Client) -> None:
    response = client.get("/health/?seen=1", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/sign-in/?next=/health/"


def test_owners_and_members_see_every_page(cast: Cast, ann: Client, ben: Client) -> None:
    for path in pages(cast).values():
        assert ann.get(path).status_code == 200, path
        assert ben.get(path).status_code == 200, path


def test_a_stranger_finds_no_row_of_ours_whatever_id_is_guessed(cast: Cast, eve: Client) -> None:
    for path in rows(cast):
        assert eve.get(path).status_code == 404, path


def test_a_stranger_sees_none_of_our_names_in_lists(cast: Cast, eve: Client) -> None:
    for path in ("/", "/incidents/", "/connections/", "/channels/", "/health/"):
        page = eve.get(path).content.decode()
        for name in ("Quote requests", "Stripe", "Ann’s mail", "Brightside"):
            assert name not in page, path


def test_a_stranger_presses_none_of_our_buttons(cast: Cast, eve: Client) -> None:
    for path in buttons():
        if path not in ("/pause/", "/resume/"):
            assert eve.post(path).status_code == 404, path
    eve.post("/pause/")
    assert Workspace.objects.get(slug="brightside").paused_at is None


def test_somebody_without_a_workspace_is_told_so(client: Client, cast: Cast) -> None:
    Member.objects.filter(user=cast.ben).delete()
    client.force_login(cast.ben)
    assert client.get("/").status_code == 403


def test_a_visitor_looks_but_changes_nothing(cast: Cast, ben: Client) -> None:
    Member.objects.filter(user=cast.ben).update(role=Role.VISITOR)
    assert ben.get("/").status_code == 200
    for path in buttons():
        assert ben.post(path).status_code == 403, path
    assert not Chain.objects.filter(slug="quotes", paused_at__isnull=False).exists()


def test_a_visitor_of_the_demo_presses_buttons(cast: Cast, ben: Client, settings: Settings) -> None:
    settings.HANDOFF_DEMO = {"faults": "http://127.0.0.1/faults"}
    Member.objects.filter(user=cast.ben).update(role=Role.VISITOR)
    assert ben.post("/chains/quotes/pause/").status_code == 302
    assert Chain.objects.get(slug="quotes").paused_at is not None


def test_buttons_are_not_links(cast: Cast, ann: Client) -> None:
    for path in buttons():
        assert ann.get(path).status_code == 405, path


def test_a_button_pressed_from_another_site_does_nothing(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ann)
    response = client.post("/pause/", headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()


def test_no_page_shows_a_secret(cast: Cast, ann: Client) -> None:
    for path in pages(cast).values():
        assert "planted-secret" not in ann.get(path).content.decode(), path
