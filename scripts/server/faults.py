"""Bad input and faults, over real sockets. See scripts/tests/serve."""

import concurrent.futures
import csv
import json
import os
import pathlib
import random
import re
import select
import shutil
import socket
import struct
import subprocess
import time
import urllib.parse

from server import CHECKPOINT, PATIENCE, SAMPLES, Answer, Server, form, head, noise_png, pdf, png_claiming, wait

PHOTO = SAMPLES / "single-digit.jpg"


def still_reads(server):
    answer = server.read(PHOTO)
    assert answer.status == 200 and answer.json["text"] == "4", answer.body
    return answer


def reads_pdf_documents(serve, recognize):
    """Page by page; what is cut, too long or claims too much is named, and the server goes on."""
    if not all(shutil.which(name) for name in ("pdfinfo", "pdftoppm")):
        print("    skipped: poppler-utils is not installed")
        return
    four, column = (820, 820, PHOTO.read_bytes()), (800, 1080, (SAMPLES / "column.jpg").read_bytes())
    with Server(serve) as server:
        body, type = form(("scan.pdf", pdf(four, column)), ("b.jpg", PHOTO.read_bytes()))
        pages = server.ask("POST", "/api/recognize?picture=1", body, content_type=type).json
        assert [page["file"] for page in pages] == ["scan.pdf#1", "scan.pdf#2", "b.jpg"], pages
        assert [page["text"] for page in pages] == ["4", "1284\n967\n3050\n418\n2736", "4"], pages
        assert all(page["picture"].startswith("data:image/jpeg") for page in pages)
        alone = server.read(pdf(four), content_type="application/pdf")
        assert alone.status == 200 and alone.json["text"] == "4", alone.body
        second = server.read(pdf(four, column), "?page=2&explain=1")
        assert second.status == 200 and b"2736" in second.body, second.body[:200]
        assert server.read(pdf(four, column), "?page=2").json["file"].endswith("#2")
        server.read(pdf(four, column), "?page=3").expect_problem(422, "a page from 1 to 2")
        for document, words in (
            (pdf(four)[:2000], "a PDF document"), (b"%PDF-1.4 and no more", "a PDF document"),
            (pdf(*[four] * 21), "at most 20 pages, found 21"),
        ):
            server.read(document).expect_problem(422, words)
        # Pages that claim to be huge, and an image that is not as large as it says.
        for size in ((14_400, 14_400), (10**9, 10**9), (50_000, 50_000)):
            answer = server.read(pdf((*size, PHOTO.read_bytes())))
            assert answer.status in (200, 422, 503), answer.body
        still_reads(server)
        assert server.peak_memory < 400, server.peak_memory


# Starting and ending

def starts_only_where_it_can(serve, recognize):
    """Port taken, checkpoint missing, options without sense: one line, status 1."""
    def fails(*options):
        done = subprocess.run([serve, *options], capture_output=True, text=True, timeout=PATIENCE)
        lines = done.stderr.strip().split("\n")
        assert done.returncode == 1 and len(lines) == 1 and lines[0].startswith("serve: "), (options, done)
        return lines[0]

    with Server(serve) as server:
        line = fails("--port", str(server.port), "--checkpoint", CHECKPOINT)
        assert f"127.0.0.1:{server.port}" in line and "in use" in line and "--port" in line, line
    line = fails("--checkpoint", "/nowhere/digits.safetensors")
    assert "/nowhere/digits.safetensors" in line and "No such file" in line, line
    assert "found" in fails("--checkpoint", PHOTO)
    for options in (
        ["--port", "70000"], ["--port", "x"], ["--max-upload", "0"], ["--max-upload", "much"],
        ["--max-upload", "99999999999GB"], ["--max-concurrent", "0"], ["--max-concurrent", "1000000"],
        ["--timeout", "0"], ["--timeout", "nan"], ["--timeout", "1e99s"], ["--unknown"],
    ):
        fails(*options)
    fails("--host", "203.0.113.1", "--port", "0", "--checkpoint", CHECKPOINT)  # not an address of ours


