"""Many rows in one go: a hundred updates for little more than the price of one.

Django's own bulk_update builds a CASE for every row and column and costs ten times as much.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models

MOST = 30_000
"""Placeholders in one statement; PostgreSQL takes 65,535."""

PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
    models.ForeignKey,
)
"""Columns whose values the drivers take as they are."""

Row = Sequence[Any]
M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


class Written(str):
    """JSON that is written out already: it is kept as it stands."""

    __slots__ = ()


def select(
    model: type[models.Model],
    columns: Sequence[str],
    ids: Collection[int],
    *,
    by: str = "id",
    claim: str | None = None,
    written: Collection[str] = (),
    lock: bool = False,
) -> list[list[Any]]:
    """Answer `columns` of the rows with these ids, in the order of their ids.

    With `by` the ids are those of another row that the rows belong to; with a `claim` only those
    it holds are answered. JSON of the columns in `written` is left as it is written. With `lock`
    nobody else changes the rows before the transaction ends.
    """
    if not ids:
        return []
    names = ", ".join(f'"{_column(model, name)}"' for name in columns)
    held = "" if claim is None else ' AND "claim" = %s'
    tail = [] if claim is None else [claim]
    end = " FOR NO KEY UPDATE" if lock and connection.vendor == "postgresql" else ""
    found: list[list[Any]] = []
    with connection.cursor() as cursor:
        for part in _slices(sorted(ids), MOST):
            places = ", ".join(["%s"] * len(part))
            cursor.execute(
                f'SELECT {names} FROM "{model._meta.db_table}" '  # noqa: S608 - our own names
                f'WHERE "{_column(model, by)}" IN ({places}){held} ORDER BY "id"{end}',
                [*part, *tail],
            )
            found += map(list, cursor.fetchall())
    for at, name in enumerate(columns):
        read = _reader(model, name, connection.vendor, written=name in written)
        if read is not None:
            for row in found:
                row[at] = read(row[at])
    return found


def instances(
    model: type[M],
    ids: Collection[int],
    *,
    without: Collection[str] = (),
    claim: str | None = None,
    lock: bool = False,
) -> list[M]:
    """Answer whole rows as Django has them, for a third of what its own queries cost."""
    names = [field.attname for field in model._meta.concrete_fields if field.name not in without]
    rows = select(model, names, ids, claim=claim, lock=lock)
    return [model.from_db(connection.alias, names, row) for row in rows]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert `rows`; one that a uniqueness constraint refuses is left out in silence."""
    prepared = _prepared(model, columns, rows)
    if not prepared:
        return
    table = model._meta.db_table
    names = ", ".join(f'"{_column(model, name)}"' for name in columns)
    places = ", ".join("%s" for _ in columns)
    head = f'INSERT INTO "{table}" ({names}) VALUES '  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{head}({places}) ON CONFLICT DO NOTHING", prepared)
            return
        for part in _parts(prepared, len(columns)):
            values = ", ".join(f"({places})" for _ in part)
            cursor.execute(f"{head}{values} ON CONFLICT DO NOTHING", _flat(part))


def update(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], *, claim: str | None
) -> None:
    """Write `columns` of many rows, each given as (id, value, …), where the claim is `claim`.

    A claim of None asks for none. Rows in the order of their ids, so that two writers of the same
    rows never wait for each other in a ring.
    """
    prepared = _prepared(model, ("id", *columns), sorted(rows, key=lambda row: row[0]))
    if not prepared:
        return
    if connection.vendor == "sqlite":
        _update_one_by_one(model, columns, prepared, claim)
    else:
        _update_together(model, columns, prepared, claim)


def change(
    model: type[models.Model], id: int, values: Mapping[str, Any], where: Mapping[str, Any]
) -> bool:
    """Write one row if it still holds what `where` says; answer whether it did."""
    names = (*values, "id", *where)
    sets = ", ".join(f'"{_column(model, name)}" = %s' for name in values)
    conditions = " AND ".join(f'"{_column(model, name)}" = %s' for name in ("id", *where))
    ((*row,),) = _prepared(model, names, [(*values.values(), id, *where.values())])
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {conditions}',  # noqa: S608
            row,
        )
        return bool(cursor.rowcount == 1)


