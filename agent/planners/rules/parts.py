"""Parts: two questions in one sentence ("Does she have gout and when was it diagnosed?"), each read for itself.

The second part leans on the first as a follow-up on a turn. Where a part can't be read alone, the sentence is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.decision import CallTool
from agent.planners.planner import Turn
from agent.planners.rules.cascade import plain
from agent.planners.rules.choices import compose_choice
from agent.planners.rules.coming_back import compose_return
from agent.planners.rules.compose import Parsed, compose_queries
from agent.planners.rules.days import compose_day
from agent.planners.rules.follow_up import compose_follow_up
from agent.planners.rules.intervals import compose_interval
from agent.planners.rules.kinds import STAYS
from agent.planners.rules.reading import read_question
from agent.planners.rules.repairs import repair
from agent.planners.rules.stay_gaps import compose_stay_gap
from tools.chart_query import ChartQuery, Compute, Pick, Slot
from tools.overview import Overview

_AUX = r"(?:is|was|are|were|does|do|did|has|have|had)"
_WHO = r"(?:he|she|it|they|i|we|there|the patient|patient|his|her|my|any)"
_JOINT = re.compile(
    rf"\? +(?:and |also |then )?(?=\w+ \w+)|(?:,? (?:and|but)(?: also| then| if so,?)? |, (?:if so,? )?)"
    rf"(?=(?:when|why|who|how (?:many|much|long|often|old)|what|which|where)\b.* {_AUX}\b|{_AUX} (?:not )?{_WHO}\b)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"^(?:please )?compare (?P<one>(?:the |his |her |my |their )?\w.*?) (?:with|to|against|and) (?P<other>(?:that|those"
    r"|the (?:one|value|result|latest|last|first|most recent|current|previous|earliest)|in|from|now|at)\b.*?)[?. ]*$",
    re.IGNORECASE,
)
"""Two of the same, each asked for."""
_HELD = re.compile(
    rf"^(?:(?:do|does|did) (?:you|we|they|the (?:chart|records?)|my (?:chart|records?)) (?:have|hold|show|contain)"
    rf"|(?:is|are|was|were) there) (?P<what>[^?]+)\?+ +(?:(?!\b{_AUX} {_WHO}\b)[\w' ]){{0,40}}?"
    r"\b(?:numbers?|values?|results?|levels?|readings?|figures?)[?. ]*$",
    re.IGNORECASE,
)
"""Whether there is a value, and the value asked for: the value is asked."""
_TWO_YEARS = re.compile(
    r"^(?:please )?compare (?P<what>\w.*?) (?:in|from|of) (?P<one>[12]\d{3}) (?:with|to|against|and|vs\.?|versus)"
    r" (?:(?:in|from|of) )?(?P<other>[12]\d{3})[?. ]*$",
    re.IGNORECASE,
)
_ATTRIBUTE = r"(?:dose|dosage|route|frequency|sig|strength|prescriber|reason|indication|status|start date|end date)"
_SEVERAL = re.compile(
    r"^(?P<lead>(?:what (?:is|was|are|were) |give (?:me )?|list |tell me )?(?:the |my |his |her |their )?)"
    rf"(?P<first>{_ATTRIBUTE})(?:, (?P<next>{_ATTRIBUTE}))?,? (?:and|&) (?:the )?(?P<last>{_ATTRIBUTE})"
    r" (?P<of>(?:of|for|on|in) [^?]+)[?. ]*$",
    re.IGNORECASE,
)
"""Several attributes of one record, each asked for."""
_ASKS = re.compile(
    rf"^(?:and |so |but |please )*(?:(?:of|out of|among) [^,?]+, )?(?:{_AUX}|what|which|when (?:\w+ly )?{_AUX}"
    rf"|where|who|why|how|list|show|give|tell)\b",
    re.I,
)

_LISTED = re.compile(rf"^(?:and |so |please )*(?:what|which) (?P<what>[\w' -]+?) {_AUX}\b", re.IGNORECASE)
_ANY_OF = re.compile(
    rf"^(?P<aux>{_AUX}) any(?: of (?:them|those|these))?(?= (?:positive|negative|abnormal|high|low|cancell?ed)\b)", re.I
)
"""Of what was asked for before, whether any was so."""


def split_question(question: str) -> list[str]:
    """The questions of a sentence, in order; one, where it holds one.

    >>> split_question("Does she have gout and when was it diagnosed?")
    ['Does she have gout', 'when was it diagnosed?']
    >>> split_question("What was her last A1c and LDL?")
    ['What was her last A1c and LDL?']
    >>> split_question("Compare his LDL in 2012 with the latest one.")
    ['what was his LDL in 2012?', 'and the latest one?']
    >>> split_question("Do you have my lipase? I'd like to know the number.")
    ['what is the value of my lipase?']
    >>> split_question("Dose and route of the last warfarin order?")
    ['Dose of the last warfarin order?', 'route of the last warfarin order?']
    >>> split_question("Is he on warfarin? Who prescribed it?")
    ['Is he on warfarin', 'Who prescribed it?']
    """
    text = plain(question)
    if (years := _TWO_YEARS.match(text)) is not None:
        return [f"what was {years['what']} in {years['one']}?", f"and in {years['other']}?"]
    if (compared := _COMPARED.match(text)) is not None:
        return [f"what was {compared['one']}?", f"and {compared['other']}?"]
    if (held := _HELD.match(text)) is not None:
        return [f"what is the value of {held['what']}?"]
    if (several := _SEVERAL.match(text)) is not None:
        asked = [several[name] for name in ("first", "next", "last") if several[name]]
        return [f"{several['lead']}{attribute} {several['of']}?" for attribute in asked]
    joint = next((m for m in _JOINT.finditer(text) if _ASKS.match(text[: m.start()])), None)
    if joint is None or len(text[: joint.start()].split()) < 3:
        return [question]
    first, rest = text[: joint.start()], text[joint.end() :]
    listed, some = _LISTED.match(first), _ANY_OF.match(rest)
    if listed is not None and some is not None:
        rest = f"{some['aux']} any {listed['what']} {rest[some.end() :].lstrip()}"
    return [first, *split_question(rest)]


def read_parts(question: str, overview: Overview, history: Sequence[Turn]) -> Parsed:
    """The queries of every question of a sentence, or why there are none."""
    question = repair(question)
    parts = split_question(question)
    if len(parts) > 1 and (joined := _read_each(parts, overview, history)) is not None:
        return joined
    return _read_one(question, overview, history)


def _read_one(question: str, overview: Overview, history: Sequence[Turn]) -> Parsed:
    of_stays = compose_stay_gap(question) or compose_return(question)
    of_two = of_stays or compose_interval(question, overview) or compose_choice(question, overview)
    if of_two is not None:
        return Parsed((of_two,))
    if of_day := compose_day(question):
        return Parsed(of_day)
    sketch = read_question(question, overview)
    return compose_follow_up(sketch, history) or compose_queries(sketch)


def _read_each(parts: list[str], overview: Overview, history: Sequence[Turn]) -> Parsed | None:
    """All parts, each leaning on the one before; None where one can't be read."""
    queries: list[ChartQuery] = []
    for part in parts:
        parsed = _read_one(part, overview, history)
        if not parsed.queries:
            return None
        queries += [_confine(query, queries[-1]) if queries else query for query in parsed.queries]
        history = (_asked(part, queries[-1]),)
    long = re.search(r"\bhow (?:long|many)\b", " ".join(parts), re.IGNORECASE) is not None
    kept = [q for n, q in enumerate(queries) if long or not any(_tells_all(other, q) for other in queries[n + 1 :])]
    return Parsed(tuple(dict.fromkeys(kept)), apart=True)