def ends_in_good_order_under_load(serve, recognize):
    """SIGTERM: what has begun is answered, then the process ends with status 0."""
    with Server(serve) as server:
        still_reads(server)
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            connections = [server.connect() for _ in range(24)]
            body = PHOTO.read_bytes()
            # A request has begun once the server asks for its body.
            for connection in connections:
                connection.sendall(
                    head("POST", "/api/recognize", body, expect="100-continue", content_type="image/jpeg"))
                assert Answer(connection).status == 100
            for connection in connections:
                connection.sendall(body)
            idle = server.connect()
            server.process.terminate()
            answers = list(pool.map(Answer, connections))
        assert [answer.status for answer in answers] == [200] * 24
        assert server.process.wait(timeout=PATIENCE) == 0
        idle.close()
        try:
            server.connect()
            raise AssertionError("still accepts connections")
        except ConnectionRefusedError:
            pass


# Bodies

def refuses_large_bodies_before_they_are_there(serve, recognize):
    with Server(serve, "--max-upload", "100kB") as server:
        # By its announcement: not one byte of it is sent.
        with server.connect() as connection:
            connection.sendall(head("POST", "/api/recognize", content_length=100_001))
            answer = Answer(connection).expect_problem(413, "100 kB")
            assert answer.headers["connection"] == "close"
            assert connection.recv(1) == b""
        # With `Expect`, as curl sends it: refused instead of asked for.
        with server.connect() as connection:
            connection.sendall(
                head("POST", "/api/recognize", content_length=50_000_000, expect="100-continue"))
            Answer(connection).expect_problem(413)
        # In chunks, without an announcement: refused at the limit, while more is on its way.
        with server.connect() as connection:
            connection.sendall(
                head("POST", "/api/recognize", content_length=None, transfer_encoding="chunked"))
            sent = 0
            try:
                while sent < 50_000_000:
                    connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                    sent += 0x10000
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert sent < 50_000_000, "took all of it"
        assert server.read(b"x" * 100_001).status == 413
        still_reads(server)
        # And what is small enough is asked for.
        body = PHOTO.read_bytes()
        with server.connect() as connection:
            connection.sendall(head("POST", "/api/recognize", body, expect="100-continue", content_type="image/jpeg"))
            assert Answer(connection).status == 100
            connection.sendall(body)
            assert Answer(connection).json["text"] == "4"


def refuses_wrong_types_and_parameters(serve, recognize):
    with Server(serve) as server:
        for type in ("text/html", "application/json", "application/x-www-form-urlencoded", "imagejpeg", ";", "x" * 9000):
            server.read(PHOTO, content_type=type).expect_problem(415)
        assert server.read(PHOTO, content_type="IMAGE/PNG").status == 200  # the bytes say what it is
        assert server.read(PHOTO, content_type=None).status == 200
        for query in (
            "?x=1", "?debug=yes", "?format=xml", "?tiles=2", "?debug=1&debug=1", "?name=%zz", "?name=%ff", "?=1",
            "?min-confidence=2", "?min-confidence=nan", "?min-confidence=", "?expect=0", "?expect=-1", "?expect=1e9",
            "?expect=99999999999999999999", "?pattern=xx", "?pattern=%23%0A", "?expect=1&pattern=%23",
        ):
            server.read(PHOTO, query).expect_problem(400)
        assert server.read(PHOTO, "?name=a+b%20%C3%A9").json["file"] == "a b é"
        server.read(b"").expect_problem(422, "photo: expected a")
        server.read(b"hello").expect_problem(422, "photo: expected a")
        server.read(PHOTO.read_bytes()[:20_000]).expect_problem(422, "photo: expected a")
        server.read(PHOTO, "?expect=12").expect_problem(422, "12 digits")
        assert server.read(PHOTO, "?min-confidence=1").json["text"] == "?"
        assert server.read(PHOTO, "?pattern=%3C%23%3E").json["text"] == "<4>"


