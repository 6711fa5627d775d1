"""run_query: a ChartQuery against the bound patient's chart, to a Finding with its receipt."""

from __future__ import annotations

from dataclasses import replace

from tools.chart import ChartContext
from tools.chart_query import UNSAID, ChartQuery, Compute, Condition, Kind, Pick, Slot
from tools.evidence import Finding
from tools.execute.ages import compute_age_in
from tools.execute.around import compute_span
from tools.execute.arrivals import find_arrivals
from tools.execute.bounding import keep_bounded
from tools.execute.citing import asks_growth
from tools.execute.computing import compute_values
from tools.execute.confining import keep_about, keep_among, keep_during, place_in_stay
from tools.execute.contrary import contradict, find_untested, others, refutes
from tools.execute.dying import compute_place
from tools.execute.ends import keep_ended, refuse_future
from tools.execute.finding import Search, asks_past, build_finding
from tools.execute.given import find_only_ordered, tell_uncharted
from tools.execute.growth import OTHER_SIGN, keep_tested, leave_called_off, tell_both_verdicts
from tools.execute.intake import follow_doses, load_intake
from tools.execute.left_out import tell_left_out
from tools.execute.movement import compute_against
from tools.execute.naming import leave_out_solvents, says_none
from tools.execute.ordered import follow_orders
from tools.execute.panels import follow_results
from tools.execute.picking import pick_records
from tools.execute.pressure import BY_SYSTOLIC, pressure_of
from tools.execute.routes import tell_other_names
from tools.execute.runners_up import asks_choice, tell_runners_up
from tools.execute.selection import (
    counts_at_all,
    keep_in_window,
    keep_ongoing,
    keep_where,
    nearest_outside,
    time_key,
)
from tools.execute.stays import STAY_KINDS
from tools.execute.unrecorded import asked_attributes, keep_uncategorized, keep_untold
from tools.execute.yearless import settle_year
from tools.notes.conflicts import REACTED, REACTED_TO, STOPPED, Contradiction, find_contradictions
from tools.records.record import Record
from tools.registry import Handles
from tools.time_window import parse_window

_ROUTINE = frozenset({"386478007", "410188000", "61746007"})
"""SNOMED CT: triage in an emergency center; taking of vital signs."""


async def run_query(chart: ChartContext, query: ChartQuery, handles: Handles) -> Finding:
    """Run a query. Raises ToolError for what the planner can mend, FhirError where the server fails."""
    search = Search(chart, query, handles.previous)
    if _asks_where_died(query) and query.during is not None:
        return await _find_dying(search, STAY_KINDS[query.during.type], handles)
    if query.kind is Kind.PATIENT and (query.field is not None or query.compute is Compute.AGE):
        records = await search.load(Kind.PATIENT)
        await place_in_stay(search)
    else:
        records = await _select(search)
        tell_left_out(search)
    by_start = query.pick.which != "all" and not query.ended
    if by_start and (undated := [r for r in records if r.start is None]) and len(records) > 1:
        search.undated += undated
        search.notes.append(f"{len(undated)} without a date can't be put in order, and are left out")
    picked, tied = pick_records(sorted(records, key=time_key), Pick() if search.compared else query.pick, query.ended)
    if asks_choice(search):
        await tell_runners_up(search, records, picked)
    picked = await follow_results(search, await follow_orders(search, _compare_picked(search, picked)))
    if tied:
        search.notes.append(f"{len(picked)} records tie at that instant; all are given")
    ages = query.compute is Compute.AGE and query.kind is not Kind.PATIENT
    patient = next(iter(await search.load(Kind.PATIENT)), None) if ages else None
    spanned = query.compute is Compute.DURATION and query.around is not None and query.around.relation == "from"
    if search.compared is not None:
        computed = compute_against(query, *search.compared)
    elif spanned:
        computed = compute_span(search.anchors, picked, query.unit)
    elif query.compute is Compute.AGE and query.kind is Kind.PATIENT and query.when:
        window = parse_window(query.when, chart.as_of.wall, chart.date_order)
        computed = compute_age_in(picked, window, chart.as_of)
    else:
        computed = compute_values(query, picked, chart.as_of, patient)
    if (uncharted := await tell_uncharted(search, picked)) is not None:
        computed = replace(computed, problem=uncharted)
    search.notes += computed.notes
    search.contradictions = await _contradicting_notes(search, picked)
    return build_finding(search, picked, computed, handles)


def _asks_where_died(query: ChartQuery) -> bool:
    return query.kind is Kind.PATIENT and query.field is Slot.DEATH and query.compute is Compute.EXISTS


async def _find_dying(search: Search, kind: Kind, handles: Handles) -> Finding:
    """Whether the patient died in a stay of a kind."""
    patients = await search.load(Kind.PATIENT)
    stays = [r for r in await search.load(kind) if counts_at_all(r, kind)]
    computed = compute_place(patients, stays)
    return build_finding(search, list(computed.rests_on), computed, handles)


