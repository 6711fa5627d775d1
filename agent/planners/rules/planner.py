"""RulesPlanner: read, query, look under the kind beside where nothing was found, answer with what findings state."""

from __future__ import annotations

from dataclasses import replace

from agent.decision import CallTool, GiveAnswer
from agent.planners.planner import Decided, PlannerView
from agent.planners.rules.asides import set_aside
from agent.planners.rules.coming import ARRIVED
from agent.planners.rules.compose import IMAGING_WORDS, Parsed
from agent.planners.rules.kinds import MEASURED
from agent.planners.rules.notes import answer_notes, compose_notes
from agent.planners.rules.ordering import decide_instruction, due_conversion, read_plain, tell_converted
from agent.planners.rules.ordering_said import read_said
from agent.planners.rules.stay_reasons import diagnoses_of, stays_with, tell_reasons
from tools.chart_query import Anchor, ChartQuery, Compute, Condition, Kind, Slot, Stay
from tools.concepts.known import known_kinds
from tools.evidence import Finding

_LONGEST = 1_000
"""Characters; the time to read a question grows faster than its length."""
_BESIDE = {
    Kind.LAB: Kind.OBSERVATION,
    Kind.VITAL: Kind.OBSERVATION,
    Kind.OUTPUT: Kind.OBSERVATION,
    Kind.SOCIAL_HISTORY: Kind.OBSERVATION,
    Kind.IMAGING: Kind.REPORT,
    Kind.REPORT: Kind.ORDER,
    Kind.APPOINTMENT: Kind.ENCOUNTER,
    Kind.QUESTIONNAIRE: Kind.OBSERVATION,
    Kind.MEDICATION_ORDERED: Kind.MEDICATION,
    Kind.MEDICATION_ADMINISTERED: Kind.MEDICATION,
}
_AT_VISITS = (Kind.PROCEDURE, Kind.IMMUNIZATION, Kind.CONDITION, *MEASURED, Kind.REPORT, Kind.IMAGING)


class RulesPlanner:
    """Deterministic; needs no model. Says what it did not understand."""

    def __init__(self) -> None:
        self._read: tuple[PlannerView, Parsed] | None = None
        """The view read last: a question is read once, however many steps it takes."""

    @property
    def name(self) -> str:
        """Its name in transcripts."""
        return "rules"

    async def decide(self, view: PlannerView) -> Decided:
        """The queries a question means, one after another; after them, the answer."""
        if len(view.question) > _LONGEST:
            return _abstain(f"The question has {len(view.question)} characters; I read up to {_LONGEST}. Shorten it.")
        if view.repair is not None:
            return _abstain(f"The answer could not be verified: {view.repair}.")
        if (decided := decide_instruction(view)) is not None:
            return decided
        heard = set_aside(view.question, view.overview.index)
        decided = self._decide(replace(view, question=heard.question))
        if not isinstance(decided.decision, GiveAnswer):
            return decided
        beside = tell_reasons(step.finding for step in view.steps if step.finding is not None)
        return replace(decided, aside=" ".join(part for part in (beside, heard.told) if part))

    def _decide(self, view: PlannerView) -> Decided:
        if (notes := compose_notes(view.question)) is not None:
            if not view.steps:
                return Decided(CallTool(tool="search_notes", arguments=notes))
            found = view.steps[-1].finding
            return Decided(answer_notes(view.question, found)) if found else _answer(view, Parsed())
        parsed = self._parse(view)
        if not parsed.queries:
            return _abstain(parsed.reason or "I did not understand the question.")
        if view.steps and view.steps[-1].finding is None:
            return _abstain(view.steps[-1].error or "The query could not be run.")
        decided = _next(view, parsed)
        if isinstance(decided.decision, GiveAnswer) and view.context:
            return _in_unit(view, decided)
        return decided

    def _parse(self, view: PlannerView) -> Parsed:
        known = self._read
        if known is not None and known[0].overview is view.overview and _asks_same(known[0], view):
            return known[1]
        parsed = read_plain(view).read(view)
        self._read = view, parsed
        return parsed


def _in_unit(view: PlannerView, answer: Decided) -> Decided:
    """An answer in the unit the caller wants: converted first where it is in another."""
    unit = read_said(view.context).unit
    found = next((s.finding for s in view.steps if s.finding is not None), None)
    convert = due_conversion(view.steps, (unit,) if unit else (), found) if found is not None else None
    return Decided(convert) if convert is not None and view.tools else tell_converted(answer, view.steps)


def _asks_same(known: PlannerView, view: PlannerView) -> bool:
    return known.question == view.question and known.history is view.history


def _next(view: PlannerView, parsed: Parsed) -> Decided:
    """The query that is due: the next thing asked, or the one just asked of the kind beside."""
    if view.steps:
        last = view.steps[-1].finding
        beside = _look_beside(last) if last is not None else None
        if beside is not None and len(view.steps) < 2 + len(parsed.queries):
            return Decided(_call(beside))
    asked = [s.call.arguments for s in view.steps]
    due = [call for query in parsed.queries if (call := _call(query)).arguments not in asked]
    return Decided(due[0]) if due else _answer(view, parsed)


