"""parse_question: a question to a ChartQuery, or why it was not understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planners.rules.concepts import Span, find_part_spans, find_spans, kinds_of, names_a_class
from agent.planners.rules.cues import (
    PATIENT_SLOTS,
    SLOTS,
    find_compute,
    find_kind,
    find_pick,
    find_slot,
    find_stay,
    find_unit,
    strip_polite,
)
from agent.planners.rules.words import FILLER, SAID
from tools.chart_query import ChartQuery, Compute, Condition, Kind, Per, Pick, Slot, Stay
from tools.overview import Overview
from tools.time_window import find_time_phrases

_PERSON = re.compile(
    r"\b(?:for |of |in |to |by )?(?:the )?patient(?:'s)?(?: with)?(?: (?:id|mrn|number))?"
    r"(?: #?[A-Z]*[-\d]{4,})?(?:'s)?",
    re.IGNORECASE,
)
_NAMED_ID = re.compile(
    r"\bpatient(?:'s)?(?: with)?(?: (?:id|mrn|number))? #?((?:[A-Z]{2,5}-)?\d{4,}(?:-\d+)*)", re.IGNORECASE
)
_ROUTE = re.compile(
    r"\b(?:through|via|by|using|with) (?:the |an? )?([a-z/]{2,14})(?: (?:route|method|administration))\b|"
    r"\b(?:through|via|by) (?:the )?(iv|po|im|sc|sl|pr|ng|neb|po/ng|ih|tp)\b|\bthe ([a-z/]{2,14}) route\b",
    re.IGNORECASE,
)
_ADMITTED = re.compile(
    r"\b(?:through|via|from) (?:the |an? )?(?P<source>[a-z][a-z /-]{3,40}?)"
    r"(?=[?.,]|$| first| last| since| until| in)",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"\b(?P<word>less than|below|under|lower than|greater than|more than|above|over|higher than|at least|at most) "
    r"(?P<number>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_OPERATORS = {
    "less than": "<", "below": "<", "under": "<", "lower than": "<", "greater than": ">", "more than": ">",
    "above": ">", "over": ">", "higher than": ">", "at least": ">=", "at most": "<=",
}  # fmt: skip
_NOW = re.compile(r"\b(?:current(?:ly)?|active|now|at present|present|at the moment|still|these days)\b", re.IGNORECASE)
_JUST_NOW = ("now", "right now")
_PRESENT = re.compile(r"\b(?:is|am|are|does|do)\b")
_PAST = re.compile(
    r"\b(?:was|were|did|had|has|been|ever|first|last|before|previous|given|prescribed (?:to|for)|know|history)\b"
    r"|^have\b"
)
_ON_DRUG = re.compile(r"^(?:is|are|am|was|were)\b(?: \w+)? on \w|\btakes?\b|\buses?\b|\bstarted on\b")
_HAS_CONDITION = re.compile(
    r"^(?:does|do|did)\b(?: \w+)? (?:still |ever )?have \w|^(?:has|have)\b(?: \w+)? (?:ever )?had \w"
)
_PER = re.compile(r"\b(?:per|each|every) (day|month|year)\b|\b(dai|month|year)ly\b", re.IGNORECASE)

_JOINED = re.compile(r"\s*(?:,| or | and |, or |, and )\s*", re.IGNORECASE)
_MEDICATIONS = (
    Kind.MEDICATION_ORDERED, Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_DISPENSED, Kind.MEDICATION_REPORTED,
)  # fmt: skip
_PREFERRED = (
    Kind.LAB, Kind.VITAL, Kind.MICROBIOLOGY, Kind.OUTPUT, Kind.CONDITION, Kind.ALLERGY, Kind.PROCEDURE,
    Kind.IMMUNIZATION, Kind.SOCIAL_HISTORY, Kind.OBSERVATION, Kind.SPECIMEN,
)  # fmt: skip
_STAY_KINDS = {"hospital": Kind.HOSPITAL_STAY, "icu": Kind.ICU_STAY, "ed": Kind.ED_VISIT, "visit": Kind.ENCOUNTER}


@dataclass(frozen=True)
class Parsed:
    """A query, or the reason there is none."""

    query: ChartQuery | None
    reason: str | None = None


def parse_question(question: str, overview: Overview) -> Parsed:
    """Read one question against what this chart holds."""
    named = _NAMED_ID.search(question)
    if named is not None and named[1] not in overview.patient:
        return Parsed(None, f"The question names patient {named[1]}, but this chart is another patient's.")
    text = " ".join(_without_name(_PERSON.sub(" ", question), overview).split())
    spans = find_spans(text, overview.index) or find_part_spans(text, overview.index)
    bare = _blank(text, spans)
    phrases = [p for p in find_time_phrases(bare) if p[2].lower() not in _JUST_NOW]
    when = " ".join(phrase for _, _, phrase in phrases) or None
    for start, end, _ in reversed(phrases):
        bare = bare[:start] + " " * (end - start) + bare[end:]
    lowered = bare.lower()
    slot = find_slot(lowered, PATIENT_SLOTS)
    if slot is not None and not spans and find_kind(re.sub(r"hospital.*", "", lowered)) is None:
        compute = Compute.EXISTS if slot is Slot.DEATH and "when" not in lowered else Compute.LIST
        return Parsed(ChartQuery(kind=Kind.PATIENT, field=slot, compute=_patient_compute(compute)))
    if re.search(r"\bhow old\b|\bage\b", lowered):
        return Parsed(ChartQuery(kind=Kind.PATIENT, compute=Compute.AGE))
    return _parse_records(question, lowered, spans, when)


def _without_name(question: str, overview: Overview) -> str:
    """The question without the patient's own name and title."""
    name = overview.patient.removeprefix("patient: ").partition(";")[0]
    for word in re.findall(r"[^\W\d_]{3,}", name):
        question = re.sub(rf"\b{re.escape(word)}(?:'s|’s)?(?!\w)", " ", question, flags=re.I)
    return re.sub(r"\b(?:mr|mrs|ms|miss)\b\.?", " ", question, flags=re.I)


