"""Geometry of the map of tiles: one tile for each state and union territory, all of the same size.

As in `projects.charts`, across is per cent of the drawing's width and down is pixels. A tile holds the two letters of
its code and a number; names stand in the table beside the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.charts import COLOURS
from projects.states import COLUMNS, PLACES, ROWS, IndianState

PITCH = 44  # pixels from one row of tiles to the next
GAP = 3
MANY = 3  # from here on a tile has the full colour


@dataclass(frozen=True)
class Tile:
    state: IndianState
    number: int
    x: str
    y: int

    @property
    def letters(self) -> str:
        return self.state.value.removeprefix("IN-")

    @property
    def role(self) -> str:
        return "track" if not self.number else "verified" if self.number >= MANY else "claimed"

    @property
    def fill(self) -> str:
        return COLOURS[self.role]

    @property
    def is_dark(self) -> bool:
        return self.role == "verified"


@dataclass(frozen=True)
class Tiles:
    title: str
    tiles: Sequence[Tile]
    height: int = ROWS * PITCH - GAP
    tile_height: int = PITCH - GAP
    tile_width: str = "12.1%"

    @property
    def alt(self) -> str:
        """The map in words, for whoever cannot see it."""
        told = "; ".join(f"{tile.state.label} {tile.number}" for tile in self.tiles if tile.number)
        return f"{self.title}: {told}"


def tiles(title: str, counts: Mapping[IndianState, int]) -> Tiles:
    """Return a tile for every state, also where nothing is counted."""
    return Tiles(
        title,
        [
            Tile(
                state=state,
                number=counts.get(state, 0),
                x=f"{Decimal(place.column) * 100 / COLUMNS:.2f}%",
                y=place.row * PITCH,
            )
            for state, place in PLACES.items()
        ],
    )
