"""Pictures that lie about their size, or take far more time or memory than their few bytes seem to: made here, byte
by byte. `pictures(good)` gives their names, contents, and whether they can be read.

usage: pictures.py FOLDER   writes them all
"""
import os
import random
import struct
import sys
import zlib


class Bits:
    """Bits, the highest of each byte first."""

    def __init__(self):
        self.text = ""

    def put(self, value, count):
        self.text += format(value, f"0{count}b")[-count:] if count else ""
        return self

    def golomb(self, *values):
        for value in values:
            digits = format(value + 1, "b")
            self.text += "0" * (len(digits) - 1) + digits
        return self

    def bytes(self):
        """With a one behind the last bit, as HEVC and AV1 end their headers."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


# PNG

def chunk(name, data, length=None):
    return (struct.pack(">I", len(data) if length is None else length) + name + data
            + struct.pack(">I", zlib.crc32(name + data)))


def png(width, height, bits, colour, rows, interlaced=0, before=b"", after=b""):
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(rows(row)) for row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", data) + after
            + chunk(b"IEND", b""))


def small_png(before):
    return png(8, 8, 8, 0, lambda row: bytes(9), before=before)


def text_bomb(count):
    """Texts that are a thousand times as long as they are packed."""
    packed = zlib.compress(bytes(b"x") * 7_900_000, 9)
    return b"".join(chunk(b"zTXt", b"a\0\0" + packed) for _ in range(count))


# TIFF

def tiff(width, height, rows_per_strip, strips, bits=8, samples=1, photometric=1, compression=32773, pages=1):
    """All pages are the same one, and all strips but the last the same one, too."""
    data, lengths = b"", []
    for strip in strips:
        data += strip
        lengths.append(len(strip))
    count = -(-height // rows_per_strip)
    offsets = [8 + sum(lengths[:min(index, len(lengths) - 1)]) for index in range(count)]
    sizes = [lengths[min(index, len(lengths) - 1)] for index in range(count)]
    data += b"\0" * (len(data) % 2)
    place = 8 + len(data)
    lists = struct.pack(f"<{count}I", *offsets) + struct.pack(f"<{count}I", *sizes)
    many = count > 1
    wide = struct.pack(f"<{samples}H", *[bits] * samples)
    lists += wide + b"\0" * (len(wide) % 4)
    entries = [
        (256, 4, 1, width), (257, 4, 1, height),
        (258, 3, samples, place + 8 * count if samples > 2 else bits),
        (259, 3, 1, compression), (262, 3, 1, photometric), (273, 4, count, place if many else offsets[0]),
        (277, 3, 1, samples), (278, 4, 1, rows_per_strip),
        (279, 4, count, place + 4 * count if many else sizes[0])]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    first = place + len(lists)
    result = b"II*\0" + struct.pack("<I", first) + data + lists
    for page in range(pages):
        following = len(result) + len(body) + 4 if page + 1 < pages else 0
        result += body + struct.pack("<I", following)
    return result


def packbits(row, rows):
    """White; each row of so many bytes packed by itself."""
    rest = bytes([257 - row % 128 & 255, 255]) if row % 128 else b""
    return (b"\x81\xff" * (row // 128) + rest) * rows


def packed_at_once(count):
    """The same, but without regard to rows, as some programs do."""
    return b"\x81\xff" * (-(-count // 128))


# JPEG

def progressive_jpeg(width, height, scans):
    """One grey, in as many scans as asked for, of which each but the first says nothing in a few bytes."""
    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    blocks = -(-width // 8) * -(-height // 8)
    result = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64)
    result += segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    one_code = bytes([1] + [0] * 15)
    result += segment(0xC4, b"\0" + one_code + b"\0") + segment(0xC4, b"\x10" + one_code + b"\xe0")
    result += segment(0xDA, b"\1\1\0\0\0\0") + bytes(blocks // 8 + 1)
    # A run of 16,384 + 16,383 blocks without frequencies: the code 0, then 14 ones.
    bits = ("0" + "1" * 14) * -(-blocks // 32767)
    bits += "0" * (-len(bits) % 8)
    run = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    for scan in range(scans - 1):
        at = 1 + scan % 63
        result += segment(0xDA, bytes([1, 1, 0, at, at, 0])) + run
    return result + b"\xff\xd9"


# HEIC, AVIF

def box(name, data):
    return struct.pack(">I", 8 + len(data)) + name + data


def full_box(name, data, version=0, flags=0):
    return box(name, struct.pack(">I", version << 24 | flags) + data)


def heif(brand, item, config, stream, width, height, items=1, grid=None):
    """One stream; or a grid of as many tiles as asked for that are all this one."""
    first = 2 if grid else 1
    ids = list(range(first, first + items))
    names = [(1, b"grid")] if grid else []
    names += [(number, item) for number in ids]
    infos = b"".join(full_box(b"infe", struct.pack(">HH", number, 0) + name + b"\0", 2) for number, name in names)
    properties = box(b"ipco", config + full_box(b"ispe", struct.pack(">II", width, height))
                     + (full_box(b"ispe", struct.pack(">II", *grid[2:])) if grid else b""))
    links = b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in ids)
    if grid:
        links = struct.pack(">HBB", 1, 1, 3) + links
    properties += full_box(b"ipma", struct.pack(">I", len(names)) + links)
    tiles = b""
    references = b""
    if grid:
        tiles = struct.pack(">BBBBHH", 0, 0, grid[0] - 1, grid[1] - 1, grid[2], grid[3])
        references = full_box(b"iref", box(b"dimg", struct.pack(">HH", 1, grid[0] * grid[1]) + b"".join(
            struct.pack(">H", ids[index % items]) for index in range(grid[0] * grid[1]))))

    def meta(start):
        places = [(1, start + len(stream), len(tiles))] if grid else []
        places += [(number, start, len(stream)) for number in ids]
        locations = b"".join(struct.pack(">HHHII", number, 0, 1, offset, size) for number, offset, size in places)
        return full_box(
            b"meta", full_box(b"hdlr", bytes(4) + b"pict" + bytes(13)) + full_box(b"pitm", struct.pack(">H", 1))
            + full_box(b"iinf", struct.pack(">H", len(names)) + infos) + references + box(b"iprp", properties)
            + full_box(b"iloc", struct.pack(">HH", 0x4400, len(places)) + locations))

    head = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", stream + tiles)


def hevc_size(width, height, chroma=1):
    bits = Bits().put(0, 4).put(0, 3).put(1, 1).put(1, 8).put(0x60000000, 32).put(0b1011, 4).put(0, 44).put(186, 8)
    bits.golomb(0, chroma)
    if chroma == 3:
        bits.put(0, 1)
    bits.golomb(width, height).put(0, 1).golomb(0, 0, 4).put(1, 1).golomb(0, 0, 0, 0, 3, 0, 3, 0, 0).put(0, 4)
    return b"\x42\1" + escaped(bits.golomb(0).put(0, 5).bytes())


def escaped(data):
    result = b""
    for byte in data:
        if result.endswith(b"\0\0") and byte < 4:
            result += b"\3"
        result += bytes([byte])
    return result


def hevc(width, height):
    """The units before a picture, and a picture that ends soon."""
    names = b"\x44\1" + Bits().golomb(0, 0).put(0, 7).golomb(0, 0, 0).put(0, 3).golomb(0, 0).put(0, 10) \
        .golomb(0).put(0, 2).bytes()
    layers = b"\x40\1" + Bits().put(0b0000_11_000000_000_1, 16).put(0xFFFF, 16).put(1, 8).put(0x60000000, 32) \
        .put(0b1011, 4).put(0, 44).put(186, 8).put(1, 1).golomb(0, 0, 0).put(0, 6).golomb(0).put(0, 2).bytes()
    picture = b"\x26\1" + Bits().put(0b10, 2).golomb(0, 2, 0).bytes() + b"\x55" * 40
    return [escaped(layers), hevc_size(width, height), escaped(names)], escaped(picture)


def heic(width, height, claimed=(100, 100), **options):
    units, picture = hevc(width, height)
    config = b"\1\1" + b"\x60\0\0\0" + bytes(6) + b"\xba\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f" + bytes([len(units)])
    for unit in units:
        config += bytes([0x80 | unit[0] >> 1]) + struct.pack(">HH", 1, len(unit)) + unit
    return heif(b"heic", b"hvc1", box(b"hvcC", config), struct.pack(">I", len(picture)) + picture, *claimed, **options)


def avif(width, height, claimed=(100, 100)):
    size = Bits().put(0b000_1_1, 5).put(31, 5).put(0xFF, 8).put(width - 1, 16).put(height - 1, 16).put(0, 6)
    sequence = size.put(0, 7).bytes()
    log = max(0, (-(-width // 64) - 1).bit_length() - 6)
    frame = Bits().put(0, 3).put(1, 1).put(0, 2)
    if log:
        frame.put(0, log).put(0, 2)
    frame.put(100, 8).put(0, 4).put(0, 2).put(0, 12).put(0, 4).put(0, 2)
    picture = frame.bytes() + b"\0" * 40
    stream = b"\x0a" + bytes([len(sequence)]) + sequence + b"\x32" + bytes([len(picture)]) + picture
    return heif(b"avif", b"av01", box(b"av1C", b"\x81\x1f\x0c\0"), stream, *claimed)


# Dots and noise: newspapers and faxes look so.

def gray_png(width, height, pixel):
    return png(width, height, 8, 0, lambda row: b"\0" + bytes(pixel(row, column) for column in range(width)))


def salt(side, share, seed=1):
    noise = random.Random(seed)
    return gray_png(side, side, lambda row, column: 0 if noise.random() < share else 255)


def dots(side, period, size=1):
    return gray_png(side, side, lambda row, column: 0 if row % period < size and column % period < size else 255)


def dithered(side):
    order = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]
    return gray_png(side, side, lambda row, column: 0 if 16 * column // side > order[row % 4 * 4 + column % 4] else 255)


def halftone(side, period):
    """Dots as large as the picture, a slope from white to black, is dark there."""
    middle = period / 2

    def pixel(row, column):
        distance = (row % period - middle) ** 2 + (column % period - middle) ** 2
        return 0 if distance < column / side * middle ** 2 * 1.5 else 255
    return gray_png(side, side, pixel)


def claims(good):
    """name: (contents, whether it can be read as a page without digits)."""
    def jpeg_of_size(height, width):
        place = next(at for at in range(len(good)) if good[at] == 0xFF and good[at + 1] in (0xC0, 0xC2))
        return good[:place + 5] + struct.pack(">HH", height, width) + good[place + 9:]

    lossless = struct.pack("<I", 16382 | 16382 << 14)  # 14 bits each for width - 1 and height - 1
    webp = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f" + lossless + b"\0"
    bmp = struct.pack("<IIiiHHIIiiII", 54, 40, 60000, 3000, 1, 24, 0, 0, 0, 0, 0, 0)
    files = {
        "bits.png": (png(65000, 3000, 1, 0, lambda row: bytes(1 + 8125)), True),
        "colours.png": (png(9000, 9000, 8, 2, lambda row: bytes(1 + 27000)), True),
        "interlaced.png": (png(200, 200, 16, 0, lambda row: bytes(401), 1), False),
        "texts.png": (small_png(text_bomb(40)), True),
        "claim.png": (png(100000, 1, 1, 0, lambda row: bytes(12501)), False),
        "claim-pixels.png": (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 14000, 14000, 8, 0, 0, 0, 0))
                             + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""), False),
        "claim.jpg": (jpeg_of_size(65500, 65500), False),
        "tall.jpg": (jpeg_of_size(65000, 3000), False),
        "scans.jpg": (progressive_jpeg(8000, 8000, 10), True),
        "claim-scans.jpg": (progressive_jpeg(8000, 8000, 400), False),
        "claim.webp": (b"RIFF" + struct.pack("<I", len(webp)) + webp, False),
        "claim.tif": (tiff(60000, 60000, 60000, [b"\x81\0"]), False),
        "strip.tif": (tiff(60000, 3000, 3000, [b"\x81\0"]), False),
        "one-strip.tif": (tiff(14000, 14000, 14000, [packbits(14000, 14000)]), True),
        "strips.tif": (tiff(14000, 14000, 4500, [packbits(14000, 4500), packbits(14000, 4500), packbits(14000, 4500), packbits(14000, 500)]), True),
        "colours.tif": (tiff(9000, 5500, 5500, [packbits(27000, 5500)], samples=3, photometric=2), True),
        "inks.tif": (tiff(9000, 5500, 5500, [packbits(36000, 5500)], samples=4, photometric=5), True),
        "packed-at-once.tif": (tiff(9000, 5500, 5500, [packed_at_once(9000 * 5500)]), True),
        "pages.tif": (tiff(1000, 1000, 1000, [packbits(1000, 1000)], pages=20), True),
        "many-pages.tif": (tiff(8, 8, 8, [packbits(8, 8)], pages=1000), True),
        "loop.tif": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", False),
        "claim.bmp": (b"BM" + bytes(8) + bmp, False),
        "claim.ppm": (b"P6 60000 3000 255\n", False),
        "claim.heic": (box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(12)), False),
        "claim-stream.heic": (heic(32768, 32768), False),
        "claim-stream-16384.heic": (heic(16384, 16384), False),
        "claim-tiles.heic": (heic(7000, 7000, (64, 64), grid=(100, 100, 6400, 6400)), False),
        "claim-stream.avif": (avif(32768, 32768), False),
        "claim-stream-16384.avif": (avif(16384, 16384), False),
        "moving.gif": (b"GIF89a" + bytes(20), False),
    }
    # A page without pixels that claims 2 GiB of something beside them.
    for name in ["tEXt", "zTXt", "iTXt", "sPLT", "pCAL", "sCAL", "eXIf", "hIST", "iCCP", "prVt"]:
        lie = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
        files[f"claim-{name}.png"] = (lie + chunk(name.encode(), b"ab", 0x7FFFFFF0), False)
    return files


def textures():
    """name: contents; pages of thousands of pieces, none of which is a digit."""
    return {
        "salt-15.png": salt(700, 0.15), "salt-5.png": salt(1400, 0.05), "salt-30.png": salt(1400, 0.30),
        "salt-2.png": salt(1400, 0.02), "salt-50.png": salt(1400, 0.5),
        "dots-4.png": dots(512, 4), "dots-6-3.png": dots(1200, 6, 3), "dots-3.png": dots(1400, 3, 2),
        "dots-12-8.png": dots(1400, 12, 8), "dots-20-14.png": dots(1400, 20, 14), "dots-40-30.png": dots(1400, 40, 30),
        "dithered.png": dithered(512), "dithered-large.png": dithered(1400),
        "halftone-6.png": halftone(1200, 6), "halftone-14.png": halftone(1400, 14),
        "halftone-30.png": halftone(1400, 30),
    }


if __name__ == "__main__":
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(root, "Data/samples/single-digit.jpg"), "rb") as file:
        everything = {name: data for name, (data, _) in claims(file.read()).items()}
    everything.update(textures())
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, data in everything.items():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(data)