def _patient_compute(compute: Compute) -> Compute:
    return Compute.LIST if compute is Compute.EXISTS else compute


def _blank(text: str, spans: list[Span]) -> str:
    """The text with the names in it replaced by space, so that words within a name are no cues."""
    for span in spans:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def _parse_records(question: str, text: str, spans: list[Span], when: str | None) -> Parsed:
    where: list[Condition] = []
    text = _take_route(_take_admission(text, where), where)
    text = _take_comparison(text, where)
    found = find_stay(text)
    during, rest = found if found else (None, text)
    compute = find_compute(text)
    kind = _choose_kind(rest if during else text, spans, during)
    if kind is None:
        words = ", ".join(w for w in re.findall(r"[a-z][a-z-]{2,}", text) if w not in FILLER) or question[:80]
        return Parsed(None, f"I did not understand what kind of record is asked for ({words}).")
    if during is not None and _STAY_KINDS[during.type] is kind:
        during, rest = None, text
    about, spare = _choose_about(kind, spans)
    where += [Condition(field=Slot.SPECIMEN, value=s.text) for s in spare if kind is Kind.MICROBIOLOGY]
    slot = find_slot(rest, SLOTS)
    if not about and not where:
        about = _residual(kind, rest, slot)
    if during is None and when is None:
        where += _state_asked(kind, text, compute)
    return Parsed(_build(kind, about, when, during, tuple(where), compute, slot, rest))


def _build(
    kind: Kind, about: tuple[str, ...], when: str | None, during: Stay | None, where: tuple[Condition, ...],
    compute: Compute, slot: Slot | None, text: str,
) -> ChartQuery:  # fmt: skip
    pick = find_pick(text)
    if compute is Compute.EXISTS and slot in (Slot.ORGANISM,):
        where = (*where, Condition(field=Slot.ORGANISM, op="!=", value="none"))
    if compute in (Compute.TIME, Compute.TIME_SINCE) and pick.which == "all":
        pick = Pick(which="last") if compute is Compute.TIME_SINCE else pick
    if kind is Kind.HOSPITAL_STAY and re.search(r"discharg|\bleft\b|\bleave\b", text) and compute is Compute.TIME:
        slot = Slot.END
    measured = kind in (Kind.LAB, Kind.VITAL, Kind.OBSERVATION)
    if measured and compute is Compute.LIST and pick.which == "all" and about and when is None:
        pick = Pick(which="last")
    per = _PER.search(text)
    unit = find_unit(text) if compute in (Compute.DURATION, Compute.TIME_SINCE) else None
    drug = kind in (*_MEDICATIONS, Kind.MEDICATION)
    if compute is Compute.COUNT and drug and not about and re.search(r"\b(?:drugs?|medications?|medicines?)\b", text):
        compute = Compute.COUNT_DISTINCT
    numeric = (Compute.SUM, Compute.MAX, Compute.MIN, Compute.MEAN)
    keeps_slot = compute in (Compute.LIST, Compute.VALUE, Compute.TIME, *numeric)
    if compute in numeric and slot is not Slot.DOSE:
        slot = None
    return ChartQuery(
        kind=kind, about=about, when=when, during=during, where=where, pick=pick, compute=compute,
        field=slot if keeps_slot else None, unit=unit,
        per=Per(unit={"dai": "day"}.get(word := (per[1] or per[2]).lower(), word)) if per else None,
    )  # fmt: skip


