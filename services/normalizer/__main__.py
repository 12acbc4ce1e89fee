"""`python -m services.normalizer` runs the normalizer."""

from services.chassis.service import run_service
from services.chassis.settings import Settings
from services.normalizer.service import build

if __name__ == "__main__":
    run_service("normalizer", Settings(), build)
