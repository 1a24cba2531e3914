"""The archive promises the same in a folder and in a bucket; and what only one of them can get wrong."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import environ
import pytest
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from projects import archive
from projects.buckets import Bucket
from tests import services
from tracker import files

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "tests", "aws_secret_access_key": "only-in-tests"}


@pytest.fixture(scope="module")
def server() -> Iterator[services.Server]:
    """A server of the S3 protocol in a process of its own, with a bucket, and one with object lock."""
    found = services.start_object_store()
    client = boto3.client("s3", endpoint_url=found.url, **KEYS)
    client.create_bucket(Bucket="files")
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    yield found
    found.stop()


@pytest.fixture
def bucket(server: services.Server, settings) -> Any:
    """Keep the archive in the bucket; return a client with which to spoil it."""
    use(settings, server.url)
    return boto3.client("s3", endpoint_url=server.url, **KEYS)


def use(settings, url: str, **variables: str) -> None:
    env = environ.Env()
    env.ENVIRON = {
        "S3_ENDPOINT_URL": url,
        "S3_BUCKET": "files",
        "S3_ACCESS_KEY_ID": "tests",
        "S3_SECRET_ACCESS_KEY": "only-in-tests",
        **variables,
    }
    settings.STORAGES = {**settings.STORAGES, "archive": files.of(env)}


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


Spoil = Callable[[str, bytes | None], None]


@pytest.fixture(params=["folder", "bucket"])
def spoil(request: pytest.FixtureRequest) -> Spoil:
    """Use one store after the other; the function changes a file behind the archive's back, or removes it."""
    if request.param == "folder":
        request.getfixturevalue("folder")

        def on_disk(sha256: str, content: bytes | None) -> None:
            path = archive.path_of(sha256)
            path.unlink()
            if content is not None:
                path.write_bytes(content)

        return on_disk
    client = request.getfixturevalue("bucket")

    def in_bucket(sha256: str, content: bytes | None) -> None:
        where = {"Bucket": "files", "Key": archive.key_of(sha256)}
        client.put_object(**where, Body=content) if content is not None else client.delete_object(**where)

    return in_bucket


def test_what_was_stored_is_read_byte_for_byte_and_once_more_changes_nothing(spoil: Spoil):
    content = os.urandom(2_500_000)
    pieces = [content[at : at + 64_000] for at in range(0, len(content), 64_000)]
    kept = archive.store(pieces, name="x.pdf", content_type="application/pdf")
    assert (kept.sha256, kept.size, kept.name) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        "x.pdf",
    )
    assert archive.store([content]).sha256 == kept.sha256
    assert archive.read(kept.sha256) == b"".join(archive.pieces(kept.sha256)) == content
    assert max(map(len, archive.pieces(kept.sha256))) <= archive.PIECE
    assert archive.exists(kept.sha256)
    assert archive.place_of(kept.sha256).endswith(f"/{kept.sha256[:2]}/{kept.sha256}")
    assert archive.read(archive.store([]).sha256) == b""


def test_a_file_that_is_gone_or_changed_is_never_handed_out(spoil: Spoil):
    kept = archive.store([b"what was said"])
    spoil(kept.sha256, b"what was SAID")
    with pytest.raises(archive.Altered, match="was altered"):
        archive.read(kept.sha256)
    spoil(kept.sha256, None)
    with pytest.raises(archive.Missing, match="missing from the archive"):
        archive.read(kept.sha256)
    assert not archive.exists(kept.sha256)
    for wrong in ("../secret_key", "A" * 64, "", kept.sha256 + "\n"):
        for ask in (archive.read, archive.exists, archive.place_of, archive.path_of):
            with pytest.raises(ValueError, match="not a SHA-256"):
                ask(wrong)


def test_a_file_that_waits_for_its_form_has_a_name_and_goes(spoil: Spoil):
    store = archive.in_use()
    assert store.set_aside("pending/one", [b"half ", b"of it"]) == 10
    assert (store.is_aside("pending/one"), b"".join(store.aside("pending/one"))) == (True, b"half of it")
    store.drop_aside("pending/one")
    store.drop_aside("pending/one")
    assert not store.is_aside("pending/one")
    with pytest.raises(FileNotFoundError):
        b"".join(store.aside("pending/one"))


def test_a_writer_that_fails_leaves_nothing(spoil: Spoil, settings):
    def broken() -> Iterator[bytes]:
        yield b"the first half"
        raise OSError("No space left on device")

    before = {path for path in settings.FILES_DIR.rglob("*") if path.is_file()}
    for keep in (archive.store, lambda it: archive.in_use().set_aside("pending/two", it)):
        with pytest.raises(OSError, match="No space left"):
            keep(broken())
    assert {path for path in settings.FILES_DIR.rglob("*") if path.is_file()} == before
    assert not archive.in_use().is_aside("pending/two")


# --- the folder ---


def draft(folder: Path, name: str, age: int) -> Path:
    path = folder / f"{archive.DRAFT}{name}"
    path.write_bytes(b"%PDF-1.7 half of it")
    written = path.stat().st_mtime - age
    os.utime(path, (written, written))
    return path


def test_the_next_writer_removes_the_draft_of_a_killed_one(folder: Path):
    left, written = draft(folder, "killed", archive.DRAFTS_LIVE + 60), draft(folder, "alive", 60)
    stored = archive.store([b"another file"])
    assert not left.exists()
    assert written.exists()
    assert archive.read(stored.sha256) == b"another file"


# --- the bucket ---


