"""GeoJSON (RFC 7946): one feature an event, with a point for each place that has coordinates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from schemas.events import CanonicalEvent
from services.timeline.exports._days import address_of, days_of

MEDIA_TYPE = "application/geo+json"
SUFFIX = "geojson"


class _Features:
    def __init__(self) -> None:
        self._first = True

    def begin(self) -> bytes:
        return b'{"type":"FeatureCollection","features":['

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        told = ",\n".join(json.dumps(_feature(event), ensure_ascii=False) for event in events)
        before = "" if self._first or not told else ",\n"
        self._first = self._first and not told
        return (before + told).encode("utf-8", "replace")

    def end(self) -> bytes:
        return b"]}\n"


def _feature(event: CanonicalEvent) -> dict[str, Any]:
    first, last = days_of(event) or (None, None)
    return {
        "type": "Feature",
        "id": event.event_id,
        "geometry": _geometry(event),
        "properties": {
            "kind": event.kind,
            "status": event.status,
            "title": event.title,
            "first_day": first.isoformat() if first else None,
            "last_day": last.isoformat() if last else None,
            "precision": event.when.precision,
            "places": [{"name": place.name, "country": place.country, "role": place.role} for place in event.where],
            "participants": [{"name": one.name, "role": one.role} for one in event.participants],
            "quantities": [told.model_dump(include={"measure", "party", "low", "best", "high"}) for told in event.quantities],
            "corroboration": event.corroboration.model_dump(),
            "url": address_of(event),
        },
    }


def _geometry(event: CanonicalEvent) -> dict[str, Any] | None:
    """Longitude comes first. An event without a place on the map has no geometry."""
    points = [[place.lon, place.lat] for place in event.where if place.lat is not None and place.lon is not None]
    if not points:
        return None
    return {"type": "Point", "coordinates": points[0]} if len(points) == 1 else {"type": "MultiPoint", "coordinates": points}


writer = _Features
