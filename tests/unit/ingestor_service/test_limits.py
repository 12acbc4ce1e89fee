"""Each limit of what one page may cost is a setting, and its refusal names that setting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingestor.cutting import Bounds, piece_of
from services.ingestor.pages.model import Capture, Limits
from services.ingestor.settings import IngestorSettings
from services.ingestor.sources import cut

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>'
STORIES = "".join(
    f"<article><h2>Pier {n}</h2><p>The Star · 3h</p><p>{'The pier has cracks that divers found. ' * 8}</p></article>" for n in range(4)
)


@pytest.mark.parametrize(
    ("setting", "most", "content"),
    [
        ("page_bytes", 10, "<p>The pier has cracks.</p>"),
        ("page_lines", 5, "pier\n" * 10),
        ("page_tags", 20, "<p>pier</p>" * 30),
        ("page_depth", 10, "<div>" * 20 + "pier"),
        ("page_articles", 2, STORIES),
        ("feed_characters", 20, FEED),
    ],
)
def test_what_is_beyond_a_setting_is_refused_by_its_name(setting: str, most: int, content: str) -> None:
    settings = IngestorSettings.model_validate({setting: most})
    piece = piece_of(cut, Bounds(settings.limits, settings.article_bytes), Capture(content, None, NOW, None, "page"), NOW)
    assert len(piece.drafts) <= most
    assert any(f"DAYBOOK_{setting.upper()}" in refusal.advice for refusal in piece.refusals), piece.refusals
    # and: under the default it is not refused for that
    again = piece_of(cut, Bounds(Limits(), settings.article_bytes), Capture(content, None, NOW, None, "page"), NOW)
    assert not any("DAYBOOK_" in refusal.advice for refusal in again.refusals)


def test_the_settings_default_to_what_the_pure_core_allows_by_itself() -> None:
    assert IngestorSettings().limits == Limits()


def test_each_limit_has_a_setting() -> None:
    given: dict[str, Any] = {
        name: 7 for name in IngestorSettings.model_fields if name.startswith(("page_", "story_", "headline_", "json_", "feed_"))
    }
    assert set(IngestorSettings.model_validate(given).limits.model_dump().values()) == {7}
