"""From a SearchQuery to the SQL that selects its resources. Knows nothing of HTTP.

Every condition is `pk IN (SELECT resource FROM an index table …)`. A search bound to one patient adds that
patient to each of them, so that the index is read within one chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, bindparam, func, not_, or_, select

from tools.fhir.parameters import SearchParameter, find_parameter
from tools.fhir.search_query import RESULT_PARAMETERS, SearchParam, SearchQuery, chain_targets, check_search, parse_has
from tools.store.conditions import (
    Condition,
    Scope,
    list_references,
    match_dates,
    match_identifier,
    match_ids,
    match_missing,
    match_numbers,
    match_quantities,
    match_references,
    match_strings,
    match_token_text,
    match_tokens,
    match_updated,
    match_uris,
)
from tools.store.indexing import patient_element
from tools.store.sorting import build_order
from tools.store.tables import RESOURCE, TERM_ENTRY
from tools.store.terms import text_key

_OF_CHART: Select[int] = (
    select(RESOURCE.c.pk)
    .where(RESOURCE.c.type == bindparam("kind"), RESOURCE.c.patient == bindparam("chart"))
    .order_by(RESOURCE.c.fhir_id)
)
"""All of a type in one chart: the search most often made, built once."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A statement that selects keys, and what it binds."""

    statement: Select[int]
    values: Mapping[str, object] = field(default_factory=dict)


def build_selection(query: SearchQuery) -> Selection:
    """Select the keys of all matches, in the order asked for. Raises SearchSyntaxError."""
    check_search(query)
    selecting = [p for p in query.params if p.name not in RESULT_PARAMETERS or p.name == "_sort"]
    if len(selecting) == 1 and (chart := _chart(query.resource_type, selecting[0])) is not None:
        return Selection(_OF_CHART, {"kind": query.resource_type, "chart": chart})
    order = build_order(query.resource_type, query.values("_sort"))
    return Selection(select(RESOURCE.c.pk).where(*_conditions(query)).order_by(*order))


def build_count(query: SearchQuery) -> Select[int]:
    """Count the matches. Raises SearchSyntaxError."""
    check_search(query)
    return select(func.count()).select_from(RESOURCE).where(*_conditions(query))


def _conditions(query: SearchQuery) -> list[Condition]:
    charts = [key for p in query.params if (key := _chart(query.resource_type, p)) is not None]
    scope = Scope(query.resource_type, charts[0] if charts else None)
    found = [RESOURCE.c.type == query.resource_type, *(RESOURCE.c.patient == chart for chart in charts)]
    for param in query.params:
        if param.name not in RESULT_PARAMETERS and _chart(query.resource_type, param) is None:
            found.append(_condition(scope, param))
    return found


def _chart(resource_type: str, param: SearchParam) -> int | None:
    """The key of the one patient that a parameter confines the search to: `patient=1`, `subject=Patient/1`."""
    if param.chain or len(param.values) != 1 or param.modifier not in (None, "Patient"):
        return None
    parameter = None if param.name.startswith("_") else find_parameter(resource_type, param.name)
    if parameter is None or [p.steps for p in parameter.paths] != [(patient_element(resource_type),)]:
        return None
    references = list_references(parameter, param.modifier, param.values[0])
    if len(references) != 1 or not references[0].startswith("Patient/"):
        return None
    return text_key(references[0])


def _condition(scope: Scope, param: SearchParam) -> Condition:
    if param.name == "_has":
        return _match_has(param)
    if param.name == "_id":
        return match_ids(scope.resource_type, param.values)
    if param.name == "_lastUpdated":
        return match_updated(param.values)
    if param.chain:
        return _match_chain(scope, param)
    return _match_kind(scope, find_parameter(scope.resource_type, param.name), param)


def _match_kind(scope: Scope, parameter: SearchParameter, param: SearchParam) -> Condition:
    if param.modifier == "missing":
        return or_(*(match_missing(scope, parameter, value) for value in param.values))
    if parameter.kind == "token":
        return _match_token(scope, parameter, param)
    if parameter.kind == "string":
        return match_strings(scope, parameter, param.modifier, param.values)
    if parameter.kind == "reference" and param.modifier == "identifier":
        return match_identifier(scope, parameter, param.values)
    if parameter.kind == "reference":
        return match_references(scope, parameter, param.modifier, param.values)
    match = {"date": match_dates, "quantity": match_quantities, "number": match_numbers, "uri": match_uris}
    return match[parameter.kind](scope, parameter, param.values)


def _match_token(scope: Scope, parameter: SearchParameter, param: SearchParam) -> Condition:
    if param.modifier == "text":
        return match_token_text(scope, parameter, param.values)
    found = match_tokens(scope, parameter, param.values)
    return not_(found) if param.modifier == "not" else found


def _match_chain(scope: Scope, param: SearchParam) -> Condition:
    """`subject:Patient.name=x`: refers to a resource that matches."""
    parameter = find_parameter(scope.resource_type, param.name)
    targets = []
    for target, inner in chain_targets(scope.resource_type, param):
        condition = _condition(Scope(target), inner)
        found = select(RESOURCE.c.ref).where(RESOURCE.c.type == target, condition)
        targets.append(TERM_ENTRY.c.term.in_(found.correlate(None)))
    return scope.find(TERM_ENTRY, scope.paths(parameter), or_(*targets))


def _match_has(param: SearchParam) -> Condition:
    """`_has:Observation:patient:code=x`: is referred to by a resource that matches."""
    source, reference, inner = parse_has(param)
    scope = Scope(source)
    matches = select(RESOURCE.c.pk).where(RESOURCE.c.type == source, _condition(scope, inner)).correlate(None)
    paths = scope.paths(find_parameter(source, reference))
    found = select(TERM_ENTRY.c.term).where(TERM_ENTRY.c.path.in_(paths), TERM_ENTRY.c.resource.in_(matches))
    return RESOURCE.c.ref.in_(found)