def refuses_broken_forms(serve, recognize):
    photo = PHOTO.read_bytes()
    whole, type = form(("a.jpg", photo))
    with Server(serve) as server:
        def send(body, type=type):
            return server.ask("POST", "/api/recognize", body, content_type=type)

        assert send(whole).json[0]["text"] == "4"
        server.ask("POST", "/api/recognize?annotate=1", form(("a", photo), ("b", photo))[0], content_type=type
                   ).expect_problem(400, "single photo")
        for name in ("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="' + "x" * 71 + '"'):
            send(whole, name).expect_problem(400)
        bodies = [
            b"", b"--", b"--cut here", b"--cut here--", b"--cut here\r\n", b"--cut here\r\n\r\n", whole[:-4], whole[:-20], whole[:100],
            b"--cut hereX\r\n\r\n", b"x" * 100_000, b"--cut here\r\n" + b"a: b\r\n" * 10_000 + b"\r\n\r\n--cut here--",
            b"--cut here\r\n\r\nno file\r\n--cut here--", b"--cut here\r\nContent-Disposition: form-data; filename\r\n\r\n\r\n--cut here--",
            whole.replace(b"a.jpg", b""), b"\r\n--cut here\r\n\r\n\r\n" * 101 + b"\r\n--cut here--", b"\r\n--cut here" * 50_000,
        ]
        for body in bodies:
            send(body).expect_problem(400)
        # Every beginning of a good form is an error or an answer, never a fall.
        small, _ = form(("a.pgm", b"P5 1 1 255 \xff"), ("b", b"no picture"))
        with server.connect() as connection:
            for length in range(len(small) + 1):
                connection.sendall(head("POST", "/api/recognize", small[:length], content_type=type) + small[:length])
                assert Answer(connection).status in (200, 400, 422)
        # One photo that cannot be read does not stop the others; none at all is a refusal.
        answer = send(form(("bad.jpg", b"text"), ("good.jpg", photo))[0])
        assert answer.status == 200 and "error" in answer.json[0] and answer.json[1]["text"] == "4"
        send(form(("bad.jpg", b"text"))[0]).expect_problem(422, "bad.jpg: expected a")
        still_reads(server)


def survives_bombs(serve, recognize):
    """Pictures that are small as files and huge when unpacked: refused, or read within bounds."""
    with Server(serve) as server:
        still_reads(server)
        server.read(png_claiming(65_500, 65_500)).expect_problem(422, "megapixels")
        server.read(png_claiming(4_000_000_000, 4_000_000_000)).expect_problem(422)
        server.read(b"P5 99999999999999999999 9 255 x").expect_problem(422)
        server.read(b"P5 60000 3000 255 x").expect_problem(422)
        server.read(b"BM" + b"\xff" * 200).expect_problem(422)
        answer = server.read(png_claiming(11_000, 14_000))  # 154 megapixels in 20 kB
        assert answer.status in (200, 422), answer.body
        still_reads(server)
        print(f"    peak memory {server.peak_memory:.0f} MB")
        assert server.peak_memory < 2000


def survives_garbage(serve, recognize):
    """10,000 bodies of noise, most of which begin like a picture."""
    noise = random.Random(1)
    photo = PHOTO.read_bytes()
    magics = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"BM", b"P5 8 8 255 ", b"P3 ", b"RIFF\0\0\0\0WEBP", b"II*\0", b"GIF89a"]
    with Server(serve) as server:
        with server.connect() as connection:
            for number in range(10_000):
                if number % 10 == 0:  # a real photo with some bytes changed
                    body = bytearray(photo[: noise.randrange(100, 6000)])
                    for _ in range(20):
                        body[noise.randrange(len(body))] = noise.randrange(256)
                    body = bytes(body)
                else:
                    body = noise.choice(magics) + noise.randbytes(noise.randrange(0, 600))
                connection.sendall(head("POST", "/api/recognize", body, content_type="image/jpeg") + body)
                status = Answer(connection).status
                assert status in (200, 422), (number, status)
                if number == 1000:
                    early = server.memory
        still_reads(server)
        print(f"    memory after 1,000: {early:.0f} MB, after 10,000: {server.memory:.0f} MB")
        assert server.memory < 1.25 * early


# Requests

