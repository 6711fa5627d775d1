"""Anchors: another record that bounds a question in time: "since asthma was diagnosed", "the day of her last flu shot".

A bound is a relation and an event: a name with the words that say what became of it, and which of several is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.concepts import MEDICATIONS, Span, kinds_of, prefer_kind
from tools.chart_query import Anchor, Kind

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}
_HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.5, "year": 8766.0}
"""Months and years by their mean length."""
_NUMBER = rf"(?:\d+|{'|'.join(_NUMBERS)})"
_RELATIONS: tuple[tuple[str, str], ...] = (
    (rf"(?:with)?in (?:the )?(?:first |next )?(?P<n1>{_NUMBER} )?(?P<u1>hour|day|week|month|year)s?"
     r" (?:after|following|from)", "after"),
    (rf"(?:during|over) the (?:first |next )?(?P<n2>{_NUMBER} )?(?P<u2>hour|day|week|month|year)s? (?:after|following)",
     "after"),
    (rf"(?:(?:with)?in|during|over) (?:the )?(?:last )?(?P<n3>{_NUMBER} )?(?P<u3>hour|day|week|month|year)s?"
     r" (?:before|prior to|preceding|leading up to)", "before"),
    (rf"within (?P<n4>{_NUMBER} )(?P<u4>hour|day|week)s? of", "within"),
    (r"(?:during|in|at|on) the same (?:visit|stay|admission|encounter|appointment) as", "same_stay"),
    (r"(?:at|during|in|of|from|throughout) the (?:(?:very |last |latest |most recent |first )*)(?:hospital )?"
     r"(?:stay|admission|hospitali[sz]ation) (?:with|when|where|that had|(?:at|in|during) which)", "same_stay"),
    (r"(?:at|during|in|of|for|from) the (?:(?:very |same |last |latest |most recent |first )*)"
     r"(?:visit|encounter|appointment) (?:of|for|with|when|where|as|that had|in the course of|(?:at|in|during) which)"
     r"|(?<=visit )(?:when|where|(?:at|in|during) which)|(?<=encounter )(?:when|where|(?:at|in|during) which)"
     r"|(?<=appointment )(?:when|where|(?:at|in|during) which)", "same_stay"),
    (r"on (?:the )?(?:very )?(?:same )?(?:day|date)(?: (?:of|as|that|when|on which))?", "same_day"),
    (r"(?:the )?(?:very )?(?:same )?day (?:of|as|that|when)", "same_day"),
    (r"(?:on )?the (?:very )?(?:same )?(?:day|date)"
     r"(?= (?:(?:i|he|she|they|we|(?:the )?patient)\b"
     r"|(?:(?:the|his|her|my) )?(?:(?:last|first|latest) )?C\d+ (?:was|got|had)))",
     "same_day"),
    (r"(?:at|during)(?= (?:the|his|her|my) (?:last|latest|most recent|first) C\d)", "same_day"),
    (r"(?:at|around) the (?:same )?time (?:of|as|that|when)|when|while", "same_day"),
    (r"(?:(?:just|right|immediately|shortly|directly|any time|some time) )?"
     r"(?:before|prior to|preceding|ahead of|leading up to|until|up to)", "before"),
    (r"(?:(?:just|right|immediately|shortly|directly|any time|some time|ever) )?"
     r"(?:after|since|following|subsequent to|once|from(?= [^|]*\bon(?:wards?)?\b))", "after"),
)  # fmt: skip
_LOOSE = re.compile(r"once|until|up to|from")
"""Relations that are said of other things as well: they need an event, and something else that is asked."""
_ASKED_WHEN = re.compile(rf"\b(?:{'|'.join(sorted(lexicon.REPORT))}|me|us|out|exactly)[ |,]*$")
"""What stands before a "when" that asks."""
_ELAPSED = re.compile(
    r"\b(?:how long|how much time|time|(?:minute|hour|day|week|month|year)s?)"
    r"(?: (?:has|have) (?:it|there) been| (?:has|have) (?:passed|elapsed|gone by)| passed| elapsed| it has been)?"
    r"(?: in (?:minute|hour|day|week|month|year)s)?[ |]*$"
)
"""How long ago an event was asks of the event, and of nothing after it."""
_SEEN = (
    r"\bwho(?:m)? (?:did|was|were|had|saw|treated|took care|cared|looked after|attended|met|examined)\b|\bsaw\b"
    r"|\b(?:clinician|provider|doctor|physician|practitioner)\b"
)
"""Who was met is asked of the visit."""
_SUBJECT = r"(?:(?:i|he|she|they|we|it|(?:the )?patient|anyone) )?"
_AUX = r"(?:(?:was|were|is|are|am|had|has|have|been|be|being|got|getting|did|ever|actually|already|yet) )*"
_FIRST = r"(?:for )?the (?:very )?first time|first|earliest|initial(?:ly)?|originally|newly|new"
_LAST = r"(?:for )?the (?:last|latest) time|last|latest|most recent(?:ly)?|final"
_PICK = rf"(?:(?:{_FIRST}|{_LAST}) )*"
_DETERMINER = r"(?:(?:the|an?|my|his|her|their|this|that|these|its|any) )*"
_BEGINNING = (
    r"diagnos(?:is|ed|ing)|onset|found out|finding out"
    r"|found|discovered|detected|identified|recognized|developed|developing|start(?:ed|ing|s)?"
    r"|beg[ai]n(?:ning)?|begun|initiat(?:ed|ing|ion)|prescri(?:bed|bing|ption)|put|placed|taking|took|ordered|order"
    r"|introduc(?:ed|ing|tion)|(?:went|going|gone|being|getting|got)(?= on\b)"
    r"|(?:picked|came|come|showed|shown|turned) up"
    r"|c[ao]me (?:along|about|into play|into the picture)"
    r"|appear(?:ed|ing|ance)?|arose|arisen|(?:told|informed|learn(?:ed|t|ing))(?= (?:of|about)\b)|noticed|spotted"
    r"|confirmed|established|made(?= (?:an? )?diagnosis)"
)
"""What has a beginning: the first record of it is meant, where the question doesn't say which."""
_LEADS_ON = "went|going|gone|being|getting|told|informed|learned|learnt|learning"
"""Of these the words behind them say that something began."""
_HAPPENING = (
    r"given|giving|got|getting|get|had|having|have|receiv(?:ed|ing|e)|administered|administration|done|performed|taken"
    r"|underwent|undergo(?:ne|ing)|removed|injected|injection|vaccinated|vaccination|immuni[sz](?:ed|ation)|dose|shot"
    r"|vaccine|surgery|operation|procedure|episode|infusion|transfusion"
)
_EVENT = rf"(?:{_BEGINNING}|{_HAPPENING})"
_OF = r"(?: (?:with|of|for|on|to|in|taking|about))?"
_KINDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (r"diagnos|onset|found|discovered|detected|identified|recognized|develop|\bup$|appear|aro?ise|noticed|spotted"
     r"|confirmed|established|told|informed|learn", (Kind.CONDITION,)),
    (r"prescri|order", (Kind.MEDICATION_ORDERED, Kind.ORDER)),
    (r"\bput|plac|\btak|took|start|beg[aiu]n|initiat|introduc|went|go(?:ing|ne)|being|getting",
     (*MEDICATIONS, Kind.MEDICATION)),
    (r"vaccin|immuni|shot|jab", (Kind.IMMUNIZATION,)),
    (r"administ|given|giving|inject|dose|infus", (*MEDICATIONS, Kind.MEDICATION, Kind.IMMUNIZATION)),
    (r"underwent|undergo|done|performed|surgery|operation|procedure|removed", (Kind.PROCEDURE,)),
    (r"\bgot|\bget|\bhad|\bhav|receiv", (Kind.IMMUNIZATION, Kind.PROCEDURE, *MEDICATIONS, Kind.CONDITION)),
)  # fmt: skip
"""Of which kind a record is by what became of it, the first that the chart has."""
_NOUN = "|".join(pattern for pattern, _ in lexicon.NOUNS)
_VERB = "prescribed|prescribe|ordered|given|started|stopped|diagnosed|administered|vaccinated|taking|seen|admitted"
"""What was done beside the event, where no noun says what of."""
_DONE = (Kind.PROCEDURE, Kind.IMMUNIZATION, Kind.IMAGING)
"""What something else can be measured at: "at the last C1"."""
_SURGERY = r"surger(?:y|ies)|operations?"


