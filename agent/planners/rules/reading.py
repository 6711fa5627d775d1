"""Reading: a question to its sketch; every word is either read or told as unread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.planners.rules import lexicon
from agent.planners.rules.ages import write_ages
from agent.planners.rules.anchors import read_bounds, read_span
from agent.planners.rules.asks import Ask
from agent.planners.rules.bedside import name_bedside
from agent.planners.rules.beyond import find_beyond
from agent.planners.rules.bounds import find_clause, write_bounds
from agent.planners.rules.cascade import Cascade, plain
from agent.planners.rules.clinicians import write_clinicians
from agent.planners.rules.closer import drop_wider
from agent.planners.rules.coming import name_home_drugs, read_arrival
from agent.planners.rules.compounds import join_compounds
from agent.planners.rules.concepts import MEDICATIONS, Span, find_span, find_spans, find_strange, kinds_of
from agent.planners.rules.cultures import name_cultures
from agent.planners.rules.dropped import find_dropped
from agent.planners.rules.dying import write_deaths
from agent.planners.rules.everyday import write_out
from agent.planners.rules.examples import name_classes
from agent.planners.rules.focus import read_asks
from agent.planners.rules.led_to import read_led_to
from agent.planners.rules.limits import name_limits
from agent.planners.rules.masks import mask_spans
from agent.planners.rules.movements import read_previous, read_two_times, settle_movement
from agent.planners.rules.panels import write_panels
from agent.planners.rules.person import birth_of, without_person
from agent.planners.rules.places import read_from_end, read_pick
from agent.planners.rules.pressures import name_pressures
from agent.planners.rules.problems import write_problems
from agent.planners.rules.scopes import (
    read_comparisons,
    read_degree,
    read_level,
    read_route,
    read_sign,
    read_site,
    read_source,
    read_stay,
    read_verdict,
    take_times,
)
from agent.planners.rules.sketch import Sketch
from agent.planners.rules.stays_with import kinds_told, read_stay_with
from agent.planners.rules.then_and_now import read_then
from agent.planners.rules.unread import find_runs, join_names
from tools.chart_query import Compute, Condition, Kind, Pick, Slot
from tools.concepts.known import known_kinds
from tools.overview import Overview

_NAMED_ID = re.compile(
    r"\bpatient(?: with)?(?: (?:id|mrn|number(?:ed)?))?(?: of| is)? #?((?:[A-Z]{2,5}-)?\d{4,}(?:-\d+)*)", re.I
)
_REASON = r"(?:for|against|because of|due to|to treat|treating) (?:an? |the |his |her |my |their )?(C\d+)"
_EXCEPT = (
    r"(?:other than|besides|except(?: for)?|apart from|aside from|excluding|not counting|not including|beyond)"
    r" (?:an? |the |his |her |my |their )?((?:C\d+(?: and | or |, ?)?)+)"
)
_PRIMARY = re.compile(r"\bprimary care (?:provider|physician|doctor|clinician)\b", re.IGNORECASE)
"""Words that a chart may have as the name of a team."""
_LETTERED = re.compile(r"\b(hepatitis|vitamin|influenza|group|type|immunoglobulin) A\b", re.IGNORECASE)
"""Names whose last letter would be read as an article."""
_PERSON = re.compile(r"(?<!\w)(?:by |with |from |w/ ?)?(?:[Dd]r\.?|[Dd]octor) ((?:[A-Z][\w'-]*\.? ){0,2}[A-Z][\w'-]+)")
_SIDE = (
    r"(?:the )?(?:(?:ones?|years?|months?|times?|visits?|results?|values?|readings?) )?(?:just |right |immediately )?"
)
_NEAREST = re.compile(
    r"\b(?:just|right|immediately|shortly|directly) (?:before|after|prior to|preceding|following|subsequent to)\b"
)
_NEXT = ("after", "next", "later")
_LEANS = re.compile(r"\b(?:it|that|this|those|them|these|ones?|same|there|then)\b")
_APART = re.compile(r"\b(?:an?|one|two|three|six|\d+) (?:hour|day|week|month|year)s? (?:before|after|earlier|later)\b")
"""How far from what was told, which no slot holds."""
_UNTOLD = (
    re.compile(
        r"\bhow (?:did|was|were|is) .*\b(?:diagnosed|detected|discovered|found|ends?|ended|happen(?:ed)?|caused"
        r"|documented|recorded|noted|charted)\b"
    ),
)
"""What asks for the way something came about."""
_ADVISED = re.compile(
    r"\b(?:doctors?|physicians?|nurses?|providers?) (?:ever )?(?:tell|told|advise[ds]?|ask(?:ed)?|want(?:ed)?"
    r"|instruct(?:ed)?|say|said) (?:that )?(?:me|him|her|them|patient|i|he|she|they) (?:not )?(?:to|should|must)\b"
)
"""What was said to be done, which no record tells but of drugs, where it is written out as their order."""
_LEFT = (
    r"left(?= (?:(?:the|that|this|my|his|her|for) )*(?:hospital|icu|ed|er|emergency|ward|unit|facility|clinic|home))"
    r"|(?<=\bi )left|(?<=\bhe )left|(?<=\bshe )left|(?<=\bthey )left|(?<=\bpatient )left"
)
"""The verb; elsewhere it is a side."""
_STAY_DAY = re.compile(
    r"\b(?:\w+ )?(?:icu|hospital|ward) days?\b(?: \d+)?"
    r"|\bdays? (?:\w+ )?(?:of|in) (?:the |his |her )?(?:icu|hospital|stay)\b"
)
"""A day counted from the beginning of a stay, which no slot holds."""
_EITHER = re.compile(r"\bor (?:an? |any )?C\d|\bany of\b|\beither\b")
_PRESENT = re.compile(r"\b(?:is|am|are|does|do)\b")
_PAST = re.compile(r"\b(?:was|were|did|had|has|been|ever|first|last|before|previous|given|know|history)\b|^have\b")


def read_question(question: str, overview: Overview) -> Sketch:
    """Read one question against what this chart holds."""
    named = _NAMED_ID.search(question)
    if named is not None and named[1] not in overview.patient:
        return Sketch(foreign=named[1], asks=(Ask(Compute.LIST),))
    question = re.sub(r"_+(?=[\s?.,;:!]|$)", "", name_classes(question))
    said = name_cultures(plain(name_pressures(name_limits(without_person(question, overview)))))
    text = _LETTERED.sub(r"\1_A", _PRIMARY.sub("PCP", name_bedside(said)))
    reports = any(e.kind is Kind.MEDICATION_REPORTED for e in overview.index)
    text, of_home = name_home_drugs(text) if reports else (text, False)
    person, beyond = _PERSON.search(text), find_beyond(text.lower())
    text = _PERSON.sub(" ", text)
    spans = find_spans(text, overview.index)
    text = mask_spans(text, spans)
    text = write_deaths(write_out(write_clinicians(text, person is not None)), overview.patient)
    text = write_ages(_name_brackets(text, spans, overview), birth_of(overview))
    text = re.sub(r"\b([a-z])\. (?=[a-z]{3,})", r"\1 ", text.rstrip(" ?.!"))
    sketch = _read_named(text, spans, overview)
    sketch = replace(sketch, person=person[1] if person else None, judged=(*beyond, *sketch.judged), of_home=of_home)
    sketch = replace(sketch, where=tuple(_as_written(c, question) for c in sketch.where))
    reasons = sketch.stay_reasons
    return replace(sketch, named=(), reasons=reasons) if reasons else sketch


def _as_written(condition: Condition, question: str) -> Condition:
    """A route in capitals, in a question that is not, is one that the chart has under this very name."""
    written = condition.value.upper()
    named = condition.field is Slot.ROUTE and not question.isupper()
    if named and re.search(rf"(?<![\w/]){re.escape(written)}(?![\w/])", question):
        return condition.model_copy(update={"value": written})
    return condition


def _read_named(text: str, spans: list[Span], overview: Overview) -> Sketch:
    """Read a text whose names are marked; what is left of it once more, as names."""
    if (led_to := read_led_to(text)) is not None:
        stay, counted = led_to
        asked = Ask(Compute.COUNT if counted else Compute.EXISTS)
        return Sketch(asks=(asked,), nouns=(Kind.HOSPITAL_STAY,), stay=stay, text=text)
    sketch = _read(Cascade(text), spans)
    if not sketch.unread:
        return replace(sketch, unread=find_dropped(sketch.rest, sketch.asks[0]))
    strange: list[str] = []
    for run, said in join_names(sketch.unread, text):
        text = re.sub(rf"(?<![\w-]){said}(?![\w-])", f"C{len(spans)}", text, count=1)
        spans.append(find_span(run, overview.index))
        strange += [] if spans[-1].entries else find_strange(run, overview.index)
    sketch = _read(Cascade(write_bounds(text)), spans)
    sketch = replace(sketch, named=tuple({s.text: s for s in sketch.named}.values()))
    nouns = lexicon.ADJECTIVES.values()
    absent = [(i, s.text) for i, s in enumerate(spans) if not s.entries and not known_kinds(s.text)]
    acts = [text for i, text in absent if text not in nouns and sketch.is_act(i)]
    placed = [text for i, text in absent if sketch.tells_which(i)]
    return replace(
        sketch, unread=(*sketch.unread, *acts, *placed, *strange, *find_dropped(sketch.rest, sketch.asks[0]))
    )


def _name_brackets(text: str, spans: list[Span], overview: Overview) -> str:
    """Names that everyday words were written out to, marked as names."""
    for named in re.findall(r"<[^<>]+>", text):
        text = text.replace(named, f"C{len(spans)}", 1)
        spans.append(find_span(named[1:-1], overview.index))
    return text


def _read(cascade: Cascade, spans: list[Span]) -> Sketch:
    text = cascade.text = write_panels(write_problems(cascade.text, spans), spans)
    cascade.take(_LEFT)
    order = cascade.take("before or after|after or before|earlier or later")
    both = read_two_times(cascade)
    when = take_times(cascade) if both is None else both.when
    against = read_previous(cascade)
    moved = read_then(cascade)
    spanned = read_span(cascade, spans)
    told_by = None if spanned else read_stay_with(cascade, spans)
    bounds = (spanned[0],) if spanned else (told_by,) if told_by else read_bounds(cascade, spans)
    anchored, until = (*bounds, None, None)[:2]
    arrival = read_arrival(cascade)
    text_asked, text = text, cascade.text if anchored else text
    excluded = _take_named(cascade, _EXCEPT, spans)
    where = [*read_comparisons(cascade), *read_route(cascade), *read_source(cascade), *read_degree(cascade)]
    where += [*read_level(cascade), *read_site(cascade), *read_sign(cascade, spans)]
    cascade.take(
        r"(?:drug|medication|medicine|food|environmental)(?= (?:allerg|intoleran))"
        r"|(?:(?<=allergies are )|(?<=allergies is )|(?<=allergy is ))(?:drug|medication|food|environmental)(?=[ |]*$)"
    )
    tested = read_verdict(cascade, spans)
    stay = read_stay(cascade)
    unit = cascade.take(rf"in ({lexicon.UNITS})")
    patient_slots = cascade.take_all(lexicon.PATIENT_SLOTS)
    from_end = read_from_end(cascade)
    asks = [Ask(Compute.DURATION, unit=spanned[1])] if spanned else read_asks(cascade)
    asks = settle_movement(asks, against) if against else [Ask(moved)] if moved else asks
    asks = [Ask(both.compute)] if both else asks
    if when is not None:
        cascade.take(r"new(?:ly)?")
    if abnormal := cascade.take(r"(ab)?normal|out of (?:the )?(?:normal |reference )?range|flagged"):
        normal = abnormal[0] == "normal"
        where.append(Condition(field=Slot.INTERPRETATION, value="normal" if normal else "abnormal"))
    apart = _APART.search(cascade.text) if anchored is None else None
    beside = cascade.take(
        rf"{_SIDE}(before|previous|prior|preceding|earlier|after|next|later)(?: (?:that|it"
        rf"|this|one|ones))*"
    )
    pick, picked = read_pick(cascade) if from_end is None else (from_end, True)
    if (arrival is not None or (spanned and asks[0].compute is Compute.DURATION)) and not picked:
        pick, picked = Pick(which="first"), True
    if anchored and not told_by and not picked and ((beside and beside[1] in _NEXT) or _NEAREST.search(text_asked)):
        pick, picked, beside = Pick(which="last" if anchored.relation == "before" else "first"), True, None
    if moved or (both and both.latest):
        pick, picked = Pick(which="last"), True
    if against:
        pick, picked, beside = Pick(which="last", n=2), True, None
    per = cascade.take(r"(?:per|each|every) (day|month|year)|(dai|month|year)ly")
    judged = [match[0]] if (match := cascade.take(lexicon.JUDGEMENTS)) else []
    ends = cascade.take_all([(lexicon.ENDS, lexicon.OVER)])
    states = cascade.take_all(lexicon.STATES) or (ends[:1] if asks[0].compute is Compute.EXISTS else [])
    joined = join_compounds(cascade)
    nouns = [*cascade.take_all(lexicon.NOUNS), *joined, *kinds_told(told_by)]
    verbs = cascade.take_all(lexicon.VERBS)
    if (
        anchored
        and anchored.relation == "same_stay"
        and asks[0].slot in (Slot.PERFORMER, Slot.PRESCRIBER)
        and not nouns
    ):
        nouns = [Kind.ENCOUNTER]
    reasons = _take_named(cascade, _REASON, spans) if _has_reasons(nouns, verbs, cascade, spans) else []
    judged += ["compared"] if moved and (anchored is None or anchored.relation != "same_day") else []
    judged += [m[0] for m in (order, apart, _STAY_DAY.search(text)) if m]
    of_way = asks[0] == Ask(Compute.LIST) and not patient_slots
    judged += [m[0] for pattern in _UNTOLD if of_way and (m := pattern.search(text))]
    if advised := _ADVISED.search(text):
        judged.append(advised[0])
    if re.match(r"(?:\| *)*(?:can|may|could) (?:i|he|she|they|we|patient)\b", text):
        judged.append("can")
    if arrival is None and (clause := find_clause(text, asks[0].compute)):
        judged.append(clause)
    total = bool(cascade.take(r"(?:in )?(?:total|altogether|combined)"))
    named = [span for number, span in enumerate(spans) if re.search(rf"\bC{number}\b", cascade.text)]
    conjoined = _conjoined(text, spans)
    return Sketch(
        asks=tuple(asks), named=drop_wider(named, conjoined), reasons=tuple(reasons), excluded=tuple(excluded),
        nouns=tuple(nouns), verbs=tuple(verbs), patient_slots=tuple(patient_slots), when=when, stay=stay,
        against=both.against if both else None, until=until,
        around=anchored or (None if when else arrival), where=tuple(where), states=tuple(states), pick=pick,
        picked=picked,
        per=({"dai": "day"}.get(word := per[1] or per[2], word) if per else None),
        unread=tuple(find_runs(cascade.text)),
        judged=tuple(_spell(j, spans) for j in (*judged, *_comparatives(cascade.text))),
        conjoined=conjoined, either=_EITHER.search(text) is not None,
        beside=beside[1] if beside else None, unit=unit[1] if unit else None,
        present=bool(_PRESENT.search(text)) and not _PAST.search(text), leans=bool(_LEANS.search(text)), total=total,
        verdict=tested[0] if tested else None, tested=tested[1] if tested else None, text=text,
        rest=cascade.text,
    )  # fmt: skip


def _spell(text: str, spans: Sequence[Span]) -> str:
    """A text with the names in place of their marks."""
    return re.sub(r"\bC(\d+)\b", lambda mark: spans[int(mark[1])].text, text)


def _take_named(cascade: Cascade, pattern: str, spans: list[Span]) -> list[Span]:
    """The names that stand behind words that give them a part of their own."""
    found = []
    while match := cascade.take(pattern):
        found += [spans[int(number)] for number in re.findall(r"C(\d+)", match[1])]
    return found


def _has_reasons(nouns: list[Kind], verbs: list[Kind], cascade: Cascade, spans: list[Span]) -> bool:
    """Whether "for C1" can say why: something else is asked about, and C1 is a problem."""
    match = re.search(_REASON, cascade.text)
    if match is None or Kind.CONDITION not in kinds_of((spans[int(match[1][1:])],)):
        return False
    others = (Kind.MEDICATION, Kind.PROCEDURE, Kind.ORDER, Kind.HOSPITAL_STAY, Kind.ENCOUNTER)
    planned = () if match[0].startswith("for ") else (Kind.CARE_PLAN, Kind.GOAL)
    given = {*nouns, *verbs} & {*MEDICATIONS, *others, *planned}
    return bool(given) or len(set(re.findall(r"C\d+", cascade.text))) > 1


def _conjoined(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """The names of the longest list joined by "and" or commas."""
    determiner = r"(?:the |his |her |my |their |an? |any )?"
    lists = re.findall(rf"C\d+(?:(?:,? (?:and|or|and/or) |, ?| ?& ?| ?/ ?){determiner}C\d+)+", text)
    longest = max(lists, key=len, default="")
    return tuple(spans[int(number)] for number in re.findall(r"C(\d+)", longest))


def _comparatives(text: str) -> list[str]:
    """Comparisons with something that is no number, which no reader took."""
    return re.findall(r"\b(?:more|less|fewer|greater|higher|lower|older|younger|better|worse) than\b", text)
