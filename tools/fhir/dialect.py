"""Dialect: how one server wants searches over one resource type, learnt from what it refuses.

Every change asks for the same records or more; what is more is taken out again here. Knows nothing of connections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tools.fhir.exchange import NO_OUTCOME
from tools.fhir.matching import CONFINING, can_match
from tools.fhir.parameters import find_parameter
from tools.fhir.required_codes import SPLITS, Split
from tools.fhir.search_query import RESULT_PARAMETERS, SearchParam, SearchQuery
from tools.fhir.search_values import parse_date

_SHAPING = ("_sort", "_count", "_elements", "_summary", "_total")
_ASKS_FOR_MORE = re.compile(r"requir|must|need|missing|at least|combin", re.IGNORECASE)
_ZONES = timedelta(days=1)
"""A date without time may be taken in any time zone."""
_EARLIEST, _LATEST = datetime(1, 1, 2), datetime(9999, 12, 30)
_OWN_ANSWER = frozenset({"_id", "code"})
"""Whoever asks by these is answered without more."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is done to searches over one type before they are sent."""

    left_out: frozenset[str] = frozenset()
    """Parameters that the server does not take."""
    names: tuple[tuple[str, str], ...] = ()
    """Our name of a parameter and the server's."""
    whole_dates: bool = False
    """It takes no years and months."""
    split: Split | None = None
    joined: bool = True
    """Of a split: the codes in one search, not in one each."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """The searches to send for one, and what remains to be done with what they give."""

    searches: tuple[SearchQuery, ...]
    checks: tuple[SearchParam, ...] = ()
    """Selecting parameters to apply here."""
    sort: tuple[str, ...] = ()
    """`_sort` values to apply here."""
    remainder: SearchQuery | None = None
    """What a split may have missed."""
    notes: tuple[str, ...] = field(default=())


def adapt_search(query: SearchQuery, dialect: Dialect) -> Adapted:
    """A search as a server wants it.

    >>> query = SearchQuery("MedicationRequest", (SearchParam("patient", ("Patient/1",)),))
    >>> dialect = Dialect(split=Split("intent", ("order", "plan"), True), joined=False)
    >>> [q.values("intent") for q in adapt_search(query, dialect).searches]
    [('order',), ('plan',)]
    """
    kept: list[SearchParam] = []
    checks: list[SearchParam] = []
    notes: list[str] = []
    for param in query.params:
        name = dict(dialect.names).get(param.name, param.name)
        if param.name in dialect.left_out:
            checks += [] if param.name in RESULT_PARAMETERS else [param]
            notes.append(f"{param.key} not sent" + ("" if param.name in RESULT_PARAMETERS else ", applied here"))
        elif dialect.whole_dates and is_partial_date(query.resource_type, param):
            kept += _widen(param)
            checks.append(param)
            notes.append(f"{param.key}={','.join(param.values)} sent as whole days, applied here")
        else:
            notes += [f"{param.name} sent as {name}"] if name != param.name else []
            kept.append(replace(param, name=name))
    sort = query.values("_sort") if "_sort" in dialect.left_out else ()
    searches, remainder = _split(SearchQuery(query.resource_type, tuple(kept)), dialect)
    if len(searches) > 1 or searches[0].params != tuple(kept):
        notes.append(f"{'searched by' if dialect.joined else 'one search for each'} {_name(dialect)}")
    return Adapted(searches, tuple(checks), sort, remainder, tuple(notes))


def _name(dialect: Dialect) -> str:
    return dialect.split.name if dialect.split else ""


def _split(query: SearchQuery, dialect: Dialect) -> tuple[tuple[SearchQuery, ...], SearchQuery | None]:
    split = dialect.split
    if split is None or any(p.name == split.name or p.name in _OWN_ANSWER for p in query.params):
        return (query,), None

    def with_param(codes: tuple[str, ...], modifier: str | None = None) -> SearchQuery:
        return SearchQuery(query.resource_type, (*query.params, SearchParam(split.name, codes, modifier)))

    groups = (split.codes,) if dialect.joined else tuple((code,) for code in split.codes)
    remainder = None if split.exhaustive else with_param(split.codes, "not")
    return tuple(with_param(codes) for codes in groups), remainder


def is_partial_date(resource_type: str, param: SearchParam) -> bool:
    """Whether a parameter is a date to the year or month."""
    if param.name in RESULT_PARAMETERS or param.name == "_has" or param.chain or param.modifier:
        return False
    if find_parameter(resource_type, param.name).kind != "date":
        return False
    return any(parse_date(v).time.precision in ("year", "month") for v in param.values)


def _widen(param: SearchParam) -> list[SearchParam]:
    """Whole days around all that a partial date means; nothing where it means no one stretch of time."""
    if len(param.values) != 1:
        return []
    date = parse_date(param.values[0])
    low, high = date.time.low, date.time.high
    bounds = []
    if date.prefix in ("eq", "ge", "gt", "sa") and low > _EARLIEST:
        bounds.append(f"ge{(low - _ZONES).date().isoformat()}")
    if date.prefix in ("eq", "le", "lt", "eb") and high < _LATEST:
        bounds.append(f"le{(high + _ZONES).date().isoformat()}")
    return [SearchParam(param.name, (bound,)) for bound in bounds]


def next_dialects(query: SearchQuery, dialect: Dialect, refusal: str) -> Iterator[Dialect]:
    """Ways to ask again after a refusal, the likeliest first; each is tried on its own."""
    shaping = frozenset(p.name for p in query.params if p.name in _SHAPING) - dialect.left_out
    named = frozenset(n for n in shaping if n in refusal)
    if named:
        yield (dialect := replace(dialect, left_out=dialect.left_out | named))
    if not dialect.whole_dates and any(is_partial_date(query.resource_type, p) for p in query.params):
        yield (dialect := replace(dialect, whole_dates=True))
    spare = frozenset(p.name for p in query.params if _is_spare(query.resource_type, p)) - dialect.left_out
    if told := frozenset(n for n in spare if re.search(rf"\b{re.escape(n)}\b", refusal)):
        yield (dialect := replace(dialect, left_out=dialect.left_out | told))
    if shaping - named:
        yield (dialect := replace(dialect, left_out=dialect.left_out | shaping))
    fewer = replace(dialect, left_out=dialect.left_out | spare)
    if spare - told and dialect.split is None and not _ASKS_FOR_MORE.search(refusal):
        yield fewer
    for split in _worth_trying(query, refusal):
        yield replace(dialect, split=split, joined=True)
        yield replace(dialect, split=split, joined=False)
    if spare - told and dialect.split is None:
        yield fewer


def _is_spare(resource_type: str, param: SearchParam) -> bool:
    """Whether a parameter can be left out and applied here."""
    return param.name not in (*RESULT_PARAMETERS, *CONFINING, "_id") and can_match(resource_type, param)


def _worth_trying(query: SearchQuery, refusal: str) -> list[Split]:
    given = {p.name for p in query.params}
    splits = [s for s in SPLITS.get(query.resource_type, ()) if s.name not in given]
    if _ASKS_FOR_MORE.search(refusal) or NO_OUTCOME in refusal:
        return splits
    return [s for s in splits if s.name in refusal]