def _answer(view: PlannerView, parsed: Parsed) -> Decided:
    """Of each question, every finding that selected something; where none did, the first."""
    groups: list[list[Finding]] = [[]]
    calls = [_call(query).arguments for query in parsed.queries]
    for step in view.steps:
        asked = step.call.arguments in calls
        if groups[-1] and asked and parsed.apart:
            groups.append([])
        if groups[-1] and not asked and step.finding is not None and _settles(step.finding, groups[-1][-1]):
            groups[-1].pop()
        groups[-1] += [step.finding] if step.finding is not None else []
    telling = [f for found in groups for f in ([f for f in found if f.total] or found[:1])]
    if not telling:
        return _abstain(view.steps[-1].error or "The query could not be run.")
    return Decided(GiveAnswer(citations=tuple(f.handle for f in telling)))


def _settles(beside: Finding, before: Finding) -> bool:
    """Whether the kind beside tells what the records found could not."""
    return bool(beside.total) and beside.determinable and not before.determinable


def _abstain(reason: str) -> Decided:
    return Decided(GiveAnswer(status="abstained", reason=reason))


def _call(query: ChartQuery) -> CallTool:
    return CallTool(tool="query_chart", arguments=query.model_dump(mode="json", exclude_defaults=True))


def _asks_ever(query: ChartQuery) -> bool:
    """Whether it is asked if there ever was a problem, which some charts keep as a history of it."""
    told = any(name.startswith(("history of ", "family history of ")) for name in query.about)
    return (
        query.kind is Kind.CONDITION
        and query.compute is Compute.EXISTS
        and bool(query.about)
        and not (told or query.where or query.when or query.around)
    )


def _complaint_of(query: ChartQuery) -> ChartQuery | None:
    """Why someone came to the emergency department, where the visit has no reason: the complaint they gave."""
    if query.kind is not Kind.ED_VISIT or query.field is not Slot.REASON or query.among is not None:
        return None
    pick = query.pick
    during = (
        query.during
        if pick.which == "all"
        else Stay(type="ed", which=pick.which, n=pick.n if pick.which == "nth" else None)
    )
    return ChartQuery(kind=Kind.OBSERVATION, about=("chief complaint",), when=query.when, during=during)


def _place_of(query: ChartQuery) -> ChartQuery | None:
    """Where something was done or found, where its record does not say: where the visit was."""
    bounded = query.around is not None or query.during is not None or query.when is not None or query.where
    if query.field is not Slot.LOCATION or query.kind not in _AT_VISITS or bounded or query.pick.skip:
        return None
    which = "first" if query.pick.which == "first" or query.kind is Kind.CONDITION else "last"
    around = Anchor(relation="same_stay", kind=query.kind, about=query.about, pick=which)
    return ChartQuery(kind=Kind.ENCOUNTER, around=around, field=Slot.LOCATION)


def _plans_addressing(query: ChartQuery) -> ChartQuery | None:
    """Of plans, none of which bears the name asked about: those made because of it."""
    if query.field is not None or any(c.field is Slot.REASON for c in query.where):
        return None
    made = tuple(Condition(field=Slot.REASON, value=name) for name in query.about)
    return query.model_copy(update={"about": (), "where": (*query.where, *made)})


def _look_beside(finding: Finding) -> ChartQuery | None:
    """A query that found nothing under one kind, asked of the kind under which some charts keep the same."""
    query = finding.query
    if query is not None and not finding.total and not finding.evidence and _asks_ever(query):
        return query.model_copy(update={"about": tuple(f"history of {name}" for name in query.about)})
    if query is not None and finding.total and not finding.determinable:
        return _place_of(query) or _complaint_of(query) or diagnoses_of(query)
    if query is not None and not finding.total and (stays := stays_with(query)) is not None:
        return stays
    if query is not None and not (finding.total or finding.evidence) and query.kind is Kind.CARE_PLAN and query.about:
        return _plans_addressing(query)
    if finding.total or query is None or query.compute is Compute.COUNT:
        return None
    timed = query.kind is Kind.MEDICATION_ADMINISTERED and query.compute is Compute.TIME
    if finding.evidence and not timed:
        return None
    if query.kind is Kind.REPORT and query.compute is Compute.VALUE:
        return None
    if query.kind is Kind.PROCEDURE and query.compute is Compute.EXISTS and query.about:
        about = tuple(f"history of {name}" for name in query.about)
        return query.model_copy(update={"kind": Kind.CONDITION, "about": about})
    if query.kind in MEASURED and query.around == ARRIVED:
        return query.model_copy(update={"around": None, "during": Stay(type="ed", which="last")})
    if query.kind is Kind.FAMILY_HISTORY and query.about and query.compute is Compute.EXISTS:
        about = tuple(f"family history of {name}" for name in query.about)
        return query.model_copy(update={"kind": Kind.CONDITION, "about": about})
    if query.kind is Kind.LAB and query.about and all(Kind.MEDICATION in known_kinds(n) for n in query.about):
        return None
    beside = _BESIDE.get(query.kind) if query.about or query.where or query.kind is Kind.IMAGING else None
    about = query.about or (IMAGING_WORDS if query.kind is Kind.IMAGING else ())
    return query.model_copy(update={"kind": beside, "about": about}) if beside is not None else None
