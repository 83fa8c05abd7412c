"""A secret that nothing prints, copies, stores or sends: only who asks for it by name gets to see it."""

import hmac
from typing import NoReturn, SupportsIndex, final

_SHOWN = "Secret(hidden)"


@final
class Secret:
    """One value that must not be seen; `reveal` is the only way to it."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the value, for the one line that hands it to a provider."""
        return self.__value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    # A hash would be a way to try values unseen.
    __hash__ = None  # type: ignore[assignment]  # this is how a class says that it has none

    def __repr__(self) -> str:
        return _SHOWN

    def __format__(self, spec: str) -> str:
        return _SHOWN

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not copied, pickled or written down; pass the Secret itself on")
