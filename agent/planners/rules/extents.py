"""Extents: the lowest and the highest asked together, and the unit in which something is measured."""

from __future__ import annotations

_C = r"(?:(?:the|his|her|my|their|patient) )?C\d+(?: (?:level|result|value|reading|measurement)s?)?"
_PLACE = r"(?!.*\b(?:icus?|stays?|hospital|admission|visit|ward|transfers?|discharge|he|she|they)\b)"
_WHAT = (
    _PLACE
    + r"(?:(?:the|his|her|my|their|patient) )?(?:C\d+|[a-z][\w/-]*(?: [\w/-]+){0,4}?)(?: results?| levels?| values?)?"
)
_END = r"(?=[ ?.!]*$)"
_LOW = r"(?:min(?:imum)?|lowest|low(?: point)?|smallest|nadir|trough|bottom)"
_HIGH = r"(?:max(?:imum)?|highest|high(?: point)?|largest|greatest|peak|top)"
_AND = r"(?: ?[/&] ?| (?:and|to|or)(?: (?:what|how)(?: (?:was|is|were))?)?(?: the)? )"
_BOTH = rf"(?:{_LOW}{_AND}{_HIGH}|{_HIGH}{_AND}{_LOW})"
_UNIT = r"units?(?: of (?:measure(?:ment)?|measures))?"
_GIVEN = r"(?: (?:given|reported|measured|recorded|expressed|listed|shown|comes?|used?))*(?: in| with| for)?"
EXTENTS: tuple[tuple[str, str], ...] = (
    (rf"\bhow {_BOTH} (?:did|does|has|have) (?P<what>{_C}) (?:get|go|run|been|gone"
     r"|gotten|swing)", r"lowest_and_highest of \g<what>"),
    (rf"\bbetween (?:which|what) (?:two )?(?:numbers|values|limits|bounds) (?:did|does|has|have) (?P<what>{_C})"
     r" (?:move[sd]?|lie|lay|var(?:y|ied)|range[sd]?|fluctuate[sd]?|swing|stay(?:ed)?|run)",
     r"lowest_and_highest of \g<what>"),
    (rf"(?P<what>{_C})(?: range| extremes)?(?P<rest>\b[^?()]*?) ?\({_BOTH}\)(?=[ ?.!]*$)",
     r"lowest_and_highest of \g<what>\g<rest>"),
    (rf"(?P<what>{_C}) (?:range|extremes)(?P<rest>\b[^?()]*?),? {_BOTH}(?=[ ?.!]*$)",
     r"lowest_and_highest of \g<what>\g<rest>"),
    (rf"(?P<what>{_C}) {_BOTH}(?=[ ?.!]*$| (?:for|in|of|during|since|over)\b)", r"lowest_and_highest of \g<what>"),
    (rf"(?<!reference )(?<!normal )\b(?:range|extremes|spread) (?:of|for|in) (?P<what>{_C})(?! (?:is|was) normal)",
     r"lowest_and_highest of \g<what>"),
    (rf"\b(?:what (?:was|is|were) )?(?:the )?{_BOTH}\b(?= .*\bC\d|[ ?.!]*$)", "lowest_and_highest"),
    (rf"(?P<what>{_C}) (?:is|was|shows? up as) (?:just |only |merely )?an? (?:bare |plain )?number\b[^.?!]*[.?!,;] "
     rf"(?:in )?(?:what|which) {_UNIT}\b[^.?!]*", r"what is the unit_of_measure of \g<what>"),
    (r"\bit (?:feels|seems|has been|is)(?: like)? (?:forever|ages|an age|an eternity|a long time|so long|a while)"
     r" since (?P<what>[^.?!]*C\d[^.?!]*)[.?!,;] (?P<how>how (?:long|many [a-z]+)) (?:has it been|is that|is it)\b",
     r"\g<how> since \g<what>"),
    (rf"\b(?:in )?(?:which|what) {_UNIT} (?:is|are|was|were|does|do|did) (?P<what>{_C}){_GIVEN}(?: (?:in )?here)?",
     r"what is the unit_of_measure of \g<what>"),
    (rf"\b(?:what|which) (?:is |are |was |were )?(?:the )?{_UNIT} (?:is |are |does the chart use |used )?(?:for|of|on)"
     rf" (?P<what>{_WHAT}){_END}", r"what is the unit_of_measure of \g<what>"),
    (rf"^(?:the )?{_UNIT} (?:for|of|on) (?P<what>{_WHAT}){_END}", r"what is the unit_of_measure of \g<what>"),
    (rf"^(?P<what>{_WHAT})[:,] (?:(?:(?:is |are )?(?:reported|given|measured|expressed)(?: in)?|in) (?:what|which)"
     rf" {_UNIT}|(?:what|which) units){_END}", r"what is the unit_of_measure of \g<what>"),
    (rf"\b(?:what|which) {_UNIT} does the (?:chart|record|lab) (?:use|give|report)(?: in)? for (?P<what>{_C})",
     r"what is the unit_of_measure of \g<what>"),
)  # fmt: skip
"""Written as one word each, which no other reader takes apart."""