async def _contradicting_notes(search: Search, picked: list[Record]) -> list[Contradiction]:
    """Notes against what a list says: a reaction to what is no allergy by it, a stop of what is taken by it."""
    query, chart = search.query, search.chart
    if query.kind is Kind.ALLERGY and not picked and query.compute in (Compute.EXISTS, Compute.LIST, Compute.COUNT):
        says_so = any(says_none(r) for r in search.contrary)
        if query.about or says_so:
            return await find_contradictions(chart, query.about, REACTED if query.about else REACTED_TO)
    if query.kind is Kind.MEDICATION and query.compute is Compute.EXISTS and query.about and _asks_state(query):
        starts = sorted((r.start for r in picked if r.start), key=lambda t: t.instant_low)
        return await find_contradictions(chart, query.about, STOPPED, starts[-1]) if starts else []
    return []


async def _select(search: Search) -> list[Record]:
    query = search.query
    found = await (load_intake(search) if query.kind is Kind.INTAKE else search.load(query.kind))
    found = keep_among(search, found)
    found = await keep_about(search, query.kind, query.about, found)
    if query.field is Slot.DOSE and query.about:
        found = leave_out_solvents(found, query.about)
    if query.kind is Kind.INTAKE and query.about and query.among is None:
        found = await follow_doses(search, found)
    if query.not_about:
        left_out = {r.reference for r in await keep_about(search, query.kind, query.not_about, found)}
        found = [r for r in found if r.reference not in left_out]
    told = query.among == "previous_answer"
    denials = set(filter(says_none, found)) if query.kind is Kind.ALLERGY else set()
    search.contrary = tuple(r for r in found if r.standing in ("refuted", "not_done", "planned") or r in denials)
    records = [r for r in found if told or (r not in denials and (counts_at_all(r, query.kind) or _asks_for(query, r)))]
    if query.kind is Kind.PROCEDURE and not query.about:
        records = _leave_out_routine(search, records)
    if query.kind is Kind.ORDER and not query.about and _asks_state(query):
        records = _leave_out_drugs(search, records)
    if query.during is not None:
        records = await keep_during(search, records)
    if query.against and query.when:
        return _select_both(search, keep_where(records, query.where))
    if query.when:
        settled = settle_year(query.when, keep_where(records, query.where))
        search.unbound = settled.problem
        window = parse_window(settled.phrase, search.chart.as_of.wall, search.chart.date_order)
        search.notes += (settled.note,) if settled.note else window.notes
        refuse_future(search, window)
        search.undated += [] if query.ended else [r for r in records if r.start is None]
        records = [] if settled.problem else records
        if query.ended:
            records = keep_ended(search, records, window)
        elif query.ongoing:
            dated = records
            records, search.unsure = keep_ongoing(records, window)
            if records and search.unsure:
                search.notes.append(f"{len(search.unsure)} that began before have no end on record, and are left out")
            search.outside = None if records else nearest_outside(keep_where(dated, query.where), window)
        else:
            search.outside = nearest_outside(keep_where(records, query.where), window)
            records = keep_in_window(records, window)
    elif query.ended:
        records = keep_ended(search, records, None)
    for anchor in (a for a in (query.around, query.until) if a is not None and search.unbound is None):
        named = await keep_about(search, anchor.kind, anchor.about, await search.load(anchor.kind))
        records = keep_bounded(search, records, anchor, named)
    late = _compared_last(query)
    kept = keep_where(records, [c for c in query.where if c not in late])
    kept = leave_called_off(query, kept or find_arrivals(search))
    search.notes += tell_other_names(query.where, records)
    await _leave_untold(search, records, kept)
    if query.compute is Compute.EXISTS and query.about and asks_past(query):
        kept = _leave_resumed(search, records, kept)
    search.contrary += tuple(contradict(query, records, kept))
    if late and (tested := keep_tested(late, kept)) is not None:
        kept = tested
        search.notes += tell_both_verdicts(late, kept)
    if asks_growth(query):
        search.tests = {r.reference: r for r in await search.load(Kind.OBSERVATION)}
    if not kept:
        search.untested = find_untested(query, records)
        search.only_ordered = await find_only_ordered(search)
    if any(c.field is Slot.VALUE and "/" not in c.value for c in query.where) and any(map(pressure_of, records)):
        search.notes.append(BY_SYSTOLIC)
    kept = _leave_out_empty(search, kept) if search.empty else kept
    stateful = query.kind is Kind.APPOINTMENT or _asks_state(query) or asks_past(query)
    search.unclear = stateful and not kept and any(r.standing in ("unknown", "unconfirmed") for r in records)
    if not kept and query.kind is Kind.ALLERGY and query.compute is Compute.LIST and _asks_state(query):
        kept = [r for r in records if r.standing == "unconfirmed"]
    if _asks_state(query) and kept:
        _tell_other_states(search, others(records, kept))
        _tell_unsaid(search, kept)
    return kept


