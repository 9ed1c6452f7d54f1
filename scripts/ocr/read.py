"""Reads photos with RapidOCR and keeps what it answers; see scripts/compare-ocr."""

import json
import logging
import sys
import time

from photos import kept_answers, photos


def main():
    file, *manifests = sys.argv[1:]
    answers = kept_answers(file)
    waiting = {photo.bytes_digest: photo for manifest in manifests for photo in photos(manifest)}
    waiting = {digest: photo for digest, photo in waiting.items() if digest not in answers}
    if not waiting:
        return
    from rapidocr import RapidOCR

    logging.disable(logging.WARNING)  # such as that a picture has no text
    engine, started = RapidOCR(), time.monotonic()
    with open(file, "a", encoding="utf-8") as output:
        for number, (digest, photo) in enumerate(waiting.items(), 1):
            try:
                text = "\n".join(engine(str(photo.file)).txts or [])
            except Exception as error:  # of a picture that it cannot decode; it counts as nothing read
                print(f"compare-ocr: RapidOCR cannot read {photo.file}: {error}", file=sys.stderr)
                text = ""
            output.write(json.dumps({"photo": digest, "text": text}) + "\n")
            output.flush()
            if number % 20 == 0 or number == len(waiting):
                seconds = time.monotonic() - started
                print(f"RapidOCR: {number} of {len(waiting)} photos, {seconds:.0f} s", file=sys.stderr)


main()
