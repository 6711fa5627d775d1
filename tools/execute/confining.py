"""Confining: the records of what is named, of a stay, around another record, or among those told before."""

from __future__ import annotations

from collections.abc import Sequence

from tools.chart_query import Kind, Stay
from tools.errors import ToolError
from tools.execute.finding import Search
from tools.execute.led_to import came_through, keep_led_to
from tools.execute.left_out import void_references
from tools.execute.naming import keep_named
from tools.execute.settling import settle_names
from tools.execute.stays import STAY_KINDS, STAY_NAMES, build_scope, choose_stays
from tools.execute.wording import kind_name
from tools.records.record import Record
from tools.time_window import Window, parse_window


async def keep_about(search: Search, kind: Kind, about: Sequence[str], records: list[Record]) -> list[Record]:
    settled = await settle_names(search.chart, kind, about, records)
    named = keep_named(records, kind, about, settled)
    search.notes += named.notes
    search.undecided += named.undecided
    search.empty |= named.empty
    return named.records


def keep_among(search: Search, records: list[Record]) -> list[Record]:
    """The records that the previous answer rests on, or those before or after them in time."""
    among = search.query.among
    if among is None:
        return records
    told = [r for r in records if r.reference in search.previous]
    told = [r for r in told if _place_was_told(r, search.previous)] or told
    if not told:
        raise ToolError("the previous answer rests on no record of this kind; leave `among` out and name what is meant")
    if among == "previous_answer":
        return told
    moments = sorted(r.start.instant_low for r in told if r.start)
    if not moments:
        return []
    if among == "before_previous_answer":
        return [r for r in records if r.start and r.start.instant_low < moments[0]]
    return [r for r in records if r.start and r.start.instant_low > moments[-1]]


def _place_was_told(record: Record, told: Sequence[str]) -> bool:
    """Of the places of one stay, that which was told."""
    return all(link in told for link in record.links if link.startswith("Location/"))


def _choose_within(search: Search, stay: Stay, visible: list[Record]) -> tuple[Record, ...]:
    """The stays meant; a first or last one that lies outside the time asked about is the first or last within it."""
    if stay.when:
        window = parse_window(stay.when, search.chart.as_of.wall, search.chart.date_order)
        return choose_stays(
            stay, [s for s in visible if _begins_in(s, window)] or [s for s in visible if _overlaps(s, window)]
        )
    chosen = choose_stays(stay, visible)
    if not search.query.when or stay.which not in ("first", "last", "nth"):
        return chosen
    window = parse_window(search.query.when, search.chart.as_of.wall, search.chart.date_order)
    within = [s for s in visible if _overlaps(s, window)]
    if any(s in within for s in chosen) or not within:
        return chosen
    search.notes.append(f"of the {kind_name(STAY_KINDS[stay.type])} in that time")
    return choose_stays(stay, within)


def _begins_in(stay: Record, window: Window) -> bool:
    low, high = window.start, window.end
    return (
        stay.start is not None and (low is None or stay.start.high >= low) and (high is None or stay.start.low <= high)
    )


def _overlaps(stay: Record, window: Window) -> bool:
    if stay.start is None or (window.end is not None and stay.start.low > window.end):
        return False
    return window.start is None or stay.end is None or stay.end.high >= window.start


async def keep_during(search: Search, records: list[Record]) -> list[Record]:
    stay = search.query.during
    if stay is None:
        return records
    stays = _choose_within(search, stay, await search.load(STAY_KINDS[stay.type]))
    if (
        stay.type == "ed"
        and search.query.kind is Kind.HOSPITAL_STAY
        and (led := _keep_led_to(search, stay, stays, records))
    ):
        return led
    if not stays and stay.when:
        search.unbound = f"no {STAY_NAMES[stay.type]} of that time ({stay.when}) is on record"
        return []
    if not stays:
        at = search.chart.as_of.text
        missing = (
            f"no {STAY_NAMES[stay.type]} is in progress at {at}"
            if stay.which == "current"
            else (f"there is no such {STAY_NAMES[stay.type]}")
        )
        search.notes.append(missing)
        return []
    search.scope = build_scope(stays, await search.load(Kind.ENCOUNTER), void_references(search, Kind.ENCOUNTER))
    if stay.type == "ed" and search.query.kind is Kind.HOSPITAL_STAY:
        return []
    held = [r for r in records if search.scope.holds(r)]
    own = {s.reference for s in stays}
    units = [r for r in held if search.query.kind is Kind.WARD_STAY and stay.type == "icu" and r.reference in own]
    return units or held


def _keep_led_to(search: Search, stay: Stay, visits: tuple[Record, ...], records: list[Record]) -> list[Record]:
    """The hospital stays that emergency visits led to, or that say by themselves that the patient came from there."""
    led = keep_led_to(visits, records)
    search.anchors += [v for v in visits if led and len(visits) == 1]
    window = parse_window(stay.when, search.chart.as_of.wall, search.chart.date_order) if stay.when else Window()
    came = [r for r in records if stay.which == "any" and came_through(r) and _begins_in(r, window) and r not in led]
    if came:
        search.notes.append(f"{len(came)} by the admit source of the stay")
    return [r for r in records if r in led or r in came]


async def place_in_stay(search: Search) -> None:
    """What a patient record says once is not kept for each stay: the stay asked about is found, and that is said."""
    if search.query.during is not None and await keep_during(search, []) == [] and search.scope is not None:
        search.notes.append("recorded once, not for each stay")
