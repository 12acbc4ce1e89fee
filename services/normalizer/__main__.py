"""`python -m services.normalizer` runs the normalizer."""

from services.chassis.service import run_service
from services.chassis.settings import parsed
from services.normalizer.service import builder
from services.normalizer.settings import NormalizerSettings

if __name__ == "__main__":
    settings = parsed(NormalizerSettings)
    run_service("normalizer", settings, builder(settings))
