"""Sources are found by discovery, asked in order, and can be taken away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.ingestor import sources as package
from services.ingestor.pages.model import Capture
from services.ingestor.pages.resources import HOME, resource
from services.ingestor.sources import cut, source_of, sources

HTML = "<!DOCTYPE html><html><body><p>x</p></body></html>"


def test_each_source_has_a_name_and_the_last_takes_anything() -> None:
    assert [source.NAME for source in sources()] == sorted(source.NAME for source in sources())
    assert sources()[-1].accepts(Capture(b"\x00\xff"))


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (HTML, None, "page_html"),
        (HTML.encode("utf-16"), None, "page_html"),
        (b"\xef\xbb\xbf\n <!-- saved --> " + HTML.encode(), None, "page_html"),
        ("<?xml version='1.0'?>" + HTML, None, "page_html"),
        ("Some words, then <p>a tag</p>", "text/html", "page_html"),
        ("Some words, then <p>a tag</p>", None, "page_text"),
        ("Words", "text/html", "page_text"),
        ("<rss><channel/></rss>", None, "feed"),
        (json.dumps({"body": "x"}), None, "jsonl"),
    ],
)
def test_a_capture_goes_to_the_source_that_knows_it(content: str | bytes, media_type: str | None, name: str) -> None:
    assert name == source_of(Capture(content, media_type=media_type)).NAME


def test_a_source_is_added_by_a_file_and_gone_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stub.py").write_text('NAME = "stub"\ndef accepts(capture):\n    return capture.media_type == "text/x-stub"\n')
    stub = Capture("words", media_type="text/x-stub")
    assert source_of(stub).NAME == "page_text"
    with monkeypatch.context() as folder:
        folder.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        sources.cache_clear()
        assert source_of(stub).NAME == "stub"
    sources.cache_clear()
    assert source_of(stub).NAME == "page_text"


def test_a_feed_of_headlines_alone_gives_no_article() -> None:
    made = cut(Capture("<?xml version='1.0'?><rss><channel><item><title>Talks</title></item></channel></rss>"))
    assert [refusal.reason for refusal in made.refusals] == ["no_article"]


@pytest.mark.parametrize("name", sorted(path.stem for path in HOME.glob("*.yaml")))
def test_data_files_hold_words_where_words_are_meant(name: str) -> None:
    """YAML reads a bare `on`, `no` or `yes` as true or false: such words must stand in quotation marks."""

    def in_lists(value: object) -> list[object]:
        if isinstance(value, dict):
            return [found for one in value.values() for found in in_lists(one)] + [key for key in value if isinstance(key, bool)]
        if isinstance(value, list):
            return [found for one in value for found in ([one] if not isinstance(one, dict | list) else in_lists(one))]
        return []

    assert all(isinstance(one, str) for one in in_lists(resource(name)))
