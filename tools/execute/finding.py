"""Finding: what a query gathered, told with its receipt; absence is said only where it is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tools.chart import ChartContext
from tools.chart_query import ChartQuery, Compute, Kind, Slot
from tools.concepts.match import fold
from tools.evidence import Evidence, Finding, Value, clean_text
from tools.execute.attributes import Computed
from tools.execute.citing import cite_record
from tools.execute.growth import same_drug, verdicts_of
from tools.execute.selection import texts_of
from tools.execute.stays import StayScope
from tools.execute.unrecorded import asked_attributes
from tools.execute.wording import describe_record, kind_name, list_lines, state_absence, state_finding
from tools.fhir.client import SearchResult
from tools.notes.conflicts import Contradiction
from tools.records.loading import load_records
from tools.records.record import Record
from tools.records.sorting_out import Excluded
from tools.registry import Handles

_SHOWN = 20
_OPEN = frozenset({"pregnancy", "pregnant"})
"""What a chart that does not mention it leaves open."""


@dataclass
class Search:
    """What one query gathers on its way."""

    chart: ChartContext
    query: ChartQuery
    previous: tuple[str, ...] = ()
    """What the answer of the turn before rests on."""
    results: list[SearchResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scope: StayScope | None = None
    anchors: list[Record] = field(default_factory=list)
    """The records that bound the search in time."""
    compared: tuple[list[Record], list[Record]] | None = None
    """The records of two times, of which one is set against the other."""
    unbound: str | None = None
    """Why nothing bounds it: there is no such record, or no order of time."""
    contrary: tuple[Record, ...] = ()
    """Records on the matter that say it is not so: refuted, not done, none known."""
    undecided: tuple[str, ...] = ()
    """Names in the chart that may be of what is asked about, which nothing at hand settles."""
    undated: list[Record] = field(default_factory=list)
    """Records on the matter without a date, where a time or an order is asked."""
    unsure: list[Record] = field(default_factory=list)
    """Records of what began before the time asked about and whose end is not recorded."""
    incomparable: list[Record] = field(default_factory=list)
    """Records picked whose value is words or a mere bound, which settles the comparison neither way."""
    empty: frozenset[Record] = frozenset()
    """Records of the name asked about that hold no value."""
    valueless: list[Record] = field(default_factory=list)
    """Those of them that the query selects."""
    untold: list[Record] = field(default_factory=list)
    """Records that may be meant and don't carry the attribute that is filtered on."""
    only_ordered: list[Record] = field(default_factory=list)
    """Orders of what is asked as given, where no dose at all is on record."""
    failing: list[Record] = field(default_factory=list)
    """Of several picked, where some meet the comparison, those that don't."""
    untested: str | None = None
    """A drug that no culture found was tested against."""
    tests: dict[str, Record] = field(default_factory=dict)
    """By reference the Observations that a culture consists of, where they are asked after."""
    contradictions: list[Contradiction] = field(default_factory=list)
    """What notes say to the contrary."""
    unconfirmed: tuple[Record, ...] = ()
    """Records on the matter that nobody confirmed, told beside those that stand."""
    outside: Record | None = None
    """What matches beside the time asked about, nearest to it: told where nothing within does."""
    unclear: bool = False
    """Records on the matter keep no status, or an unconfirmed one, so that "now" can't be told."""
    left_out: dict[Kind, tuple[Excluded, ...]] = field(default_factory=dict)
    """By kind: records that are on the chart and do not count."""
    numbers: dict[Kind, int] = field(default_factory=dict)
    """By kind: how many records stood."""

    async def load(self, kind: Kind) -> list[Record]:
        loaded = await load_records(self.chart, kind)
        self.left_out[kind], self.numbers[kind] = loaded.excluded, len(loaded.records)
        self.results += [r for r in loaded.results if not any(r is known for known in self.results)]
        return list(loaded.records)


def asks_past(query: ChartQuery) -> bool:
    """Whether it is asked if something is over, which says that there was something."""
    asked = {c.value.casefold() for c in query.where if c.field is Slot.STATUS and c.op == "="}
    return bool(asked & {"resolved", "stopped", "inactive", "completed", "ended", "on-hold"})


