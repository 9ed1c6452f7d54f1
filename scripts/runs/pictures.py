"""Small pictures with digits drawn by a shaking hand: python3 pictures.py FOLDER COUNT [SEED].

One in 50 is cut off, so that it cannot be read. Equal seeds give equal pictures.
"""

import pathlib
import random
import sys

# The corners of a digit's strokes, on a grid of 2 by 4.
STROKES = {
    0: [(0, 0), (2, 0), (2, 4), (0, 4), (0, 0)], 1: [(1, 0), (1, 4)], 2: [(0, 0), (2, 0), (2, 2), (0, 4), (2, 4)],
    3: [(0, 0), (2, 0), (1, 2), (2, 3), (1, 4), (0, 4)], 4: [(1, 0), (0, 2), (2, 2), (2, 0), (2, 4)],
    5: [(2, 0), (0, 0), (0, 2), (2, 2), (2, 4), (0, 4)], 6: [(2, 0), (0, 2), (0, 4), (2, 4), (2, 2), (0, 2)],
    7: [(0, 0), (2, 0), (1, 4)], 8: [(0, 0), (2, 0), (0, 4), (2, 4), (0, 0)],
    9: [(2, 1), (0, 1), (0, 0), (2, 0), (2, 1), (1, 4)],
}
ROWS, COLUMNS = 60, 120


def draw(pixels, digit, left, generator):
    corners = [
        (left + 10 * x + generator.uniform(-2, 2), 12 + 9 * y + generator.uniform(-2, 2)) for x, y in STROKES[digit]]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:]):
        steps = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
        for step in range(steps + 1):
            x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
            for row in range(int(y) - 1, int(y) + 3):
                for column in range(int(x) - 1, int(x) + 3):
                    pixels[row * COLUMNS + column] = 30


def picture(number, seed):
    generator = random.Random(seed * 1_000_003 + number)
    pixels = bytearray(generator.choice(range(215, 226)) for _ in range(ROWS * COLUMNS))
    for place in range(3):
        draw(pixels, generator.randrange(10), 12 + 36 * place, generator)
    file = b"P5 %d %d 255\n" % (COLUMNS, ROWS) + pixels
    return file[:-9] if number % 50 == 17 else file


def make(folder, count, seed=1):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:06}.pgm").write_bytes(picture(number, seed))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    make(sys.argv[1], *map(int, sys.argv[2:]))
