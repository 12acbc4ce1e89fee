"""`python -m services.normalizer` runs the normalizer."""

from services.chassis.service import run_service
from services.normalizer.service import builder
from services.normalizer.settings import NormalizerSettings

if __name__ == "__main__":
    settings = NormalizerSettings()
    run_service("normalizer", settings, builder(settings))