def test_other_bytes_under_a_digest_are_found_when_the_file_comes_again_and_not_overwritten(bucket):
    kept = archive.store([b"the order"])
    where = {"Bucket": "files", "Key": archive.key_of(kept.sha256)}
    for content in (b"another order", b"the 0rder"):  # of another length, of the same
        bucket.put_object(**where, Body=content)
        with pytest.raises(archive.Altered):
            archive.store([b"the order"])
        assert bucket.get_object(**where)["Body"].read() == content
    # As an old server does it, which works out no checksum of its own: it is read back.
    bucket.put_object(**where, Body=b"the order")
    assert archive.store([b"the order"]) == kept


def test_the_server_is_told_the_digest_and_one_that_does_not_heed_it_is_read_back(bucket, monkeypatch):
    client = archive.in_use()._client
    real, told = client.put_object, {}

    def torn(**given: Any) -> Any:
        """A server that knows no checksums, and a line that loses bytes."""
        told.update(given)
        plain = {name: it for name, it in given.items() if not name.startswith("Checksum")}
        return real(**plain | {"Body": b"TORN"})

    monkeypatch.setattr(client, "put_object", torn)
    with pytest.raises(archive.Altered):
        archive.store([b"torn"])
    assert base64.b64decode(told["ChecksumSHA256"]) == hashlib.sha256(b"torn").digest()
    assert (told["ChecksumAlgorithm"], told["IfNoneMatch"]) == ("SHA256", "*")


def test_a_large_file_goes_through_little_memory(bucket):
    piece = bytes(1_000_000)
    archive.store([b"boto reads its own files at the first call"])
    tracemalloc.start()
    try:
        kept = archive.store(piece for _ in range(30))
        for _ in archive.pieces(kept.sha256):
            pass
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.size == 30_000_000
    assert most < 12_000_000


def test_a_bucket_with_object_lock_keeps_files_for_the_days_of_the_setting(bucket, server, settings):
    use(settings, server.url, S3_BUCKET="locked", S3_OBJECT_LOCK_DAYS="30")
    kept = archive.store([b"for a month"])
    where = {"Bucket": "locked", "Key": archive.key_of(kept.sha256)}

    def until() -> dt.datetime:
        head = bucket.head_object(**where)
        assert head["ObjectLockMode"] == "COMPLIANCE"
        return head["ObjectLockRetainUntilDate"]

    first = until()
    assert dt.timedelta(days=29) < first - dt.datetime.now(dt.UTC) < dt.timedelta(days=31)
    version = bucket.head_object(**where)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.delete_object(**where, VersionId=version)
    use(settings, server.url, S3_BUCKET="locked", S3_OBJECT_LOCK_DAYS="60")
    archive.store([b"for a month"])
    assert until() - first > dt.timedelta(days=29)
    use(settings, server.url, S3_OBJECT_LOCK_DAYS="30")
    with pytest.raises(archive.Unreachable, match="without object lock"):
        archive.store([b"not locked"])


def test_a_bucket_that_does_not_answer_is_told_from_a_file_that_is_gone(bucket, server, settings):
    kept = archive.store([b"there"])
    assert archive.in_use().answers()
    use(settings, f"http://127.0.0.1:{services.free_port()}")
    store = archive.in_use()
    assert not store.answers()
    for ask in (
        lambda: archive.read(kept.sha256),
        lambda: archive.exists(kept.sha256),
        lambda: archive.store([b"new"]),
        lambda: store.set_aside("pending/three", [b"x"]),
    ):
        with pytest.raises(archive.Unreachable, match="bucket files"):
            ask()
    use(settings, server.url, S3_BUCKET="no-such-bucket")
    with pytest.raises(archive.Unreachable):
        archive.store([b"new"])


# --- the settings ---


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"S3_ENDPOINT_URL": "https://s3.example"}, "S3_BUCKET"),
        ({"S3_OBJECT_LOCK_DAYS": "30"}, "S3_BUCKET"),
        ({"S3_BUCKET": "files"}, "S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "files", "S3_REGION": "ap-south-1", "S3_ACCESS_KEY_ID": "x"}, "S3_SECRET_ACCESS_KEY"),
        ({"S3_BUCKET": "files", "S3_REGION": "ap-south-1", "S3_SECRET_ACCESS_KEY": "x"}, "S3_ACCESS_KEY_ID"),
        ({"S3_BUCKET": "files", "S3_ENDPOINT_URL": "s3.example"}, "S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "files", "S3_REGION": "x", "S3_OBJECT_LOCK_DAYS": "0"}, "S3_OBJECT_LOCK_DAYS"),
        ({"S3_BUCKET": "files", "S3_REGION": "x", "S3_OBJECT_LOCK_DAYS": "a year"}, "S3_OBJECT_LOCK_DAYS"),
    ],
)
def test_half_a_bucket_is_refused_by_name(variables: dict[str, str], named: str):
    env = environ.Env()
    env.ENVIRON = variables
    with pytest.raises(ImproperlyConfigured, match=named):
        files.of(env)


def test_without_a_bucket_the_archive_is_a_folder_and_with_one_it_is_that():
    env = environ.Env()
    env.ENVIRON = {}
    assert isinstance(storages.create_storage(files.of(env)), archive.Folder)
    env.ENVIRON = {"S3_BUCKET": "files", "S3_REGION": "ap-south-1"}
    found = storages.create_storage(files.of(env))
    assert isinstance(found, Bucket)
    assert found.place_of("a" * 64) == f"s3://files/aa/{'a' * 64}"
