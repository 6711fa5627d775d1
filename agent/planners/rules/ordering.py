"""Instructions: look up what an order depends on, decide by code, draft what is due. Where a word is not understood,
nothing is drafted. And questions whose names the caller gave codes for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from agent.decision import CallTool, GiveAnswer
from agent.planners.planner import Decided, PlannerView, Step
from agent.planners.rules.compose import Parsed
from agent.planners.rules.ordering_conditions import Verdict
from agent.planners.rules.ordering_dosing import Dose, read_route
from agent.planners.rules.ordering_parts import find_patient, split_instruction
from agent.planners.rules.ordering_reading import Instruction, Order, read_instruction
from agent.planners.rules.ordering_said import Alias, Said, by_code, read_said, with_aliases
from agent.planners.rules.parts import read_parts
from tools.chart_query import ChartQuery, Compute, Pick
from tools.drafts.draft import Code, Draft, MedicationDraft, ObservationDraft, ServiceDraft
from tools.drafts.tool import NAME as DRAFT_ORDER
from tools.evidence import Finding
from tools.overview import Overview
from tools.units import to_ucum

_AS_TOLD = (Compute.VALUE, Compute.LIST)
_IN_YEARS = re.compile(r",? \(?in (?:(?:whole|full|completed?) )?years\)?,?", re.IGNORECASE)
_AGE = re.compile(r"\b(?:age|how old)\b", re.IGNORECASE)
_HOURS = re.compile(r"(?<![\w./])(\d+) ?(?:h|hrs?)\b", re.IGNORECASE)
"""A span of time, and no part of a name: not the end of a code, nor "mg/24 hr"."""
_CONVENTION = re.compile(r"(?:^|(?<=[.?!;]) *)[^.?!;]*\b(?:answer|reply|respond|return)\b[^?]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Plain:
    """A question as the readers take it, with what the caller gives codes for."""

    question: str
    overview: Overview
    said: Said

    def read(self, view: PlannerView) -> Parsed:
        """The queries it means, by the codes given."""
        parsed = read_parts(self.question, self.overview, view.history)
        return replace(parsed, queries=tuple(by_code(query, self.said) for query in parsed.queries))


def read_plain(view: PlannerView, question: str | None = None) -> Plain:
    """A question without the patient's own number and without how to answer, where the caller says so."""
    text = view.question if question is None else question
    said = read_said(f"{view.context}\n{text}")
    named = find_patient(text)
    if named is not None and not named.isdigit() and named in view.overview.patient:
        parts = split_instruction(text)
        text = parts.unquote(" ".join(f"{s.rstrip('?')}?" for s in parts.sentences))
    if said.absent is not None and (rest := _CONVENTION.sub("", text).strip()):
        text = rest
    text = _IN_YEARS.sub("", text) if _AGE.search(text) else text
    text = _HOURS.sub(r"\1 hours", text)
    return Plain(text, with_aliases(view.overview, said), said)


def decide_instruction(view: PlannerView) -> Decided | None:
    """The next step of an instruction; None where the question is none, or nothing may be drafted here."""
    known = [s for s in view.steps if s.call.tool == DRAFT_ORDER]
    if not known and not any(tool.name == DRAFT_ORDER for tool in view.tools):
        return None
    instruction = read_instruction(view.question, view.context, view.as_of)
    if instruction is None:
        return None
    if instruction.fault is not None:
        return _abstain(f"Nothing was drafted: {instruction.fault}.")
    if instruction.patient is not None and instruction.patient not in view.overview.patient:
        return _abstain(f"The instruction names patient {instruction.patient}, but this chart is another patient's.")
    return _Carrying(view, instruction).next()


