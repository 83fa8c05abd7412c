"""What is wrong with a recording."""


class CassetteError(Exception):
    """A cassette that is missing, was not played to its end, or is not what it must be."""
