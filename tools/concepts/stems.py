"""Whether a word looks like a drug's name: drugs that are spelt alike are different drugs, so none is ever guessed."""

from __future__ import annotations

import re

from tools.concepts.products import known_drugs

_STEMS = re.compile(
    r"(?:pril|olol|alol|sartan|prazole|cillin|floxacin|statin|azole|mycin|micin|cycline|azepam|azolam|azine|oxetine|"
    r"sone|olone|olide|dipine|tidine|setron|gliptin|gliflozin|glutide|xaban|gatran|parin|vir|vudine|tinib|platin|"
    r"triptan|caine|fentanil|codone|morphone|thiazide|semide|zosin|terol|lukast|racetam|mab|nib|dronate|barbital|"
    r"triptyline|idone|apine|amine|phylline|penem|oxacin|profen|coxib|afil|stat|ridone|zepine)$|^(?:cef|ceph|sulfa)"
)


def looks_like_drug(word: str) -> bool:
    """Whether a folded word is, or ends like, a drug's name.

    >>> looks_like_drug("metoprolol"), looks_like_drug("hypertension")
    (True, False)
    """
    return word in known_drugs() or (len(word) > 5 and _STEMS.search(word) is not None)
