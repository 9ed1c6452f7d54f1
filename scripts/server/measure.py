"""Speed and memory of the web app: `measure.py SERVE RECOGNIZE`; see scripts/measure-serve."""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from server import CHECKPOINT, ROOT, SAMPLES, Server, head, png_of_seven, wait

SECONDS = 8  # of load for each row
PHOTO = SAMPLES / "column.jpg"  # 900 x 1200: a little over one megapixel
PAGE_DRAWING = pathlib.Path(__file__).with_name("seven.jpg")  # as the page sent it from Chromium
BROWSER = ROOT / "scripts/browser"

POST = """
local file = io.open(os.getenv("BODY"), "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/octet-stream"
file:close()
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def load(server, body, clients, script, seconds=SECONDS):
    """Requests a second, p50 and p99 in ms, errors, with so many clients that each ask again at once."""
    done = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s",
         "--timeout", "30s", "--script", script, f"{server.address}/api/recognize"],
        env={**os.environ, "BODY": str(body)}, capture_output=True, text=True, check=True)
    rate, p50, p99, errors = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", done.stdout).groups()
    return float(rate), float(p50), float(p99), int(errors)


def start_to_first_answer(serve):
    photo = PHOTO.read_bytes()
    with Server(serve) as server:
        answer = server.read(photo)
        assert answer.status == 200
        return time.monotonic() - server.started


def beside_slow_senders(serve, senders=200):
    """Seconds a photo takes alone, and while so many clients are in the middle of sending theirs."""
    def seconds(server):
        times = []
        for _ in range(30):
            started = time.monotonic()
            assert server.read(SAMPLES / "single-digit.jpg").status == 200
            times.append(time.monotonic() - started)
        return statistics.median(times)

    with Server(serve) as server:
        alone = seconds(server)
        slow = [server.connect() for _ in range(senders)]
        for connection in slow:
            connection.sendall(head("POST", "/api/recognize", content_length=20_000_000) + b"x" * 1000)
        wait("the slow senders", lambda: server.metric("upload_bytes") == senders * 1000)
        beside = seconds(server)
        for connection in slow:
            connection.close()
    return alone, beside


def print_page_times(serve):
    python = BROWSER / ".venv/bin/python"
    if not python.exists():
        return print("page: not measured (scripts/tests/browser installs what that needs)")
    with Server(serve) as server:
        subprocess.run([python, BROWSER / "measure.py", server.address], check=True)


def rate_of_the_command(recognize, photo, photos=120):
    """Photos a second of `recognize --jobs 2`, its start not counted."""
    def run(count):
        started = time.monotonic()
        subprocess.run(
            [recognize, "--checkpoint", CHECKPOINT, "--format", "jsonl", "--jobs", "2", *[photo] * count],
            stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - started

    return (photos - 2) / (run(photos) - run(2))


def main():
    serve, recognize = sys.argv[1], sys.argv[2]
    print_page_times(serve)
    best = min(start_to_first_answer(serve) for _ in range(5))
    print(f"start to first answer (a photo of 1.1 megapixels), best of 5: {best:.2f} s")
    alone, beside = beside_slow_senders(serve)
    print(f"a photo alone: {1000 * alone:.1f} ms, beside 200 slow senders: {1000 * beside:.1f} ms")
    with tempfile.TemporaryDirectory() as scratch, Server(serve) as server:
        script, drawing = pathlib.Path(scratch, "post.lua"), pathlib.Path(scratch, "seven.png")
        script.write_text(POST)
        drawing.write_bytes(png_of_seven())
        assert server.read(drawing).json["text"] == "7"
        print(f"resident at rest, after one drawing: {server.memory:.0f} MB\n")
        print("| what | clients | a second | p50 ms | p99 ms | errors |\n| --- | --- | --- | --- | --- | --- |")
        rates = []
        for name, body in (
            ("drawn digit, 479 x 300 JPEG, as from the page", PAGE_DRAWING), ("drawn digit, 480 x 300 PNG", drawing),
            ("photo, 900 x 1200 JPEG", PHOTO),
        ):
            for clients in (1, 8, 64):
                rate, p50, p99, errors = load(server, body, clients, script)
                print(f"| {name} | {clients} | {rate:.1f} | {p50:.1f} | {p99:.1f} | {errors} |", flush=True)
                if body is PHOTO:
                    rates.append(rate)
        command = rate_of_the_command(recognize, PHOTO)
        print(f"\nrecognize --jobs 2, same photo: {command:.1f} a second;"
              f" the server reaches {100 * max(rates) / command:.0f} % of it")
    with tempfile.TemporaryDirectory() as scratch, Server(serve) as server:
        script, drawing = pathlib.Path(scratch, "post.lua"), pathlib.Path(scratch, "seven.png")
        script.write_text(POST)
        drawing.write_bytes(png_of_seven())

        def requests():
            text = server.ask("GET", "/metrics").text
            found = re.search(r'http_requests_total\{route="/api/recognize",method="POST",status="200"\} (\d+)', text)
            return int(found.group(1)) if found else 0

        memory = {}
        for goal in (1000, 20_000):
            while requests() < goal:
                load(server, drawing, 8, script, seconds=1 if goal == 1000 else 5)
            memory[goal] = server.memory
            print(f"resident after {requests():,} requests: {server.memory:.1f} MB")
        print(f"growth: {100 * (memory[20_000] / memory[1000] - 1):.1f} %")


main()
