"""Feeds for these tests."""

from __future__ import annotations

from xml.sax.saxutils import escape

STORY = (
    "<p>The harbour board of Torvik closed the northern pier on Tuesday after divers found cracks in two of its pillars.</p>"
    "<p>Ferries to the outer islands leave from the fish market until repairs are done, the board said, which may take until May.</p>"
)
TEXT = (
    "The harbour board of Torvik closed the northern pier on Tuesday after divers found cracks in two of its pillars.\n\n"
    "Ferries to the outer islands leave from the fish market until repairs are done, the board said, which may take until May."
)
DATE = "Wed, 20 Aug 2025 09:30:00 +0200"


def item(name: str, story: str = STORY, date: str = DATE, site: str = "https://post.example") -> str:
    return (
        f"<item><title>{name}</title><link>{site}/{name}?utm_source=rss</link><guid>{name}</guid>"
        f"<pubDate>{date}</pubDate><description>{escape(story)}</description></item>"
    )


def rss(*items: str, title: str = "The Torvik Post", head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>{title}</title><language>en</language>{"".join(items)}</channel></rss>'


def atom(name: str = "pier") -> str:
    return (
        '<?xml version="1.0"?><!-- made by hand --><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Torvik Post</title>'
        f'<entry><title>{name}</title><id>tag:post.example,2025:{name}</id><link rel="alternate" href="https://post.example/{name}"/>'
        "<published>2025-08-20T09:30:00+02:00</published><updated>2025-08-20T10:00:00+02:00</updated><author><name>Runa Eide</name></author>"
        f'<summary>In short.</summary><content type="html">{escape(STORY)}</content></entry></feed>'
    )
