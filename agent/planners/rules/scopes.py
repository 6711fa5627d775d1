"""Scopes: what confines a question: times, stays, other records, comparisons, routes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.concepts import Span
from agent.planners.rules.limits import COUNTED_IN, NUMBER, UNIT
from agent.planners.rules.places import FIRST, LAST, ORDINALS
from tools.chart_query import Condition, Kind, Slot, Stay
from tools.time_window import find_time_phrases

_DETERMINERS = r"(?:(?:the|an?|my|his|her|their|this|that|these|its) )*"
_NOW = r"current|present|ongoing|this"
_WHICH = rf"(?P<which>{FIRST}|{LAST}|{_NOW}|{'|'.join(w for w, n in ORDINALS.items() if n > 1)})"
_PLACE = (
    r"(?P<place>hospital|icu|intensive care(?: unit)?|ed|er|emergency (?:room|department)"
    r"|emergency(?= (?:visit|stay|encounter))|inpatient)"
    r"(?: (?:visits?|stays?|encounters?|admissions?|hospitali[sz]ations?))?|(?P<visit>stay|hospitali[sz]ation"
    r"|admission|visit)"
)
_IN_STAY = re.compile(
    r"(?<![\w-])(?:(?P<in>on|in|during|within|at|of|from|for|throughout|while in) )?(?:(?:the|an?|my|his|her"
    r"|their|its|that) )*"
    rf"(?:{_WHICH} )?(?:(?:stay|visit|admission|time) (?:in|to|at) (?:the )?)?(?:{_PLACE})(?![\w-])"
)
_COMPARISON = re.compile(
    r"(?:(?:ris(?:e|es|en)|rose|climb(?:s|ed)?|drop(?:s|ped)?|fall(?:s|en)?|fell|c[ao]mes?) )?"
    r"(?P<word>(?:less|lower|smaller|fewer|greater|more|higher|larger) than|below|under|above|over|beyond"
    r"|(?<=\bgo )past|(?<=\bget )past|(?<=\b(?:went|gone|been) )past|(?:exceed|surpass|cross|topp)(?:ed|ing|e?s)?"
    r"|reach(?:ed|es)?|hits?|(?<=\bever )top"
    rf"|at least|no less than|at most|no more than|up to|<=|>=|<|>) ?(?P<number>{NUMBER})"
    rf"(?: ?(?P<unit>{UNIT}))?(?![\w/])(?! {COUNTED_IN})"
)
_BETWEEN = re.compile(rf"between (?P<low>\d+(?:\.\d+)?) and (?P<high>\d+(?:\.\d+)?)(?: ?(?P<unit>{UNIT}))?(?![\w/])")
_OPERATORS = {
    "less than": "<", "lower than": "<", "smaller than": "<", "fewer than": "<", "below": "<", "under": "<", "<": "<",
    "at most": "<=", "no more than": "<=", "up to": "<=", "<=": "<=",
    **dict.fromkeys(("reach", "reached", "reaches", "hit", "hits"), ">="), "at least": ">=", "no less than": ">=",
    ">=": ">=",
}  # fmt: skip
_ROUTES = (
    r"iv(?: (?:drip|bolus|push|infusion|piggyback))?|intravenous(?:ly)?|po(?:/ng)?|oral(?:ly)?|by mouth|im"
    r"|intramuscular(?:ly)?|sc|sq|subcut(?:aneous(?:ly)?)?|sl|sublingual(?:ly)?|pr|rectal(?:ly)?|ng|neb|nebuli[sz]ed"
    r"|ih|inhal(?:ed|ation)|tp|topical(?:ly)?|td(?! (?:shot|jab|vaccin|booster|immuni))|transdermal(?:ly)?"
)


def take_times(cascade: Cascade) -> str | None:
    """Every time phrase of the text, joined; `now` is a state, no time."""
    cascade.text = _BETWEEN_YEARS.sub(_in_order, _TWO_YEARS.sub(_to_span, cascade.text))
    found = find_time_phrases(cascade.text)
    phrases = [p for p in found if not _is_state(p[2], cascade.text) and not _is_number(cascade.text[: p[0]])]
    phrases = [(start, end, _of_then(said, cascade.text, start, end)) for start, end, said in phrases]
    for start, end, _ in reversed(phrases):
        cascade.cut(start, end)
    cascade.text = re.sub(
        r"\b(?<!take )(?<!took )(?<!taken )(?:during|in|within|over|from|for(?= the))"
        r"(?: the (?:period|time|date|span)(?: of)?)? +(?=\|)",
        "",
        cascade.text,
    )
    cascade.text = re.sub(r"\|[ ,]*(?:onwards?|forwards?)(?![\w-])", "|", cascade.text)
    return " ".join(phrase for *_, phrase in phrases) or None


_OPEN_END = re.compile(r"^[ ,]*(?:on(?:wards?)?|forwards?|and (?:later|after)|to|until|till|through|up|-)\b")
_GOING_ON = re.compile(
    rf"\b(?:start\w*|beg[aiu]n\w*|ever|{lexicon.GOING}|{lexicon.RISE}|{lexicon.FALL}|[a-z]+(?:ed|ing)|given|taken|had"
    r"|been|seen|done|on|differ\w*|moved?|higher|lower|up|down) *$"
)


def _of_then(phrase: str, text: str, start: int, end: int) -> str:
    """A time phrase; what something is "from" it is of, unless the words beside say that it went on from then.

    >>> text = "my C0 from 2020"
    >>> _of_then("from 2020", text, 6, 15), _of_then("from 2020", f"{text} on", 6, 15)
    ('in 2020', 'from 2020')
    """
    point = phrase.removeprefix("from ")
    if point == phrase or re.search(r"\b(?:to|until|through|and)\b", point):
        return phrase
    open_end = _OPEN_END.search(text[end:]) or _GOING_ON.search(text[:start])
    relative = re.search(r"\b(?:ago|yesterday|now)\b", point)
    if open_end or relative:
        return phrase
    return point if re.match("(?:last|this) ", point) else f"{'on' if _DAY.search(point) else 'in'} {point}"


_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}|\b[a-z]+\.? \d{1,2}(?:st|nd|rd|th)?\b")
_YEAR = r"(?:18|19|20|21|22|23)\d\d"
_TWO_YEARS = re.compile(rf"\b(?:(?:in|during|for|from) )?(?<!between )({_YEAR}(?:, {_YEAR})*),? and ({_YEAR})\b(?!-)")


_BETWEEN_YEARS = re.compile(rf"\bbetween ({_YEAR}) and ({_YEAR})\b(?!-)")


def _in_order(match: re.Match[str]) -> str:
    """Between two years, whichever is named first."""
    return "between {} and {}".format(*sorted(match.groups()))


def _to_span(match: re.Match[str]) -> str:
    """Two years that follow each other are one span; others are left as they stand."""
    years = [int(year) for year in (*match[1].split(", "), match[2])]
    follows = years == list(range(years[0], years[0] + len(years)))
    return f"between {years[0]} and {years[-1]}" if follows else match[0]


def _is_number(before: str) -> bool:
    """Whether what follows is compared with: "above 2005"."""
    return re.search(r"\b(?:above|below|exceed\w*|(?:greater|higher|more|less|lower) than) $", before) is not None


def _is_state(phrase: str, text: str) -> bool:
    """Whether a phrase says "as things stand": now; today, where the question is of the present."""
    if phrase == "today":
        return re.search(r"\b(?:was|were|did|has|have|had|been)\b", text) is None
    return phrase.endswith("now")


_SEVERAL_STAYS = re.compile(r"(?:visits|stays|encounters|admissions|hospitali[sz]ations)$")
_ONLY_PLACE = r"(?<![\w-])(?:hospital|icu|intensive care|ed|er|emergency (?:room|department))(?![\w-])"


def read_stay(cascade: Cascade) -> Stay | None:
    """A stay that is singled out; what else is asked tells whether it confines the question or is asked for itself."""
    for match in _IN_STAY.finditer(cascade.text):
        within = match["place"] and match["in"] in ("in", "during", "while in", "within")
        named = match["visit"] not in (None, "visit") and match["in"] in ("during", "throughout")
        each = match["in"] in ("at", "in", "during", "from") and _SEVERAL_STAYS.search(match[0])
        if match["which"] is None and not within and not named and not each:
            continue
        kind, which = _stay_type(match["place"], match["visit"]), match["which"]
        cascade.cut(*match.span())
        if match["visit"] == "stay" and which and not match["in"]:
            kind = _place_beside(cascade.text) or kind
        if match["place"] and which is None:
            which = _told_apart(cascade, kind)
        return Stay(type=kind, **_which(which))
    return None


def _told_apart(cascade: Cascade, kind: str) -> str | None:
    """Which stay in a place is meant, said apart from the place: "in hospital for my first admission"."""
    stay = "stay|visit|time" if kind in ("icu", "ed") else "stay|visit|time|admission|hospitali[sz]ation"
    said = cascade.take(rf"(?:(?:for|on|during|in|at) )?{_DETERMINERS}{_WHICH} (?:{stay})(?: there)?")
    return said["which"] if said is not None else None


def _place_beside(text: str) -> str | None:
    """The place of "the last stay" where the words beside it name one: "ICU days, last stay"."""
    places = {_stay_type(place, None) for place in re.findall(_ONLY_PLACE, text)}
    return places.pop() if len(places) == 1 else None


def _stay_type(place: str | None, visit: str | None) -> str:
    if place is None:
        return "visit" if visit == "visit" else "hospital"
    if place.startswith(("icu", "intensive")):
        return "icu"
    return "hospital" if place in ("hospital", "inpatient") else "ed"


def _which(word: str | None) -> dict[str, object]:
    if word is None:
        return {"which": "any"}
    if re.fullmatch(_NOW, word):
        return {"which": "current"}
    if word in ORDINALS and ORDINALS[word] > 1:
        return {"which": "nth", "n": ORDINALS[word]}
    return {"which": "first" if re.fullmatch(FIRST, word) else "last"}


def read_comparisons(cascade: Cascade) -> list[Condition]:
    """Values compared with a number, unit kept."""
    found = []
    while match := _BETWEEN.search(cascade.text):
        cascade.cut(*match.span())
        found += [
            Condition(field=Slot.VALUE, op=">=", value=match["low"], unit=match["unit"]),
            Condition(field=Slot.VALUE, op="<=", value=match["high"], unit=match["unit"]),
        ]
    while match := _COMPARISON.search(cascade.text):
        cascade.cut(*match.span())
        operator = _OPERATORS.get(match["word"], ">")
        found.append(Condition(field=Slot.VALUE, op=operator, value=match["number"], unit=match["unit"]))
    return found


def read_route(cascade: Cascade) -> list[Condition]:
    """How something was given: "through the IV route", "by mouth", "using po"."""
    other = r"(?P<other>(?!which|what|any)[a-z/]{2,14}(?: [a-z/]{2,14})?)"
    match = cascade.take(
        rf"(?:(?:through|via|by|using|with|over|in) )?{_DETERMINERS}(?P<route>{_ROUTES})"
        r"(?: (?:routes?|methods?|administrations?|way))?"
        rf"|(?:through|via|by|using|with) {_DETERMINERS}{other} (?:routes?|methods?)"
        r"|(?:routes?|methods?) (?:of|called|named) (?P<named>(?!(?:the|his|her|my|their|an|any|last|first|most"
        r"|each)\b)[a-z/]{2,14})"
    )
    if match is not None:
        return [Condition(field=Slot.ROUTE, value=match["route"] or match["other"] or match["named"])]
    if cascade.holds(_CAME) or not cascade.holds("administered|given|prescribed|infused|injected|dispensed"):
        return []
    match = cascade.take(rf"(?:through|via) {_DETERMINERS}([a-z/]{{2,6}}){_PHRASE_END}")
    return [Condition(field=Slot.ROUTE, value=match[1])] if match else []


_CAME = r"admit\w*|admission\w*|hospitali[sz]\w+|hospital"
_PHRASE_END = r"(?= *(?:[?.,|]|$)| (?:for|as|was|were|did|at|on|first|last|since|until|in|during|the|when)\b)"
_CAME_BY = r"when (?:i|he|she|they|patient) (?:used|(?:came|arrived|went)(?: in)? (?:through|via|from|by))"


_A_STAY = re.compile(r"\b(?:admissions?|hospitali[sz]ations?|stays?|visits?|encounters?|discharges?)$")
"""What a person does not come from: what was so "from the first admission"."""


def read_source(cascade: Cascade) -> list[Condition]:
    """Where a stay is told apart by how the patient came: "admitted via the emergency room"."""
    if not cascade.holds(_CAME):
        return []
    match = re.search(
        rf"(?<![\w-])(?:through|via|by way of|by means of|from|using|{_CAME_BY}) {_DETERMINERS}"
        r"(?P<source>(?!the )[a-z][a-z /-]{1,40}?)"
        rf"{_PHRASE_END}",
        cascade.text,
    )
    if (
        match is None
        or set(match["source"].split()) <= lexicon.FUNCTION | lexicon.LIGHT
        or _A_STAY.search(match["source"])
    ):
        return []
    if re.search(r"(?:hospitali[sz]ation|admission|stay|visit|encounter)s?$", match["source"]):
        return []
    cascade.cut(*match.span())
    return [Condition(field=Slot.ADMIT_SOURCE, value=match["source"].strip())]


def read_site(cascade: Cascade) -> list[Condition]:
    """Where in the body: "the left one"; "at-knee", as everyday words are written out."""
    match = cascade.take(r"at-([a-z]+)|(?:on |in |of |at )?(?:the |his |her |my |their )?(left|right) (?:one|side)")
    return [Condition(field=Slot.BODY_SITE, value=match[1] or match[2])] if match else []


def read_level(cascade: Cascade) -> list[Condition]:
    """Whether a value is called high or low: "is her potassium high?"."""
    match = cascade.take(r"(?:too )?(high|low|elevated|raised)(?=[ |]*$|[ |]*(?:\||last|at|on))")
    asked = re.search(r"\b(?:how|what|which)\b", cascade.text) is not None
    if match is None and not asked:
        match = cascade.take(r"(high|low|elevated|raised)(?= C\d+(?: levels?)?[ |?]*$)")
    if match is None or asked:
        return []
    return [Condition(field=Slot.INTERPRETATION, value="low" if match[1] == "low" else "high")]


def read_verdict(cascade: Cascade, spans: Sequence[Span]) -> tuple[str, Span | None] | None:
    """What a culture was tested for: "resistant to C1", "sensitive", "the susceptibility of C0 to C1"."""
    if (
        tested := cascade.take(
            rf"susceptibilit(?:y|ies) of (?:{_DETERMINERS})?C\d+( to (?:the"
            rf" )?(C\d+))",
            1,
        )
    ) is not None:
        return "tested", spans[int(tested[2][1:])]
    match = cascade.take(r"(susceptible|sensitive|resistant)(?: (?:to|against))?(?: (?:the )?(C\d+))?")
    if match is None:
        return None
    return "resistant" if match[1] == "resistant" else "susceptible", spans[int(match[2][1:])] if match[2] else None


def read_sign(cascade: Cascade, spans: Sequence[Span]) -> list[Condition]:
    """Whether a culture is called positive or negative: "was the last blood culture positive?"."""
    named = (spans[int(n)] for n in re.findall(r"C(\d+)", cascade.text) if int(n) < len(spans))
    tested = {Kind.MICROBIOLOGY, Kind.SPECIMEN}
    if not cascade.holds("cultures?") and not any(e.kind in tested for s in named for e in s.entries):
        return []
    match = cascade.take(r"(positive|negative)(?! for\b)")
    return [Condition(field=Slot.INTERPRETATION, value=match[1])] if match else []


def read_degree(cascade: Cascade) -> list[Condition]:
    """A degree an allergy or problem has: "of high criticality"."""
    match = cascade.take(r"(?:of |with )?(high|low|mild|moderate|severe)[ -](criticality|severity|risk)")
    if match is None:
        return []
    return [Condition(field=Slot.SEVERITY if match[2] == "severity" else Slot.CRITICALITY, value=match[1])]
