"""What was left out of an answer, told in a note: records entered in error, replaced or undated."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Kind
from tools.execute.finding import Search
from tools.execute.naming import keep_named
from tools.execute.selection import keep_in_window
from tools.execute.stays import STAY_KINDS, STAY_NAMES
from tools.records.sorting_out import Excluded
from tools.time_window import parse_window

_SAID = {
    "mistaken": ("entered in error", ""),
    "replaced": ("replaced by a later one", ""),
    "undated": ("without a date", "; whether it was there by then is not known"),
}


def tell_left_out(search: Search) -> None:
    """Note how many records on the matter do not count; an undated one leaves open what its absence would settle."""
    if not any(search.left_out.values()):
        return
    query, around = search.query, search.query.around
    left_out = _on_the_matter(search, query.kind, query.about)
    if query.when:
        left_out = _within(search, left_out)
    search.undated += [e.record for e in left_out if e.cause == "undated"]
    if around is not None:
        left_out += [e for e in _on_the_matter(search, around.kind, around.about) if e not in left_out]
    search.notes += state_left_out(left_out)
    if query.during is not None and query.kind is not STAY_KINDS[query.during.type]:
        stays = search.left_out.get(STAY_KINDS[query.during.type], ())
        search.notes += state_left_out(stays, STAY_NAMES[query.during.type])


def _on_the_matter(search: Search, kind: Kind, about: Sequence[str]) -> list[Excluded]:
    left_out = search.left_out.get(kind, ())
    named = {r.reference for r in keep_named([e.record for e in left_out], kind, about).records}
    return [e for e in left_out if e.reference in named]


def _within(search: Search, left_out: Sequence[Excluded]) -> list[Excluded]:
    """Those dated in the time asked about; an undated one may be."""
    window = parse_window(search.query.when or "", search.chart.as_of.wall, search.chart.date_order)
    dated = {r.reference for r in keep_in_window([e.record for e in left_out], window)}
    return [e for e in left_out if e.cause == "undated" or e.reference in dated]


def state_left_out(left_out: Sequence[Excluded], noun: str = "record") -> list[str]:
    """A note for each cause."""
    notes = []
    for cause, (said, doubt) in _SAID.items():
        if number := sum(e.cause == cause for e in left_out):
            counted = f"{number} {noun} {said} was" if number == 1 else f"{number} {noun}s {said} were"
            notes.append(f"{counted} left out{doubt}")
    return notes


def void_references(search: Search, kind: Kind) -> frozenset[str]:
    """References of the records of a kind that were entered in error."""
    return frozenset(e.reference for e in search.left_out.get(kind, ()) if e.cause == "mistaken")