def _tell_other_states(search: Search, left: list[Record]) -> None:
    """What is said beside records in the state asked about: those that nobody confirmed, and how many keep no state."""
    search.unconfirmed = tuple(r for r in left if r.standing == "unconfirmed")
    if untold := [r for r in left if r.standing == "unknown"]:
        search.notes.append(f"{len(untold)} whose status then is not on record left out")


def _tell_unsaid(search: Search, kept: list[Record]) -> None:
    """How many of what is told as being there keep no status that says so."""
    if unsaid := sum(r.standing == "unknown" for r in kept):
        of = "" if unsaid == len(kept) else f"of {unsaid} of {len(kept)} "
        search.notes.append(f"{of}no status is on record, so that it may be over")


def _select_both(search: Search, records: list[Record]) -> list[Record]:
    """The records of the two times that are set against each other; what is asked of them is noted with the search."""
    query, as_of = search.query, search.chart.as_of.wall
    windows = [
        parse_window(phrase, as_of, search.chart.date_order) for phrase in (query.against or "", query.when or "")
    ]
    search.notes += [note for window in windows for note in window.notes]
    later, _ = pick_records(sorted(keep_in_window(records, windows[1]), key=time_key), query.pick)
    search.compared = (keep_in_window(records, windows[0]), later)
    return [*search.compared[0], *search.compared[1]]


async def _leave_untold(search: Search, records: list[Record], kept: list[Record]) -> None:
    """What may be meant by the filters and does not carry the attribute that they are on."""
    late = _compared_last(search.query)
    search.untold = keep_untold(records, [c for c in search.query.where if c not in late])
    if not kept and not search.untold:
        search.untold = keep_uncategorized(search.query, await search.load(search.query.kind))
    if kept and search.untold:
        slots = " or ".join(s.value.replace("_", " ") for s in asked_attributes(search.query.where))
        search.notes.append(f"{len(search.untold)} with no {slots} on record left out")


def _compared_last(query: ChartQuery) -> list[Condition]:
    """Comparisons made after the pick: "is her last potassium above 5?" asks of the last, not of the last above 5."""
    if query.compute is not Compute.EXISTS or query.pick.which == "all":
        return []
    return [c for c in query.where if c.field in (Slot.VALUE, Slot.INTERPRETATION, Slot.SUSCEPTIBILITY)]


def _compare_picked(search: Search, picked: list[Record]) -> list[Record]:
    late = _compared_last(search.query)
    kept = keep_where(picked, late)
    if late and kept:
        search.failing = others(picked, kept)
    if late and not kept:
        search.incomparable += [r for r in picked if not refutes(r, late)]
        search.contrary += tuple(picked)
        search.untold = keep_untold(picked, [c for c in late if c.value not in OTHER_SIGN])
    return kept


def _leave_resumed(search: Search, records: list[Record], kept: list[Record]) -> list[Record]:
    """Nothing is over that another record says is still so: an order that was stopped and written anew."""
    current = [r for r in others(records, kept) if r.standing == "current"]
    if not current:
        return kept
    search.contrary += tuple(current)
    return []


def _asks_state(query: ChartQuery) -> bool:
    return any(c.field is Slot.STATUS and c.value.casefold() in ("active", "current", UNSAID) for c in query.where)


def _asks_for(query: ChartQuery, record: Record) -> bool:
    """Whether a query asks for the very standing that keeps a record from counting: "which allergy was refuted"."""
    asked = {c.value.casefold() for c in query.where if c.field is Slot.STATUS and c.op == "="}
    return record.standing != "void" and bool(asked & {record.standing, *(record.status or "").split(", ")})


def _leave_out_routine(search: Search, records: list[Record]) -> list[Record]:
    """Procedures without triage and the taking of vital signs, which are charted as such but are no interventions."""
    kept = [r for r in records if not any(c.code in _ROUTINE for c in r.concept.codings)]
    if len(kept) < len(records):
        search.notes.append("triage and the taking of vital signs are left out")
    return kept


def _leave_out_drugs(search: Search, records: list[Record]) -> list[Record]:
    """Of the orders that stand open those of drugs are left out, which go on: they are what the patient takes."""
    kept = [r for r in records if Kind.MEDICATION not in r.kinds]
    if kept and len(kept) < len(records):
        search.notes.append("drug orders are left out; they are told as medications")
    return kept or records


def _leave_out_empty(search: Search, records: list[Record]) -> list[Record]:
    """The records without those whose part that is asked about holds no value."""
    search.valueless = [r for r in records if r in search.empty]
    if search.valueless and len(search.valueless) < len(records):
        search.notes.append(f"{len(search.valueless)} without a value left out")
    return [r for r in records if r not in search.empty]
