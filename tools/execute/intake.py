"""Intake: what is charted as going in; where nothing is named, every dose given as well, since that was taken in."""

from __future__ import annotations

from tools.chart_query import Kind, Slot
from tools.execute.finding import Search
from tools.execute.naming import keep_named
from tools.execute.numbers import NUMERIC
from tools.execute.selection import readings_of, time_key
from tools.records.record import Record

_VOLUMES = frozenset({"ml", "cc", "l", "dl"})


async def load_intake(search: Search) -> list[Record]:
    """What is charted as intake; of a question that names nothing all that was given, or, to add up, the volumes."""
    charted = await search.load(Kind.INTAKE)
    if search.query.about:
        return charted
    if search.query.compute in NUMERIC:
        return _volumes(search, charted)
    given = _beside(charted, await search.load(Kind.MEDICATION_ADMINISTERED))
    if given:
        search.notes.append("every dose given counts as intake")
    return [*charted, *given]


async def follow_doses(search: Search, charted: list[Record]) -> list[Record]:
    """What is named, as charted; where it is not, the doses given of it, which else are left out with a note."""
    doses = await search.load(Kind.MEDICATION_ADMINISTERED)
    given = _beside(charted, keep_named(doses, Kind.MEDICATION_ADMINISTERED, search.query.about).records)
    if given and not charted:
        search.notes.append("none of it is charted as intake; the doses given are told")
    elif given:
        search.notes.append(f"charted as intake; {_tell_doses(given)}, not charted as intake, left out")
    return charted or given


def _tell_doses(given: list[Record]) -> str:
    """How many doses there are, and when the first and the last were."""
    moments = [r.start.raw for r in sorted(given, key=time_key) if r.start]
    spread = f" from {moments[0]} to {moments[-1]}" if moments else ""
    return f"{len(given)} other dose{'s' if len(given) > 1 else ''}{spread}"


def _volumes(search: Search, charted: list[Record]) -> list[Record]:
    kept = [r for r in charted if any((x.unit or "").casefold() in _VOLUMES for x in readings_of(r, Slot.VALUE))]
    if kept and len(kept) < len(charted):
        search.notes.append("what has no volume on record is left out")
    return kept


def _beside(charted: list[Record], given: list[Record]) -> list[Record]:
    known = {record.reference for record in charted}
    return [record for record in given if record.reference not in known]
