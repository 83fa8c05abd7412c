"""The cassettes of this repository, as several tests look at them."""

from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = sorted((ROOT / "cassettes" / "scripts").glob("*.toml"))
SHIPPED = sorted(path for path in (ROOT / "cassettes").rglob("*.json"))
DAY = date(2026, 11, 29)
