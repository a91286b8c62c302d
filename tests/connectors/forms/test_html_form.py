"""Forms of all kinds, as pages really have them, and websites that do not say thanks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from connectors.forms.html_form import HtmlForm
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, ToolError, TryLater
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at

FORM = (
    '<form method="post" action="/send"><input type="hidden" name="token" value="t1">'
    '<input name="email"><input name="name"><button name="go" value="1">Send</button></form>'
)
THANKS = reply("<p>Thank   you, we got it!</p>", json=False)
RECORD = LEAD.record


def page(body: str, *headers: str) -> bytes:
    return reply(f"<html><body>{body}</body></html>", "200 OK", *headers, json=False)


def site(form: str = FORM, answer: Reply = THANKS) -> Callable[[Seen], Reply]:
    return lambda seen: (
        page(form) if seen.method == "GET" and "email=" not in seen.target else answer
    )


def form_at(url: str, keys: str = "email name", **settings: str) -> HtmlForm:
    told = {"page": f"{url}/contact", "success_text": "Thank you", **settings}
    made = at("html_form", "submission", told, keys=tuple(keys.split()))
    assert isinstance(made, HtmlForm)
    return made


def sent(form: str, record: Mapping[str, object] = RECORD) -> dict[str, str]:
    """Answer what goes out for a record where a page has this form."""
    with serving(site(form)) as server:
        form_at(server.url).submit(replace(LEAD, record=record))
        return dict(parse_qsl(server.seen[-1].body.decode(), keep_blank_values=True))


def raised(act: Callable[[], object]) -> ToolError:
    with pytest.raises(ToolError) as caught:
        act()
    return caught.value


def test_the_form_goes_out_with_cookies_hidden_inputs_and_where_it_came_from() -> None:
    def replies(seen: Seen) -> Reply:
        return page(FORM, "Set-Cookie: sid=1; Path=/") if seen.method == "GET" else THANKS

    with serving(replies) as server:
        receipt = form_at(server.url).submit(LEAD)
        got, posted = server.seen
        assert receipt.url == f"{server.url}/send"
        assert (got.target, posted.target) == ("/contact", "/send")
        assert posted.headers["Cookie"] == "sid=1"
        assert posted.headers["Referer"] == f"{server.url}/contact"
        assert posted.headers["Origin"] == server.url
        assert posted.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert dict(parse_qsl(posted.body.decode())) == {**RECORD, "token": "t1", "go": "1"}


def test_a_form_that_could_carry_files_goes_out_in_parts() -> None:
    form = FORM.replace("<form", '<form enctype="multipart/form-data"')
    with serving(site(form)) as server:
        form_at(server.url).submit(replace(LEAD, record={**RECORD, "name": "Zoë"}))
        posted = server.seen[-1]
    assert posted.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert 'name="name"\r\n\r\nZoë\r\n' in posted.body.decode()


def test_a_form_that_is_sent_by_get_is_sent_by_get() -> None:
    with serving(site(FORM.replace('method="post"', ""))) as server:
        form_at(server.url).submit(LEAD)
        assert server.seen[-1].target.startswith("/send?token=t1&go=1&email=probe%2Bbodigu")


@pytest.mark.parametrize(
    "trap",
    [
        '<input name="website" style="display: none">',
        '<input name="website" style="position:absolute;left:-9999px">',
        '<div style="visibility:hidden"><input name="website"></div>',
        '<div aria-hidden="true"><input name="website"></div>',
        '<div hidden><input name="website"></div>',
        '<input name="website" tabindex="-1">',
        '<input name="website" type="hidden">',
    ],
)
def test_a_trap_for_robots_is_left_as_it_is_and_told_of(trap: str) -> None:
    form = FORM.replace("<button", f"{trap}<button")
    assert sent(form, {**RECORD, "website": "https://x.test"})["website"] == ""
    with serving(site(form)) as server:
        error = raised(form_at(server.url, keys="email website").check)
    assert isinstance(error, Refused)
    assert "website" in str(error)


def test_a_trap_is_known_by_its_name() -> None:
    form = FORM.replace("<button", '<input name="my_honeypot"><button')
    assert sent(form, {**RECORD, "my_honeypot": "x"})["my_honeypot"] == ""


def test_a_form_hidden_until_it_is_opened_holds_no_traps() -> None:
    assert sent(f'<div style="display:none">{FORM}</div>')["name"] == "Bodigu"


BOXES = (
    '<form method="post"><input name="email"><input type="checkbox" name="consent" value="agreed">'
    '<input type="checkbox" name="news" value="weekly">'
    '<input type="checkbox" name="news" value="monthly"><input name="off" disabled value="x">'
    '<input type="radio" name="size" value="s"><input type="radio" name="size" value="l" checked>'
    '<input type="checkbox" name="kept" checked><select name="topic"><option>a<option selected>b'
    "</select><select name=first><option value=1>one<option>two</select>"
    "<select name=many multiple><option selected>x<option selected>y<option>z</select>"
    "<textarea name=text></textarea><input type=submit name=send value=Go></form>"
)


def test_boxes_and_choices_are_sent_as_a_browser_sends_them() -> None:
    record = {"consent": True, "news": "monthly", "size": "s", "topic": "a", "text": "one\ntwo"}
    assert sent(BOXES, record) == {
        "email": "", "consent": "agreed", "news": "monthly", "size": "s", "topic": "a",
        "text": "one\r\ntwo", "kept": "on", "first": "1", "many": "y", "send": "Go",
    }  # fmt: skip


@pytest.mark.parametrize("no", [False, "false", "", None, "no"])
def test_a_no_leaves_a_box_unticked(no: object) -> None:
    got = sent(BOXES, {"consent": no, "size": no})
    assert "consent" not in got
    assert "size" not in got
    assert got["topic"] == "b"


def test_a_page_in_another_character_set_gets_its_form_in_that() -> None:
    head = "Content-Type: text/html; charset=iso-8859-1"
    with serving(lambda s: page(FORM, head) if s.method == "GET" else THANKS) as server:
        form_at(server.url).submit(replace(LEAD, record={**RECORD, "name": "Zoë €"}))
        assert b"name=Zo%EB+%26%238364%3B" in server.seen[-1].body


def test_the_form_named_by_the_owner_is_taken_else_the_one_that_fits_best() -> None:
    search = '<form id="search" action="/find" method="post"><input name="q"></form>'
    with serving(site(search + FORM)) as server:
        form_at(server.url).submit(LEAD)
        assert server.seen[-1].target == "/send"
        form_at(server.url, form="search").submit(LEAD)
        assert server.seen[-1].target == "/find"
        assert isinstance(raised(form_at(server.url, form="other").check), Refused)


def test_check_names_the_page() -> None:
    with serving(site()) as server:
        account = form_at(server.url).check()
    assert account.id == "127.0.0.1/contact"


@pytest.mark.parametrize(
    ("body", "settings", "error"),
    [
        (FORM, {"success_text": ""}, NeedsOwner),
        ("no form here", {}, Refused),
        ("", {}, Refused),
        ("<!-- -->", {}, Refused),
        (FORM.replace('name="name"', 'name="other"'), {}, Refused),
        (FORM + "<p>Thank you</p>", {}, Refused),
        (FORM, {"success_url": "/contact"}, Refused),
    ],
    ids=[
        "no marker",
        "no form",
        "no page",
        "only a comment",
        "no field",
        "thanks before",
        "thanks page before",
    ],
)
def test_check_says_what_is_not_right(body: str, settings: dict[str, str], error: type) -> None:
    answer = page(body) if "form" in body else reply(body, json=False)
    with serving(answer) as server:
        assert type(raised(form_at(server.url, **settings).check)) is error


def test_a_page_that_moved_on_its_own_host_is_followed() -> None:
    def replies(seen: Seen) -> Reply:
        if seen.target == "/contact":
            return reply("", "301 X", "Location: /contact/", json=False)
        return page(FORM) if seen.method == "GET" else THANKS

    with serving(replies) as server:
        form_at(server.url).submit(LEAD)
        assert [seen.target for seen in server.seen] == ["/contact", "/contact/", "/send"]


def test_a_page_that_moved_elsewhere_or_in_circles_is_refused() -> None:
    with serving(THANKS) as other:
        for location in (f"{other.url}/contact", "/contact"):
            with serving(reply("", "302 X", f"Location: {location}", json=False)) as server:
                assert isinstance(raised(form_at(server.url).check), Refused)
        assert not other.seen


def test_a_form_that_goes_to_another_host_goes_there_only_if_that_was_said() -> None:
    with serving(THANKS) as other:
        form = FORM.replace('"/send"', f'"{other.url}/f/1"')
        with serving(site(form)) as server:
            for named in ("", server.url):
                error = raised(lambda: form_at(server.url, sends_to=named).submit(LEAD))  # noqa: B023
                assert isinstance(error, Refused)
            assert not other.seen
            form_at(server.url, sends_to=other.url).submit(LEAD)
    assert [seen.target for seen in other.seen] == ["/f/1"]


def test_a_page_without_thanks_is_a_refusal_with_its_reason() -> None:
    wrong = page('<div role="alert">Please enter a valid email address.</div>')
    with serving(site(answer=wrong)) as server:
        error = raised(lambda: form_at(server.url).submit(LEAD))
    assert isinstance(error, Refused)
    assert "Please enter a valid email address." in str(error)
    with serving(site(answer=page(f'<p class="error">{"x" * 500}</p>'))) as server:
        assert "x…" in str(raised(lambda: form_at(server.url).submit(LEAD)))
    with serving(site(answer=reply("", json=False))) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), Refused)


def test_words_in_a_script_are_no_thanks() -> None:
    with serving(site(answer=page("<script>say('Thank you')</script>"))) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), Refused)


def _sending_on(location: str, after: Reply) -> Callable[[Seen], Reply]:
    def replies(seen: Seen) -> Reply:
        if seen.method == "POST":
            return reply("", "303 X", f"Location: {location}", json=False)
        return page(FORM) if seen.target == "/contact" else after

    return replies


def test_thanks_may_be_said_on_the_page_a_visitor_is_sent_on_to() -> None:
    with serving(_sending_on("/thanks?id=5", THANKS)) as server:
        assert form_at(server.url).submit(LEAD).url == f"{server.url}/thanks"
        assert server.seen[-1].target == "/thanks?id=5"


def test_the_thank_you_page_is_known_by_its_address_and_need_not_be_fetched() -> None:
    with serving(THANKS) as other, serving(_sending_on(f"{other.url}/merci", None)) as server:
        told = {"success_text": "", "success_url": "/merci"}
        assert form_at(server.url, **told).submit(LEAD).url == f"{other.url}/merci"
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), Refused)
    assert not other.seen


def test_a_circle_after_the_form_is_a_refusal() -> None:
    circle = reply("", "302 X", "Location: /again", json=False)
    with serving(_sending_on("/again", circle)) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), Refused)


def test_without_the_page_after_the_form_the_outcome_is_unknown() -> None:
    with serving(_sending_on("/thanks", reply("", "500 X", json=False))) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), OutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "error"), [(401, Refused), (403, Refused), (404, Refused), (500, TryLater)]
)
def test_a_page_that_does_not_open_sent_nothing(status: int, error: type) -> None:
    with serving(reply("", f"{status} X", json=False)) as server:
        assert type(raised(lambda: form_at(server.url).submit(LEAD))) is error
        assert {seen.method for seen in server.seen} == {"GET"}


def test_a_forbidden_network_still_needs_the_owner() -> None:
    with serving(site(FORM.replace('"/send"', '"http://10.0.0.1/x"'))) as server:
        connector = form_at(server.url, sends_to="http://10.0.0.1")
        assert isinstance(raised(lambda: connector.submit(LEAD)), NeedsOwner)


BROKEN = (
    reply("", "503 Service Unavailable", json=False),
    reply("", "429 Too Many Requests", json=False),
    page("<h1>Soon back</h1>"),
    page('<form method="post" action="/send"><input name="email">'),
)


def after(*broken: Reply) -> Callable[[Seen], Reply]:
    """Answer each of these once to whoever reads the page, then the form."""
    left = list(broken)
    return lambda seen: THANKS if seen.method == "POST" else left.pop(0) if left else page(FORM)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_page_that_came_broken_is_loaded_again_before_anything_is_handed_in(
    broken: Reply,
) -> None:
    with serving(after(broken, broken, broken)) as server:
        form_at(server.url).submit(LEAD)
        assert [seen.method for seen in server.seen] == ["GET"] * 4 + ["POST"]


def test_a_page_that_stays_broken_is_not_loaded_for_ever() -> None:
    with serving(after(*[BROKEN[0]] * 9)) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), TryLater)
        assert len(server.seen) == 4


def test_a_website_that_names_a_time_is_left_alone_until_then() -> None:
    asks = reply("", "503 Service Unavailable", "Retry-After: 60", json=False)
    with serving(after(asks)) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), TryLater)
        assert len(server.seen) == 1


def test_a_form_is_handed_in_once_though_the_website_broke_down_at_that() -> None:
    def replies(seen: Seen) -> Reply:
        return page(FORM) if seen.method == "GET" else BROKEN[0]

    with serving(replies) as server:
        assert isinstance(raised(lambda: form_at(server.url).submit(LEAD)), OutcomeUnknown)
        assert [seen.method for seen in server.seen] == ["GET", "POST"]
