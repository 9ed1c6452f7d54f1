"""Fonts for pages of letters, from Debian's packages."""

import functools
import pathlib

from PIL import ImageFont

PACKAGES = [
    "fonts-dejavu-core", "fonts-liberation", "fonts-urw-base35", "fonts-sjfonts", "fonts-femkeklaver", "fonts-breip",
    "fonts-humor-sans", "fonts-comic-neue", "fonts-ecolier-court",
]

# Half of them for development and half for the final measurement, print and handwriting in both.
PRINT = {
    "development": [
        "truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSerif-Bold.ttf", "truetype/dejavu/DejaVuSansMono.ttf",
        "truetype/liberation/LiberationSans-Regular.ttf", "truetype/liberation/LiberationSerif-Italic.ttf",
        "opentype/urw-base35/P052-Roman.otf", "opentype/urw-base35/URWGothic-Book.otf",
        "opentype/urw-base35/URWBookman-Demi.otf",
    ],
    "final": [
        "truetype/dejavu/DejaVuSerif.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf",
        "truetype/liberation/LiberationSerif-Regular.ttf", "truetype/liberation/LiberationMono-Bold.ttf",
        "truetype/liberation/LiberationSansNarrow-Regular.ttf", "opentype/urw-base35/C059-Roman.otf",
        "opentype/urw-base35/URWGothic-Demi.otf", "opentype/urw-base35/URWBookman-LightItalic.otf",
    ],
}
HAND = {
    "development": [
        "truetype/sjfonts/SteveHand.ttf", "truetype/breip/Breip.ttf", "opentype/comic-neue/ComicNeue-Regular.otf",
        "truetype/ecolier-court/Ecolier-court.ttf",
    ],
    "final": [
        "truetype/sjfonts/Delphine.ttf", "truetype/femkeklaver/femkeklaver.ttf", "truetype/humor-sans/Humor-Sans.ttf",
        "opentype/urw-base35/Z003-MediumItalic.otf",
    ],
}


@functools.lru_cache(maxsize=500)
def font(name, size):
    path = pathlib.Path("/usr/share/fonts") / name
    if not path.exists():
        raise SystemExit(f"score-pages: {path} is missing; install with: apt-get install {' '.join(PACKAGES)}")
    return ImageFont.truetype(str(path), size)
