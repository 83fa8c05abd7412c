"""Synchronous functions that run in processes of their own."""

import os
from typing import Any

from autobiz_kernel import Json, Refused


def answer(arguments: Json, external_key: str) -> Json:
    """Say which process this is, and chat on the way."""
    print("chatter")  # noqa: T201  # must not be taken for the answer
    return {"id": external_key, "number": os.getpid(), "text": str(arguments["refund_id"])}


def refuse(arguments: Json, external_key: str) -> Refused:
    return Refused(result={"id": external_key, "text": str(arguments["refund_id"])})


def fail(arguments: Json, external_key: str) -> Json:
    raise ValueError(f"not {arguments['refund_id']} {external_key[:0]}")


def spin(arguments: Json, external_key: str) -> Any:
    """Use the processor for ever, and hear no cancellation."""
    while arguments or external_key:
        pass
