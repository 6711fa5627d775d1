"""Spoken verbs and nouns, written out as a chart names the thing: where one ended up, a shot in the arm, an average.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_HIS = r"(?:(?:the|my|his|her|their|an?) )?"
_GIVEN_THERE = r"(?:arm|upper arm|thigh|shoulder|deltoid|buttock|muscle|leg|hip)"
_UNIT = r"(?:icu|intensive care(?: unit)?|ed|er|emergency (?:room|department))"
_WHOSE = r"(?:the|my|his|her|their)"
_VALUES = r"(?: (?:results?|values?|readings?|measurements?|levels?|scores?))?"
_WENT_BY = r"(?: (?:went by|passed|elapsed|was it|did it take|were there|are there|lay|has it been|have passed))*"
_WHO = r"(?:i|he|she|they|(?:the )?patient)"
SPOKEN: tuple[tuple[str, str], ...] = (
    (rf"\b(?:heavier|fatter) (?P<is>is|was|am|are) {_WHO}\b", r"higher \g<is> the <weight>"),
    (rf"\b(?:lighter|thinner) (?P<is>is|was|am|are) {_WHO}\b", r"lower \g<is> the <weight>"),
    (rf"\b(?P<is>is|was|am|are) {_WHO} (?P<now>(?:any |now |currently )*)(?:heavier"
     rf"|fatter)\b", r"\g<is> the <weight> \g<now>higher"),
    (rf"\b(?P<is>is|was|am|are) {_WHO} (?P<now>(?:any |now |currently )*)(?:lighter"
     rf"|thinner)\b", r"\g<is> the <weight> \g<now>lower"),
    (r"^(?:counting|taking|including|adding (?:up|together)) (?:all|every one|everything)(?: of (?:them|those))?,? "
     r"(?=how (?:many|often))", ""),
    (r"\b(?:two|three|four|both|[234]) (?:numbers|values|results|readings|figures|things)"
     r" (?=(?:from|of|on|for|in|at)\b[^:?]*: )", "values "),
    (r"\b(?:end|land|wind|wound|turn)(?:ed|s|ing)? up (?:in|at)(?= (?:the |an? )?(?:hospital|icu|intensive|ed\b|er\b"
     r"|emergency))", "go to"),
    (rf"\b(?P<shot>something|anything|it|shots?|jabs?|injections?|vaccines?) (?:in|into) {_HIS}{_GIVEN_THERE}"
     r"\b(?! or\b)", r"\g<shot>"),
    (rf"\bneedles? (?:in|into) {_HIS}{_GIVEN_THERE}\b(?! or\b)", "shot"),
    (r"\b(?:course|round)s? of (?=(?:an? |the |his |her |my )?(?:C\d|antibiotic|[a-z]+(?:cillin|mycin|floxacin|cycline"
     r"|sone|lone)\b))", ""),
    (r"\bin[ -]house\b", "in hospital"),
    (rf"\b(?:units?|wards?|departments?|rooms?) ?\((?P<place>{_UNIT})\)", r"\g<place>"),
    (r"\b(?:(?:start|begin)(?: (?:out|off))?|(?:started|began) (?:out|off)) (?:with|at)\b(?! (?:the )?age| ?\d)",
     "first"),
    (r"\bif (?:you|i|we|one) (?:averaged?|(?:take|took) the (?:average|mean) of) (?P<what>[^,?]+),?"
     r" what (?:do|would|did) (?:you|i|we|one) (?:get|have|find|come to|end up with)\b",
     r"what is the average of \g<what>"),
    (r"\bwhat (?:do|does|did|would)(?P<what> [^?]+?) average(?: out)?(?: (?:to|at))?\b",
     r"what is the average of\g<what>"),
    (rf"^(?:comparing|compare|between|of|looking at|out of) {_WHOSE} (?:last|latest|most recent) two"
     rf" (?P<what>[^,?]+?){_VALUES},? (?:and )?(?:is|was) the"
     r" (?:newer|later|latest|more recent|most recent|last|second|newest)"
     r"(?: (?:one|value|result|reading|of them|of the two))? (?P<way>higher|lower|better|worse|greater|smaller)\b"
     r"(?: than the [a-z]+(?: one)?)?", r"is the last \g<what> \g<way> than the previous one"),
    (r"^(?:from|after|since|following|starting (?:from|with)) (?P<one>[^,?]+?),? (?P<how>how (?:many (?:\w+ )?[a-z]+"
     rf"|long|much time)){_WENT_BY} (?:until|till|before|to|up to)(?P<other> [^?]+)",
     r"\g<how> from \g<one> until\g<other>"),
)  # fmt: skip
