"""What lies in a folder, as evidence that oracles can look through."""

from pathlib import Path


def files_in(folder: Path) -> list[str]:
    """Every path below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
