"""Focus: what a question asks for, by the noun it asks after: a time, a number, an attribute, yes or no, records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.planners.rules import lexicon
from agent.planners.rules.asks import ANY, COUNTED, COUNTING, COUNTS, PERCENT, Ask
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.compiled import whole
from agent.planners.rules.yes_or_no import AUX, asks_yes_or_no
from tools.chart_query import Compute, Slot

_UNIT = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_PLACED = r"(?:(?:exact|specific|very|first|last|earliest|latest|most recent) )*"


_UPWARD = r"rising|increasing|climbing|improving|trending up|going up|up|higher|better"
_DOWNWARD = r"falling|decreasing|dropping|declining|worsening|trending down|going down|down|lower|worse"
_PROBLEM = r"(?:condition|problem|diagnosis|disease|illness|disorder|complaint|ailment)"
_CLAUSES: tuple[tuple[str, Ask], ...] = (
    (r"(?:at |in )?(?:which|what) (?:hospital|clinic|facility|center|practice)(?= (?:did|was|were|is|has|had)\b)",
     Ask(Compute.LIST, Slot.LOCATION)),
    (r"how old|what age|(?:current |present )?age", Ask(Compute.AGE)),
    (r"since when|as of when|how long has|how long have", Ask(Compute.TIME, first=True)),
    (rf"how (?:has|have|had|did|does) {ANY}{lexicon.CHANGED}", Ask(Compute.CHANGE)),
    (rf"(?:which way|(?:in )?(?:which|what) direction) {ANY}(?:{lexicon.GOING}|moved|changing)", Ask(Compute.TREND)),
    (rf"(?:(?:{lexicon.GOING}) )?up or (?:(?:{lexicon.GOING}) )?down(?=[ |]*$)", Ask(Compute.TREND)),
    (r"on (?:the )?average", Ask(Compute.MEAN)),
    (rf"(?:(?:{_UPWARD}) or (?:{_DOWNWARD})|(?:{_DOWNWARD}) or (?:{_UPWARD}))"
     r"(?:,? or (?:stable|steady|flat|unchanged|level))?(?=[ |]*$)", Ask(Compute.TREND)),
    (rf"how (?:has|have|had|is|are|was|were|did|do) {ANY}(?:trend(?:ed|ing)?|mov(?:ed?|ing)|evolv(?:ed?|ing))",
     Ask(Compute.TREND)),
    (rf"(?:is|are|was|were|has|have|did) {ANY}(?:up or down|(?:rising|rose|risen|improv\w+|better|higher) or"
     rf" (?:falling|fell|fallen|wors\w+|lower))", Ask(Compute.TREND)),
    (rf"(?:has|have|did|is|are|was|were) {ANY}{lexicon.BETTER}", Ask(Compute.IMPROVED)),
    (rf"(?:has|have|did|is|are|was|were) {ANY}{lexicon.WORSE}", Ask(Compute.WORSENED)),
    (rf"(?:has|have|is|are|was|were) {ANY}{lexicon.STEADY}", Ask(Compute.STABLE)),
    (rf"(?:has|have|did) {ANY}changed?(?=[ |]*$|[ |]+(?:since|from|over|between|at all|much|in|during|\|))",
     Ask(Compute.CHANGED)),
    (rf"(?:has|have|did|is|does) {ANY}{lexicon.RISE}|^C\d+ {lexicon.RISE}", Ask(Compute.INCREASED)),
    (rf"(?:has|have|did|is|does) {ANY}{lexicon.FALL}|^C\d+ {lexicon.FALL}", Ask(Compute.DECREASED)),
    (rf"(?:was|were) {ANY}(?:rising|increasing|climbing|(?:going|coming) up)", Ask(Compute.INCREASED)),
    (rf"(?:was|were) {ANY}(?:falling|dropping|declining|decreasing|(?:going|coming) down)", Ask(Compute.DECREASED)),
    (rf"(?:is|was|were|are) {ANY}(?:(?:with)?in (?:the )?(?:normal|reference) (?:range|limits)"
     rf"|normal)|^(?:\| *|and )*normal(?=[ |]*$)", Ask(Compute.NORMAL)),
    (r"what (?:did|do|does) " + ANY + r" (?:show|say|reveal|find|conclude|indicate|mean|read)[ |]*$",
     Ask(Compute.VALUE)),
    (rf"(?:for|because of) (?:what|which) (?:{_PROBLEM}|reason|indication)"
     rf"|(?:what|which) {_PROBLEM}s? (?:is|was|are|were|do|does|did|has|have) {ANY}(?:treat(?:s|ed|ing)?|given for"
     rf"|used for|prescribed for|taken for|taking {ANY}for|meant for|le[ad]d? to)(?! with)"
     r"(?=[ |]*$| C\d| being| her| his| my)"
     rf"|what (?:is|was|are|were) {ANY}(?:prescribed|given|used|ordered|taken|meant)(?: \w+)? to treat(?=[ |]*$)"
     rf"|(?:what|which) {_PROBLEM}s? (?:led to|made|caused|prompted|is behind|was behind)(?= )",
     Ask(Compute.LIST, Slot.REASON)),
    (r"(?:what|which) (?:\|? ?)?" + ANY + r" for(?: here| exactly)?[ |]*$|what for|for what(?: reason)?",
     Ask(Compute.LIST, Slot.REASON)),
    (r"what happen(?:s|ed|ing)", Ask(Compute.LIST, Slot.REACTION)),
    (r"which (?:doctor|physician|provider|clinician)(?= (?:[a-z]+ ){0,2}(?:prescribed|ordered|wrote|requested)\b)",
     Ask(Compute.LIST, Slot.PRESCRIBER)),
)  # fmt: skip
"""Whole clauses, which their first word would mislead about."""
_PHRASES: tuple[tuple[str, Ask], ...] = (
    (r"(?:by|from) whom|who (?:prescribed|ordered|wrote|requested)|which (?:doctor|physician|provider|clinician)",
     Ask(Compute.LIST, Slot.PRESCRIBER)),
    (r"with whom", Ask(Compute.LIST, Slot.PERFORMER)),
    (r"(?:(?<=^)|(?<=tell )|(?<=know )|(?<=me )|(?<=and )|(?<=[|,.?] ))who", Ask(Compute.LIST, Slot.PERFORMER)),
    (rf"why (?:was|were|did|has|is|have) {ANY}(?:stopped|discontinued|held|on hold|reduced|changed|ended)"
     r"|why not", Ask(Compute.LIST, Slot.STATUS_REASON)),
    (r"why", Ask(Compute.LIST, Slot.REASON)),
    (r"where " + ANY + r"discharged(?: to)?|discharged to where|where to|how (?:was|were|is) " + ANY + r"discharged",
     Ask(Compute.LIST, Slot.DISCHARGE_DISPOSITION)),
    (r"on (?:what|which) side|(?:what|which) side", Ask(Compute.LIST, Slot.BODY_SITE)),
    (r"where", Ask(Compute.LIST, Slot.LOCATION)),
    (rf"how low (?:did|has|have|had) {ANY}(?:get|got|gotten|been|go|gone)", Ask(Compute.MIN)),
    (rf"how high (?:did|has|have|had) {ANY}(?:get|got|gotten|been|go|gone)", Ask(Compute.MAX)),
    (r"how (?:severe|serious|bad)", Ask(Compute.LIST, Slot.SEVERITY)),
    (r"how (?:high|low|heavy)", Ask(Compute.VALUE)),
    (r"how (?:is|was|were|are) " + ANY + r"(?:given|administered|taken)", Ask(Compute.LIST, Slot.ROUTE)),
    (rf"when|(?:on|at|in|during|over) (?:what|which) {_PLACED}(?:{lexicon.TIME_NOUN}|points?(?: in time)?|periods?)"
     rf"|(?:what|which) (?:exact )?{lexicon.TIME_NOUN}|which year|what year|which month", Ask(Compute.TIME)),
)  # fmt: skip
"""Tried in turn; the cut leaves verbs of the phrase to the readers that come after, where they say what was done."""
_SPANNED = re.compile(
    rf"how many {_UNIT} (?:ago|(?:has|have) (?:it been|there been|passed|elapsed|gone by)|passed|elapsed)"
    rf"|how (?:long|much time) (?:ago|(?:has|have) (?:it been|passed|elapsed|gone by))|how long (?:it has been|since)"
    rf"|{_UNIT} (?:that )?(?:have |has )?(?:passed|elapsed)|time (?:that )?(?:have |has )?(?:passed|elapsed)"
    rf"|(?:time|{_UNIT}) since"
)
_SUMMED = (
    rf"(?:total|combined|overall|cumulative) (?:number of |amount of )?(?:time|{_UNIT})"
    r"(?: (?:(?:he|she|i|patient) )?(?:spent|stayed))?(?= (?:in|at) (?:the )?(?:hospital|icu|ed|er)\b| *(?:\||$))"
)
_LASTED = re.compile(
    rf"how many {_UNIT}(?= (?:was|were|did|has|had|is|have|in|of))(?! of [a-z]+ (?:were|was))|how long"
)
_NOUNS: tuple[tuple[str, Ask], ...] = (
    (r"(?<!total )numbers?(?! of\b)(?= |$)", Ask(Compute.VALUE)),
    (rf"(?:total )?{COUNTS}|total (?:occurrences|instances|times|occasions)", Ask(Compute.COUNT)),
    (r"names?|lists?|details?", Ask(Compute.LIST)),
    (r"length|durations?", Ask(Compute.DURATION)),
    (r"onsets?", Ask(Compute.TIME, first=True)),
    (r"resolutions?|abatements?", Ask(Compute.TIME, Slot.END)),
    *((pattern, Ask(compute)) for pattern, compute in lexicon.NUMERIC),
    *((pattern, Ask(Compute.LIST, slot)) for pattern, slot in lexicon.SLOTS),
    (lexicon.TIME_NOUN, Ask(Compute.TIME)),
    (r"values?|results?|levels?|readings?|scores?|measurements?|findings?|conclusions?"
     r"|impressions?", Ask(Compute.VALUE)),
)  # fmt: skip
_STOP = re.compile(
    rf"(?:of|for|in|on|at|to|from|with|by|that|which|who|when|where|while|{AUX}|since|until|during|as|and|or"
    rf"|than|\||[.,;:?])$"
)
_HEAD = re.compile(
    rf"(?:(?<=^)|(?<=[|,.] )|(?<=please )|(?<=you )|(?<=to )|(?<=and )|(?<=me )|(?=what|which))(?P<word>what"
    rf"|which|(?:{'|'.join(sorted(lexicon.REPORT, key=len, reverse=True))}))\b(?: (?:me|us|out|up"
    rf"|about|whether|if)\b)*"
    rf"(?: (?:{AUX}|been)\b)*"
    rf"(?: (?:the|an?|my|his|her|their|its|all|any|each|every|this|that|these|those|exact|specific|patient)\b)*"
    r"(?: names? of(?: the)?\b)?"
)
_KIND = re.compile(rf"(?<![\w-])(?:{'|'.join(pattern for pattern, _ in lexicon.NOUNS)})(?![\w-])")


_OF_ORDERS = (Slot.DOSE, Slot.ROUTE, Slot.FREQUENCY, Slot.GOALS)
_COUNT_OF_CELLS = re.compile(r"(\bC\d+) (?:count|number)s?\b(?! of)")
"""Behind a name the word belongs to what is measured: a red cell count, the systolic number."""


def read_asks(cascade: Cascade) -> list[Ask]:
    """What is asked for, the first thing first; at least one."""
    more = cascade.take(
        r"(?:,|and|&)(?: and)?(?: also)? (?:(?:on |at )?(when|what dates?|which dates?)|(why)|(by whom|who)|(where)"
        r"|((?:for )?how long)(?: (?:was|did) (?:it|that|this|he|she|i|they|patient)(?: (?:last|stay|take|there))?)?)"
        r"(?: (?:was|is|did) (?:it|that|this))?$"
    )
    named = cascade.take(
        r"(?:,|and)(?: and)?(?: if so,?)? (?:what|which|which ones?)(?: (?:was|were|is|are) (?:it|they))?$"
    )
    if cascade.take("lowest_and_highest(?: of)?"):
        return [Ask(Compute.MIN), Ask(Compute.MAX)]
    cascade.text = _COUNT_OF_CELLS.sub(r"\1 level", cascade.text)
    first = _read_extreme(cascade, _read_first(cascade))
    first = Ask(Compute.LIST) if named and first == Ask(Compute.EXISTS) else first
    if first.slot is not None:
        cascade.take_all(
            [(pattern, None) for pattern, slot in lexicon.SLOTS if slot is first.slot and slot in _OF_ORDERS]
        )
    if more is None:
        return [first]
    second = (
        _when_of(first) if more[1] else Ask(Compute.LIST, Slot.REASON) if more[2]
        else Ask(Compute.LIST, Slot.PERFORMER) if more[3] else Ask(Compute.LIST, Slot.LOCATION) if more[4]
        else Ask(Compute.DURATION)
    )  # fmt: skip
    if second == Ask(Compute.TIME) and first.compute in (Compute.MAX, Compute.MIN):
        second = Ask(first.compute, Slot.TIME)
    return [first, second] if second != first else [first]


def _when_of(ask: Ask) -> Ask:
    """ "And when was it", of an extreme: when that was."""
    return Ask(ask.compute, Slot.TIME) if ask.compute in (Compute.MAX, Compute.MIN) else Ask(Compute.TIME)


def _read_extreme(cascade: Cascade, ask: Ask) -> Ask:
    """ "When was it highest?" asks for the time of an extreme, "the average length" for a mean."""
    if ask.compute is Compute.DURATION:
        return replace(ask, over=cascade.take_first(lexicon.OF_LENGTHS) or ask.over)
    if ask.compute is not Compute.TIME:
        return ask
    extreme = cascade.take_first([(p, c) for p, c in lexicon.NUMERIC if c in (Compute.MAX, Compute.MIN)])
    return Ask(extreme, Slot.TIME) if extreme is not None else ask


def _read_first(cascade: Cascade) -> Ask:
    if (asked := _read_phrase(cascade, PERCENT)) is not None:
        return asked
    if (length := cascade.take(r"(?:length(?: of stay)?|duration)(?= (?:of|in|for)\b| *\|)")) is not None:
        return Ask(Compute.DURATION, unit=_unit(cascade, length))
    if (summed := cascade.take(_SUMMED)) is not None:
        return Ask(Compute.DURATION, unit=_unit(cascade, summed), over=Compute.SUM)
    if (spanned := _cut(cascade, _SPANNED)) is not None:
        return Ask(Compute.TIME_SINCE, unit=_unit(cascade, spanned))
    if cascade.holds(COUNTING) and (counted := _read_count(cascade)):
        return counted
    if (asked := _read_phrase(cascade, _CLAUSES)) is not None:
        return asked
    if asks_yes_or_no(cascade.text):
        return Ask(Compute.EXISTS)
    if (asked := _read_head(cascade) or _read_phrase(cascade, _PHRASES)) is not None:
        return asked
    if (lasted := _cut(cascade, _LASTED)) is not None:
        return Ask(Compute.DURATION, unit=_unit(cascade, lasted))
    return _read_bare(cascade)


def _read_phrase(cascade: Cascade, table: Sequence[tuple[str, Ask]]) -> Ask | None:
    for pattern, ask in table:
        if (match := whole(pattern).search(cascade.text)) is not None:
            _cut_phrase(cascade, match)
            return ask
    return None


def _read_count(cascade: Cascade) -> Ask | None:
    """Numbers: how many, how much, how often."""
    if (asked := _read_phrase(cascade, COUNTED)) is not None:
        return asked
    if (lasted := _cut(cascade, _LASTED)) is not None:
        return Ask(Compute.DURATION, unit=_unit(cascade, lasted))
    if cascade.take(
        rf"quantify|how many|(?:total |overall ){COUNTS}(?: of)?|numbers? of|counts?(?: of)?|tally(?: of)?"
    ):
        return Ask(Compute.COUNT, distinct=bool(cascade.take(r"different|distinct|unique")))
    if cascade.take(r"how much"):
        return Ask(Compute.SUM if cascade.holds(r"total|altogether|all together") else Compute.VALUE, Slot.DOSE)
    return None


def _read_head(cascade: Cascade) -> Ask | None:
    """The noun asked after: "what was the LAST TIME …", "give the DOSE of …"."""
    for head in _HEAD.finditer(cascade.text):
        phrase = re.match(r"(?: ?[\w'/-]+){0,8}", cascade.text[head.end() :])
        words = list(re.finditer(r"[\w'/-]+", phrase[0] if phrase else ""))
        stop = next((w.start() for w in words if _STOP.match(w[0])), phrase.end() if phrase else 0)
        noun = cascade.text[head.end() : head.end() + stop]
        if (ask := _read_noun(cascade, noun, head.end())) is not None:
            return ask
        if _KIND.search(noun) or re.search(r"\bC\d", noun):
            return Ask(Compute.LIST)
    return None


_OF_NUMBERS = frozenset(compute for _, compute in lexicon.NUMERIC)
"""What is computed of values, which a noun for the values behind it does not change."""


def _read_noun(cascade: Cascade, noun: str, offset: int) -> Ask | None:
    """The last noun of a phrase that asks for something; taken from the text."""
    found = [
        (match.end(), -match.start(), index, match.span(), ask)
        for index, (pattern, ask) in enumerate(_NOUNS)
        for match in whole(pattern).finditer(noun)
    ]
    if not found:
        return None
    telling = [f for f in found if f[4] != Ask(Compute.LIST)] or found
    telling = [f for f in telling if f[4].compute in _OF_NUMBERS] or telling
    *_, (start, end), ask = max(telling, key=lambda f: (f[0], f[1], -f[2]))
    cascade.cut(offset + start, offset + end)
    dated = any(f[4] == Ask(Compute.TIME) and f[3][1] <= start for f in found)
    return Ask(ask.compute, Slot.TIME) if dated and ask.compute in (Compute.MAX, Compute.MIN) else ask


def _read_bare(cascade: Cascade) -> Ask:
    """A question without a question word: "latest potassium", "the average of it"."""
    ask = _read_noun(cascade, cascade.text, 0) if not cascade.holds("what|which|list|show") else None
    return ask or Ask(Compute.LIST)


def _cut(cascade: Cascade, pattern: re.Pattern[str]) -> re.Match[str] | None:
    match = pattern.search(cascade.text)
    if match is not None:
        cascade.cut(*match.span())
    return match


def _cut_phrase(cascade: Cascade, match: re.Match[str]) -> None:
    """Take the words of a phrase that ask, and leave what stands between them."""
    words = cascade.text[match.start() : match.end()].split(" ")
    kept = " ".join(w for w in words if not _ASKING.fullmatch(w))
    cascade.text = f"{cascade.text[: match.start()]} | {kept} {cascade.text[match.end() :]}"


_ASKING = re.compile(
    rf"how|often|frequently|many|far|much|old|long|what|which|when|where|why|who|whom|for|times?|not|{AUX}|been"
    rf"|it|that|this"
    rf"|{lexicon.RISE}|{lexicon.FALL}|{lexicon.BETTER}|{lexicon.WORSE}|{lexicon.STEADY}"
    rf"|gone|going|come|average|way|direction|heading|headed|trend(?:ed|ing)?|moving|moved?|evolv(?:ed?|ing)|stable|steady|flat|unchanged|level|climbing|improving|dropping|with|coming|getting|gotten|got|up|down|or|higher|lower|better|wors\w+|chang(?:ed?|ing)|differ"
    rf"|the|in|within"
    rf"|normal|reference|range|limits|by|from|doctor|physician|provider|clinician|age|current|present|severe"
    rf"|serious|bad|high|low"
    rf"|tall|heavy|apart|treat(?:s|ed|ing)?|{_PROBLEM}s?|{lexicon.CHANGED}|made|caused|prompted|behind|le[ad]d?"
    rf"|percent(?:age)?|increase|decrease|happen(?:s|ed|ing)|counted|tallied|totall?ed|reason|exact|points?|periods?|during|over|since|number|of|on|at|{lexicon.TIME_NOUN}|years?"
    rf"|months?|side|as|held|changed"
)


def _unit(cascade: Cascade, match: re.Match[str]) -> str | None:
    """A unit of time asked for, in the plural."""
    named = next((g for g in match.groups() if g), None)
    if named is None and (told := cascade.take(rf"in {_UNIT}")):
        named = told[1]
    return f"{named.rstrip('s')}s" if named else None