@dataclass(frozen=True)
class _Carrying:
    """An instruction being carried out."""

    view: PlannerView
    instruction: Instruction

    def next(self) -> Decided:
        view = self.view
        if view.steps and view.steps[-1].finding is None:
            return _abstain(f"Nothing was drafted: {view.steps[-1].error}")
        queries, fault = self._queries()
        if fault is not None:
            return _abstain(f"Nothing was drafted: {fault}")
        looked = len(view.steps)
        if looked < len(queries):
            return Decided(call_query(queries[looked]))
        found = [s.finding for s in view.steps if s.finding is not None and s.call.tool == "query_chart"]
        if any(not f.determinable or not f.receipt.complete for f in found):
            return _abstain(
                f"Nothing was drafted: "
                f"{next(f.statement for f in found if not f.determinable or not f.receipt.complete)}"
            )
        looked_at = {id(mine[0]): mine[0] for o in self.instruction.orders if (mine := self._bearing(o, found))}
        if len(looked_at) == 1 and (convert := due_conversion(view.steps, self._units(), *looked_at.values())):
            return Decided(convert)
        return self._draft(found)

    def _queries(self) -> tuple[list[ChartQuery], str | None]:
        queries: list[ChartQuery] = []
        for question in self.instruction.questions:
            parsed = read_plain(self.view, question).read(self.view)
            if not parsed.queries:
                return [], parsed.reason or "I did not understand the question."
            queries += [_to_last(query) for query in parsed.queries]
        return queries, None

    def _units(self) -> tuple[str, ...]:
        """The units in which bounds and doses are told."""
        orders, dosing = self.instruction.orders, self.instruction.dosing
        units = [o.given.unit for o in orders if o.given is not None and o.given.unit]
        if dosing is not None and any(o.wanted.by_dosing for o in orders):
            units += [*([dosing.unit] if dosing.unit else []), *dosing.same_units]
        return tuple(dict.fromkeys(units))

    def _draft(self, found: Sequence[Finding]) -> Decided:
        drafts: list[Draft] = []
        recorded = self.instruction.recorded
        if recorded is not None:
            drafts.append(ObservationDraft(what=_to_code(recorded.what), value=recorded.value))
        for order in self.instruction.orders:
            draft = self._decide(order, self._bearing(order, found))
            if isinstance(draft, str):
                return _abstain(f"Nothing was drafted: {draft}.")
            drafts += [draft] if draft is not None else []
        done = [s for s in self.view.steps if s.call.tool == DRAFT_ORDER]
        if len(done) < len(drafts):
            return Decided(CallTool(tool=DRAFT_ORDER, arguments=_arguments(drafts[len(done)])))
        answer = Decided(
            GiveAnswer(citations=tuple(s.finding.handle for s in self.view.steps if s.finding is not None))
        )
        values = tuple(value for finding in found for value in finding.values)
        return replace(answer, decision=answer.decision.model_copy(update={"values": values})) if found else answer

    def _bearing(self, order: Order, found: Sequence[Finding]) -> Sequence[Finding]:
        """What was looked up for an order: what its condition names, values first; none where several may be meant."""
        of = order.given.of if order.given is not None else None
        mine = [f for f in found if f.query is not None and (of is None or f.query.about == (of,))]
        if len({f.query.about for f in mine if f.query is not None}) > 1:
            return []
        return sorted(mine, key=lambda f: f.query is None or f.query.compute is Compute.TIME)

    def _decide(self, order: Order, found: Sequence[Finding]) -> Draft | str | None:
        """The draft that is due; None where none is, else why that can't be told."""
        verdict = self._judge(order, found)
        name = order.wanted.what.name
        if verdict == "unsaid":
            return f"whether {name} is due can't be told from what was found and said"
        if verdict == "unmet":
            return None
        wanted = order.wanted
        if wanted.sort == "service":
            return ServiceDraft(
                what=_to_code(wanted.what), note=wanted.note, when=wanted.when, priority=wanted.priority
            )
        dose = self._dose(order, found)
        if dose is None:
            return f"no dose of {name} is told for that value"
        route = dose.route or read_route(f"{wanted.what.name} {self.view.question}")
        return MedicationDraft(what=_to_code(wanted.what), dose=dose.amount, over=dose.over, route=route,
                               note=wanted.note, when=wanted.when, priority=wanted.priority)  # fmt: skip

    def _dose(self, order: Order, found: Sequence[Finding]) -> Dose | None:
        if not order.wanted.by_dosing:
            return order.wanted.dose
        value, dosing = self._value(found), self.instruction.dosing
        dose = dosing.dose_for(value) if dosing is not None and value is not None else None
        return dose if isinstance(dose, Dose) else None

    def _judge(self, order: Order, found: Sequence[Finding]) -> Verdict:
        given, dosing = order.given, self.instruction.dosing
        if given is not None and not found:
            return "unsaid"
        absent = bool(found) and found[0].total == 0
        if given is None:
            return self._judge_dosing(found) if order.wanted.by_dosing else "met"
        if given.sort in ("older", "absent") and absent:
            return "met"
        if given.sort == "absent" or absent:
            return "unmet"
        if given.sort == "older":
            dates = {row.date for row in found[0].evidence if row.reference in found[0].rests_on}
            return given.judge_date(next(iter(dates)) or "", self.view.as_of) if len(dates) == 1 else "unsaid"
        if given.sort == "low":
            return self._judge_dosing(found)
        value = self._value(found)
        verdict = given.judge_value(value) if value is not None else "unsaid"
        needless = (
            verdict == "met" and order.wanted.by_dosing and dosing is not None and self._judge_dosing(found) == "unmet"
        )
        return "unsaid" if needless else verdict

    def _judge_dosing(self, found: Sequence[Finding]) -> Verdict:
        """Whether the value is one for which the dosing instructions give a dose."""
        if found and found[0].total == 0:
            return "unmet"
        value, dosing = self._value(found), self.instruction.dosing
        if value is None or dosing is None:
            return "unsaid"
        dose = dosing.dose_for(value)
        return "met" if isinstance(dose, Dose) else "unmet" if dose == "none" else "unsaid"

    def _value(self, found: Sequence[Finding]) -> Decimal | None:
        """The one number looked up, in the unit that bounds and doses are told in; None where there is none such."""
        if not found:
            return None
        first, units = found[0], self._units()
        handles = {row.handle for row in first.evidence}
        calculated = [s for s in self.view.steps if s.call.tool == "calculate"]
        converted = next((s.finding for s in calculated if s.call.arguments["inputs"]["value"] in handles), None)
        if converted is None and units and not {to_ucum(u) for u in _units(first)} <= {to_ucum(u) for u in units}:
            return None
        values = (converted or first).values
        number = values[0] if len(values) == 1 else None
        return Decimal(str(number)) if isinstance(number, int | float) and not isinstance(number, bool) else None


