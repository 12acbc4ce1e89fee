"""The language of an article: what its page says, unless the text is surely in another; none where neither tells."""

from __future__ import annotations

import json
from pathlib import Path

import pycld2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestor.pages import languages
from services.ingestor.pages.languages import identified, language_of
from tests.unit.ingestor.given import BODY, page, story

TEXTS = {
    "en": "The harbour board met on Tuesday to speak about the northern pier, whose pillars have cracks that divers found in January.",
    "fr": "Le conseil du port s'est réuni mardi pour parler de la jetée nord, dont les piliers ont des fissures que des plongeurs ont vues.",
    "de": "Der Hafenrat hat am Dienstag über den nördlichen Pier gesprochen, dessen Pfeiler Risse haben, die Taucher im Januar fanden.",
    "es": "La junta del puerto se reunió el martes para hablar del muelle norte, cuyos pilares tienen grietas que unos buzos encontraron.",
    "pt": "O conselho do porto reuniu-se na terça-feira para falar do cais norte, cujos pilares têm fendas que mergulhadores encontraram.",
    "pl": "Rada portu zebrała się we wtorek, aby porozmawiać o północnym molo, w którego filarach nurkowie znaleźli w styczniu pęknięcia.",
    "tr": "Liman kurulu salı günü, dalgıçların ocak ayında sütunlarında çatlaklar bulduğu kuzey iskelesini görüşmek üzere toplandı.",
    "ru": "Совет порта собрался во вторник, чтобы обсудить северный пирс, в опорах которого водолазы в январе нашли трещины.",
    "uk": "Рада порту зібралася у вівторок, щоб обговорити північний пірс, в опорах якого водолази у січні знайшли тріщини.",
    "ar": "اجتمع مجلس الميناء يوم الثلاثاء للحديث عن الرصيف الشمالي الذي وجد الغواصون شقوقا في أعمدته في يناير.",
    "fa": "هیئت مدیره بندر روز سه‌شنبه برای گفتگو درباره اسکله شمالی گرد آمد که غواصان در ژانویه ترک‌هایی در ستون‌های آن یافتند.",
    "he": "מועצת הנמל התכנסה ביום שלישי כדי לדון במזח הצפוני, שבעמודיו מצאו צוללנים סדקים בחודש ינואר.",
    "zh": "港务委员会星期二开会讨论北码头问题，潜水员一月份在其支柱上发现了裂缝，前往各岛的渡轮从鱼市场出发，直到五月中旬修理完毕为止。",
}
NAMES = "Volodymyr Zelenskyy, Recep Tayyip Erdoğan and Luiz Inácio Lula da Silva met in Şanlıurfa, near Diyarbakır, a spokesman said."


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_few_sentences_tell_their_language(language: str, text: str) -> None:
    assert identified(f"{text} {text}") == language


@pytest.mark.parametrize(
    "text",
    ["", "Pier", "12.5 44 - 7/8 :: 2024 | 33% +++ 10:30 10:45 11:00 1-0 2-1 3-3", "x" * 400, "\x00\x01\ufffe" * 300, "😀 🚢 ⚓ " * 100],
)
def test_what_no_words_tell_is_unknown(text: str) -> None:
    assert identified(text) == "und"


def test_a_text_half_in_one_language_and_half_in_another_is_in_neither() -> None:
    assert identified(f"{TEXTS['en']} {TEXTS['ru']} " * 2) == "und"


def test_without_the_floor_half_a_text_would_speak_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "SHARE", 0)
    assert identified(f"{TEXTS['en']} {TEXTS['ru']} " * 2) != "und"


def test_english_about_foreign_people_and_places_is_never_taken_for_their_language() -> None:
    more = "They spoke for an hour about grain, gas and prisoners, he said, and will meet again in Muğla in May, when the ships are back."
    assert identified(f"{NAMES} {more}") in {"en", "und"}


def test_a_sentence_that_is_nearly_all_names_tells_nothing() -> None:
    assert identified(NAMES) == "und"


def test_without_the_least_length_the_names_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "SHORTEST", 0)
    assert identified(NAMES) == "tr"


def test_what_the_page_says_is_kept_with_its_country_and_where_the_text_tells_nothing() -> None:
    assert language_of(TEXTS["en"], "en-GB") == "en-GB"
    assert language_of("Pier", "fr") == "fr"


def test_a_template_that_calls_every_page_english_is_not_believed_over_the_text() -> None:
    assert language_of(TEXTS["uk"] * 2, "en") == "uk"
    assert language_of(TEXTS["fr"] * 2, "en-US") == "fr"


@pytest.mark.parametrize("said", ["nb", "nn-NO", "no", "da"])
def test_languages_that_a_few_sentences_cannot_tell_apart_are_left_as_the_page_says(said: str) -> None:
    text = "Havnestyret møttes på tirsdag for å snakke om den nordlige brygga, der dykkere fant sprekker i pilarene i januar. "
    assert language_of(text * 2, said) == said


@given(st.text())
def test_no_text_is_an_error_and_the_same_text_has_one_language(text: str) -> None:
    assert identified(text) == identified(text)


def test_an_article_cut_from_text_without_a_word_on_its_language_bears_it() -> None:
    [article] = page(story("Talks end", "The Paper\n3 hours ago")).articles
    assert article.language == "en"


def test_a_pages_own_word_is_overruled_by_its_story() -> None:
    body = " ".join([TEXTS["de"]] * 4)
    html = (
        f"<html lang=en><head><meta property=og:type content=article><title>Pier</title><body><article><h1>Pier</h1><p>{body}</p></article>"
    )
    assert [one.language for one in page(html).articles] == ["de"]


def test_what_a_line_of_json_says_of_its_language_stands() -> None:
    line = {"url": "https://post.example/1", "outlet": "The Post", "title": "Pier", "body": BODY}
    assert [one.language for one in page(json.dumps(line)).articles] == ["en"]
    assert [one.language for one in page(json.dumps(line | {"language": "cy"})).articles] == ["cy"]


def test_the_library_carries_its_tables_itself() -> None:
    assert max(path.stat().st_size for path in Path(pycld2.__file__).parent.glob("*.so")) > 1_000_000
