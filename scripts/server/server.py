"""A server of our own to talk to, over plain sockets."""

import json
import pathlib
import re
import random
import resource
import socket
import struct
import subprocess
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "Checkpoints/digits.safetensors"
SAMPLES = ROOT / "Data/samples"
PATIENCE = 300  # seconds after which a test gives up: a hang ends, a slow machine passes


def wait(what, condition):
    """Waits until `condition` holds; `what` says in words what was waited for."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
        time.sleep(0.02)


class Server:
    """`serve` on a free port; `with` ends it by SIGTERM and expects status 0.

    Its limit of time is PATIENCE where no other `--timeout` is given, so that a slow machine is not refused.
    `open_files` is how many the system lets it have."""

    def __init__(self, executable, *options, open_files=None):
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [executable, "--port", "0", "--checkpoint", CHECKPOINT, "--timeout", f"{PATIENCE}s",
             "--stall-timeout", f"{PATIENCE}s", *options],
            stderr=subprocess.PIPE, text=True,
            preexec_fn=open_files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))))
        self.log = []
        self.port = None
        for line in self.process.stderr:
            self.log.append(line)
            if " open http://" in line:
                self.port = int(line.split(" open http://")[1].split()[0].rsplit(":", 1)[1])
                break
        assert self.port, f"serve did not start: {self.log}"
        # Read on, or a full pipe would stop the server.
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE)
        self.reader.join()
        if kind is None:
            assert status == 0, f"serve ended with status {status}: {self.log[-3:]}"

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def memory(self):
        """Resident, in MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1000

    @property
    def peak_memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1000

    @property
    def open_files(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def metric(self, name):
        """The value of a metric; 0 when it has not been counted yet."""
        found = re.search(f"^{re.escape(name)} (\\d+)$", self.ask("GET", "/metrics").text, re.MULTILINE)
        return int(found.group(1)) if found else 0

    def connect(self, timeout=PATIENCE):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method, path, body=b"", timeout=PATIENCE, **headers):
        """One request on a connection of its own."""
        with self.connect(timeout) as connection:
            connection.sendall(head(method, path, body, **headers) + body)
            return Answer(connection)

    def read(self, photo, query="", timeout=PATIENCE, **headers):
        """Has a photo read; `photo` is a path or bytes."""
        data = photo if isinstance(photo, bytes) else pathlib.Path(photo).read_bytes()
        headers.setdefault("content_type", "image/jpeg")
        return self.ask("POST", "/api/recognize" + query, data, timeout, **headers)


def head(method, path, body=b"", **headers):
    fields = {"host": "localhost", "content_length": len(body), **headers}
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Answer:
    """An answer read from a connection: status, headers (names in lower case), body."""

    def __init__(self, connection, no_body=False):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                raise ConnectionError(f"the connection ended after {data!r}")
            data += more
        top, self.body = data.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            self.headers[name.lower()] = value
        if self.status == 100:
            return
        if self.headers.get("transfer-encoding") == "chunked" and not no_body:
            self.body = self.joined_chunks(connection, self.body)
            return
        length = 0 if no_body else int(self.headers.get("content-length", 0))
        while len(self.body) < length:
            more = connection.recv(65536)
            if not more:
                raise ConnectionError(f"the body ended after {len(self.body)} of {length} bytes")
            self.body += more

    @staticmethod
    def joined_chunks(connection, data):
        """RFC 9112, section 7.1."""
        body = b""

        def until(enough):
            nonlocal data
            while not enough(data):
                more = connection.recv(1 << 20)
                if not more:
                    raise ConnectionError(f"the body ended after {len(body)} bytes and {len(data)} of a chunk")
                data += more

        while True:
            until(lambda data: b"\r\n" in data)
            size, data = data.split(b"\r\n", 1)
            size = int(size, 16)
            until(lambda data: len(data) >= size + 2)
            body, data = body + data[:size], data[size + 2:]
            if size == 0:
                return body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    def expect_problem(self, status, words=""):
        """Asserts that this refuses as RFC 9457 has it, in one line with `words` in it."""
        assert self.status == status, (self.status, self.body[:300])
        assert self.headers["content-type"] == "application/problem+json", self.headers
        assert self.json["status"] == status and self.json["title"], self.json
        assert words in self.json["detail"] and "\n" not in self.json["detail"], self.json
        return self


def form(*files, boundary="cut here"):
    """The body of a form with (name, bytes) or (field, name, bytes) files, and its Content-Type."""
    body = b""
    for *field, name, data in files:
        field = field[0] if field else "photo"
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
                 f"Content-Type: image/jpeg\r\n\r\n").encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f'multipart/form-data; boundary="{boundary}"'


def pdf(*pages):
    """A PDF document with a JPEG file of (width, height, bytes) on each page. Source: ISO 32000-1, 7.5 and 8.9.5."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(pages), b" ".join(b"%d 0 R" % (3 + 3 * index) for index in range(len(pages))))]
    for index, (width, height, data) in enumerate(pages):
        first = 3 + 3 * index
        draw = b"%d 0 0 %d 0 0 cm /I Do" % (width, height)
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>"
            % (width, height, first + 1, first + 2),
            b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (width, height, len(data), data),
        ]
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, len(body))


def chunk(kind, data):
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width, height):
    """A PNG file of white pixels, 1 bit each, that unpacks to very much."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    rows = min(height, 200_000_000 // len(row))  # what is claimed beyond that is not there
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def noise_png(side, seed):
    """Noise in grey, whose PNG hardly packs: pictures of its steps make the largest answers."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def png_of_seven():
    """A 7 as a mouse draws it, 480 x 300: a PNG file, three bytes a pixel."""
    points = [(96, 75), (182, 72), (158, 150), (139, 234)]

    def distance(x, y, a, b):
        (x0, y0), (x1, y1) = a, b
        t = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
        t = max(0, min(1, t))
        return ((x - x0 - t * (x1 - x0)) ** 2 + (y - y0 - t * (y1 - y0)) ** 2) ** 0.5

    def pixel(x, y):
        edge = min(distance(x, y, a, b) for a, b in zip(points, points[1:])) - 4.5
        return 255 if edge > 0.5 else 22 if edge < -0.5 else round(22 + 233 * (edge + 0.5))

    rows = b"".join(b"\0" + bytes(value for x in range(480) for value in [pixel(x, y)] * 3) for y in range(300))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 480, 300, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
