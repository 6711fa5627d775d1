"""SQL conditions for one search value of each kind of parameter. Knows nothing of chains or of whole queries.

https://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, false, literal, not_, or_, select

from tools.fhir.parameters import SearchParameter
from tools.fhir.search_values import (
    DateValue,
    NumberValue,
    Prefix,
    QuantityValue,
    TokenValue,
    parse_date,
    parse_number,
    parse_quantity,
    parse_token,
    unescape_value,
)
from tools.store.tables import (
    DATE_ENTRY,
    FOLDED_START,
    FOLDED_START_LENGTH,
    QUANTITY_ENTRY,
    RESOURCE,
    TERM_ENTRY,
    TEXT_VALUE,
    TOKEN,
)
from tools.store.terms import fold_text, path_key, text_key, to_micros, token_key

Condition = ColumnElement[bool]

_ABOVE_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search is confined to: a resource type, and one patient's chart where it names one."""

    resource_type: str
    patient: int | None = None

    def paths(self, parameter: SearchParameter, part: str = "") -> list[int]:
        """The keys of the element paths a parameter looks at."""
        return [path_key(self.resource_type, path, part) for path in parameter.paths]

    def find(self, table: Table, paths: Sequence[int], *conditions: Condition) -> Condition:
        """Resources that have an index row under one of the paths for which the conditions hold."""
        found = select(table.c.resource).where(table.c.path.in_(paths), *conditions)
        if self.patient is not None:
            found = found.where(table.c.patient == self.patient)
        return RESOURCE.c.pk.in_(found)


