"""Where evidence and issued reports are kept: in DATA_DIR, or by the S3_... variables in a bucket that machines share."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

FOLDER: dict[str, Any] = {"BACKEND": "projects.archive.Folder"}
MOST_DAYS = 36_500


def of(env: Any) -> dict[str, Any]:
    """Return the archive as one of Django's STORAGES, or stop with the name of the variable that cannot be used."""
    given = {
        "endpoint_url": env.str("S3_ENDPOINT_URL", default=""),
        "region_name": env.str("S3_REGION", default=""),
        "access_key": env.str("S3_ACCESS_KEY_ID", default=""),
        "secret_key": env.str("S3_SECRET_ACCESS_KEY", default=""),
    }
    bucket, days = env.str("S3_BUCKET", default=""), env.str("S3_OBJECT_LOCK_DAYS", default="")
    if not bucket:
        if days or any(given.values()):
            raise ImproperlyConfigured(
                "S3_BUCKET is missing: name the bucket, or set no S3_ variable at all."
            )
        return FOLDER
    if bool(given["access_key"]) != bool(given["secret_key"]):
        raise ImproperlyConfigured(
            "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both, "
            "or neither where the machine itself has the right to the bucket."
        )
    if not given["endpoint_url"] and not given["region_name"]:
        raise ImproperlyConfigured(
            "S3_BUCKET is set without a place: set S3_ENDPOINT_URL (https://host), or S3_REGION for Amazon's own."
        )
    if given["endpoint_url"] and not given["endpoint_url"].startswith(("https://", "http://")):
        raise ImproperlyConfigured("S3_ENDPOINT_URL is an address with its scheme: https://host:port")
    if days and not (days.isdecimal() and 0 < int(days) <= MOST_DAYS):
        raise ImproperlyConfigured(f"S3_OBJECT_LOCK_DAYS is a number of days from 1 to {MOST_DAYS}.")
    connection = {name: value or None for name, value in given.items()}
    connection["region_name"] = (
        connection["region_name"] or "us-east-1"
    )  # what servers of one's own answer to
    return {
        "BACKEND": "projects.buckets.Bucket",
        "OPTIONS": {"bucket": bucket, "lock_days": int(days or 0), **connection},
    }