def _event(of: str = "") -> str:
    """A name with the words before or behind it that say what became of it; `of` tells two of one pattern apart."""
    said = (
        rf"{_SUBJECT}{_AUX}{_DETERMINER}{_PICK}(?:(?P<act{of}>{_EVENT}){_OF} )?{_DETERMINER}{_PICK}"
        rf"(?:start of |beginning of )?{_DETERMINER}"
    )
    name = rf"(?:(?P<name{of}>C\d+)|(?P<noun{of}>{_NOUN})(?! (?:of|for|with) (?:\w+ )?C\d))"
    behind = (
        rf"(?: {_AUX}(?P<not{of}>not (?:yet )?)?{_AUX}{_PICK}(?P<done{of}>{_EVENT})(?![\w-])"
        rf"(?: (?:{_FIRST}|{_LAST})(?![\w-]))?)?"
    )
    return rf"(?P<event{of}>{said}{name}(?![\w-]){behind})"


_BOUNDS = tuple(
    (re.compile(rf"(?<![\w-])(?P<relation>{pattern}) {_event()}(?: on(?:wards?)?(?= *(?:[|,.?]|$)))?"), relation)
    for pattern, relation in _RELATIONS
)
_BETWEEN = re.compile(
    rf"(?<![\w-])(?:(?:any ?time |in the time )?between|from|since)(?: when| the time)? {_event()},?"
    rf" (?:and|to|until|till|up to)(?: when| the time)? {_event('2')}"
)
_SPANS = (
    re.compile(
        rf"(?<![\w-])(?:between|from|since)(?: when| the time)? {_event()},? (?:and|to|until|till|up to)(?: when)? "
    ),
    re.compile(
        rf"(?<![\w-])(?:(?<=hours )|(?<=days )|(?<=weeks )|(?<=months )|(?<=years )|(?<=long )|(?<=time ))"
        rf"(?:after|before|following|from) {_event()} (?!{_EVENT}\b)"
    ),
)
"""From one event to another: one is the bound, the other what is asked of."""
_UNIT = r"(?:minute|hour|day|week|month|year)"
_PASSED = r"(?:(?:have |has )?(?:passed|elapsed|went by|gone by|lay|lie)|(?:was|were|are|is) (?:it|there)|did it take)"
_HOW_LONG = (
    rf"(?:what (?:is|was) the )?(?:(?:total )?(?:number|count) of |how many )?(?P<unit>{_UNIT}s?)(?: {_PASSED})?"
    rf"|how long(?: {_PASSED})?|how much time(?: {_PASSED})?"
    r"|(?:what (?:is|was) the )?(?:length of time|time|interval|gap|delay|duration)"
)
_OPPOSITE = {"after": "before", "before": "after"}


