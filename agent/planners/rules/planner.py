"""RulesPlanner: parse, query, widen once where nothing was found, answer with what the findings state."""

from __future__ import annotations

from agent.decision import CallTool, GiveAnswer
from agent.planners.planner import Decided, PlannerView
from agent.planners.rules.follow_up import parse_follow_up
from agent.planners.rules.parse import parse_question
from tools.chart_query import ChartQuery, Compute, Kind
from tools.evidence import Finding

_WIDER = {
    Kind.LAB: Kind.OBSERVATION,
    Kind.VITAL: Kind.OBSERVATION,
    Kind.OUTPUT: Kind.OBSERVATION,
    Kind.SOCIAL_HISTORY: Kind.OBSERVATION,
    Kind.HOSPITAL_STAY: None,
}


class RulesPlanner:
    """Deterministic; needs no model. Says what it did not understand."""

    @property
    def name(self) -> str:
        """Its name in transcripts."""
        return "rules"

    async def decide(self, view: PlannerView) -> Decided:
        """The query a question means; after it, the answer."""
        if view.repair is not None:
            return _abstain(f"The answer could not be verified: {view.repair}.")
        if not view.steps:
            return self._first(view)
        last = view.steps[-1]
        if last.finding is None:
            return _abstain(last.error or "The query could not be run.")
        if len(view.steps) == 1 and (wider := _widen(last.finding)) is not None:
            return Decided(_call(wider))
        found = [s.finding for s in view.steps if s.finding is not None]
        best = next((f for f in reversed(found) if f.total), found[0])
        return Decided(GiveAnswer(citations=(best.handle,)))

    def _first(self, view: PlannerView) -> Decided:
        follow_up = parse_follow_up(view.question, view.history, view.overview)
        if follow_up is not None:
            return Decided(_call(follow_up))
        parsed = parse_question(view.question, view.overview)
        if parsed.query is None:
            return _abstain(parsed.reason or "I did not understand the question.")
        return Decided(_call(parsed.query))


def _abstain(reason: str) -> Decided:
    return Decided(GiveAnswer(status="abstained", reason=reason))


def _call(query: ChartQuery) -> CallTool:
    return CallTool(tool="query_chart", arguments=query.model_dump(mode="json", exclude_defaults=True))


def _widen(finding: Finding) -> ChartQuery | None:
    """A query that found nothing under one kind, asked of the wider kind."""
    query = finding.query
    if finding.total or query is None or not query.about or query.compute is Compute.COUNT:
        return None
    wider = _WIDER.get(query.kind)
    return query.model_copy(update={"kind": wider}) if wider is not None else None