def answers_the_rest_of_http(serve, recognize):
    with Server(serve) as server:
        page = server.ask("GET", "/")
        assert page.status == 200 and b"<!doctype html>" in page.body
        for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")):
            assert page.headers[name] == value
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "set-cookie" not in page.headers
        assert server.ask("GET", "/", if_none_match=page.headers["etag"]).status == 304
        with server.connect() as connection:
            connection.sendall(head("HEAD", "/"))
            answer = Answer(connection, no_body=True)
            assert answer.status == 200 and answer.headers["content-length"] == str(len(page.body)) and answer.body == b""
        for path in (
            "/nothing", "/../etc/passwd", "/..%2f..%2fetc/passwd", "//", "/samples/../page.js", "/samples/", "/page.js/",
            "/%2e%2e/", "/\\..\\", "/page.js%00", "/api/recognize/", "*", "/" + "a" * 8000,
        ):
            server.ask("GET", path).expect_problem(404)
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            answer = server.ask(method, "/api/recognize").expect_problem(405)
            assert answer.headers["allow"] == "POST"
        assert server.ask("POST", "/").expect_problem(405).headers["allow"] == "GET, HEAD"
        # Several requests at once on one connection, answered in order.
        body = PHOTO.read_bytes()
        with server.connect() as connection:
            request = head("POST", "/api/recognize", body, content_type="image/jpeg") + body
            connection.sendall(request + head("GET", "/healthz") + request)
            answer = Answer(connection)
            # What follows an answer is in the same packet now and then.
            rest = answer.body[int(answer.headers["content-length"]):]
            while rest.count(b"HTTP/1.1 200") < 2 or not rest.endswith(b"}\n"):
                rest += connection.recv(65536)
            assert rest.index(b"ok\n") < rest.index(b'"text":"4"')


def refuses_what_is_no_http(serve, recognize):
    with Server(serve) as server:
        for data in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
            b"\0" * 100_000, b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
            head("GET", "/", x=b"y" * 100_000), b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n",
            head("GET", "/", content_length=-1), head("GET", "/", content_length="9" * 40),
            head("POST", "/api/recognize", transfer_encoding="chunked", content_length=None) + b"zz\r\n\r\n",
            # Of two lengths a proxy might believe the one and we the other.
            head("POST", "/api/recognize", transfer_encoding="chunked", content_length=5) + b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        ):
            with server.connect() as connection:
                try:
                    connection.sendall(data)
                    received = connection.recv(65536)
                except (BrokenPipeError, ConnectionResetError):
                    received = b""
                assert received == b"" or received.startswith(b"HTTP/1.1 4"), received
        still_reads(server)


def keeps_names_harmless(serve, recognize):
    """A file's name names the photo in the answer and does nothing else."""
    photo = PHOTO.read_bytes()
    names = ["../../../etc/passwd", "<script>alert(1)</script>", "a%22b%0D%0AX-Injected: 1", "\\u0000", "=cmd|x", "ü\u202e", "a\\\"b"]
    with Server(serve) as server:
        body, type = form(*[(name, photo) for name in names])
        answer = server.ask("POST", "/api/recognize", body, content_type=type)
        assert [item["file"] for item in answer.json] == [
            *names[:2], 'a"b\r\nX-Injected: 1', *names[3:6], 'a"b'], answer.json
        assert answer.headers["content-type"] == "application/json"
        assert "x-injected" not in answer.headers
        table = server.ask("POST", "/api/recognize?format=csv", body, content_type=type)
        assert "'=cmd|x," in table.text
        server.ask("GET", "/x\x1b[31m%0d%0aforged")
    text = "".join(server.log)
    assert "\x1b" not in text and "\r" not in text and "X-Injected" not in text


# Other sites

def answers_to_its_own_names_only(serve, recognize):
    with Server(serve, "--allow-host", "digits.lan") as server:
        for host in ("localhost", "localhost:1", "127.0.0.1", "[::1]:8501", "10.1.2.3:80", "digits.lan", "DIGITS.lan.:80"):
            assert server.ask("GET", "/", host=host).status == 200, host
        for host in ("evil.example", "localhost.evil.example", "digits.lan.evil.example:8501", "127.0.0.1.evil.example"):
            server.ask("GET", "/", host=host).expect_problem(421, "names that it was started with")
            server.read(PHOTO, host=host).expect_problem(421)
            # Load balancers ask under any name.
            assert server.ask("GET", "/healthz", host=host).status == 200
            assert server.ask("GET", "/readyz", host=host).status == 200
        assert server.ask("GET", "/", host="evil.example", accept="text/html").headers["content-type"].startswith("text/html")
        for host in (None, "", "a b", "x:y", "localhost\r\nHost: localhost"):
            server.ask("GET", "/", host=host).expect_problem(400, "Host")
        assert server.metric('refusals_total{reason="host"}') == 9
    with Server(serve, "--allow-host", "*") as server:
        assert server.ask("GET", "/", host="whatever.example").status == 200


