"""A form as it stands on a page: where it goes, what it holds, and which inputs are traps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lxml import etree, html

from connectors.kit.answer import Answer

LONGEST_TROUBLE = 200
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(left|top|start)\s*:\s*-\d{3,}", re.IGNORECASE
)
TRAP_NAMES = re.compile(
    r"honey|(^|[_-])hp([_-]|$)|bot.?(trap|check|field)|leave.?(blank|empty)", re.IGNORECASE
)
TROUBLE = (
    '//*[@role="alert" or @aria-invalid="true" or contains(@class, "error") '
    'or contains(@class, "alert") or contains(@class, "wrong")]'
)
# What sends nothing by itself: buttons that are not pressed, files that are not chosen.
UNSENT = frozenset({"submit", "button", "reset", "image", "file"})
TRUE = frozenset({"true", "yes", "on", "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A checkbox or radio button: it sends its value only when it is ticked."""

    name: str
    value: str
    is_radio: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a page. `kept` is what it sends when nobody fills anything in."""

    labels: frozenset[str]
    action: str
    method: str
    is_multipart: bool
    charset: str
    names: frozenset[str]
    traps: frozenset[str]
    kept: Sequence[tuple[str, str]]
    boxes: Sequence[Box]

    def filled(self, values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Answer what a browser would send after a visitor had entered `values`."""
        pairs = [(name, value) for name, value in self.kept if name not in values]
        for name, value in values.items():
            boxes = [box for box in self.boxes if box.name == name]
            pairs += _ticked(boxes, value) if boxes else [(name, _typed(value))]
        return pairs


def forms_of(page: Answer) -> list[Form]:
    """Answer the forms on a page, in their order."""
    tree = _tree(page)
    if tree is None:
        return []
    return [_form(form, page) for form in tree.forms]


def text_of(page: Answer) -> str:
    """Answer the words on a page, with single spaces."""
    tree = _tree(page)
    if tree is None:
        return ""
    for hidden in tree.xpath("//script | //style | //template"):
        hidden.drop_tree()
    return " ".join(tree.text_content().split())


def trouble_of(page: Answer) -> str:
    """Answer what the page itself says went wrong, short; empty if it marks nothing as such."""
    tree = _tree(page)
    found = (
        []
        if tree is None
        else [" ".join(part.text_content().split()) for part in tree.xpath(TROUBLE)]
    )
    said = next(filter(None, found), "")
    return said if len(said) <= LONGEST_TROUBLE else said[: LONGEST_TROUBLE - 1] + "…"


def _tree(page: Answer) -> html.HtmlElement | None:
    """Answer the page's tree with absolute links, None for what is no page."""
    text = page.page.replace("\x00", "")
    if not text.strip():
        return None
    # A declaration of the character set was obeyed already; lxml refuses it in a text.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        tree = html.document_fromstring(text, base_url=page.url)
    except etree.ParserError:  # nothing in it but comments
        return None
    assert isinstance(tree, html.HtmlElement)  # noqa: S101 - what the stubs do not say
    tree.make_links_absolute(page.url, handle_failures="ignore")
    return tree


def _form(form: html.FormElement, page: Answer) -> Form:
    controls = [control for control in form.inputs if control.name]
    return Form(
        labels=frozenset(filter(None, (form.get("id"), form.get("name")))),
        action=(form.action or page.url).partition("#")[0],
        method=form.method,
        is_multipart=form.get("enctype", "").lower() == "multipart/form-data",
        charset=page.charset,
        names=frozenset(str(control.name) for control in controls),
        traps=frozenset(str(control.name) for control in controls if _is_trap(control)),
        kept=[*_kept(controls), *_button(form)],
        boxes=list(_boxes(controls)),
    )


def _kept(controls: Sequence[html.HtmlElement]) -> Iterator[tuple[str, str]]:
    """Yield what a browser sends of controls nobody touched: an empty input is sent as empty."""
    for control in controls:
        name, kind = str(control.get("name")), (control.get("type") or "").lower()
        if control.get("disabled") is not None or kind in UNSENT:
            continue
        if control.tag == "select":
            yield from ((name, _option(option)) for option in _selected(control))
        elif control.tag == "textarea":
            yield name, _typed(control.text or "")
        elif kind not in ("checkbox", "radio"):
            yield name, _typed(control.get("value"))
        elif control.get("checked") is not None:
            yield name, control.get("value", "on")


def _selected(select: html.HtmlElement) -> Sequence[html.HtmlElement]:
    """Answer the options chosen on the page; of a list that takes one, the first if none is."""
    options: list[html.HtmlElement] = select.xpath(".//option")
    chosen = [option for option in options if option.get("selected") is not None]
    if select.get("multiple") is not None:
        return chosen
    return chosen[-1:] or options[:1]


def _option(option: html.HtmlElement) -> str:
    words = " ".join(option.text_content().split())
    return str(option.get("value", words))


def _boxes(controls: Sequence[html.HtmlElement]) -> Iterator[Box]:
    for control in controls:
        kind = (control.get("type") or "").lower()
        if control.tag == "input" and kind in ("checkbox", "radio"):
            value = control.get("value", "on")
            yield Box(name=str(control.get("name")), value=value, is_radio=kind == "radio")


def _button(form: html.FormElement) -> list[tuple[str, str]]:
    """Answer what the button that sends the form adds, if it has a name."""
    for button in form.xpath('.//button[not(@type) or @type="submit"] | .//input[@type="submit"]'):
        name = button.get("name")
        return [(name, button.get("value", ""))] if name else []
    return []


def _is_trap(control: html.HtmlElement) -> bool:
    """Whether a visitor would never see this input, so that filling it in gives a robot away."""
    kind = (control.get("type") or "").lower()
    if kind == "hidden":
        return True
    if TRAP_NAMES.search(control.get("name") or "") or control.get("tabindex") == "-1":
        return True
    # Inside the form only: a form may well be hidden until a visitor opens it.
    around = [control, *takewhile(lambda outer: outer.tag != "form", control.iterancestors())]
    return any(
        HIDING.search(element.get("style") or "")
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        for element in around
    )


def _ticked(boxes: Sequence[Box], value: object) -> list[tuple[str, str]]:
    """Answer what ticked boxes send: the one of that value, or a lone one if the value is a yes."""
    wanted = _typed(value)
    chosen = [box for box in boxes if box.value == wanted]
    if not chosen and not boxes[0].is_radio and wanted.lower() in TRUE:
        chosen = list(boxes[:1])
    return [(box.name, box.value) for box in chosen]


def _typed(value: object) -> str:
    """Answer a value as a browser sends what was typed: line breaks as CR LF."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
