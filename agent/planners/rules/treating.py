"""Treating: follow-ups from a problem to what was done for it, and from what was done to the problem."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.planners.planner import Turn
from agent.planners.rules.compose import Parsed, compose_query
from agent.planners.rules.concepts import kinds_of, names_a_class
from agent.planners.rules.kinds import DRUGS, STAYS, choose_kind
from agent.planners.rules.sketch import Sketch
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Pick, Slot

FRAGMENT = re.compile(
    r"^(?:[| ])*(?:to|for|on|with|in|from|because of|due to)\b(?!.*\b(?:is|was|are|were|did|does|do|has|have|had)\b)"
)
"""A name and no verb: "to nuts?", "for pain?"."""
WHY = r"(?:for|because of|due to|to treat|about|against) (?:it|that|this|them|those|these|the same)"
_GIVEN = r"given|gave|prescribed|started|used|treated|got|get"
_OF_THEM = r"of (?:them|those|these)|among (?:them|those|these)"
_TREATING = (*DRUGS, *STAYS, Kind.PROCEDURE, Kind.ORDER, Kind.IMAGING)


def recovered_from(sketch: Sketch, last: ChartQuery) -> ChartQuery | None:
    """ "When did it heal?" after the drugs given for a problem asks of the problem."""
    reasons = tuple(c.value for c in last.where if c.field is Slot.REASON)
    if (
        not reasons
        or last.kind is Kind.CONDITION
        or not sketch.says("heal(?:ed)?|recover(?:ed)?|clear(?:ed)? up|g[eo]t over|go(?:es)? away|went away|gone|over")
    ):
        return None
    return compose_query(sketch, sketch.asks[0], Kind.CONDITION).model_copy(update={"about": reasons})


def names_reason(sketch: Sketch, last: ChartQuery) -> bool:
    """ "For pain?", "which of them are for hypertension?", after drugs."""
    behind = re.search(r"\bfor (?:(?:an?|the|his|her|my|their) )?C\d", sketch.text) is not None
    of_told = sketch.says(_OF_THEM) or FRAGMENT.search(sketch.text) is not None
    return behind and of_told and last.kind in (*DRUGS, Kind.PROCEDURE, Kind.ORDER)


def for_reason(sketch: Sketch, last: ChartQuery) -> ChartQuery:
    spans = (*sketch.named, *sketch.reasons)
    reasons = tuple(Condition(field=Slot.REASON, value=span.text) for span in spans)
    among = "previous_answer" if sketch.says(_OF_THEM) else last.among
    if not sketch.says(_OF_THEM) and Kind.CONDITION not in kinds_of(spans):
        return last.model_copy(update={"compute": Compute.LIST, "field": Slot.REASON, "pick": Pick()})
    compute = Compute.LIST if sketch.says(_OF_THEM) else Compute.EXISTS
    kept = tuple(c for c in last.where if c.field is not Slot.REASON)
    update = {"where": (*kept, *reasons), "among": among, "compute": compute, "field": None, "pick": Pick()}
    return last.model_copy(update=update)


def asks_treatment(sketch: Sketch, last: ChartQuery) -> bool:
    """ "What does she take for it?", "was he admitted for that?", after a problem or a finding."""
    cues = {*sketch.nouns, *sketch.verbs}
    given = sketch.says(rf"(?:did|do|does|was|were) (?:they|we|he|she|you) (?:ever )?(?:give|use|get)\b.* {WHY}")
    if not last.about or last.kind in DRUGS or not (given or cues & {*_TREATING}):
        return False
    if sketch.says(WHY):
        return True
    given = bool(cues & {*DRUGS}) and last.kind is Kind.CONDITION
    alone = sketch.when is None and sketch.stay is None and sketch.around is None
    alone = alone and not (sketch.nouns and sketch.says("he|she|i|they|we|you|patient"))
    return given and (sketch.leans or (alone and sketch.says(_GIVEN))) and not sketch.named


def problems_told(sketch: Sketch, last: ChartQuery, turn: Turn) -> tuple[str, ...]:
    """What "for it" means after the reason of a stay ("what is she getting for it?"), or after drugs for a problem."""
    cues = {*sketch.nouns, *sketch.verbs}
    if not sketch.says(WHY) or not cues & {*_TREATING}:
        return ()
    if last.field is Slot.REASON and last.kind not in DRUGS:
        return tuple(str(value) for value in turn.values)
    if last.kind not in DRUGS or cues & {*DRUGS}:
        return ()
    classes = (a.removesuffix(" medication") for a in last.about if a.endswith(" medication"))
    return (*(c.value for c in last.where if c.field is Slot.REASON), *classes)


def compose_treatment(sketch: Sketch, last: ChartQuery) -> Parsed:
    """What was given or done for what the turn before was about: a class of drugs where it is one, else by reason."""
    kind = choose_kind(replace(sketch, stay=None)) or Kind.MEDICATION
    query = compose_query(sketch, sketch.asks[0], Kind.MEDICATION if kind in DRUGS else kind)
    if sketch.reasons:
        return Parsed((query,))
    classes = tuple(f"{a} medication" for a in last.about if kind in DRUGS and names_a_class(f"{a} medication"))
    if last.kind is not Kind.CONDITION and not classes:
        return Parsed(
            reason=f"I can't determine what is given for {last.about[0]}: that is no problem. Name the problem."
        )
    reasons = () if classes else tuple(Condition(field=Slot.REASON, value=a) for a in last.about)
    return Parsed((query.model_copy(update={"about": classes or query.about, "where": (*query.where, *reasons)}),))