def _state_asked(kind: Kind, text: str, compute: Compute) -> list[Condition]:
    """A status named, or the present meant: "is he on warfarin?" asks for what is current."""
    if kind not in (*_MEDICATIONS, Kind.MEDICATION, Kind.CONDITION, Kind.ALLERGY):
        return []
    if re.search(r"\bconfirmed\b", text):
        return [Condition(field=Slot.STATUS, value="confirmed")]
    if match := re.search(r"\b(stopped|resolved|on[- ]hold|inactive)\b", text):
        return [Condition(field=Slot.STATUS, value=match[1].replace(" ", "-"))]
    present = _PRESENT.search(text) and not _PAST.search(text) and compute in (Compute.EXISTS, Compute.LIST)
    return [Condition(field=Slot.STATUS, value="active")] if present or _NOW.search(text) else []


def _take_route(text: str, where: list[Condition]) -> str:
    match = _ROUTE.search(text)
    if match is None:
        return text
    where.append(Condition(field=Slot.ROUTE, value=next(g for g in match.groups() if g)))
    return f"{text[: match.start()]} {text[match.end() :]}"


def _take_comparison(text: str, where: list[Condition]) -> str:
    match = _COMPARISON.search(text)
    if match is None:
        return text
    operator = _OPERATORS[match["word"].lower()]
    where.append(Condition(field=Slot.VALUE, op=operator, value=match["number"]))
    return f"{text[: match.start()]} {text[match.end() :]}"


def _take_admission(text: str, where: list[Condition]) -> str:
    """Where a stay is told apart by how the patient came: "admitted via the emergency room"."""
    match = _ADMITTED.search(text) if "admi" in text else None
    if match is None:
        return text
    where.append(Condition(field=Slot.ADMIT_SOURCE, value=match["source"].strip()))
    return f"{text[: match.start()]} hospital {text[match.end() :]}"


def _choose_kind(text: str, spans: list[Span], during: Stay | None) -> Kind | None:
    """The kind the words name, where what is named agrees; else the kind of what is named."""
    cued, named = find_kind(text), kinds_of(spans)
    if cued is None and not named and during is not None:
        return _STAY_KINDS[during.type]
    if cued is None:
        return next((k for k in _PREFERRED if k in named), None) or (Kind.MEDICATION if named else _absent_kind(text))
    if not named or cued in named:
        return cued
    if cued in (*_MEDICATIONS, Kind.MEDICATION) or cued is Kind.ALLERGY:
        return cued
    if cued in (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.REPORT, Kind.ORDER):
        return next((k for k in _PREFERRED if k in named), Kind.MEDICATION)
    return cued


def _absent_kind(text: str) -> Kind | None:
    """The kind of something this chart does not hold, by how it is asked for: "on X" is a drug, "has X" a condition."""
    if any(names_a_class(w) for w in re.findall(r"[a-z-]+", text)) or _ON_DRUG.search(strip_polite(text)):
        return Kind.MEDICATION
    return Kind.CONDITION if _HAS_CONDITION.search(strip_polite(text)) else None


def _choose_about(kind: Kind, spans: list[Span]) -> tuple[tuple[str, ...], list[Span]]:
    """The names that a query of this kind is about, and the specimens named beside."""
    drug = kind in (*_MEDICATIONS, Kind.MEDICATION)
    fits, spare = [], []
    for span in spans:
        kinds = {e.kind for e in span.entries}
        if kind in kinds or (drug and kinds & set(_MEDICATIONS)) or Kind.SPECIMEN not in kinds:
            fits.append(span.text)
        else:
            spare.append(span)
    return tuple(dict.fromkeys(fits)), spare


def _residual(kind: Kind, text: str, slot: Slot | None) -> tuple[str, ...]:
    """What is asked about where the chart holds nothing of that name: the words left over."""
    parts = []
    for part in _JOINED.split(re.sub(r"[?.!\"']", " ", text)):
        words = [w for w in re.findall(r"[\w%/.-]+", part) if not _known(w)]
        if words:
            parts.append(" ".join(words))
    stays = (Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER, Kind.WARD_STAY)
    return () if kind in stays or slot is Slot.ORGANISM else tuple(parts[:5])


def _known(word: str) -> bool:
    """A word that was read as a cue already, or says nothing."""
    lowered = word.lower().strip("-.")
    cue = find_kind(lowered) is not None or find_slot(lowered, SLOTS) is not None
    return lowered in FILLER or cue or not lowered or lowered in SAID



