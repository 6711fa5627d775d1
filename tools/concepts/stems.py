"""Whether a word looks like a drug's name: drugs that are spelt alike are different drugs, so none is ever guessed."""

from __future__ import annotations

import re

from tools.concepts.products import known_drugs

_STEMS = re.compile(
    r"(?:pril|olol|alol|sartan|prazole|cillin|floxacin|statin|azole|mycin|micin|cycline|azepam|azolam|azine|oxetine|"
    r"sone|olone|olide|dipine|tidine|setron|gliptin|gliflozin|glutide|xaban|gatran|parin|vir|vudine|tinib|platin|"
    r"triptan|caine|fentanil|codone|morphone|thiazide|semide|zosin|[^s]terol|lukast|racetam|mab|nib|dronate|barbital|"
    r"triptyline|apine|phylline|penem|oxacin|profen|coxib|afil|ridone|zepine)$|^(?:cef|sulfa)"
)
_OTHER_THINGS = frozenset(
    """sodium potassium calcium magnesium iron zinc iodine selenium vitamin thyroid mineral albumin lactobacillus
    polysaccharide magazine april""".split()  # noqa: SIM905
)
"""Words that begin a drug's name, or end like one, and by themselves name something else as well."""


def looks_like_drug(word: str) -> bool:
    """Whether a folded word is, or ends like, a drug's name.

    >>> [looks_like_drug(w) for w in ("metoprolol", "hypertension", "cholesterol", "potassium")]
    [True, False, False, False]
    """
    if word in _OTHER_THINGS:
        return False
    return word in known_drugs() or (len(word) > 5 and _STEMS.search(word) is not None)