def read_bounds(cascade: Cascade, spans: Sequence[Span]) -> tuple[Anchor, ...]:
    """The records that bound the question in time: one, or one on either side of what is asked."""
    for match in _BETWEEN.finditer(cascade.text):
        first, last = (_to_anchor(match, side, cascade, spans, of) for side, of in (("after", ""), ("before", "2")))
        if first is not None and last is not None and _asks_of(cascade, match):
            cascade.cut(*match.span())
            return first, last
    one = _read_bound(cascade, spans)
    if one is None:
        return ()
    left = cascade.text
    other = _read_bound(cascade, spans)
    if other is None or one.hours or other.hours or _OPPOSITE.get(one.relation) != other.relation:
        cascade.text = left
        return (one,)
    return (one, other) if one.relation == "after" else (other, one)


def _read_bound(cascade: Cascade, spans: Sequence[Span]) -> Anchor | None:
    """Another record that bounds the question in time: "after the appendectomy", "within 24 hours of surgery"."""
    for pattern, relation in _BOUNDS:
        for match in pattern.finditer(cascade.text):
            if (anchor := _to_anchor(match, relation, cascade, spans)) is not None:
                cascade.cut(*match.span())
                return anchor
    return None


def read_span(cascade: Cascade, spans: Sequence[Span]) -> tuple[Anchor, str | None] | None:
    """The first event of "how many days from A to B", and the unit; B is left to be read."""
    match = next((m for pattern in _SPANS if (m := pattern.search(cascade.text))), None)
    if match is None or re.search(rf"C\d|\b(?:{_NOUN})\b", cascade.text[match.end() :]) is None:
        return None
    anchor = _to_anchor(match, "from", cascade, spans)
    before = Cascade(cascade.text[: match.start()])
    if match.re is _SPANS[1] and not before.holds("how|numbers?|counts?"):
        return None
    unit = before.take(rf"in (?P<unit>{_UNIT}s?)")
    asked = before.take(_HOW_LONG) or unit
    if anchor is None or asked is None or _counts_others(before.text, match):
        return None
    cascade.text = f"{before.text} | {cascade.text[match.end() :]}"
    named = next((m["unit"].rstrip("s") for m in (unit, asked) if m and m["unit"]), None)
    return anchor, f"{named}s" if named else None


def _counts_others(before: str, match: re.Match[str]) -> bool:
    """Whether what is counted between two events is of another kind: the visits from one to the other."""
    return match.re is _SPANS[0] and re.search(rf"\bC\d|(?<![\w-])(?:{_NOUN})(?![\w-])", before) is not None