def takes_photos_from_its_own_page_only(serve, recognize):
    preflight = {"origin": "https://friend.example", "access_control_request_method": "POST"}
    with Server(serve) as server:
        here = f"localhost:{server.port}"
        for origin in (f"http://{here}", None):
            assert server.read(PHOTO, host=here, origin=origin).status == 200
        for origin in ("https://evil.example", "null", "http://localhost:1", "http://localhost", f"http://{here}.evil.example"):
            answer = server.read(PHOTO, host=here, origin=origin).expect_problem(403, "not from pages of")
            assert "access-control-allow-origin" not in answer.headers
        server.ask("OPTIONS", "/api/recognize", **preflight).expect_problem(403)
    with Server(serve, "--allow-origin", "https://friend.example") as server:
        answer = server.read(PHOTO, origin="https://friend.example")
        assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "https://friend.example"
        assert answer.headers["vary"] == "Origin"
        answer = server.read(b"no photo", origin="https://friend.example").expect_problem(422)
        assert answer.headers["access-control-allow-origin"] == "https://friend.example"
        answer = server.ask("OPTIONS", "/api/recognize", **preflight)
        assert answer.status == 204 and "POST" in answer.headers["access-control-allow-methods"]
        server.read(PHOTO, origin="http://friend.example").expect_problem(403)


# Limits of time and numbers

def cuts_stalled_uploads_off(serve, recognize):
    """What an upload that brings nothing more holds is given back; it is told so."""
    with Server(serve, "--stall-timeout", "1s") as server:
        clients = [server.connect() for _ in range(6)]
        for connection in clients:
            connection.sendall(head("POST", "/api/recognize", content_length=20_000_000) + bytes(6_000_000))
        for connection in clients:
            Answer(connection).expect_problem(408)
        wait("the uploads to go", lambda: server.metric("upload_bytes") == 0)
        still_reads(server)


def ends_with_an_upload_stalled(serve, recognize):
    def stalled(server):
        connection = server.connect()
        connection.sendall(head("POST", "/api/recognize", content_length=1000) + b"x")
        wait("the upload", lambda: server.metric("upload_bytes") == 1)
        return connection

    with Server(serve, "--stall-timeout", "1s") as server:
        connection = stalled(server)
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 0
        Answer(connection).expect_problem(408)
    server = Server(serve)
    with stalled(server):
        server.process.terminate()
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.terminate()
        assert server.process.wait(timeout=5) == 128 + 15


def counts_what_is_no_http(serve, recognize):
    with Server(serve) as server:
        for data in (b"hello\r\n\r\n", head("POST", "/api/recognize", transfer_encoding="chunked", content_length=None) + b"zz\r\n\r\n"):
            with server.connect() as connection:
                connection.sendall(data)
                assert connection.recv(65536).startswith(b"HTTP/1.1 400")
        wait("the counts", lambda: server.metric('refusals_total{reason="not_http"}') == 2)
        wait("the log", lambda: sum("not HTTP" in line for line in server.log) == 2)


