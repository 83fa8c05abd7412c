"""Property tests judge values, never how long a shared machine took to produce them."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None, print_blob=True)
settings.load_profile("untimed")
