"""A connector stays small: what it does, that is; what it declares is as long as its vendor's."""

import ast
import inspect
from pathlib import Path

import pytest

from connectors.catalog import CATALOG
from connectors.kit.base import Connector

MOST = 150


@pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry.slug)
def test_the_verbs_of_a_connector_fill_no_more_than_a_few_screens(entry: type[Connector]) -> None:
    module = ast.parse(Path(inspect.getfile(entry)).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    lines = sum((node.end_lineno or 0) - node.lineno + 1 for node in functions)
    assert lines <= MOST, "what is missing in the kit?"
