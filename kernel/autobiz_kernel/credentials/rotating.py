"""Tools whose key may be exchanged while they are in use: no restart, and no call that fails for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from autobiz_kernel.contract import Json
from autobiz_kernel.principal import Principal
from autobiz_kernel.secret import Secret
from autobiz_kernel.tool import Found, LookUp, NotDoneError, Refused, Tool
from autobiz_kernel.transport import ErrorClass, TurnedAwayError

from .scoper import Credentials
from .source import CredentialError

ToolOf: TypeAlias = Callable[[str], Tool]


def rotating_tool(
    shape: Tool, made_with: ToolOf, credentials: Credentials, principal: Principal, tenant: UUID, name: str
) -> Tool:
    """Return a tool that asks for its key at each call, in the shape of one that is never run.

    A provider that turns the key away has done nothing, so the same call goes out once more, under the same
    external key, if there is a newer one by now. Without a key nothing is sent.
    """

    async def current(rejected: Secret | None = None) -> Secret:
        try:
            return await credentials.get(principal, tenant, name, rejected=rejected)
        except CredentialError as error:
            raise NotDoneError(f"{shape.contract.reference}: {error}") from error

    async def execute(arguments: Json, key: str) -> Json | Refused:
        secret = await current()
        try:
            return await made_with(secret.reveal()).execute(arguments, key)
        except TurnedAwayError as error:
            if error.error_class is not ErrorClass.AUTH:
                raise
            newer = await current(secret)
            if newer == secret:
                raise
        return await made_with(newer.reveal()).execute(arguments, key)

    async def look_up(arguments: Json, key: str) -> Found:
        made = made_with((await current()).reveal())
        if made.look_up is None:
            raise CredentialError(f"{shape.contract.reference}: made for a key, it cannot look anything up")
        return await made.look_up(arguments, key)

    asks: LookUp | None = look_up if shape.look_up is not None else None
    return replace(shape, execute=execute, look_up=asks)