def match_tokens(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """`code`, `system|code`, `|code`, `system|`."""
    tokens = [parse_token(value) for value in values]
    return scope.find(TERM_ENTRY, scope.paths(parameter), _token_terms(parameter, tokens))


def match_identifier(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """`:identifier`: a reference by the identifier written into it."""
    tokens = [parse_token(value) for value in values]
    return scope.find(TERM_ENTRY, scope.paths(parameter, "identifier"), _open_terms(tokens))


def _token_terms(parameter: SearchParameter, tokens: list[TokenValue]) -> Condition:
    systems = {path.system for path in parameter.paths}
    if all(path.type in ("code", "boolean", "id", "exists") for path in parameter.paths):
        # A code's system is not written in the resource: it is the one the element is bound to.
        tokens = [TokenValue("", t.code) if t.system is None or t.system in systems else t for t in tokens]
    return _open_terms(tokens)


def _open_terms(tokens: list[TokenValue]) -> Condition:
    term = TERM_ENTRY.c.term
    exact = [token_key(t.system, t.code) for t in tokens if t.system is not None and t.code is not None]
    codes = [t.code for t in tokens if t.system is None]
    systems = [t.system for t in tokens if t.code is None]
    found: list[Condition] = [term.in_(exact)] if exact else []
    if codes:
        found.append(term.in_(select(TOKEN.c.id).where(TOKEN.c.code.in_(codes))))
    if systems:
        found.append(term.in_(select(TOKEN.c.id).where(TOKEN.c.system.in_(systems))))
    return or_(*found)


def match_token_text(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """`:text`: the display or text begins with the value."""
    return scope.find(TERM_ENTRY, scope.paths(parameter, "text"), _texts(_starts_with(v) for v in values))


def match_strings(scope: Scope, parameter: SearchParameter, modifier: str | None, values: Iterable[str]) -> Condition:
    """Begins with; `:contains`; `:exact`."""
    if modifier == "exact":
        condition: Condition = TERM_ENTRY.c.term.in_([text_key(unescape_value(v)) for v in values])
    elif modifier == "contains":
        condition = _texts(TEXT_VALUE.c.folded.contains(_fold(v), autoescape=True) for v in values)
    else:
        condition = _texts(_starts_with(v) for v in values)
    return scope.find(TERM_ENTRY, scope.paths(parameter), condition)


def _fold(value: str) -> str:
    return fold_text(unescape_value(value))


def _starts_with(value: str) -> Condition:
    folded, column = _fold(value), FOLDED_START
    start = folded[:FOLDED_START_LENGTH]
    found = and_(column >= start, column < start + _ABOVE_ALL)
    if start == folded:
        return found
    return and_(found, TEXT_VALUE.c.folded >= folded, TEXT_VALUE.c.folded < folded + _ABOVE_ALL)


def _texts(conditions: Iterable[Condition]) -> Condition:
    return TERM_ENTRY.c.term.in_(select(TEXT_VALUE.c.id).where(or_(*conditions)))


def match_references(
    scope: Scope, parameter: SearchParameter, modifier: str | None, values: Iterable[str]
) -> Condition:
    """`id`, `Type/id` or an absolute address."""
    terms = [text_key(r) for value in values for r in list_references(parameter, modifier, value)]
    return scope.find(TERM_ENTRY, scope.paths(parameter), TERM_ENTRY.c.term.in_(terms))


def list_references(parameter: SearchParameter, modifier: str | None, value: str) -> list[str]:
    """The references a value may stand for: a bare id is one of each target type.

    >>> from tools.fhir.parameters import find_parameter
    >>> list_references(find_parameter("Encounter", "subject"), None, "1")
    ['Group/1', 'Patient/1']
    """
    text = unescape_value(value)
    if "/" in text or ":" in text:
        return [text]
    return [f"{target}/{text}" for target in ((modifier,) if modifier else parameter.targets)]


def match_uris(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """The whole URI, letter by letter."""
    terms = [text_key(unescape_value(v)) for v in values]
    return scope.find(TERM_ENTRY, scope.paths(parameter), TERM_ENTRY.c.term.in_(terms))


def match_dates(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """Dates as intervals: a value without offset meets the record's wall clock, one with offset meets instants."""
    conditions = [date_condition(parse_date(value), DATE_ENTRY.c) for value in values]
    return scope.find(DATE_ENTRY, scope.paths(parameter), or_(*conditions))


def date_condition(value: DateValue, columns: Any) -> Condition:
    """Compare a date with rows that have `wall_low`, `wall_high`, `low` and `high`."""
    time = value.time
    if time.offset is None:
        return compare_dates(
            value.prefix, columns.wall_low, columns.wall_high, (to_micros(time.low), to_micros(time.high))
        )
    bounds = to_micros(time.low - time.offset), to_micros(time.high - time.offset)
    return compare_dates(value.prefix, columns.low, columns.high, bounds)


def compare_dates(
    prefix: Prefix, low: ColumnElement[int], high: ColumnElement[int], sought: tuple[int, int]
) -> Condition:
    """Compare stored intervals with the one sought; both include their ends."""
    start, end = sought
    if prefix == "eq":
        return and_(low >= start, high <= end)
    if prefix == "ne":
        return or_(low < start, high > end)
    if prefix == "ge":
        return or_(low >= start, high > end)
    if prefix == "le":
        return or_(high <= end, low < start)
    if prefix == "ap":
        width = end - start + 1
        return and_(low <= end + width, high >= start - width)
    return {"gt": high > end, "lt": low < start, "sa": low > end, "eb": high < start}[prefix]


def match_numbers(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """Numbers, with the precision they are written in."""
    conditions = [_compare_numbers(parse_number(value)) for value in values]
    return scope.find(QUANTITY_ENTRY, scope.paths(parameter), or_(*conditions))


def match_quantities(scope: Scope, parameter: SearchParameter, values: Iterable[str]) -> Condition:
    """Quantities in the unit given, compared as written: nothing is converted."""
    sought = [parse_quantity(value) for value in values]
    conditions = [and_(_compare_numbers(q.number), _same_unit(q)) for q in sought]
    return scope.find(QUANTITY_ENTRY, scope.paths(parameter), or_(*conditions))


def _same_unit(sought: QuantityValue) -> Condition:
    if sought.code is None:
        return literal(True) if sought.system is None else false()
    if sought.system is not None:
        return QUANTITY_ENTRY.c.coded_unit == token_key(sought.system, sought.code)
    key = text_key(sought.code)
    return or_(QUANTITY_ENTRY.c.code == key, QUANTITY_ENTRY.c.unit == key)


def _compare_numbers(sought: NumberValue) -> Condition:
    low, high, value = QUANTITY_ENTRY.c.low, QUANTITY_ENTRY.c.high, float(sought.value)
    if sought.prefix in ("eq", "ne"):
        equal = and_(low >= float(sought.low), high < float(sought.high))
        return equal if sought.prefix == "eq" else not_(equal)
    if sought.prefix == "ap":
        return and_(low <= value + abs(value) / 10, high >= value - abs(value) / 10)
    return {
        "gt": high > value,
        "lt": low < value,
        "ge": high >= value,
        "le": low <= value,
        "sa": low > value,
        "eb": high < value,
    }[sought.prefix]


def match_missing(scope: Scope, parameter: SearchParameter, value: str) -> Condition:
    """`:missing`: whether the element is there at all."""
    table = {"date": DATE_ENTRY, "quantity": QUANTITY_ENTRY, "number": QUANTITY_ENTRY}.get(parameter.kind, TERM_ENTRY)
    present = scope.find(table, scope.paths(parameter))
    if table is TERM_ENTRY:
        parts = [key for part in ("", "text", "identifier") for key in scope.paths(parameter, part)]
        present = scope.find(TERM_ENTRY, parts)
    return not_(present) if value == "true" else present


def match_ids(resource_type: str, values: Iterable[str]) -> Condition:
    """`_id`."""
    ids = [token.code for value in values if (token := parse_token(value)).system in (None, "")]
    keys = [text_key(f"{resource_type}/{fhir_id}") for fhir_id in ids]
    return RESOURCE.c.ref.in_(bindparam(None, keys, expanding=True))


def match_updated(values: Iterable[str]) -> Condition:
    """`_lastUpdated`: always an instant; a value without offset is taken as UTC."""
    found = []
    for value in values:
        date = parse_date(value)
        shift = date.time.offset
        low, high = (date.time.low - shift, date.time.high - shift) if shift else (date.time.low, date.time.high)
        sought = to_micros(low), to_micros(high)
        found.append(compare_dates(date.prefix, RESOURCE.c.updated, RESOURCE.c.updated, sought))
    return or_(*found)
