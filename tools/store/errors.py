"""What can go wrong with the embedded store itself. Knows nothing of HTTP.

StoreError
├── StoreUnusable     no such folder, no database, not one of ours
├── StoreLocked       another process is writing
├── StoreReadOnly     the file or folder can't be written
├── StoreTooNew       made by a newer version of this program
├── InvalidResource   a resource that can't be taken in; the text says why
├── UnknownPlace      no such resource, version, type or operation
├── BadRequest        a request that is no FHIR interaction this server takes; has `status`
└── VersionConflict   the caller's version is not the current one
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of the store's errors."""


class StoreUnusable(StoreError):
    """The place named holds no store and none can be made there."""


class StoreLocked(StoreError):
    """Another process holds the store's write lock."""


class StoreReadOnly(StoreError):
    """The store can't be written."""


class StoreTooNew(StoreError):
    """The store was made by a newer version of this program."""


class InvalidResource(StoreError):
    """A resource that can't be taken in."""


class VersionConflict(StoreError):
    """An update that rests on a version which is no longer the current one."""


class UnknownPlace(StoreError):
    """No such resource, version, resource type or operation."""


class BadRequest(StoreError):
    """A request that can't be taken: a media type that is not known, a condition that can't be honoured."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
