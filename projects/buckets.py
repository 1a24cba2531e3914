"""The archive on S3-compatible object storage, for several machines. The only module that knows boto and django-storages."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone
from storages.backends.s3 import S3Storage

from projects.archive import PIECE, Altered, Missing, Unreachable, key_of

IN_MEMORY = 1_000_000  # bytes of a file on its way; the rest of it lies on disk
ABSENT = ("404", "NoSuchKey", "NotFound")
THERE_ALREADY = ("412", "PreconditionFailed")
AT_ONCE = ("409", "ConditionalRequestConflict")  # another one puts the same bytes at this moment
WITHOUT_LOCK = ("ObjectLockConfigurationNotFoundError", "InvalidRequest")
TRIES = 3


class Bucket:
    """A bucket as the archive: put only where nothing lies yet, under the digest, which the other side works out too."""

    def __init__(self, *, bucket: str, lock_days: int = 0, **connection: Any) -> None:
        """`connection` are endpoint_url, region_name, access_key and secret_key; without keys the machine's own are looked for."""
        self.bucket, self.lock_days = bucket, lock_days
        config = Config(
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 3},
            # A server of one's own has one name, Amazon's has one for each bucket.
            s3={"addressing_style": "path" if connection.get("endpoint_url") else "virtual"},
            # We give and compare SHA-256 ourselves; other kinds not every server knows.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._storage = S3Storage(bucket_name=bucket, client_config=config, **connection)
        quick = config.merge(Config(connect_timeout=1, read_timeout=1.5, retries={"total_max_attempts": 1}))
        self._probe = S3Storage(bucket_name=bucket, client_config=quick, **connection)

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Return digest and size of the bytes once the bucket has them; `Altered` where others lie under their digest."""
        with _drafted(chunks) as (draft, digest, size):
            sha256 = digest.hex()
            for left in reversed(range(TRIES)):
                try:
                    self._put(draft, sha256, digest, size)
                except ClientError as error:
                    if _code(error) in THERE_ALREADY:
                        self._confirm(sha256, size)
                        self._extend_lock(sha256)
                        break
                    if _code(error) not in AT_ONCE or not left:
                        raise self._unreachable(error) from error
                except BotoCoreError as error:
                    raise self._unreachable(error) from error
                else:
                    break
        return sha256, size

    def _put(self, draft: IO[bytes], sha256: str, digest: bytes, size: int) -> None:
        draft.seek(0)
        answer = self._client.put_object(
            Bucket=self.bucket,
            Key=key_of(sha256),
            Body=draft,
            ContentLength=size,
            ContentType="application/octet-stream",
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(digest).decode(),
            IfNoneMatch="*",
            **self._lock(),
        )
        if not _same(answer.get("ChecksumSHA256"), digest):
            self._confirm(sha256, size)  # a server that ignores the checksum has it read back

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """Yield what lies under the digest in pieces; `Missing` where nothing does."""
        try:
            yield from self._streamed(key_of(sha256))
        except FileNotFoundError as error:
            raise Missing(f"The file {sha256[:12]} is missing from the archive.") from error

    def exists(self, sha256: str) -> bool:
        return self._head(key_of(sha256)) is not None

    def place_of(self, sha256: str) -> str:
        return f"s3://{self.bucket}/{key_of(sha256)}"

    def answers(self) -> bool:
        """Does the bucket answer, to this key and within seconds?"""
        try:
            _client_of(self._probe).head_bucket(Bucket=self.bucket)
        except (ClientError, BotoCoreError):
            return False
        return True

    def set_aside(self, name: str, chunks: Iterable[bytes]) -> int:
        with _drafted(chunks) as (draft, _digest, size), self._asking():
            self._client.put_object(Bucket=self.bucket, Key=name, Body=draft, ContentLength=size)
        return size

    def aside(self, name: str) -> Iterator[bytes]:
        return self._streamed(name)

    def is_aside(self, name: str) -> bool:
        return self._head(name) is not None

    def drop_aside(self, name: str) -> None:
        with self._asking():
            self._client.delete_object(Bucket=self.bucket, Key=name)

    # --- the other side ---

    @property
    def _client(self) -> Any:
        return _client_of(self._storage)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what boto says into what callers of the archive know."""
        try:
            yield
        except ClientError as error:
            if _code(error) in ABSENT:
                raise FileNotFoundError(str(error)) from error
            raise self._unreachable(error) from error
        except BotoCoreError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(f"The bucket {self.bucket} does not take part: {error}")

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            with self._asking():
                found: dict[str, Any] = self._client.head_object(
                    Bucket=self.bucket, Key=key, ChecksumMode="ENABLED"
                )
        except FileNotFoundError:
            return None
        return found

    def _streamed(self, key: str) -> Iterator[bytes]:
        with self._asking():
            body = self._client.get_object(Bucket=self.bucket, Key=key)["Body"]
            try:
                yield from body.iter_chunks(PIECE)
            finally:
                body.close()

    def _confirm(self, sha256: str, size: int) -> None:
        """Raise `Altered` unless what lies under the digest has it: by the server's checksum, else by reading it."""
        head = self._head(key_of(sha256)) or {}
        if head.get("ContentLength") == size:
            if _same(head.get("ChecksumSHA256"), bytes.fromhex(sha256)):
                return
            read = hashlib.sha256()
            for piece in self.pieces(sha256):
                read.update(piece)
            if read.hexdigest() == sha256:
                return
        raise Altered(f"The file {sha256[:12]} was altered on disk.")

    # --- object lock ---

    @cached_property
    def _has_lock(self) -> bool:
        """Has the bucket object lock? A bucket is made with it or without, for good."""
        try:
            with self._asking():
                found = self._client.get_object_lock_configuration(Bucket=self.bucket)
        except Unreachable as error:
            if isinstance(error.__cause__, ClientError) and _code(error.__cause__) in WITHOUT_LOCK:
                return False
            raise
        return bool(found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def _lock(self) -> dict[str, Any]:
        """Return what keeps a new file from being changed or removed for `lock_days`, by whomever."""
        if not self.lock_days:
            return {}
        if not self._has_lock:
            raise Unreachable(
                f"S3_OBJECT_LOCK_DAYS is set, but the bucket {self.bucket} was made without object lock: "
                "make one with it, or unset the variable."
            )
        return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self._until()}

    def _extend_lock(self, sha256: str) -> None:
        """Keep a file that is stored again for as long as a new one."""
        if self.lock_days:
            with self._asking():
                self._client.put_object_retention(
                    Bucket=self.bucket,
                    Key=key_of(sha256),
                    Retention={"Mode": "COMPLIANCE", "RetainUntilDate": self._until()},
                )

    def _until(self) -> dt.datetime:
        return timezone.now() + dt.timedelta(days=self.lock_days)


def _client_of(storage: S3Storage) -> Any:
    return storage.connection.meta.client  # one for each thread


@contextmanager
def _drafted(chunks: Iterable[bytes]) -> Iterator[tuple[IO[bytes], bytes, int]]:
    """Give the bytes as one file, with their digest and size; what is large lies on the disk of this machine meanwhile."""
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(settings.DATA_DIR)) as draft:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            draft.write(chunk)
        draft.seek(0)
        yield draft, digest.digest(), size


def _same(told: str | None, digest: bytes) -> bool:
    return told == base64.b64encode(digest).decode()


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
