"""The numbered list of sources at the end of a report."""


class Sources:
    """Numbers addresses in the order in which a report first cites them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, url: str) -> int:
        return self._numbers.setdefault(url, len(self._numbers) + 1)

    def __iter__(self):
        return iter((number, url) for url, number in self._numbers.items())

    def __len__(self) -> int:
        return len(self._numbers)
