"""YAML read so that nothing is guessed: every value as it was written, and on which line."""

from collections.abc import Iterable
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from connectors.kit.message import Message, _
from monitor.actions.file.mistake import Mistakes, Path

MOST_NODES = 200_000
CORE = "tag:yaml.org,2002:"
TAGS = frozenset(
    ("null", "bool", "int", "float", "str", "timestamp", "binary", "merge", "value", "map", "seq")
)

Tree = dict[str, "Tree"] | list["Tree"] | str
Typed = dict[str, "Typed"] | list["Typed"] | str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that is YAML. In `texts` every value is its text: 0171 and NO stay what they are.

    In `typed` numbers and booleans are such, for values that leave as JSON.
    """

    texts: Tree
    typed: Typed

    def typed_at(self, path: Path) -> Typed:
        """Answer the typed value at a path the file has."""
        value = self.typed
        for part in path:
            if isinstance(value, dict):
                value = value[part]
            elif isinstance(value, list):
                value = value[int(part)]
        return value


def read(text: str, mistakes: Mistakes) -> Source | None:
    """Answer the file's contents; what keeps it from being read is noted."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.lines[()] = mark.line + 1 if mark else 1
        mistakes.add((), _no_yaml(str(error.problem or error.context or "")))
        return None
    except (YAMLError, ValueError, RecursionError):
        mistakes.add((), _no_yaml(""))
        return None
    if not isinstance(node, MappingNode):
        mistakes.add((), Message(_("The file holds no entries; begin with “connections:”.")))
        return None
    walk = _Walk(mistakes)
    texts, typed = walk.tree(node, ())
    return None if walk.stopped else Source(texts=texts, typed=typed)


def _no_yaml(problem: str) -> Message:
    """Answer what YAML said, without the lines it quotes: they may hold a secret."""
    said = problem.splitlines()[0] if problem else ""
    if not said:
        return Message(_("This is no YAML; it holds characters that YAML does not allow."))
    return Message(
        _("This is no YAML: %(problem)s. Check indentation, colons and quotes here."),
        {"problem": said},
    )


class _Walk:
    """One walk through the nodes, noting lines, doubled keys and what is not understood."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.count = 0
        self.above: list[Node] = []
        self.stopped = False

    def tree(self, node: Node, path: Path) -> tuple[Tree, Typed]:
        self.mistakes.lines.setdefault(path, node.start_mark.line + 1)
        self.count += 1
        if self.stopped or self.count > MOST_NODES or any(node is one for one in self.above):
            self._stop(path)
            return "", ""
        if str(node.tag).removeprefix(CORE) not in TAGS:
            said = _("Tags such as “!x” are not understood; write a plain value.")
            self.mistakes.add(path, Message(said))
            return "", ""
        if isinstance(node, ScalarNode):
            if not _is_storable(str(node.value)):
                said = _("There is a character here that cannot be stored; take it away.")
                self.mistakes.add(path, Message(said))
                return "", ""
            return _scalar(str(node.tag), str(node.value))
        self.above.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            assert isinstance(node, SequenceNode)  # noqa: S101 - YAML has no fourth kind
            return self._sequence(node.value, path)
        finally:
            self.above.pop()

    def _stop(self, path: Path) -> None:
        if not self.stopped:
            text = _("The file repeats itself too often here; write the entries out.")
            self.mistakes.add(path, Message(text))
        self.stopped = True

    def _mapping(self, node: MappingNode, path: Path) -> tuple[Tree, Typed]:
        texts: dict[str, Tree] = {}
        typed: dict[str, Typed] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.mistakes.add(path, Message(_("A key here is no text; write a short name.")))
                continue
            key = str(key_node.value)
            if not _is_storable(key):
                self.mistakes.add(path, Message(_("A key here is no text; write a short name.")))
                continue
            place = (*path, key)
            if key in texts:
                line = key_node.start_mark.line + 1
                said = _("“%(key)s” stands here twice, again on line %(line)s; rename one.")
                self.mistakes.add(place, Message(said, {"key": key, "line": line}))
                continue
            self.mistakes.lines[place] = key_node.start_mark.line + 1
            texts[key], typed[key] = self.tree(value_node, place)
        return texts, typed

    def _sequence(self, nodes: Iterable[Node], path: Path) -> tuple[Tree, Typed]:
        both = [self.tree(one, (*path, str(at))) for at, one in enumerate(nodes)]
        return [texts for texts, _typed in both], [typed for _texts, typed in both]


def _is_storable(text: str) -> bool:
    """Whether every database keeps `text`: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _scalar(tag: str, text: str) -> tuple[Tree, Typed]:
    if tag == f"{CORE}null":
        return ("" if text in ("", "~") else text), None
    return text, _typed(tag.removeprefix(CORE), text)


def _typed(kind: str, text: str) -> Typed:
    """Answer a scalar as JSON would hold it; what has no place there stays text."""
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            return text
    return text
