"""run_query: a ChartQuery against the bound patient's chart, to a Finding with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.chart import ChartContext
from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.concepts.match import fold
from tools.errors import ToolError
from tools.evidence import Evidence, Finding, Value, clean_text
from tools.execute.attributes import Computed
from tools.execute.computing import compute_values
from tools.execute.growth import verdict_on
from tools.execute.naming import keep_named, says_none
from tools.execute.selection import (
    counts_at_all,
    is_normal,
    keep_around,
    keep_in_window,
    keep_where,
    pick_records,
    time_key,
)
from tools.execute.stays import STAY_KINDS, STAY_NAMES, StayScope, build_scope, choose_stays
from tools.execute.wording import kind_name, state_absence, state_finding
from tools.fhir.client import SearchResult
from tools.records.loading import load_records
from tools.records.record import Record
from tools.registry import Handles
from tools.time_window import parse_window

_SHOWN = 20
_OPEN = frozenset({"pregnancy", "pregnant"})
"""What a chart that does not mention it leaves open."""
_ROUTINE = frozenset({"386478007", "410188000", "61746007"})
"""SNOMED CT: triage in an emergency center; taking of vital signs."""


@dataclass
class _Search:
    """What one query gathers on its way."""

    chart: ChartContext
    query: ChartQuery
    previous: tuple[str, ...] = ()
    """What the answer of the turn before rests on."""
    results: list[SearchResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scope: StayScope | None = None
    contrary: tuple[Record, ...] = ()
    """Records on the matter that say it is not so: refuted, not done, none known."""
    undecided: tuple[str, ...] = ()
    """Names in the chart that may be of what is asked about, which nothing at hand settles."""
    untested: str | None = None
    """A drug that no culture found was tested against."""
    unclear: bool = False
    """Records on the matter keep no status, or an unconfirmed one, so that "now" can't be told."""

    async def load(self, kind: Kind) -> list[Record]:
        loaded = await load_records(self.chart, kind)
        self.results += [r for r in loaded.results if not any(r is known for known in self.results)]
        return list(loaded.records)


async def run_query(chart: ChartContext, query: ChartQuery, handles: Handles) -> Finding:
    """Run a query. Raises ToolError for what the planner can mend, FhirError where the server fails."""
    search = _Search(chart, query, handles.previous)
    if query.field is not None and query.kind is Kind.PATIENT:
        records = await search.load(Kind.PATIENT)
    else:
        records = await _select(search)
    picked, tied = pick_records(sorted(records, key=time_key), query.pick)
    if tied:
        search.notes.append(f"{len(picked)} records tie at that instant; all are given")
    computed = compute_values(query, picked, chart.as_of)
    search.notes += computed.notes
    return _build_finding(search, picked, computed, handles)


async def _select(search: _Search) -> list[Record]:
    query = search.query
    found = await search.load(query.kind)
    found = _among(search, found)
    found = _about(search, query.kind, query.about, found)
    if query.not_about:
        left_out = {r.reference for r in _about(search, query.kind, query.not_about, found)}
        found = [r for r in found if r.reference not in left_out]
    told = query.among == "previous_answer"
    search.contrary = tuple(r for r in found if r.standing in ("refuted", "not_done", "planned") or says_none(r))
    records = [r for r in found if told or (not says_none(r) and (counts_at_all(r, query.kind) or _asks_for(query, r)))]
    if query.kind is Kind.PROCEDURE and not query.about:
        records = _leave_out_routine(search, records)
    if query.during is not None:
        records = await _during(search, records)
    if query.when:
        window = parse_window(query.when, search.chart.as_of.wall, search.chart.date_order)
        search.notes += window.notes
        records = keep_in_window(records, window)
    if query.around is not None:
        records = await _around(search, records)
    kept = keep_where(records, query.where)
    search.contrary += tuple(r for r in records if r not in kept) if _asks_state(query) and query.about else ()
    if not kept and any(c.field is Slot.INTERPRETATION for c in query.where):
        search.undecided += tuple(r.concept.text for r in records if is_normal(r) is None)
    if not kept:
        search.untested = _untested(query, records)
    search.unclear = _asks_state(query) and not kept and any(r.standing in ("unknown", "unconfirmed") for r in records)
    return kept


