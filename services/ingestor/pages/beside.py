"""Running text of a page that is not its story: consent banners, sign-ups, notices. Told by a library's judgement, within bounds.

What it leaves out above its first line is no story's, unless it opens with a dateline. Below its last line it is believed only where the
page says that it is one story's: of a page of several it may know but the first. Between the two nothing changes, since a body is one span.
"""

from __future__ import annotations

from services.ingestor.pages.judge import squeezed
from services.ingestor.pages.labels import Label
from services.ingestor.pages.stories import has_dateline


def beside(labels: list[Label], main: frozenset[str], *, anywhere: bool) -> list[Label]:
    """The labels, with prose around the main text as the page's own phrase `beside`. Without main text among them nothing changes."""
    texts = [place for place, one in enumerate(labels) if one.kind == "prose"] if main else []
    known = [place for place in texts if squeezed(labels[place].line.text) in main or has_dateline(labels[place])]
    if not known:
        return labels
    out = {place for place in texts if place < known[0] or (anywhere and place > known[-1])}
    return [Label(one.line, "phrase", "beside") if place in out else one for place, one in enumerate(labels)]
