"""ORDER BY of a search: what `_sort` asks for, then the id, so that the order never varies. Knows nothing of HTTP."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from tools.fhir.errors import SearchSyntaxError
from tools.fhir.parameters import SearchParameter, find_parameter, list_parameters
from tools.store.conditions import Scope
from tools.store.tables import DATE_ENTRY, QUANTITY_ENTRY, RESOURCE, TERM_ENTRY, TEXT_VALUE, TOKEN

_SORTABLE = ("date", "number", "quantity", "string", "token")


def build_order(resource_type: str, sort: tuple[str, ...]) -> list[ColumnElement[Any]]:
    """The order of a search's matches. A resource without the value comes last, either way.

    Of several values the first counts when ascending and the last when descending; a period counts by its start.
    """
    order: list[ColumnElement[Any]] = []
    for item in sort:
        name, down = item.removeprefix("-"), item.startswith("-")
        key = _sort_key(resource_type, name, down)
        if name not in ("_id", "_lastUpdated"):
            order.append(key.is_(None))
        order.append(key.desc() if down else key.asc())
    return [*order, RESOURCE.c.fhir_id.asc()]


def _sort_key(resource_type: str, name: str, down: bool) -> ColumnElement[Any]:
    if name == "_id":
        return RESOURCE.c.fhir_id
    if name == "_lastUpdated":
        return RESOURCE.c.updated
    parameter = find_parameter(resource_type, name)
    if parameter.kind not in _SORTABLE:
        valid = [p.name for p in list_parameters(resource_type).values() if p.kind in _SORTABLE]
        raise SearchSyntaxError(f"can't sort by {name}, a {parameter.kind}; valid are: {', '.join(valid)}")
    return _indexed_key(Scope(resource_type), parameter, func.max if down else func.min)


def _indexed_key(scope: Scope, parameter: SearchParameter, pick: Any) -> ScalarSelect[Any]:
    if parameter.kind == "date":
        found = select(pick(DATE_ENTRY.c.low)).where(DATE_ENTRY.c.path.in_(scope.paths(parameter)))
        return found.where(DATE_ENTRY.c.resource == RESOURCE.c.pk).correlate(RESOURCE).scalar_subquery()
    if parameter.kind in ("number", "quantity"):
        found = select(pick(QUANTITY_ENTRY.c.low)).where(QUANTITY_ENTRY.c.path.in_(scope.paths(parameter)))
        return found.where(QUANTITY_ENTRY.c.resource == RESOURCE.c.pk).correlate(RESOURCE).scalar_subquery()
    values, column = (TEXT_VALUE, TEXT_VALUE.c.folded) if parameter.kind == "string" else (TOKEN, TOKEN.c.code)
    found = select(pick(column)).join_from(TERM_ENTRY, values, values.c.id == TERM_ENTRY.c.term)
    found = found.where(TERM_ENTRY.c.path.in_(scope.paths(parameter)), TERM_ENTRY.c.resource == RESOURCE.c.pk)
    return found.correlate(RESOURCE).scalar_subquery()