def _update_one_by_one(
    model: type[models.Model], columns: Sequence[str], rows: list[list[Any]], claim: str | None
) -> None:
    """SQLite keeps the statement prepared: a row costs a few microseconds."""
    sets = ", ".join(f'"{_column(model, name)}" = %s' for name in columns)
    where = '"id" = %s' + ("" if claim is None else ' AND "claim" = %s')
    tail = [] if claim is None else [claim]
    statement = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {where}'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[*row[1:], row[0], *tail] for row in rows])


def _update_together(
    model: type[models.Model], columns: Sequence[str], rows: list[list[Any]], claim: str | None
) -> None:
    """PostgreSQL takes them as one statement over a list of values."""
    named = ("id", *columns)
    casts = [_cast(model, name) for name in named]
    sets = ", ".join(
        f'"{_column(model, name)}" = fresh.c{at}' for at, name in enumerate(columns, 1)
    )
    names = ", ".join(f"c{at}" for at in range(len(named)))
    places = "(" + ", ".join(f"%s::{cast}" for cast in casts) + ")"
    where = 'old."id" = fresh.c0' + ("" if claim is None else ' AND old."claim" = %s')
    for part in _parts(rows, len(named)):
        values = ", ".join(places for _ in part)
        statement = (
            f'UPDATE "{model._meta.db_table}" AS old SET {sets} '  # noqa: S608
            f"FROM (VALUES {values}) AS fresh({names}) WHERE {where}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, _flat(part) + ([] if claim is None else [claim]))


def _prepared(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]
) -> list[list[Any]]:
    """Answer the values as the database's driver takes them."""
    ready = [_preparer(model, name, connection.vendor) for name in columns]
    return [[prepare(value) for prepare, value in zip(ready, row, strict=True)] for row in rows]


@lru_cache(maxsize=256)
def _preparer(model: type[models.Model], name: str, vendor: str) -> Callable[[Any], Any]:
    """Answer how a value of this column becomes what the driver of `vendor` takes.

    What Django does for a column costs ten times as much as the value itself; most columns are of
    four kinds, and those are prepared here.
    """
    field = _field(model, name)
    if isinstance(field, models.JSONField) and field.encoder is None:
        return _json
    if isinstance(field, models.DateTimeField) and vendor == "sqlite":
        return _sqlite_moment
    plain = isinstance(field, models.DateTimeField) or (
        isinstance(field, PLAIN) and not hasattr(field, "from_db_value")
    )
    return _as_it_is if plain else lambda value: field.get_db_prep_save(value, connection)


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any) -> str:
    if isinstance(value, Written):
        return str(value)
    if not value and value is not None:
        return "[]" if isinstance(value, list) else "{}" if value == {} else json.dumps(value)
    return json.dumps(value)


def _sqlite_moment(value: datetime | None) -> str | None:
    """SQLite keeps moments as text without a zone, in UTC."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


@lru_cache(maxsize=256)
def _reader(
    model: type[models.Model], name: str, vendor: str, *, written: bool
) -> Callable[[Any], Any] | None:
    """Answer how what the driver of `vendor` gives becomes this column's value, None for as is."""
    field = _field(model, name)
    if isinstance(field, models.JSONField) and field.decoder is None:
        return Written if written else _read_json
    if isinstance(field, models.DateTimeField):
        return _read_sqlite_moment if vendor == "sqlite" else None
    if isinstance(field, PLAIN) and not hasattr(field, "from_db_value"):
        return None
    raise TypeError(f"{model.__name__}.{name} is not read in bulk.")


def _read_json(text: str) -> Any:
    return [] if text == "[]" else {} if text == "{}" else json.loads(text)


def _read_sqlite_moment(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


@lru_cache(maxsize=512)
def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no column.")
    return found


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


@lru_cache(maxsize=512)
def _cast(model: type[models.Model], name: str) -> str:
    """Answer the column's type in PostgreSQL's words."""
    field = _field(model, name)
    found = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    return str(found).split("(")[0]


def _parts(rows: list[list[Any]], width: int) -> Iterable[list[list[Any]]]:
    return _slices(rows, max(1, MOST // width))


def _slices(things: list[T], size: int) -> Iterable[list[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _flat(rows: list[list[Any]]) -> list[Any]:
    return [value for row in rows for value in row]
