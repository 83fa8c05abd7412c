"""Stand-ins for the outside world: WireMock providers and a virtual clock."""

__all__: list[str] = []