def build_finding(search: Search, picked: list[Record], computed: Computed, handles: Handles) -> Finding:
    query = search.query
    receipt = search.chart.receipt(search.results)
    resting, values, statement, known = picked, computed.values, "", computed.problem is None
    if computed.problem:
        values = ()
    if picked:
        statement = state_finding(query, computed, picked)
        resting = [*computed.rests_on, *search.unconfirmed]
        if search.unconfirmed:
            statement += f" Unconfirmed: {list_lines(query, search.unconfirmed)}."
    if picked and search.failing:
        statement, values, resting = _tell_some(search, picked), (), [*picked, *search.failing]
    elif not picked:
        values, statement, known, resting = _absence(search, computed, receipt.complete, receipt.reasons)
    if picked and not receipt.complete and query.compute is not Compute.EXISTS:
        known, values = False, ()
        statement = f"Not determinable: not everything could be read ({'; '.join(receipt.reasons)}). Seen: {statement}"
    if search.contradictions and known:
        said = "; ".join(c.text for c in search.contradictions[:3])
        statement = f"Not determinable: the chart contradicts itself. By its list: {statement} By a note: {said}."
        known, values, resting = False, (), [*resting, *(c.record for c in search.contradictions[:3])]
    if search.notes:
        statement += " (" + "; ".join(clean_text(n) for n in dict.fromkeys(search.notes)) + ")"
    stays = search.scope.stays if search.scope else ()
    bounding = [*search.anchors, *(stays if len(stays) == 1 else ())]
    cited = {r.reference: cite_record(query, r, search.tests) for r in resting}
    shown = list(dict.fromkeys((*picked, *resting)))
    return Finding(
        handle=handles.finding(),
        tool="query_chart",
        query=query,
        evidence=tuple(to_evidence(r, _kind_of(r, query.kind), handles) for r in shown[:_SHOWN]),
        total=len(picked),
        statement=statement,
        values=values,
        determinable=known,
        rests_on=tuple(dict.fromkeys([*(ref for refs in cited.values() for ref in refs), *_references(bounding)])),
        retrieved=tuple(dict.fromkeys(ref for r in (*shown, *stays, *search.anchors) for ref in _retrieved(r, cited))),
        receipt=receipt,
        notes=tuple(dict.fromkeys(search.notes)),
    )


def _references(records: Sequence[Record]) -> list[str]:
    return [r.reference for r in records]


def _tell_some(search: Search, met: list[Record]) -> str:
    """Which of the records picked meet the comparison, where not all do."""
    of, query = len(met) + len(search.failing), search.query
    return f"{len(met)} of {of}: {list_lines(query, met)}. Not so: {list_lines(query, search.failing)}."


def _tell_untold(search: Search) -> str:
    number = len(search.untold)
    asked = asked_attributes(search.query.where)
    such = "such " if any(texts_of(r, slot) for r in search.untold for slot in asked) else ""
    slots = such + " or ".join(s.value.replace("_", " ") for s in asked)
    return (
        f"Not determinable: {number} {kind_name(search.query.kind, number)} that may be meant"
        f" {'has' if number == 1 else 'have'} no {slots} on record, and no other is recorded so."
    )


def _kind_of(record: Record, asked: Kind) -> Kind:
    """The kind asked for, or its own where it only comes along: a note, the patient."""
    return asked if asked in record.kinds else min(record.kinds)


