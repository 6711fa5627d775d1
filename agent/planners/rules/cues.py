"""Cues: which words of a question name a kind, a computation, an attribute, a place in order, a stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.chart_query import Compute, Kind, Pick, Slot, Stay

KINDS: Sequence[tuple[str, Kind]] = (
    (r"allerg\w*|intoleran\w*", Kind.ALLERGY),
    (r"vaccin\w*|immuni[sz]\w*|\bshots?\b", Kind.IMMUNIZATION),
    (r"family history|mother|father|brother|sister|relatives?", Kind.FAMILY_HISTORY),
    (r"microbiolog\w*|cultures?|organisms?|bacteri\w*|susceptib\w*|resistan\w*|specimen tests?", Kind.MICROBIOLOGY),
    (r"specimens?", Kind.SPECIMEN),
    (r"dispens\w*", Kind.MEDICATION_DISPENSED),
    (r"prescri\w*|prescriptions?|medications? orders?", Kind.MEDICATION_ORDERED),
    (r"medications?|medicines?|meds|drugs?|dose|taking|\btakes?\b|\bpills?\b|inhalers?|tablets?", Kind.MEDICATION),
    (r"care units?|wards?|transfer", Kind.WARD_STAY),
    (r"diagnos\w*|conditions?|problems?|diseases?|suffer\w*|illness\w*", Kind.CONDITION),
    (r"procedures?|undergo\w*|underwent|surger\w*|operations?", Kind.PROCEDURE),
    (r"outputs?", Kind.OUTPUT),
    (r"intakes?|inputs?", Kind.INTAKE),
    (r"vital signs?|vitals", Kind.VITAL),
    (r"\blabs?\b|lab (?:tests?|results?)", Kind.LAB),
    (r"care ?plans?", Kind.CARE_PLAN),
    (r"care teams?", Kind.CARE_TEAM),
    (r"\bgoals?\b", Kind.GOAL),
    (r"\bdevices?\b|implants?|pacemaker", Kind.DEVICE),
    (r"insurance|coverage|\bpayer\b", Kind.COVERAGE),
    (r"imaging|x-?rays?|\bct\b|\bmri\b|ultrasound|scans?", Kind.IMAGING),
    (r"\breports?\b", Kind.REPORT),
    (r"referrals?|\borders?\b", Kind.ORDER),
    (r"\bicu\b|intensive care", Kind.ICU_STAY),
    (r"emergency (?:department|room)|\ber\b|\bed\b", Kind.ED_VISIT),
    (r"hospital\w*|admi(?:ssions?|tted)|discharg\w*|inpatient", Kind.HOSPITAL_STAY),
    (r"visits?|encounters?|appointments?|seen", Kind.ENCOUNTER),
)
PATIENT_SLOTS: Sequence[tuple[str, Slot]] = (
    (r"\bgender\b|\bsex\b|male or female", Slot.GENDER),
    (r"date of birth|birth ?da(?:te|y)|\bdob\b|\bborn\b", Slot.BIRTH_DATE),
    (r"marital|married", Slot.MARITAL_STATUS),
    (r"\brace\b", Slot.RACE),
    (r"ethnicit\w*", Slot.ETHNICITY),
    (r"\blanguages?\b", Slot.LANGUAGE),
    (r"\baddress\b|\blives?\b", Slot.ADDRESS),
    (r"\bphone\b|telephone", Slot.PHONE),
    (r"\bdied\b|\bdead\b|\bdeceased\b|\bdeath\b|\balive\b", Slot.DEATH),
)
SLOTS: Sequence[tuple[str, Slot]] = (
    (r"susceptib\w*|resistan\w*|sensitiv\w*", Slot.SUSCEPTIBILITY),
    (r"organisms?|bacteri\w*|\bgrew\b|\bgrow\b", Slot.ORGANISM),
    (r"specimens?", Slot.SPECIMEN),
    (r"who (?:prescribed|ordered)|prescriber|prescribed by", Slot.PRESCRIBER),
    (r"^who\b|by whom", Slot.PERFORMER),
    (r"\bwhy\b|reason|indication|what .* for\?*$", Slot.REASON),
    (r"\broutes?\b", Slot.ROUTE),
    (r"how much|\bdoses?\b|dosage", Slot.DOSE),
    (r"how often (?:can|should|does)|frequency", Slot.FREQUENCY),
    (r"admission type|type of (?:hospital )?admission|type .* admission", Slot.ADMISSION_TYPE),
    (r"discharge (?:disposition|location)|discharged to", Slot.DISCHARGE_DISPOSITION),
    (r"admitted from|admit source|admission (?:source|location)", Slot.ADMIT_SOURCE),
    (r"severity|how severe", Slot.SEVERITY),
    (r"criticality", Slot.CRITICALITY),
    (r"reactions?\b|what happened", Slot.REACTION),
    (r"reference range|normal range", Slot.REFERENCE_RANGE),
    (r"\bstatus\b", Slot.STATUS),
)
_COUNT = r"how many|number of|\bcount\b|how often|total number|enumerate|how frequently"
_TIME = (
    r"\bwhen\b|what (?:was the )?(?:date|time)|\btimes? of\b|\bdate of\b|\btime\b|"
    r"\boccasion\b|\binstance\b|occurrence|\boccurred\b"
)
_SINCE = r"(?:time|days|hours|weeks|months|minutes|long) (?:\w+ ){0,4}(?:passed|elapsed|been|since)"
_COMPUTES: Sequence[tuple[str, Compute]] = (
    (r"\bhow old\b|\bage\b", Compute.AGE),
    (r"\baverage\b|\bmean\b", Compute.MEAN),
    (r"\btrend\b|over time", Compute.TREND),
    (r"\b(?:difference|change[d]?|improved|gone (?:up|down)|increase[d]?|decrease[d]?)\b", Compute.CHANGE),
    (r"\b(?:maximum|max|highest|peak)\b", Compute.MAX),
    (r"\b(?:minimum|min|lowest)\b", Compute.MIN),
)
_POLITE = re.compile(
    r"^(?:[\s,.:;-]+|for\b(?=\s*,)|please\b|(?:can|could|would|will) you\b(?: be able to)?|do you (?:know|have)\b|"
    r"i(?:'m| am) (?:trying|looking) to\b|i(?:'d| would) like to\b|i (?:want|need) to\b|tell(?: me)?\b|let me know\b|"
    r"(?:find|figure) out\b|know\b|check\b|determine\b|verify\b|confirm\b|see\b)"
)
_YES_NO = re.compile(r"^(?:has|have|had|did|does|do|was|were|is|are|am|if|whether|that)\b")
_UNITS = re.compile(r"\b(second|minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}
_STAY = re.compile(
    r"\b(?:(?:on|in|during|within|at|of|from|for) )?(?:the |their |my |his |her |this |that )*"
    r"(?P<which>first|last|latest|most recent|current|present|ongoing|second|third|this|2nd|3rd) "
    r"(?P<type>hospital|icu|intensive care|ed|er|emergency (?:room|department)|inpatient)"
    r"(?: (?:visit|stay|encounter|admission|hospitali[sz]ation))?(?:'s)?",
    re.IGNORECASE,
)
_STAY_TYPES = {"icu": "icu", "intensive care": "icu", "hospital": "hospital", "inpatient": "hospital"}


def find_kind(text: str) -> Kind | None:
    """The first kind of the table that a text names."""
    return next((kind for pattern, kind in KINDS if re.search(rf"\b(?:{pattern})", text)), None)


def find_slot(text: str, table: Sequence[tuple[str, Slot]]) -> Slot | None:
    """The first attribute of a table that a text names."""
    return next((slot for pattern, slot in table if re.search(pattern, text)), None)


def find_compute(text: str) -> Compute:
    """What is asked for: a count, a time, yes or no, a number, else the records themselves."""
    if re.search(_SINCE, text) and "how" in text:
        return Compute.TIME_SINCE
    yes_no = _YES_NO.search(strip_polite(text)) is not None
    for pattern, compute in _COMPUTES:
        if yes_no and compute is Compute.CHANGE:
            continue
        if re.search(pattern, text):
            return compute
    if re.search(_COUNT, text):
        return Compute.COUNT_DISTINCT if re.search(r"\b(?:different|distinct|unique)\b", text) else Compute.COUNT
    if re.search(r"how long|\blength\b|\bduration\b", text):
        return Compute.DURATION
    if re.search(r"\btotal\b|\bsum\b", text):
        return Compute.SUM
    if _YES_NO.search(strip_polite(text)):
        return Compute.EXISTS
    if re.search(_TIME, text):
        return Compute.TIME
    return Compute.LIST


def strip_polite(text: str) -> str:
    """A question without what is said out of politeness before it.

    >>> strip_polite(", could you please check when it was")
    'when it was'
    """
    while match := _POLITE.match(text):
        text = text[match.end() :]
    return text


def find_unit(text: str) -> str | None:
    """A unit of time asked for, in the plural."""
    match = _UNITS.search(text)
    return f"{match[1].lower()}s" if match else None


def find_pick(text: str) -> Pick:
    """Which of the records in order of time.

    >>> find_pick("the one before the last").skip, find_pick("my third visit").n, find_pick("all of it").which
    (1, 3, 'all')
    """
    if re.search(r"before (?:the )?(?:last|that)|second(?:-| )to(?:-| )last|previous one|\bone before\b", text):
        return Pick(which="last", skip=1)
    match = re.search(r"\b(first|last|latest|most recent(?:ly)?|newest|earliest|initial(?:ly)?)\b(?: (\d+)\b)?", text)
    if match:
        which = "first" if match[1].startswith(("first", "earliest", "initial")) else "last"
        return Pick(which=which, n=int(match[2] or 1) or 1)
    for word, number in _ORDINALS.items():
        if re.search(rf"\b{word}\b", text):
            return Pick(which="nth", n=number)
    return Pick()


def find_stay(text: str) -> tuple[Stay, str] | None:
    """The stay a question is confined to, and the text without it."""
    match = _STAY.search(text)
    if match is None:
        return None
    which, place = match["which"].lower(), match["type"].lower()
    kind = _STAY_TYPES.get(place, "ed")
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if which in _ORDINALS:
        return Stay(type=kind, which="nth", n=_ORDINALS[which]), rest
    named = {"latest": "last", "most recent": "last", "this": "current", "present": "current", "ongoing": "current"}
    return Stay(type=kind, which=named.get(which, which)), rest