def cuts_slow_clients_off(serve, recognize):
    with Server(serve, "--timeout", "1s") as server:
        def received_until_the_end(data):
            with server.connect() as connection:
                connection.sendall(data)
                received = b""
                while more := connection.recv(65536):
                    received += more
            return received

        assert received_until_the_end(b"") == b""  # nothing at all
        assert received_until_the_end(b"GET / HTTP/1.1\r\nHost:") == b""  # half a head
        half = head("POST", "/api/recognize", content_length=1000) + b"x"
        answer = received_until_the_end(half)
        assert answer.startswith(b"HTTP/1.1 408") and b"problem+json" in answer, answer
        # A head and a body that drip, a byte at a time: the connection is never idle, and still it is ended.
        for start in (b"", head("POST", "/api/recognize", content_length=1_000_000)):
            with server.connect() as connection:
                def is_cut():
                    try:
                        connection.sendall(b"x")
                        return False
                    except (BrokenPipeError, ConnectionResetError):
                        return True

                connection.sendall(start)
                wait("the end of a connection that drips", is_cut)
        # The other side half closed in the middle of a request.
        with server.connect() as connection:
            connection.sendall(half)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(65536)
        # A body that takes longer than the timeout, but comes at a fair pace, is taken.
        body = PHOTO.read_bytes() + bytes(10_000_000)
        with server.connect() as connection:
            connection.sendall(head("POST", "/api/recognize", body, content_type="image/jpeg"))
            pieces = range(0, len(body), 2_500_000)
            for start in pieces:
                connection.sendall(body[start:start + 2_500_000])
                time.sleep(0.5)
            assert Answer(connection).status in (200, 503)  # 503: read too slowly, but taken


def serves_others_beside_200_slow_senders(serve, recognize):
    """30 photos are read while 200 clients are in the middle of theirs; scripts/measure-serve prints how fast."""
    with Server(serve) as server:
        slow = [server.connect() for _ in range(200)]
        for connection in slow:
            connection.sendall(
                head("POST", "/api/recognize", content_length=20_000_000, content_type="image/jpeg") + b"x" * 1000)
        wait("the first bytes of all slow senders", lambda: server.metric("upload_bytes") == 200 * 1000)
        for _ in range(30):
            still_reads(server)
        # What was read goes a moment after its answer; a slow sender that was dropped does not come back.
        wait("the uploads of the slow senders alone", lambda: server.metric("upload_bytes") == 200 * 1000)
        for connection in slow:
            connection.close()


def serves_beside_many_connections(serve, recognize):
    with Server(serve) as server:
        idle = [server.connect() for _ in range(900)]
        still_reads(server)
        for connection in idle:
            connection.close()
        still_reads(server)


def serves_with_few_files(serve, recognize):
    """More connections than the system lets it have files: the others wait to be accepted."""
    with Server(serve, open_files=128) as server:
        idle = [server.connect() for _ in range(200)]
        waiting = server.connect()
        waiting.sendall(head("GET", "/healthz"))
        wait("connections to be accepted", lambda: server.open_files > 64)
        assert not select.select([waiting], [], [], 0)[0], "was accepted, too"
        for connection in idle:
            connection.close()
        assert Answer(waiting).text == "ok\n"
        waiting.close()
        still_reads(server)


def holds_only_so_many_uploads(serve, recognize):
    """16 clients send 19 of 20 MB and stop: what is beyond their share of 80 MB is told to come again, small photos are read."""
    part = b"x" * 19_000_000
    with Server(serve) as server:
        before = server.memory
        clients = [server.connect() for _ in range(16)]

        def send(connection):
            try:
                connection.sendall(head("POST", "/api/recognize", content_length=20_000_000) + part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused while it was sending

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(send, clients))

        # In the end each is either refused or held with all that it has sent.
        def answered():
            return select.select(clients, [], [], 0)[0]

        wait("all uploads to be held or refused", lambda: (
            server.metric("upload_bytes") == len(part) * (len(clients) - len(answered()))))
        refused = answered()
        for connection in refused:
            Answer(connection).expect_problem(503, "uploads")
        assert 14 <= len(refused) < 16, len(refused)
        print(f"    {len(refused)} of 16 refused, {server.memory - before:.0f} MB more memory")
        still_reads(server)
        for connection in clients:
            connection.close()
        wait("the uploads of clients that are gone to go", lambda: server.metric("upload_bytes") == 0)
        assert server.peak_memory < before + 2 * 80, server.peak_memory


