"""Whether a resource meets a search parameter, for where a server does not look: tokens, dates and references, exactly.

Knows nothing of servers. What can't be told for certain is never guessed. https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from tools.fhir.dates import FhirDateError, parse_fhir_time
from tools.fhir.errors import SearchNotHonoured
from tools.fhir.parameters import ElementPath, find_parameter
from tools.fhir.search_query import SearchParam
from tools.fhir.search_values import DateValue, TokenValue, parse_date, parse_token, unescape_value

Json = dict[str, Any]
_Bounds = tuple[datetime, datetime]

CONFINING = frozenset({"patient", "subject", "beneficiary", "identifier"})
"""Parameters that say whose records are asked for: a server that does not look at them is not to be trusted."""
_TOKENS = ("CodeableConcept", "Coding", "ContactPoint", "Identifier", "boolean", "code", "id")
_DATES = ("date", "dateTime", "instant", "Period", "Timing")
_MODIFIERS = {"token": (None, "not", "missing"), "date": (None, "missing"), "reference": (None, "missing")}
_EARLIEST, _LATEST = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)


def can_match(resource_type: str, param: SearchParam) -> bool:
    """Whether a parameter can be checked here, at least on resources that hold nothing unusual.

    >>> can_match("Observation", SearchParam("category", ("laboratory",)))
    True
    >>> can_match("Patient", SearchParam("name", ("ann",)))
    False
    """
    if param.name == "_has" or param.chain or param.name == "_lastUpdated":
        return False
    parameter = find_parameter(resource_type, param.name)
    if param.modifier not in _MODIFIERS.get(parameter.kind, ()):
        return False
    if parameter.kind == "date" and any(v.startswith("ap") for v in param.values):
        return False
    known = {"token": _TOKENS, "date": _DATES, "reference": ("Reference",)}[parameter.kind]
    return all(path.type in known for path in parameter.paths)


def matches(resource: Json, param: SearchParam) -> bool:
    """Whether a resource meets a parameter for which `can_match` holds. Raises SearchNotHonoured where unclear.

    >>> lab = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2019-05-01"}
    >>> matches(lab, SearchParam("status", ("final", "amended"))), matches(lab, SearchParam("date", ("ge2019-06",)))
    (True, False)
    """
    parameter = find_parameter(str(resource.get("resourceType")), param.name)
    found = [(path, value) for path in parameter.paths for value in _walk(resource, path)]
    if param.modifier == "missing":
        return bool(found) == (param.values == ("false",))
    test = {"token": _meets_token, "date": _meets_date, "reference": _meets_reference}[parameter.kind]
    try:
        met = any(test(path, value, sought) for path, value in found for sought in param.values)
    except (AttributeError, TypeError):
        raise SearchNotHonoured(f"{param.name} of a record has the wrong shape: it can't be compared here") from None
    return met != (param.modifier == "not")


def first_time(resource: Json, name: str) -> datetime | None:
    """The beginning of a date parameter's value, as an instant, to sort by; the earliest of several."""
    parameter = find_parameter(str(resource.get("resourceType")), name)
    bounds = [_bounds(value) for path in parameter.paths for value in _walk(resource, path)]
    return min((instant for _, (instant, _) in bounds), default=None)


def _walk(value: Any, path: ElementPath, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path, depth)
    elif depth == len(path.steps):
        if value is not None and (path.where is None or value.get(path.where[0]) == path.where[1]):
            yield value
    elif isinstance(value, dict):
        yield from _walk(value.get(path.steps[depth]), path, depth + 1)


def _meets_token(path: ElementPath, value: Any, sought: str) -> bool:
    token = parse_token(sought)
    if path.type in ("boolean", "code", "id"):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return token.system in (None, "", path.system) and token.code in (None, text)
    codings = value.get("coding") or [] if path.type == "CodeableConcept" else [value]
    named = "value" if path.type in ("Identifier", "ContactPoint") else "code"
    system = None if path.type == "ContactPoint" else "system"
    return any(_is_coding(token, c.get(system) if system else None, c.get(named)) for c in codings)


def _is_coding(token: TokenValue, system: str | None, code: str | None) -> bool:
    return code is not None and token.code in (None, code) and (token.system is None or token.system == (system or ""))


def _meets_reference(path: ElementPath, value: Any, sought: str) -> bool:
    text, reference = unescape_value(sought), value.get("reference")
    if not isinstance(reference, str):
        return False
    local = reference.partition("/_history/")[0]
    if "/" in text:
        return local == text or local.endswith(f"/{text}") or text.endswith(f"/{local}")
    kind, _, fhir_id = "/".join(local.split("/")[-2:]).partition("/")
    return fhir_id == text and (not path.targets or kind in path.targets)


def _meets_date(path: ElementPath, value: Any, sought: str) -> bool:
    date = parse_date(sought)
    wall, instant = _bounds(value)
    if date.time.offset is None:
        return compare_bounds(date, wall, (date.time.low, date.time.high))
    return compare_bounds(date, instant, (_naive(date.time.instant_low), _naive(date.time.instant_high)))


def _bounds(value: Any) -> tuple[_Bounds, _Bounds]:
    """A date or Period as an interval on its own wall clock, and as instants. Raises SearchNotHonoured."""
    if isinstance(value, dict):
        start, end = value.get("start"), value.get("end")
        if not (start or end):
            raise SearchNotHonoured("a record's time is no date and no period: it can't be compared here")
        low = _bounds(start) if start else ((_EARLIEST, _EARLIEST), (_EARLIEST, _EARLIEST))
        high = _bounds(end) if end else ((_LATEST, _LATEST), (_LATEST, _LATEST))
        return (low[0][0], high[0][1]), (low[1][0], high[1][1])
    try:
        time = parse_fhir_time(value)
    except FhirDateError as error:
        raise SearchNotHonoured(f"a record's time can't be read: {error}") from error
    return (time.low, time.high), (_naive(time.instant_low), _naive(time.instant_high))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def compare_bounds(date: DateValue, found: _Bounds, sought: _Bounds) -> bool:
    """Compare an interval with the one sought, by the prefix. https://hl7.org/fhir/R4/search.html#prefix"""
    low, high = found
    start, end = sought
    tests: dict[str, Callable[[], bool]] = {
        "eq": lambda: low >= start and high <= end,
        "ne": lambda: low < start or high > end,
        "ge": lambda: low >= start or high > end,
        "le": lambda: high <= end or low < start,
        "gt": lambda: high > end,
        "lt": lambda: low < start,
        "sa": lambda: low > end,
        "eb": lambda: high < start,
    }
    return tests[date.prefix]()
