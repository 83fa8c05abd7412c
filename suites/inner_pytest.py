"""How the tests of the plugin start a pytest of their own: quiet, without plugins that have no say here."""

QUIET = (
    "-q",
    "-p", "no:cacheprovider",
    "-p", "no:valkey",
    "-p", "no:hypothesispytest",
    "-o", "asyncio_default_fixture_loop_scope=function",
)  # fmt: skip
