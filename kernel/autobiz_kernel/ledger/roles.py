"""Refuse to work as a database role that could get around what protects one tenant from another."""

from typing import Any

from psycopg import AsyncConnection

from autobiz_kernel.errors import RoleError

_ASK = """
SELECT current_user, r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                 AND pg_has_role(current_user, c.relowner, 'MEMBER')),
       EXISTS (SELECT FROM pg_roles app WHERE app.rolname = 'autobiz_app'
               AND pg_has_role(current_user, app.oid, 'USAGE')),
       EXISTS (SELECT FROM pg_roles other WHERE other.rolname = 'autobiz_archive'
               AND pg_has_role(current_user, other.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""


async def check_role(connection: AsyncConnection[Any]) -> None:
    """Raise with everything that is wrong with the role of this connection."""
    cursor = await connection.execute(_ASK)
    row = await cursor.fetchone()
    name, is_super, bypasses, owns, is_app, sees_all = row or ("?", True, True, True, False, True)
    complaints = [
        words
        for wrong, words in (
            (is_super, "it is a superuser, whom no policy binds"),
            (bypasses, "it has BYPASSRLS"),
            (owns, "it owns tables, or may become the role that does"),
            (sees_all, "it may become autobiz_archive, which reads every tenant's rows"),
            (not is_app, "it is no member of autobiz_app"),
        )
        if wrong
    ]
    if complaints:
        raise RoleError(
            f"database role {name!r} is refused: {'; '.join(complaints)}; log in as a role of its own "
            "to which nothing but autobiz_app is granted"
        )
