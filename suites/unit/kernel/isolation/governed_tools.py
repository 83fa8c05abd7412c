"""Synchronous tools as the kernel calls them: with arguments and external key."""

import os
from typing import Any

from autobiz_kernel import NotDoneError, Refused


def answer(arguments: dict[str, Any], external_key: str) -> dict[str, Any]:
    """Say which process this is, and chat on the way."""
    print("chatter")  # noqa: T201  # must not be taken for the answer
    return {"id": external_key, "number": os.getpid(), "text": arguments["refund_id"]}


def refuse(arguments: dict[str, Any], external_key: str) -> Refused:
    return Refused(result={"id": external_key, "text": arguments["refund_id"]})


def never_begin(arguments: dict[str, Any], external_key: str) -> None:
    raise NotDoneError(f"no way to {arguments['refund_id']} {external_key[:0]}")


def fall(arguments: dict[str, Any], external_key: str) -> None:
    raise ValueError(f"not {arguments['refund_id']} {external_key[:0]}")


def list_answer(arguments: dict[str, Any], external_key: str) -> list[str]:
    return [external_key, *arguments]
