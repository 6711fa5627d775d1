"""Question files come from a path or from a URL with its checksum, and never otherwise."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import httpx
import pytest

from evals.suites.question_files import QuestionFileError, check_sums, load_lines

LINES = b'{"id": 1}\n\n{"id": 2}\n'
DIGEST = hashlib.sha256(LINES).hexdigest()
URL = "https://example.org/sets/dev.jsonl"


class Web:
    """A server that counts what is asked of it."""

    def __init__(self, content: bytes = LINES, status: int = 200) -> None:
        self.asked = 0
        self.content, self.status = content, status
        self.client = httpx.Client(transport=httpx.MockTransport(self.reply))

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(self.status, content=self.content)


@pytest.mark.parametrize(
    ("name", "content"), [("q.jsonl", LINES), ("q.jsonl.gz", gzip.compress(LINES, mtime=0)), ("q", LINES)]
)
def test_a_file_is_read_packed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(load_lines(tmp_path / name)) == [{"id": 1}, {"id": 2}]


def test_a_url_with_its_checksum_is_downloaded_once(tmp_path: Path) -> None:
    web = Web()
    for _ in range(2):
        assert list(load_lines(f"{URL}#sha256={DIGEST}", tmp_path, web.client)) == [{"id": 1}, {"id": 2}]
    assert web.asked == 1


def test_a_damaged_copy_is_downloaded_anew(tmp_path: Path) -> None:
    web = Web()
    list(load_lines(f"{URL}#sha256={DIGEST}", tmp_path, web.client))
    next(p for p in tmp_path.rglob("*") if p.is_file()).write_bytes(b"[]")
    assert len(list(load_lines(f"{URL}#sha256={DIGEST}", tmp_path, web.client))) == 2
    assert web.asked == 2


@pytest.mark.parametrize("fragment", ["", "#", "#sha256=", "#sha256=abc", f"#md5={'0' * 32}", f"#{DIGEST}"])
def test_a_url_without_its_checksum_is_never_fetched(tmp_path: Path, fragment: str) -> None:
    web = Web()
    with pytest.raises(QuestionFileError, match=r"has no checksum: write .*#sha256="):
        list(load_lines(URL + fragment, tmp_path, web.client))
    assert web.asked == 0


def test_a_file_that_differs_is_refused_with_both_checksums_and_not_kept(tmp_path: Path) -> None:
    asked = "0" * 64
    with pytest.raises(QuestionFileError, match="look at it and write the new checksum") as caught:
        list(load_lines(f"{URL}#sha256={asked}", tmp_path, Web().client))
    assert asked in str(caught.value)
    assert DIGEST in str(caught.value)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_server_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=r"could not be downloaded: .*404"):
        list(load_lines(f"{URL}#sha256={DIGEST}", tmp_path, Web(status=404).client))


def test_what_is_not_there_or_no_json_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="there is no file"):
        list(load_lines(tmp_path / "none.jsonl"))
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n\n{"id"\n', "utf-8")
    with pytest.raises(QuestionFileError, match="line 3 is no JSON"):
        list(load_lines(tmp_path / "bad.jsonl"))


def write_sums(folder: Path, *names: str) -> None:
    (folder / "SHA256SUMS.txt").write_text("".join(f"{DIGEST}  {name}\n" for name in names), "utf-8")


@pytest.mark.parametrize("inside", [True, False], ids=["in the folder", "beside it"])
def test_a_folder_is_checked_against_its_sums_and_what_is_missing_is_named(tmp_path: Path, inside: bool) -> None:
    folder = tmp_path / "fhir"
    folder.mkdir()
    (folder / "a.ndjson").write_bytes(LINES)
    prefix = "" if inside else "fhir/"
    write_sums(folder if inside else tmp_path, f"{prefix}a.ndjson", f"{prefix}b.ndjson", f"{prefix}deep/c.ndjson")
    assert check_sums(folder) == ("b.ndjson", "deep/c.ndjson")
    (folder / "a.ndjson").write_bytes(b"changed")
    with pytest.raises(QuestionFileError, match=DIGEST):
        check_sums(folder)


def test_a_folder_without_sums_is_taken_as_it_is(tmp_path: Path) -> None:
    assert check_sums(tmp_path) == ()