def holds_few_pictures_of_steps(serve, recognize):
    """Eight clients ask for a picture of each step of six photos: few are held at a time, none is lost in silence."""
    photos = [noise_png(600, 1)] + [(SAMPLES / "column.jpg").read_bytes()] * 5
    body, content_type = form(*[(f"{n}.png", photo) for n, photo in enumerate(photos)])
    with Server(serve) as server:
        def ask(_):
            return server.ask("POST", "/api/recognize?debug=1", body, content_type=content_type)

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(8)))
        print(f"    {server.peak_memory:.0f} MB at most, "
              f"{sum(len(answer.body) for answer in answers) / 1e6:.0f} MB sent")
        assert server.peak_memory < 400, server.peak_memory
        read = [answer for answer in answers if answer.status == 200]
        assert read, [answer.status for answer in answers]
        for answer in answers:
            if answer.status != 200:
                answer.expect_problem(503)
                continue
            assert [photo["file"] for photo in answer.json] == [f"{n}.png" for n in range(6)]
            assert all("steps" in photo or "try again" in photo["error"] for photo in answer.json)
        still_reads(server)


def names_the_photo_of_a_form_that_is_late(serve, recognize):
    """Of several photos one takes too long: the others are answered, and it is named."""
    quick = PHOTO.read_bytes()
    # Noise of a thousand pixels takes over a second on every machine.
    body, content_type = form(("quick.jpg", quick), ("slow.png", noise_png(1000, 1)), ("last.jpg", quick))
    with Server(serve, "--timeout", "0.4s", "--stall-timeout", "300s", "--max-concurrent", "2") as server:
        said = []

        def is_named():
            time.sleep(1)  # a photo that was late is still being read
            try:
                answer = server.ask("POST", "/api/recognize", body, content_type=content_type)
            except ConnectionError as error:
                said.append(str(error))
                return False
            said.append(answer.text[:500])
            if answer.status != 200:
                return False
            names = [(photo["file"], "error" in photo) for photo in answer.json]
            late = answer.json[1].get("error", "")
            return names == [("quick.jpg", False), ("slow.png", True), ("last.jpg", False)] and "0.4 seconds" in late

        try:
            wait("a photo that comes too late among others", is_named)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last answer: {said[-1:]}") from None


