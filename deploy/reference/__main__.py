"""`python -m deploy.reference`: write the reference pages; `--check` says which are not what the code says."""

from __future__ import annotations

import sys

from deploy.reference import main

if __name__ == "__main__":
    sys.exit(main())
