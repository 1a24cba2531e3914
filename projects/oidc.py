"""Signing in through a provider of OpenID Connect: authorization code with PKCE, and an ID token of which everything is checked.

The provider says who somebody is, never what they may do. Every fault is `Refused`; its text is for the log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
import urllib3

from projects.oidc_provider import Provider

SIGNED_BY = [
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "EdDSA",
]  # public keys only: neither "none" nor a shared secret
LEEWAY = 60  # seconds by which the provider's clock may differ
MOST_BYTES = 1_000_000
MADE_OF = 32  # random bytes of a state, a nonce, a verifier


class Refused(Exception):
    """The provider did not answer as it must, or what it vouches for is not good."""


@dataclass(frozen=True)
class Asked:
    """What this browser was sent to the provider with; the answer must fit it."""

    state: str
    nonce: str
    verifier: str
    after: str  # the page to open in the end


@dataclass(frozen=True)
class Person:
    """Who the provider says somebody is."""

    subject: str
    verified_email: str  # "" where the provider does not vouch for it


def begin(provider: Provider, *, back: str, after: str) -> tuple[str, Asked]:
    """Return the address to send the browser to, and what to remember meanwhile; `back` is where it returns to."""
    state, nonce, verifier = (secrets.token_urlsafe(MADE_OF) for _part in range(3))
    asked = Asked(state, nonce, verifier, after)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    address = _endpoint(provider, _described(provider), "authorization_endpoint")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", asked


def finish(provider: Provider, given: dict[str, str], asked: Asked, *, back: str) -> Person:
    """Return who has come back with `given`, the parameters of the return; Refused unless it is the answer to `asked`."""
    if not hmac.compare_digest(given.get("state", "").encode(), asked.state.encode()):
        raise Refused("the state is not the one that was sent")
    if given.get("iss", provider.issuer) != provider.issuer:
        raise Refused("another provider answered")
    if "error" in given or not given.get("code"):
        raise Refused(f"the provider refused: {given.get('error', 'no code')[:80]!r}")
    described = _described(provider)
    form = {
        "grant_type": "authorization_code",
        "code": given["code"],
        "redirect_uri": back,
        "code_verifier": asked.verifier,
    }
    name, secret = quote_plus(provider.client_id), quote_plus(provider.client_secret)
    headers = urllib3.make_headers(basic_auth=f"{name}:{secret}")
    answer = _fetch(provider, _endpoint(provider, described, "token_endpoint"), fields=form, headers=headers)
    claims = _checked(provider, str(answer.get("id_token", "")), described)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), asked.nonce.encode()):
        raise Refused("the nonce is not the one that was sent")
    email = str(claims.get("email", "")) if claims.get("email_verified") is True else ""
    return Person(subject=str(claims["sub"]), verified_email=email)


def _checked(provider: Provider, token: str, described: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of an ID token that this provider signed, for us, and that has not ended."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in SIGNED_BY:
            raise Refused(f"the token is signed by {header.get('alg')!r}")
        keys = jwt.PyJWKSet.from_dict(_fetch(provider, _endpoint(provider, described, "jwks_uri")))
        fitting = [key for key in keys.keys if "kid" not in header or key.key_id == header["kid"]]
        if len(fitting) != 1:
            raise Refused("no single key of the provider fits the token")
        claims: dict[str, Any] = jwt.decode(
            token,
            fitting[0],
            algorithms=SIGNED_BY,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(f"the token is not good: {error}") from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise Refused("the token was made for somebody else as well")
    return claims


def _described(provider: Provider) -> dict[str, Any]:
    found = _fetch(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise Refused("the provider describes itself by another name")
    return found


def _endpoint(provider: Provider, described: dict[str, Any], name: str) -> str:
    address = str(described.get(name, ""))
    if urlsplit(address).scheme != "https" and not provider.allows_http:
        raise Refused(f"{name} is not at https://")
    return address


def _fetch(
    provider: Provider,
    address: str,
    *,
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the JSON object at the address; by POST where there are fields."""
    try:
        with urllib3.PoolManager(timeout=urllib3.Timeout(10), retries=False) as pool:
            answer = pool.request(
                "POST" if fields else "GET",
                address,
                body=urlencode(fields) if fields else None,
                headers={
                    "Accept": "application/json",
                    **({"Content-Type": "application/x-www-form-urlencoded"} if fields else {}),
                    **(headers or {}),
                },
                preload_content=False,
                redirect=False,
            )
            body = answer.read(MOST_BYTES + 1)
        if answer.status != 200 or len(body) > MOST_BYTES:
            raise Refused(f"{urlsplit(address).path} answered {answer.status}")
        found = json.loads(body)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise Refused(f"{urlsplit(address).path} cannot be read: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise Refused(f"{urlsplit(address).path} holds no object")
    return found