def forgets_clients_that_leave(serve, recognize):
    """Gone in the middle of a large answer, by a reset."""
    body = (SAMPLES / "column.jpg").read_bytes()
    with Server(serve) as server:
        for _ in range(10):
            connection = server.connect()
            connection.sendall(head("POST", "/api/recognize?debug=1", body, content_type="image/jpeg") + body)
            connection.recv(1000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        for _ in range(30):  # and before there is any answer
            connection = server.connect()
            connection.sendall(head("POST", "/api/recognize?debug=1", body, content_type="image/jpeg") + body)
            connection.close()
        still_reads(server)
        wait("the queue to be empty", lambda: server.metric("photos_waiting") + server.metric("photos_running") == 0)
        read = server.metric("photos_total")
        print(f"    {read} of 41 photos read")
        assert read < 21, f"read {read} photos, of which 40 were those of clients that had left"


def says_when_it_is_full(serve, recognize):
    """More photos at once than the queue holds: some are read, the others are told when to come again."""
    body = (SAMPLES / "column.jpg").read_bytes()
    with Server(serve, "--max-concurrent", "1") as server:
        connections = [server.connect() for _ in range(120)]
        # All but the last byte first: then the photos arrive faster than any machine reads them.
        for connection in connections:
            connection.sendall(head("POST", "/api/recognize", body, content_type="image/jpeg") + body[:-1])
        wait("the photos", lambda: server.metric("upload_bytes") == 120 * (len(body) - 1))
        for connection in connections:
            connection.sendall(body[-1:])
        answers = [Answer(connection) for connection in connections]
        full = [answer for answer in answers if answer.status == 503]
        assert full and len(full) < 120, f"{len(full)} of 120 refused"
        for answer in full:
            answer.expect_problem(503, "waiting")
            assert int(answer.headers["retry-after"]) >= 1
        assert all(answer.status == 200 for answer in answers if answer not in full)
        print(f"    {len(full)} of 120 told to come again")
        assert server.metric('refusals_total{reason="busy"}') == len(full)
        for gauge in ("photos_waiting", "upload_bytes"):
            wait(f"{gauge} 0", lambda: server.metric(gauge) == 0)
    # Noise of a thousand pixels takes over a second on every machine.
    large = noise_png(1000, 1)
    with Server(serve, "--timeout", "0.2s") as server:
        def is_told_that_time_is_up():
            try:
                answer = server.read(large)
            except ConnectionError:  # the request itself came too slowly
                return False
            if answer.status == 408:
                return False
            answer.expect_problem(503, "0.2 seconds")
            return True

        wait("an answer that comes too late", is_told_that_time_is_up)


def shares_the_queue_between_clients(serve, recognize):
    """One address fills the queue; another one's photo is read, and a name that nobody vouches for changes nothing."""
    body = (SAMPLES / "column.jpg").read_bytes()
    for options, statuses in ((["--trusted-proxy", "127.0.0.1"], {200}), ([], {200, 503})):
        with Server(serve, "--max-concurrent", "1", *options) as server:
            crowd = [server.connect() for _ in range(120)]
            for connection in crowd:
                connection.sendall(head("POST", "/api/recognize", body, content_type="image/jpeg",
                                        x_forwarded_for="192.0.2.1") + body)
            wait("a full queue", lambda: server.metric('refusals_total{reason="busy"}') > 0)
            answers = [server.read(PHOTO, x_forwarded_for=f"192.0.2.1, 198.51.100.{n}").status for n in range(5)]
            assert set(answers) <= statuses, answers
            waited = server.metric("photos_waiting")
            assert waited > 0 or not options, "the crowd was served first"
            for connection in crowd:
                connection.close()


# Answers

def without_time(text):
    return re.sub(r'"milliseconds":[0-9.]+', '"milliseconds":0', text)


def answers_as_the_command_does(serve, recognize):
    """Byte for byte, apart from the time, alone and in a form, in every format."""
    names = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".jpg", ".png"))

    def command(format):
        done = subprocess.run(
            [recognize, "--checkpoint", CHECKPOINT, "--format", format, *names],
            capture_output=True, text=True, check=True, cwd=SAMPLES)
        return without_time(done.stdout)

    with Server(serve) as server:
        alone = [server.read(SAMPLES / name, f"?name={name}").text for name in names]
        assert without_time("".join(alone)) == command("jsonl")
        body, type = form(*[(name, (SAMPLES / name).read_bytes()) for name in names])
        for format in ("json", "jsonl", "csv"):
            answer = server.ask("POST", f"/api/recognize?format={format}", body, content_type=type)
            assert without_time(answer.text) == command(format), format
        assert server.read(SAMPLES / "column.jpg", "?format=text").text == "1284\n967\n3050\n418\n2736\n"
        # Of several, each line says of which photo it is.
        body, type = form(
            ("a.jpg", PHOTO.read_bytes()), ("b.jpg", b"no picture"), ("c.jpg", (SAMPLES / "yellow-note.jpg").read_bytes()))
        text = server.ask("POST", "/api/recognize?format=text", body, content_type=type).text
        assert re.fullmatch(r"a.jpg: 4\nb.jpg: expected .*\nc.jpg: 4821\n", text), text


def answers_as_the_command_does_on_real_photos(serve, recognize):
    """Byte for byte, apart from the time, on each photo of PHOTOS; what cannot be read in the same words."""
    if "PHOTOS" not in os.environ:
        return print("    skipped: real photos through the API (set PHOTOS)")
    folder = pathlib.Path(os.environ["PHOTOS"])
    with open(folder / "manifest.csv", newline="") as file:
        names = [row["path"] for row in csv.DictReader(file)]
    done = subprocess.run(
        [recognize, "--checkpoint", CHECKPOINT, "--format", "jsonl", "--list", "-"],
        input="\n".join(names), capture_output=True, text=True, cwd=folder / "images")
    lines = done.stdout.splitlines(keepends=True)
    assert len(lines) == len(names) > 0, (len(lines), len(names), done.stderr[:300])
    with Server(serve) as server, concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda name: server.read(folder / "images" / name, f"?name={urllib.parse.quote(name)}"), names)
        for name, line, answer in zip(names, lines, answers):
            if answer.status == 200:
                assert without_time(answer.text) == without_time(line), name
            else:
                answer.expect_problem(422, json.loads(line)["error"])
    print(f"    {len(names)} photos")
