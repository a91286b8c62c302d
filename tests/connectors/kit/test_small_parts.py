"""Cookies, bodies, pages and patterns: the small parts of the kit."""

import pytest

from connectors.kit.answer import Origin, Piece
from connectors.kit.body import form_body, json_body, multipart_body, nested
from connectors.kit.cookies import Cookies
from connectors.kit.errors import NeedsOwner, UnexpectedAnswer
from connectors.kit.paging import PAGES_MOST, by_cursor, by_offset
from connectors.kit.patterns import compiled, mapping, read_out
from connectors.kit.records import Lead
from connectors.kit.sought import Sought, portions, second_handles

ORIGIN = Origin(tool="Tool", where="Tool /x")


def test_cookies_are_kept_replaced_and_forgotten() -> None:
    cookies = Cookies()
    assert cookies.header() == ""
    cookies.keep(["a=1; Path=/; HttpOnly", "b=x y; Max-Age=60", "a/b=1", 'c="q"'])
    cookies.keep(["a=2", "b=; Max-Age=0", "gone=; Max-Age=0"])
    assert cookies.header() == 'a=2; c="q"'


def test_bodies_are_written_in_the_three_notations() -> None:
    assert json_body({"a": "é"}) == ("application/json", '{"a": "é"}'.encode())
    kind, data = form_body([("a b", "é&+"), ("a b", "2")])
    assert (kind, data) == ("application/x-www-form-urlencoded", b"a+b=%C3%A9%26%2B&a+b=2")
    assert form_body([("a", "é€")], "latin-1")[1] == b"a=%E9%26%238364%3B"
    kind, data = multipart_body([('a"b\r\n', "é")])
    boundary = kind.partition("boundary=")[2].encode()
    assert data == (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="a%22b%0D%0A"\r\n\r\n'
        b"\xc3\xa9\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip


def test_dotted_keys_become_records_within_records() -> None:
    flat = {"a.b": 1, "a.c.d": "é", "e": None, "e.f": 2}
    assert nested(flat) == {"a": {"b": 1, "c": {"d": "é"}}, "e": {"f": 2}}


def listing(items: list[int], **more: object) -> Piece:
    return Piece({"items": items, **more}, ORIGIN)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_every_page_is_read_by_offset(count: int) -> None:
    asked = []

    def page(skip: int) -> Piece:
        asked.append(skip)
        return listing(list(range(count))[skip : skip + 2])

    assert [item.value for item in by_offset(page, "items", size=2)] == list(range(count))
    assert asked == list(range(0, count + 1, 2))


def test_an_endless_listing_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswer):
        list(by_offset(lambda _skip: listing([1, 2]), "items", size=2))
    cursors = iter(range(1, PAGES_MOST + 2))
    with pytest.raises(UnexpectedAnswer):
        list(by_cursor(lambda _c: listing([1]), "items", following=lambda _p: str(next(cursors))))


def test_every_page_is_read_by_cursor() -> None:
    pages = {"": listing([1], next="b"), "b": listing([2, 3], next="")}
    found = by_cursor(pages.__getitem__, "items", following=lambda piece: piece.text("next"))
    assert [item.value for item in found] == [1, 2, 3]


def test_a_cursor_that_comes_again_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswer):
        list(
            by_cursor(
                lambda _c: listing([1], next="a"), "items", following=lambda p: p.text("next")
            )
        )


def lead(tag: str) -> Lead:
    email = f"{tag}@shop.test"
    return Lead(tag=tag, email=email, handles=(email, f"Sur{tag}"))


def test_a_record_is_sought_by_any_handle_whatever_its_case() -> None:
    sought = Sought([lead("aaa"), lead("bbb"), lead("ccc")])
    assert not sought.holds({"email": "other@shop.test"})
    assert sought.holds({"email": "AAA@shop.test"})
    assert sought.holds("Dear SURBBB")
    assert [missing.tag for missing in sought.missing()] == ["ccc"]
    assert second_handles(sought.missing()) == ["Surccc"]


@pytest.mark.parametrize(
    "text",
    ["xbodiguy", "Bodigu-Núñez", "line\nbodigu", "probe+BODIGU@shop.test", "a_bodigu_b",
     {"a": [{"b": "x\nBodigu"}]}],
)  # fmt: skip
def test_a_mark_is_found_inside_whatever_stands_around_it(text: object) -> None:
    assert Sought([lead("other"), lead("bodigu")]).holds(text)


def test_what_is_found_tells_whose_it_is() -> None:
    sought = Sought([lead("aaa"), lead("bbb"), lead("ccc")])
    assert sought.tags({"a": "Suraaa", "b": "bbb@shop.test"}) == {"aaa", "bbb"}
    assert sought.tags("nobody") == set()
    assert [missing.tag for missing in sought.missing()] == ["ccc"]


def test_a_mark_of_several_words_is_found_too() -> None:
    one = Lead(tag="tag1", email="de la cruz@shop.test", handles=("De la Cruz",))
    sought = Sought([one])
    assert not sought.holds("de la, cruz")
    assert sought.holds("Ana DE LA CRUZ")
    assert sought.missing() == []


def test_a_word_that_only_begins_as_a_mark_does_is_none() -> None:
    sought = Sought([lead("abc"), lead("defghi")])
    assert sought.tags("defxyz") == set()
    assert sought.tags("defghis") == {"defghi"}


def test_portions_hold_as_many_as_asked() -> None:
    assert list(portions([1, 2, 3], 2)) == [[1, 2], [3]]
    assert list(portions([1, 2], 2)) == [[1, 2]]
    assert list(portions([], 2)) == []


def test_patterns_read_fields_out_of_subject_and_text() -> None:
    patterns = compiled('{"name": "^Hello ([^,]+),", "none": "x(y)?", "gone": "(z{9})"}', "Tool")
    assert read_out(patterns, "Subject x", "Hello Zoë\r\nSmith,\r\nwelcome") == {
        "name": "Zoë\nSmith"
    }


@pytest.mark.parametrize("text", ["no json", "[1]", '{"a": 1}'])
def test_settings_that_are_no_names_and_texts_need_the_owner(text: str) -> None:
    with pytest.raises(NeedsOwner):
        mapping(text, "Tool", "fields")


@pytest.mark.parametrize("pattern", ["(", "no group", "(two)(groups)"])
def test_a_pattern_without_its_one_group_needs_the_owner(pattern: str) -> None:
    with pytest.raises(NeedsOwner, match="name"):
        compiled(f'{{"name": "{pattern}"}}', "Tool")


def test_nothing_entered_is_nothing_to_read() -> None:
    assert mapping("", "Tool", "fields") == {}


def test_a_mark_is_found_wherever_it_stands_in_a_word() -> None:
    short = Lead(tag="rako", email="rako@shop.example", handles=("Rako",))
    longer = Lead(tag="rakonaledo", email="rakonaledo@shop.example", handles=("Rakonaledo",))
    for word in ("rakonaledo", "XRakonaledo", "rakonaledoX", "xxrakonaledoxx"):
        sought = Sought([short, longer])
        assert sought.holds({"name": [word]})
        assert sought.missing() == []
    sought = Sought([longer])
    assert not sought.holds("rakonaled")
    assert not Sought([]).holds("anything")
