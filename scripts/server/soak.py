"""Good and hostile requests side by side for a while: `soak.py SERVE MINUTES CLIENTS`. See scripts/soak."""

import collections
import pathlib
import random
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))
import pictures  # noqa: E402
from server import SAMPLES, Server, form, head, noise_png  # noqa: E402


class Soak:
    """Requests of every kind; each notes what was answered."""

    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.samples = [path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix in (".jpg", ".png")]
        good = (SAMPLES / "single-digit.jpg").read_bytes()
        self.hostile = [data for data, _ in pictures.claims(good).values()] + [
            pictures.salt(700, 0.15), pictures.dots(512, 4), pictures.heic(7000, 6800, (7000, 6800)),
            noise_png(1200, 1)]
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.ends = False

    def one(self, choose):
        """One request, some of them bad; the kind and what came of it."""
        kind = choose.choices(
            ["photo", "debug", "form", "debug form", "hostile", "garbage", "leaves", "slow reader", "stalls"],
            [40, 10, 10, 10, 14, 6, 4, 3, 3])[0]
        sample = choose.choice(self.samples)
        if kind in ("photo", "debug"):
            query = "?debug=1&picture=1" if kind == "debug" else ""
            return kind, self.server.read(sample, query, timeout=200).status
        if kind in ("form", "debug form", "slow reader"):
            query = "" if kind == "form" else "?debug=1"
            pool = self.samples + ([self.hostile[-1]] if kind != "form" else [])
            body, content_type = form(*[(f"{n}.jpg", choose.choice(pool)) for n in range(choose.randint(2, 12))])
            if kind != "slow reader":
                return kind, self.server.ask(
                    "POST", "/api/recognize" + query, body, 200, content_type=content_type).status
            with self.server.connect(200) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.sendall(head("POST", "/api/recognize" + query, body, content_type=content_type) + body)
                for _ in range(10):
                    connection.recv(4096)
                    time.sleep(1)
            return kind, "left"
        if kind == "hostile":
            return kind, self.server.read(choose.choice(self.hostile), "", 200).status
        with self.server.connect(200) as connection:
            if kind == "garbage":
                connection.sendall(choose.randbytes(choose.randint(1, 5000)) + b"\r\n\r\n")
                connection.recv(4096)
            else:
                connection.sendall(head("POST", "/api/recognize", content_length=5_000_000) + bytes(4_000_000))
                if kind == "stalls":
                    connection.recv(4096)
        return kind, "left"

    def client(self, seed):
        choose = random.Random(seed)
        while not self.ends:
            try:
                kind, answer = self.one(choose)
            except (ConnectionError, BrokenPipeError) as error:
                kind, answer = "any", type(error).__name__
            except TimeoutError:
                kind, answer = "any", "NO ANSWER"
            with self.lock:
                self.counts[kind, answer] += 1


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def run(serve, minutes, clients):
    with Server(serve, "--timeout", "10s", "--stall-timeout", "5s") as server:
        soak = Soak(server, 1)

        def line(when):
            assert server.process.poll() is None, "serve has ended: " + ''.join(server.log[-400:])
            print(f"{when:>12}: {sum(soak.counts.values()):7} requests, {server.memory:4.0f} MB "
                  f"(peak {server.peak_memory:4.0f}), {server.open_files:4} files", flush=True)

        line("at rest")
        threads = [threading.Thread(target=soak.client, args=[seed], daemon=True) for seed in range(clients)]
        for thread in threads:
            thread.start()
        for tenth in range(1, 11):
            time.sleep(minutes * 6)
            line(f"{minutes * tenth / 10:.1f} min")
        soak.ends = True
        for thread in threads:
            thread.join()
        line("all answered")
        time.sleep(60)
        before = processor_seconds(server.process.pid)
        time.sleep(10)
        line("after 1 min")
        idle = (processor_seconds(server.process.pid) - before) / 10
        print(f"processor after the quiet: {idle:.1%}")
        for (kind, answer), count in sorted(soak.counts.items(), key=str):
            print(f"  {kind:12} {answer}: {count}")
        problems = [
            words for words, found in [
                ("more than 400 MB", server.peak_memory > 400), ("files left open", server.open_files > 32),
                ("processor busy at rest", idle > 0.02),
                ("requests without an answer", any(answer == "NO ANSWER" for _, answer in soak.counts)),
                ("a status of 500", any(answer == 500 for _, answer in soak.counts)),
                ("more than 100 MB at rest", server.memory > 100)] if found]
        print("; ".join(problems) or "within its limits")
        return bool(problems)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
