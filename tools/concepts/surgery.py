"""Whether a procedure is surgery, by the form of its name; ICD-10-PCS calls its surgical operations by their root.

Roots: the ICD-10-PCS reference manual, "Medical and Surgical" section. Suffixes: -ectomy, -otomy, -ostomy, -plasty,
-pexy, -rrhaphy and -desis name operations.
"""

from __future__ import annotations

import re

_SURGICAL = re.compile(
    r"(?:ectomy|otomy|ostomy|plasty|pexy|rrhaphy|desis|arthroscopy)\b|\b(?:surger\w*|surgical|operation|operative|bypass|cabg"
    r"|replacement|transplant\w*|excision|resection|incision|amputation|arthrodesis|implant\w*|hernia repair"
    r"|cesarean|caesarean|suture|extirpation|reattachment|reposition|revision|fusion|cataract|phaco\w*"
    r"|open reduction|internal fixation|open approach)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:assessment|screening|counsel\w*|education|evaluation|review|history|measurement|vaccin\w*|immuni\w*|x-?ray|imaging"
    r"|radiograph\w*|scan|ultrasound\w*|tomograph\w*|echocardiograph\w*|reconciliation|admission|discharge|hospice|examination"
    r"|test\w*|monitor\w*|referral|triage|taking|therapy|interview|ventilation|dialysis|infusion|transfusion|administration"
    r"|injection|introduction|ekg|ecg|culture|line|gauge|catheter|performance|irrigation|oximetry|intubation|care|management"
    r"|rehabilitation|planning|documentation|spirometry|sampling|urinalysis|surgical follow-up"
    r"|eeg|electroencephalogra\w*|swab|updated by|or (?:sent|received))\b",
    re.IGNORECASE,
)


def is_surgery(name: str) -> bool | None:
    """True or False where the name tells; None where it does not.

    >>> is_surgery("Arthroscopy of the knee"), is_surgery("Depression screening"), is_surgery("Procedure")
    (True, False, None)
    """
    if _SURGICAL.search(name):
        return True
    return False if _OTHER.search(name) else None
