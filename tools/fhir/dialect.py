"""Dialect: how one server wants searches over one resource type, learnt from what it refuses.

Every change asks for the same records or more; what is more is taken out again here. Knows nothing of connections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tools.fhir.matching import CONFINING, can_match, matches
from tools.fhir.parameters import find_parameter
from tools.fhir.replies import NO_OUTCOME
from tools.fhir.required_codes import SPLITS, Split
from tools.fhir.search_query import RESULT_PARAMETERS, SearchParam, SearchQuery
from tools.fhir.search_values import parse_date

Json = dict[str, Any]

SHAPING = ("_sort", "_count", "_elements", "_summary", "_total")
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
    notes: tuple[str, ...] = ()
    listed: Split | None = None
    """Codes that stand in one search, in this order."""

    def shows_lists_read(self, resources: Sequence[Json]) -> bool:
        """Whether what came shows that the server reads a list of codes, not its first or last only."""
        if self.listed is None or not resources:
            return self.listed is None
        codes = [SearchParam(self.listed.name, (code,)) for code in self.listed.codes]
        if any(not matches(r, codes[0]) and not matches(r, codes[-1]) for r in resources):
            return True
        return not any(all(matches(r, code) for r in resources) for code in (codes[0], codes[-1]))


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
    sent = SearchQuery(query.resource_type, tuple(kept))
    split = dialect.split
    if split is None or any(p.name == split.name or p.name in _OWN_ANSWER for p in query.params):
        return Adapted((sent,), tuple(checks), sort, None, tuple(notes))
    remainder = None if split.exhaustive else _with_codes(sent, split.name, split.codes, "not")
    notes.append(f"{'searched by' if dialect.joined else 'one search for each'} {split.name}")
    if not dialect.joined:
        searches = tuple(_with_codes(sent, split.name, (code,)) for code in split.codes)
        return Adapted(searches, tuple(checks), sort, remainder, tuple(notes))
    listed = replace(split, codes=put_in_the_middle(split.codes))
    searches = (_with_codes(sent, split.name, listed.codes),)
    return Adapted(searches, tuple(checks), sort, remainder, tuple(notes), listed if len(split.codes) > 1 else None)


def _with_codes(query: SearchQuery, name: str, codes: tuple[str, ...], modifier: str | None = None) -> SearchQuery:
    return SearchQuery(query.resource_type, (*query.params, SearchParam(name, codes, modifier)))


def put_in_the_middle(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The likeliest code in the middle: that it is found shows that the server reads more than an end of the list.

    >>> put_in_the_middle(("order", "plan", "option"))
    ('plan', 'order', 'option')
    """
    half = len(codes) // 2
    return (*codes[1 : half + 1], *codes[:1], *codes[half + 1 :])


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
    shaping = frozenset(p.name for p in query.params if p.name in SHAPING) - dialect.left_out
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