def _untested(query: ChartQuery, records: list[Record]) -> str | None:
    """The drug whose verdict is asked, where no record gives one."""
    asked = (c.value.rpartition(": ")[0] for c in query.where if c.field is Slot.SUSCEPTIBILITY)
    return next((drug for drug in asked if drug and not any(verdict_on(r, drug) for r in records)), None)


def _asks_state(query: ChartQuery) -> bool:
    return any(c.field is Slot.STATUS and c.value.casefold() in ("active", "current") for c in query.where)


def _asks_past(query: ChartQuery) -> bool:
    """Whether it is asked if something is over, which says that there was something."""
    asked = {c.value.casefold() for c in query.where if c.field is Slot.STATUS and c.op == "="}
    return bool(asked & {"resolved", "stopped", "inactive", "completed", "ended", "on-hold"})


def _asks_for(query: ChartQuery, record: Record) -> bool:
    """Whether a query asks for the very standing that keeps a record from counting: "which allergy was refuted"."""
    asked = {c.value.casefold() for c in query.where if c.field is Slot.STATUS and c.op == "="}
    return record.standing != "void" and bool(asked & {record.standing, *(record.status or "").split(", ")})


def _leave_out_routine(search: _Search, records: list[Record]) -> list[Record]:
    """Procedures without triage and the taking of vital signs, which are charted as such but are no interventions."""
    kept = [r for r in records if not any(c.code in _ROUTINE for c in r.concept.codings)]
    if len(kept) < len(records):
        search.notes.append("triage and the taking of vital signs are left out")
    return kept


def _about(search: _Search, kind: Kind, about: Sequence[str], records: list[Record]) -> list[Record]:
    named = keep_named(records, kind, about)
    search.notes += named.notes
    search.undecided += named.undecided
    return named.records


def _among(search: _Search, records: list[Record]) -> list[Record]:
    """The records that the previous answer rests on, or those before or after them in time."""
    among = search.query.among
    if among is None:
        return records
    told = [r for r in records if r.reference in search.previous]
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


async def _during(search: _Search, records: list[Record]) -> list[Record]:
    stay = search.query.during
    if stay is None:
        return records
    stays = choose_stays(stay, await search.load(STAY_KINDS[stay.type]))
    if not stays:
        at = search.chart.as_of.text
        missing = (
            f"no {STAY_NAMES[stay.type]} is in progress at {at}"
            if stay.which == "current"
            else (f"there is no such {STAY_NAMES[stay.type]}")
        )
        search.notes.append(missing)
        return []
    search.scope = build_scope(stays, await search.load(Kind.ENCOUNTER))
    return [r for r in records if search.scope.holds(r)]


async def _around(search: _Search, records: list[Record]) -> list[Record]:
    anchor = search.query.around
    if anchor is None:
        return records
    candidates = [r for r in await search.load(anchor.kind) if counts_at_all(r, anchor.kind)]
    candidates = sorted(_about(search, anchor.kind, anchor.about, candidates), key=time_key)
    dated = [r for r in candidates if r.start is not None]
    if not dated:
        name = " or ".join(anchor.about) or kind_name(anchor.kind, 1)
        search.notes.append(f"there is no dated record of {name} to search around")
        return []
    return keep_around(records, anchor, dated[0] if anchor.pick == "first" else dated[-1])


