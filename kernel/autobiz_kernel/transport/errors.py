"""Say how an exchange with a provider went wrong, by what is known of the effect.

ProviderError
├── TurnedAwayError   nothing happened, and asking again may help: wait as long as it says
└── UnheardError      nobody knows whether it happened: ask again with the same key, or look it up

ForbiddenEgressError  we were about to do what must never be done; no provider has anything to do with it
"""

from enum import StrEnum

from autobiz_kernel.tool import NotDoneError


class ErrorClass(StrEnum):
    """Why a provider did not do what it was asked."""

    TRANSIENT = "transient"  # later it may
    VALIDATION = "validation"  # what was asked is not to be had
    AUTH = "auth"  # who asked may not
    QUOTA = "quota"  # no more, and waiting does not help
    INTERNAL = "internal"  # we asked wrongly, or were answered nonsense


class ProviderError(Exception):
    """An exchange that did not end in a definitive answer."""

    def __init__(
        self,
        words: str,
        *,
        error_class: ErrorClass = ErrorClass.TRANSIENT,
        code: str = "",
        request_id: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(words)
        self.error_class = error_class
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class TurnedAwayError(ProviderError, NotDoneError):
    """Nothing happened: the request never arrived, or was turned away at the door."""


class UnheardError(ProviderError):
    """The request may have been carried out, and its answer is lost or worth nothing."""


class ForbiddenEgressError(BaseException):
    """A request that must never leave: a live key in a test, a foreign host, a real recipient.

    It is no `Exception`, so that nothing on its way up takes it for a provider that is down.
    """
