"""Asks the web server of this machine whether it lives, for health checks of containers: `python tracker/alive.py`.

Standard library only, since it is run every half minute. It calls by a name that is answered, and as a proxy with TLS would.
"""

import http.client
import os
import sys


def main() -> int:
    """Return 0 when /healthz answers 200 within three seconds, else 1 with the reason."""
    names = os.environ.get("ALLOWED_HOSTS", "").split(",")
    name = next((it for it in names if it and not it.startswith(("*", "."))), "localhost")
    client = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=3)
    try:
        client.request("GET", "/healthz", headers={"Host": name, "X-Forwarded-Proto": "https"})
        answer = client.getresponse()
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"no answer: {error}\n")
        return 1
    finally:
        client.close()
    if answer.status != http.HTTPStatus.OK:
        sys.stderr.write(f"answered {answer.status}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