def _build_finding(search: _Search, picked: list[Record], computed: Computed, handles: Handles) -> Finding:
    query = search.query
    receipt = search.chart.receipt(search.results)
    resting, values, statement, known = picked, computed.values, "", computed.problem is None
    if computed.problem:
        values = ()
    if picked:
        statement = state_finding(query, computed, picked)
        resting = list(computed.rests_on)
    else:
        values, statement, known, resting = _absence(search, computed, receipt.complete, receipt.reasons)
    if picked and not receipt.complete and query.compute is not Compute.EXISTS:
        known, values = False, ()
        statement = f"Not determinable: not everything could be read ({'; '.join(receipt.reasons)}). Seen: {statement}"
    if search.notes:
        statement += " (" + "; ".join(dict.fromkeys(search.notes)) + ")"
    stays = search.scope.stays if search.scope else ()
    shown = [*picked, *(r for r in resting if r not in picked)]
    return Finding(
        handle=handles.finding(),
        tool="query_chart",
        query=query,
        evidence=tuple(to_evidence(r, query.kind, handles) for r in shown[:_SHOWN]),
        total=len(picked),
        statement=statement,
        values=values,
        determinable=known,
        rests_on=tuple(dict.fromkeys(r.reference for r in resting)),
        retrieved=tuple(dict.fromkeys(ref for r in (*shown, *stays) for ref in (r.reference, *r.links))),
        receipt=receipt,
        notes=tuple(dict.fromkeys(search.notes)),
    )


def _absence(
    search: _Search, computed: Computed, complete: bool, reasons: Sequence[str]
) -> tuple[tuple[Value, ...], str, bool, list[Record]]:
    """Values, statement, whether it is known, and the records that say so, of a query that selected nothing."""
    query = search.query
    statement = state_absence(query, complete, reasons)
    if not complete:
        return (), statement, False, []
    contrary = list(search.contrary)
    if search.undecided:
        asked = " or ".join(f'"{clean_text(a, 80)}"' for a in query.about)
        held = "; ".join(dict.fromkeys(clean_text(n, 80) for n in search.undecided[:5]))
        return (), f"Not determinable: whether {asked} covers what the chart holds is not settled: {held}.", False, []
    if query.kind is Kind.ALLERGY and query.compute is not Compute.COUNT and _unasked(search):
        return (), "Not determinable: the chart holds no allergy entry, not even that none are known.", False, []
    if query.compute is Compute.EXISTS and any(fold(a) in _OPEN for a in query.about):
        return (
            (),
            f"Not determinable: {statement[:-1].lower()}; whether there is one now is not said by that.",
            False,
            [],
        )
    if query.compute is Compute.EXISTS and query.about and not contrary and _asks_past(query):
        return (), f"Not determinable: {statement[:-1]}, nor of it in any other state.", False, []
    if search.untested:
        return (), f"Not determinable: no test against {clean_text(search.untested, 80)} gives a verdict.", False, []
    if search.unclear:
        said = "; ".join(f"{r.concept.text} [{r.status or 'no status'}]" for r in contrary[:5])
        held = said or "records without a status"
        told = f"Not determinable: whether it is so now is not recorded. The chart holds: {held}."
        return (), told, False, contrary
    if contrary:
        said = "; ".join(f"{r.concept.text} [{r.status}]" if r.status else r.concept.text for r in contrary[:5])
        statement += f" The chart says: {said}."
    zero: dict[Compute, tuple[Value, ...]] = {
        Compute.EXISTS: (False,), Compute.COUNT: (0,), Compute.COUNT_DISTINCT: (0,)
    }  # fmt: skip
    return zero.get(query.compute, ()), statement, True, contrary


def _unasked(search: _Search) -> bool:
    """No allergy record of any kind: whether there are allergies was never recorded."""
    return not any(result.resources for result in search.results)


def to_evidence(record: Record, kind: Kind, handles: Handles) -> Evidence:
    """A record as the line a planner sees."""
    value, unit = None, None
    if record.reading is not None:
        value, unit = f"{record.reading.comparator or ''}{record.reading.value}", record.reading.unit
    elif record.components:
        parts = [c for c in record.components if c.reading is not None]
        value = ", ".join(f"{c.concept.text} {c.reading.text}" for c in parts if c.reading)
    details = [(slot.value.replace("_", " "), "; ".join(texts)) for slot, texts in record.fields.items() if texts]
    return Evidence(
        handle=handles.record(record.reference),
        reference=record.reference,
        version=record.version,
        kind=kind.value,
        label=record.concept.text,
        date=record.start.raw if record.start else None,
        end=record.end.raw if record.end else None,
        value=value,
        unit=unit,
        status=record.status,
        details=tuple(details),
    )
