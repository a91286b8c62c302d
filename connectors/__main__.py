"""`python -m connectors`: write the reference page of the connectors."""

import sys
from pathlib import Path

from connectors.catalog import CATALOG
from connectors.kit.describe import reference

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "connectors.md"


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(reference(CATALOG), encoding="utf-8")
    sys.stdout.write(f"{PAGE} is written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
