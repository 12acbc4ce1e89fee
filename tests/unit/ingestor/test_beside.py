"""Consent banners, sign-ups and notices around a story are told by a library's judgement, which decides within bounds."""

from __future__ import annotations

import pytest

from services.ingestor.pages import judge, page
from services.ingestor.pages.judge import Copy, squeezed
from services.ingestor.pages.model import Cut
from tests.unit.ingestor.given import page as cut_page

TITLE = "Ferry company to halve winter timetable"
STORY = [
    "The ferry company that serves the outer islands will halve its winter timetable from November, its director told the council on Monday.",
    "Fuel has become a third dearer since spring, Marit Holm said, and on weekday mornings the boats leave with fewer than twenty on board.",
    "The council asked the county for a grant of 4.2 million crowns in June. An answer is expected by the middle of October, the mayor said.",
]
CONSENT = (
    '<div class="cookie-consent banner"><p>We and our 214 partners store and access information on your device to show you personalised '
    "advertising and to measure how well it works. You can change your mind at any time in the privacy settings of each page.</p></div>"
)
NOTICE = (
    '<div class="legal footer"><p>This website is published by a company registered in the county register under number 4411. Complaints are '
    "heard by the press council, whose decisions we publish in full. Prices and timetables are given without warranty of any kind.</p></div>"
)
ONE_STORY = "<meta property=og:type content=article>"


def html(*, above: str = "", below: str = "", head: str = "", story: list[str] = STORY) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in story)
    main = f'<div id="content"><h1>{TITLE}</h1><time>7 October 2024, 06:30 GMT</time>{text}</div>'
    return f"<html><head><title>{TITLE}</title>{head}</head><body>{above}{main}{below}</body></html>"


def bodies(made: Cut) -> list[str]:
    return [" ".join(article.body.split()) for article in made.articles]


@pytest.mark.parametrize("head", ["", ONE_STORY])
def test_a_consent_banner_above_a_story_is_neither_its_text_nor_a_story(head: str) -> None:
    made = cut_page(html(above=CONSENT, head=head))
    assert bodies(made) == [" ".join(STORY)]
    [named] = [named for named in made.boilerplate if named.name == "beside"]
    assert made.text[slice(*named.span)].startswith("We and our 214 partners")


def test_a_notice_below_a_page_of_one_story_is_not_its_text() -> None:
    assert bodies(cut_page(html(below=NOTICE, head=ONE_STORY))) == [" ".join(STORY)]


def test_without_the_judgement_banner_and_notice_pass_for_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "beside", lambda labels, *_, **__: labels)
    told = " ".join(bodies(cut_page(html(above=CONSENT, below=NOTICE))))
    assert "214 partners" in told
    assert "number 4411" in " ".join(bodies(cut_page(html(below=NOTICE, head=ONE_STORY))))


def test_on_a_page_of_several_stories_what_the_library_leaves_out_below_is_still_told() -> None:
    other = '<div class="related"><h2>Museum of navigation reopens</h2><div>The Torvik Post · 5 hours ago</div><p>'
    text = " ".join(paragraph.replace("ferry", "museum").replace("Fuel", "Steel") for paragraph in STORY)
    assert len(bodies(cut_page(html(below=f"{other}{text}</p></div>")))) == 2


def test_a_first_paragraph_with_a_dateline_is_the_storys_whatever_the_library_thinks() -> None:
    lead = f'<div class="cookie-consent banner"><p>ESKEL (Reuters) - {STORY[0]}</p></div>'
    made = cut_page(html(head=ONE_STORY).replace(f"<p>{STORY[0]}</p>", lead))
    assert bodies(made)[0].startswith("ESKEL (Reuters)")


def test_what_the_library_takes_for_main_text_is_told_line_by_line() -> None:
    copy = Copy()
    for tag in ("html", "body", "p"):
        copy.start(tag, {})
    copy.data("A < B & so on.")
    assert copy.main_lines() == {squeezed("A < B & so on.")}


def test_a_page_of_too_many_elements_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "MOST_TAGS", 3)
    made = cut_page(html(above=CONSENT))
    assert not [named for named in made.boilerplate if named.name == "beside"]


def test_the_copy_holds_names_of_elements_and_nothing_long_or_deep() -> None:
    copy = Copy()
    for _ in range(1_000):
        copy.start("div", {"class": "x" * 10_000, "onclick": "alert()", "style": "color: red"})
    for _ in range(1_001):
        copy.end()
    text = "".join(copy._parts)
    assert text.count("<div") == text.count("</div>") == judge.MOST_NESTING
    assert len(text) < judge.MOST_NESTING * (judge.LONGEST + 40)
    assert "alert" not in text
