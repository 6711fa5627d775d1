"""Spoken verbs and nouns, written out as a chart names the thing: where one ended up, a shot in the arm, an average.

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_HIS = r"(?:(?:the|my|his|her|their|an?) )?"
_GIVEN_THERE = r"(?:arm|upper arm|thigh|shoulder|deltoid|buttock|muscle|leg|hip)"
_UNIT = r"(?:icu|intensive care(?: unit)?|ed|er|emergency (?:room|department))"
_WENT_BY = r"(?: (?:went by|passed|elapsed|was it|did it take|were there|are there|lay|has it been|have passed))*"
SPOKEN: tuple[tuple[str, str], ...] = (
    (r"\b(?:end|land|wind|wound|turn)(?:ed|s|ing)? up (?:in|at)(?= (?:the |an? )?(?:hospital|icu|intensive|ed\b|er\b"
     r"|emergency))", "go to"),
    (rf"\b(?P<shot>something|anything|it|shots?|jabs?|injections?|vaccines?) (?:in|into) {_HIS}{_GIVEN_THERE}"
     r"\b(?! or\b)", r"\g<shot>"),
    (rf"\bneedles? (?:in|into) {_HIS}{_GIVEN_THERE}\b(?! or\b)", "shot"),
    (r"\b(?:course|round)s? of (?=(?:an? |the |his |her |my )?(?:C\d|antibiotic|[a-z]+(?:cillin|mycin|floxacin|cycline"
     r"|sone|lone)\b))", ""),
    (rf"\b(?:units?|wards?|departments?|rooms?) ?\((?P<place>{_UNIT})\)", r"\g<place>"),
    (r"\b(?:start|beg[ai]n|begun)(?:ed|ing|s)?(?: (?:out|off))?(?: (?:with|at|from))\b(?! (?:the )?age)", "first"),
    (r"^(?:from|after|since|following|starting (?:from|with)) (?P<one>[^,?]+?),? (?P<how>how (?:many (?:\w+ )?[a-z]+"
     rf"|long|much time)){_WENT_BY} (?:until|till|before|to|up to)(?P<other> [^?]+)",
     r"\g<how> from \g<one> until\g<other>"),
)  # fmt: skip
