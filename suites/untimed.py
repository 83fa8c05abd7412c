"""Property tests judge values, never how long a shared machine took to produce them."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "untimed", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")
