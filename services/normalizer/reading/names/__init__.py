"""Names of places and actors in English news text, from lexicons and an offline gazetteer."""

from services.normalizer.reading.names.named import Named
from services.normalizer.reading.names.names import Names

__all__ = ["Named", "Names"]
