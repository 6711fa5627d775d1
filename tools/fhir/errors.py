"""Everything that can go wrong between us and a FHIR server. Knows nothing of planners or of clinical meaning.

FhirError
├── SearchSyntaxError   (also ValueError) a search no server should be sent; the text lists what is valid
├── ServerUnreachable   no connection
├── ServerTimeout       no answer in time, after the retries
├── NotServed           the server says that it does not search this type
├── NotAuthorized       no token could be had, or none may be sent there
├── NotFhir             an answer that is no FHIR JSON: an HTML page, a cut-off body
│   └── AnswerTooLarge  more bytes than the budget
├── ServerRefused       an OperationOutcome or another 4xx/5xx; has `status`
│   ├── NotFound        404 or 410
│   └── ScopeDenied     401 or 403, or a type that the granted scopes leave out
├── SearchNotHonoured   the server says it ran another search than the one sent
├── PageLoop            a `next` link that was already followed
├── ForeignRecord       an answer holds another patient's record
└── ForeignHost         a link leads to another host
"""

from __future__ import annotations


class FhirError(Exception):
    """Base of all errors of the FHIR client and search language."""


class SearchSyntaxError(FhirError, ValueError):
    """A search that is not valid: unknown parameter, modifier, prefix or value. The text lists the valid ones."""


class ServerUnreachable(FhirError):
    """No connection to the server."""


class ServerTimeout(FhirError):
    """The server did not answer in time."""


class NotServed(FhirError):
    """The server's CapabilityStatement says that it does not search this type: nothing is known of its records."""


class NotAuthorized(FhirError):
    """No token could be had, or a secret would leave for an address it must not go to."""


class NotFhir(FhirError):
    """The server's answer is no FHIR JSON."""


class AnswerTooLarge(NotFhir):
    """The server's answer is larger than the budget; it was not read to its end."""


class ServerRefused(FhirError):
    """The server answered with an error status; the text holds its OperationOutcome, and what may help."""

    def __init__(self, status: int, outcome: str, advice: str | None = None) -> None:
        super().__init__(f"the server refused with status {status}: {outcome}{f' ({advice})' if advice else ''}")
        self.status = status
        self.outcome = outcome


class NotFound(ServerRefused):
    """No such resource, or no longer."""


class ScopeDenied(ServerRefused):
    """Not allowed by the scopes granted."""


class SearchNotHonoured(FhirError):
    """`Bundle.link[self]` lacks a parameter that was sent: the answer may be wider than the question."""


class PageLoop(FhirError):
    """A `next` link leads back to a page already read."""


class ForeignRecord(FhirError):
    """The answer holds a record of a patient other than the one asked about."""


class ForeignHost(FhirError):
    """A link leads to a host other than the server's own; it is not followed, so that the token stays here."""
