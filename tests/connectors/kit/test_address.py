"""Addresses: the tool's own are told from all others."""

import pytest

from connectors.kit.address import Address, segment


def test_a_segment_holds_any_characters() -> None:
    assert segment("a/b?c#d e+é@f%") == "a%2Fb%3Fc%23d%20e%2B%C3%A9%40f%25"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://tool.example/x", True),
        ("https://TOOL.example:443/x", True),
        ("http://tool.example/x", False),
        ("https://tool.example:444/x", False),
        ("https://tool.example.evil.test/x", False),
        ("https://tool.example@evil.test/x", False),
        ("https://evil.test/tool.example", False),
        ("//tool.example/x", False),
        ("https://[::1", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_the_same_scheme_host_and_port_are_its_own(url: str, own: bool) -> None:
    assert Address("https://tool.example", ()).is_own(url) is own


def test_a_whole_address_of_its_own_is_taken_as_it_is() -> None:
    address = Address("https://tool.example/api", ())
    assert address.target("https://tool.example/api/x?y=z w", {"q": "1"}) == "/api/x?y=z%20w&q=1"
    assert address.target("https://tool.example", {}) == "/"
    assert address.target("https://evil.test/x", {}) is None
    assert address.target("/x?to=https://evil.test", {}) == "/api/x?to=https://evil.test"


def test_a_name_in_other_letters_is_called_by_its_ascii_form() -> None:
    assert Address("https://müller.example", ()).place.host == "xn--mller-kva.example"


def test_an_absolute_address_names_an_unusual_port_only() -> None:
    assert Address("http://a.example", ()).absolute("/x") == "http://a.example/x"
    assert Address("https://a.example:8443", ()).absolute("/x") == "https://a.example:8443/x"
