"""Rows as aligned columns of plain text, the same on a terminal and in a pipe."""

from collections.abc import Sequence


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The head and the rows below it; the last column runs on as long as it is."""
    every = [head, *(tuple(" ".join(cell.split()) for cell in row) for row in rows)]
    widths = [max(len(row[place]) for row in every) for place in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    )