def _to_last(query: ChartQuery) -> ChartQuery:
    """Whether there is a result, as that result: an order may depend on it."""
    if query.compute is not Compute.EXISTS or not query.about:
        return query
    return query.model_copy(update={"compute": Compute.VALUE, "pick": Pick(which="last")})


def due_conversion(steps: Sequence[Step], units: Sequence[str], finding: Finding) -> CallTool | None:
    """The conversion that a value told needs, where it has a unit and none of those wanted; to the first of them."""
    if not units or any(s.call.tool == "calculate" for s in steps):
        return None
    if finding.query is None or finding.query.compute not in _AS_TOLD or len(finding.values) != 1:
        return None
    rows = [row for row in finding.evidence if row.reference in finding.rests_on]
    if len(rows) != 1 or not rows[0].unit or to_ucum(rows[0].unit) in map(to_ucum, units):
        return None
    return CallTool(
        tool="calculate", arguments={"what": "convert", "inputs": {"value": rows[0].handle}, "unit": units[0]}
    )


def call_query(query: ChartQuery) -> CallTool:
    """A query as a call."""
    return CallTool(tool="query_chart", arguments=query.model_dump(mode="json", exclude_defaults=True))


def tell_converted(decided: Decided, steps: Sequence[Step]) -> Decided:
    """An answer with the value in the unit that was wanted, where it was converted."""
    answer = decided.decision
    converted = [s.finding for s in steps if s.call.tool == "calculate" and s.finding is not None]
    if not converted or not isinstance(answer, GiveAnswer) or answer.status != "answered":
        return decided
    queried = [s.finding for s in steps if s.call.tool == "query_chart" and s.finding is not None]
    values = (*converted[0].values, *(v for f in queried[1:] for v in f.values))
    return replace(decided, decision=answer.model_copy(update={"values": values}))


def _units(finding: Finding) -> set[str]:
    return {row.unit or "" for row in finding.evidence if row.reference in finding.rests_on}


def _to_code(alias: Alias) -> Code:
    return Code(name=alias.name, code=alias.code, system=alias.system)


def _arguments(draft: Draft) -> dict[str, Any]:
    return {"draft": {**draft.model_dump(mode="json", exclude_none=True), "sort": draft.sort}}


def _abstain(reason: str) -> Decided:
    return Decided(GiveAnswer(status="abstained", reason=reason))