def _retrieved(record: Record, cited: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The record and what was followed to name it; what it was given for only where that was asked."""
    yield record.reference
    yield from (link for link in record.links if not link.startswith(("Condition/", "Goal/")))
    yield from cited.get(record.reference, ())


def _absence(
    search: Search, computed: Computed, complete: bool, reasons: Sequence[str]
) -> tuple[tuple[Value, ...], str, bool, list[Record]]:
    """Values, statement, whether it is known, and the records that say so, of a query that selected nothing."""
    query = search.query
    statement = state_absence(query, complete, reasons)
    if not complete:
        return (), statement, False, []
    contrary = list(search.contrary)
    if search.unbound:
        return (), f"Not determinable: {search.unbound}.", False, list(contrary)
    if search.undecided:
        asked = " or ".join(f'"{clean_text(a, 80)}"' for a in query.about)
        held = "; ".join(dict.fromkeys(clean_text(n, 80) for n in search.undecided[:5]))
        return (), f"Not determinable: whether {asked} covers what the chart holds is not settled: {held}.", False, []
    if query.kind is Kind.ALLERGY and query.compute is not Compute.COUNT and _unasked(search):
        return (), "Not determinable: the chart holds no allergy entry, not even that none are known.", False, []
    if search.untold:
        return (), _tell_untold(search), False, []
    if query.compute is Compute.EXISTS and any(fold(a) in _OPEN for a in query.about):
        return (
            (),
            f"Not determinable: {statement[:-1].lower()}; whether there is one now is not said by that.",
            False,
            [],
        )
    if query.compute is Compute.EXISTS and query.about and not contrary and asks_past(query):
        return (), f"Not determinable: {statement[:-1]}, nor of it in any other state.", False, []
    if search.undated:
        held = "; ".join(describe_record(query, r) for r in search.undated[:3])
        told = f"Not determinable: {len(search.undated)} on the matter carry no date ({held})."
        return (), told, False, search.undated[:3]
    if search.unsure:
        held = "; ".join(describe_record(query, r) for r in search.unsure[-3:])
        return (), f"Not determinable: what began before then has no end on record ({held}).", False, search.unsure[-3:]
    if search.only_ordered:
        number = len(search.only_ordered)
        orders = f"{number} {kind_name(Kind.MEDICATION_ORDERED, number)}: {list_lines(query, search.only_ordered)}"
        return (), f"Not determinable: no dose given is on record then, only {orders}.", False, search.only_ordered
    if search.valueless:
        return (
            (),
            f"Not determinable: {list_lines(query, search.valueless)}: no value recorded.",
            False,
            search.valueless,
        )
    if search.incomparable:
        told = f"Not determinable: {list_lines(query, search.incomparable)} can't be compared with that."
        return (), told, False, search.incomparable
    if contrary and query.compute is Compute.EXISTS and query.pick.which != "all":
        return (False,), f"No: {list_lines(query, contrary)}.", True, contrary
    if search.untested:
        return (), f"Not determinable: no test against {clean_text(search.untested, 80)} gives a verdict.", False, []
    if search.unclear:
        said = "; ".join(f"{r.concept.text} [{r.status or 'no status'}]" for r in contrary[:5])
        held = said or "records without a status"
        told = f"Not determinable: whether it is so now is not recorded. The chart holds: {held}."
        return (), told, False, contrary
    if not contrary and (unnamed := _of_no_organism(query)) is not None:
        return (), state_absence(unnamed, complete, reasons), True, []
    if contrary:
        said = "; ".join(_say_contrary(query, r) for r in contrary[:5])
        statement += f" The chart says: {said}."
    if search.outside is not None and search.outside not in contrary:
        statement += f" The nearest is {describe_record(query, search.outside)}."
        contrary.append(search.outside)
    zero: dict[Compute, tuple[Value, ...]] = {
        Compute.EXISTS: (False,), Compute.COUNT: (0,), Compute.COUNT_DISTINCT: (0,)
    }  # fmt: skip
    return zero.get(query.compute, ()), statement, True, contrary


def _of_no_organism(query: ChartQuery) -> ChartQuery | None:
    """The query for an organism alone, of one whether it is susceptible, which no yes or no answers where none grew."""
    named = any(c.field is Slot.ORGANISM and c.op == "=" for c in query.where)
    rest = tuple(c for c in query.where if c.field is not Slot.SUSCEPTIBILITY)
    asked = query.compute is Compute.EXISTS and named and len(rest) < len(query.where)
    return query.model_copy(update={"where": rest}) if asked else None


def _say_contrary(query: ChartQuery, record: Record) -> str:
    """A record that says it is not so: with its verdict on the drug asked about, else with its status."""
    drugs = [c.value.rpartition(": ")[0] for c in query.where if c.field is Slot.SUSCEPTIBILITY]
    verdicts = [f"{name} {said}" for name, said in verdicts_of(record) if any(d and same_drug(d, name) for d in drugs)]
    told = verdicts or ([record.status] if record.status else [])
    return clean_text(record.concept.text, 160) + (f" [{', '.join(told)}]" if told else "")


def _unasked(search: Search) -> bool:
    """No allergy record of any kind by then: whether there are allergies was not recorded."""
    undated = any(e.cause == "undated" for e in search.left_out.get(Kind.ALLERGY, ()))
    return not search.numbers.get(Kind.ALLERGY) and not undated


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
