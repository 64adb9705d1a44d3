"""What of a trace is joined when somebody looks at it: a check that builds on an earlier one seldom does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

from muster.model import Citation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muster.model import Trace


class LaterCitations(Sequence[Citation]):
    """The citations of all files, joined when somebody looks at them."""

    def __init__(self, whole: Callable[[], Trace]) -> None:
        self._whole = whole

    @overload
    def __getitem__(self, at: int) -> Citation: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Citation]: ...

    def __getitem__(self, at: int | slice) -> Citation | Sequence[Citation]:
        return self._whole().citations[at]

    def __iter__(self) -> Iterator[Citation]:
        return iter(self._whole().citations)

    def __len__(self) -> int:
        return len(self._whole().citations)


class LaterReviews(Mapping[str, dict[str, str]]):
    """The reviews of all requirements, read when somebody looks at them."""

    def __init__(self, whole: Callable[[], Trace]) -> None:
        self._whole = whole

    def __getitem__(self, key: str) -> dict[str, str]:
        return self._whole().reviews[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole().reviews)

    def __len__(self) -> int:
        return len(self._whole().reviews)


class LaterTexts(Mapping[str, str]):
    """The same for the texts of that time."""

    def __init__(self, whole: Callable[[], Trace]) -> None:
        self._whole = whole

    def __getitem__(self, key: str) -> str:
        return self._whole().texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole().texts)

    def __len__(self) -> int:
        return len(self._whole().texts)