def _tells_all(query: ChartQuery, before: ChartQuery) -> bool:
    """Whether the time asked of stays is all that the part before asked, which stays or which the longest was."""
    extreme = before.compute in (Compute.MAX, Compute.MIN)
    if before.kind not in STAYS or before.field is not None or not (extreme or before.compute is Compute.LIST):
        return False
    return query == before.model_copy(update={"field": Slot.TIME} if extreme else {"compute": Compute.TIME})


def _confine(query: ChartQuery, before: ChartQuery) -> ChartQuery:
    """When an extreme was; of stays, where nothing says of which, what is asked of those of the part before."""
    if before.compute in (Compute.MAX, Compute.MIN) and query.compute is Compute.TIME and query.about == before.about:
        return before.model_copy(update={"field": Slot.TIME})
    confined = query.when or query.during or query.around or query.where or query.among or query.pick != Pick()
    if query.kind not in STAYS or query.kind is not before.kind or confined or query.compute is Compute.COUNT:
        return query
    if query.compute is Compute.DURATION and before.compute in (Compute.MAX, Compute.MIN):
        return before.model_copy(update={"field": None})
    kept = ("when", "during", "around", "where", "among", "pick", "about", "ongoing")
    return query.model_copy(update={name: getattr(before, name) for name in kept})


def _asked(question: str, query: ChartQuery) -> Turn:
    """A part as a turn whose answer isn't known yet."""
    call = CallTool(tool="query_chart", arguments=query.model_dump(mode="json", exclude_defaults=True))
    return Turn(question, "", (call,), (), (True,))
