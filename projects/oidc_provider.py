"""The provider of OpenID Connect that the settings name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    name: str  # what the button of the sign-in page says
    is_second_factor: bool = False  # whether it asks everybody for a second factor itself
    allows_http: bool = False  # for trying out on one machine
