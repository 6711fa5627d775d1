"""Errors as OperationOutcomes. Knows nothing of how a request came in.

https://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

from tools.fhir.errors import SearchSyntaxError
from tools.store.answers import Answer, build_outcome
from tools.store.errors import (
    BadRequest,
    InvalidResource,
    StoreError,
    StoreLocked,
    StoreReadOnly,
    UnknownPlace,
    VersionConflict,
)

_STATUS: dict[type[Exception], tuple[int, str]] = {
    SearchSyntaxError: (400, "invalid"),
    InvalidResource: (400, "invalid"),
    UnknownPlace: (404, "not-found"),
    VersionConflict: (412, "conflict"),
    StoreReadOnly: (403, "forbidden"),
    StoreLocked: (503, "lock-error"),
    StoreError: (500, "exception"),
}


def build_refusal(error: SearchSyntaxError | StoreError) -> Answer:
    """The OperationOutcome that says what was wrong.

    >>> build_refusal(UnknownPlace("there is no Patient/1")).status
    404
    """
    if isinstance(error, BadRequest):
        return build_outcome(error.status, "not-supported", str(error))
    status, code = next(found for kind, found in _STATUS.items() if isinstance(error, kind))
    return build_outcome(status, code, str(error))