def _to_anchor(
    match: re.Match[str], relation: str, cascade: Cascade, spans: Sequence[Span], of: str = ""
) -> Anchor | None:
    event = match[f"event{of}"]
    held = next(iter(re.findall(r"\b(?:got|getting|had|having)\b", event)), None)
    act = match[f"act{of}"] or match[f"done{of}"] or held
    said = match.groupdict().get("relation") or ""
    loose = relation in ("same_day", "same_stay") or _LOOSE.search(said) is not None
    before = cascade.text[: match.start()]
    if match[0].startswith("since") and _ELAPSED.search(before):
        return None
    if relation != "from" and loose and not _asks_beside(match, act, cascade):
        return None
    span = spans[int(match[f"name{of}"][1:])] if match[f"name{of}"] else None
    kind = _kind(span, match[f"noun{of}"], act)
    if kind is None:
        return None
    if said in ("at", "during") and kind not in _DONE:
        return None
    if relation == "same_day" and (match[f"not{of}"] or re.search(r"\balready\b", cascade.text)):
        relation = "before"
    elif match[f"not{of}"]:
        return None
    if relation == "same_day" and re.search(_SEEN, cascade.text):
        relation = "same_stay"
    surgery = ("surgery",) if match[f"noun{of}"] and re.fullmatch(_SURGERY, match[f"noun{of}"]) else ()
    return Anchor.model_validate({
        "relation": relation, "kind": kind, "about": (span.text,) if span else surgery,
        "pick": _which(f"{said if relation == 'same_stay' else ''} {event}", act),
        "hours": _hours(match) if relation != "from" else None,
    })  # fmt: skip


def _asks_beside(match: re.Match[str], act: str | None, cascade: Cascade) -> bool:
    """Whether something else is asked, which the event bounds: "when C1 was given" alone asks for that time."""
    if match["relation"] == "when" and _asks_when(match, cascade.text):
        return False
    said = bool(act) or not re.fullmatch(r"when|while|once|from|until|up to", match["relation"])
    return said and _asks_of(cascade, match)


def _asks_of(cascade: Cascade, match: re.Match[str]) -> bool:
    """Whether something is asked of what the text holds beside a bound."""
    other = f"{cascade.text[: match.start()]} | {cascade.text[match.end() :]}"
    return re.search(rf"\bC\d|{_SEEN}|(?<![\w-])(?:{_NOUN}|{_VERB})(?![\w-])", other) is not None


def _asks_when(match: re.Match[str], text: str) -> bool:
    """Whether a "when" asks, or tells which times are meant; one that opens a question asks unless another does."""
    before = text[: match.start()]
    if re.search(r"\w", before) is None:
        return re.search(r"\b(?:what|which|how|who|where)\b", text[match.end() :]) is None
    if re.search(rf"{lexicon.TIME_NOUN}[ |,]*$", before):
        return True
    asks_other = re.search(r"\b(?:what|which|who|where|how)\b", before) is not None
    return not asks_other and _ASKED_WHEN.search(before) is not None


def _kind(span: Span | None, noun: str | None, act: str | None) -> Kind | None:
    """The kind of the bound, by what became of it where the chart has such records of it."""
    if span is None:
        named = next((kind for pattern, kind in lexicon.NOUNS if noun and re.fullmatch(pattern, noun)), None)
        return None if named in (Kind.WARD_STAY, Kind.ORDER) else named
    kinds = kinds_of((span,))
    wanted = next((meant for pattern, meant in _KINDS if act and re.search(pattern, act)), ())
    fitting = next((k for k in wanted if k in kinds), None)
    if fitting is None:
        return wanted[0] if wanted == (Kind.CONDITION,) else prefer_kind(kinds)
    return Kind.MEDICATION if fitting in MEDICATIONS and Kind.ORDER not in wanted else fitting


def _which(event: str, act: str | None) -> str:
    if re.search(rf"\b(?:{_FIRST})\b", event):
        return "first"
    began = (
        act is not None
        and re.fullmatch(rf"{_BEGINNING}|{_LEADS_ON}", act)
        and not re.search(rf"\b(?:{_LAST})\b", event)
    )
    return "first" if began else "last"


def _hours(match: re.Match[str]) -> float | None:
    groups = match.groupdict()
    unit = next((groups[u] for u in ("u1", "u2", "u3", "u4") if groups.get(u)), None)
    if unit is None:
        return None
    told = next((groups[n] for n in ("n1", "n2", "n3", "n4") if groups.get(n)), "one").strip()
    return (int(told) if told.isdigit() else _NUMBERS[told]) * _HOURS[unit]
