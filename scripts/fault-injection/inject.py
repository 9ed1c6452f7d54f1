"""Runs the commands again and again, each time with another call of the C library failing, and looks at what is left.

See scripts/inject-faults --help."""

import errno
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

bin_folder, library, most = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
root = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINT = root / "Checkpoints/digits.safetensors"
# Far longer than any of these runs takes anywhere: whoever needs it hangs.
PATIENCE = 60

problems = []
tried = {}
signalled = {}


def spread(count):
    """All numbers up to `count`, or `most` of them, the first and the last among them."""
    if count <= most:
        return range(1, count + 1)
    return sorted({1 + round(step * (count - 1) / (most - 1)) for step in range(most)})


def environment(call, at, error=0, after=None, count=None):
    extra = {"LD_PRELOAD": library, "FAULT_CALL": call, "FAULT_AT": str(at), "FAULT_ERROR": str(error)}
    if after:
        extra["FAULT_AFTER"] = after
    if count:
        extra["FAULT_COUNT"] = count
    return {**os.environ, **extra}


KINDS = [
    ("write", errno.ENOSPC), ("write", errno.EIO), ("write", errno.EINTR), ("write", 0), ("fsync", errno.EIO),
    ("rename", errno.EACCES), ("open", errno.EMFILE), ("malloc", errno.ENOMEM)]


class Trial:
    """A command in a folder of its own, and what must hold of the folder whatever fails."""

    def __init__(self, name, arguments, prepare, check, after=None, output=None):
        self.name, self.arguments, self.prepare = name, arguments, prepare
        self.check, self.after, self.output = check, after, output

    def run(self, folder, **fault):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.prepare(folder)
        command = [bin_folder / self.arguments[0], *self.arguments[1:]]
        with open(folder / "output", "wb") as output:
            process = subprocess.run(
                command, cwd=folder, env=environment(**fault), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.PIPE, timeout=PATIENCE)
        return process.returncode, process.stderr.decode(errors="replace")

    def all(self, scratch):
        for call, error in KINDS:
            counting = scratch / "count"
            after = self.after if call == "malloc" else None
            status, errors = self.run(scratch / "run", call=call, at=0, after=after, count=str(counting))
            if status != 0:
                problems.append(f"{self.name}: status {status} without a fault: {errors[-300:]}")
                return
            for at in spread(int(counting.read_text())):
                key = (self.name, call)
                tried[key] = tried.get(key, 0) + 1
                where = f"{self.name}: {call} number {at} {'short' if not error else os.strerror(error)}"
                try:
                    status, errors = self.run(scratch / "run", call=call, at=at, error=error, after=after)
                except subprocess.TimeoutExpired:
                    problems.append(f"{where}: still running after {PATIENCE} s")
                    continue
                self.judge(where, call, status, errors, scratch / "run", (call, error) in [
                    ("write", 0), ("write", errno.EINTR)])

    def judge(self, where, call, status, errors, folder, isHarmless):
        lines = [line for line in errors.splitlines() if line.startswith(self.arguments[0] + ": ")]
        if status < 0:
            # Swift ends the process where memory runs out; nothing else may.
            signalled[self.name, call] = signalled.get((self.name, call), 0) + 1
            if call != "malloc":
                problems.append(f"{where}: ended by signal {-status}: {errors[-300:]}")
        elif status != 0 and len(lines) != 1:
            problems.append(f"{where}: status {status} with {len(lines)} lines that say why: {errors[-300:]}")
        elif status != 0 and isHarmless:
            problems.append(f"{where}: status {status} where the rest can be written: {errors[-300:]}")
        if status >= 0 and (left := [path.name for path in folder.rglob("*.part")]):
            problems.append(f"{where}: left {left}")
        for problem in self.check(folder, status):
            problems.append(f"{where}: status {status}: {problem}")


def number_file(magic, extents, data):
    return struct.pack(f">{1 + len(extents)}I", magic, *extents) + data


def write_mnist(folder, count=100):
    """Upright bars; the label says where."""
    pixels = bytearray()
    for image in range(count):
        for row in range(28):
            for column in range(28):
                bar = column // 2 == image % 10 + 2 and 3 < row < 24
                pixels.append(255 if bar else (image * 7 + row * 5 + column * 3) % 30)
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(number_file(2051, [count, 28, 28], bytes(pixels)))
    (folder / "train-labels-idx1-ubyte").write_bytes(
        number_file(2049, [count], bytes(index % 10 for index in range(count))))


def train_trial(scratch):
    data = scratch / "mnist"
    write_mnist(data)
    arguments = ["train", "--data", str(data), "--validation", "0", "--batch-size", "50", "--epochs", "1",
                 "--threads", "1", "--output", "net"]
    folder = scratch / "reference"
    folder.mkdir()
    subprocess.run([bin_folder / "train", *arguments[1:]], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    new = (folder / "net").read_bytes()
    old = b"the previous checkpoint"

    def check(folder, status):
        found = (folder / "net").read_bytes()
        if found != new and (found != old or status == 0):
            yield f"net holds {len(found)} bytes that are neither the previous checkpoint nor the new one"

    return Trial("train", arguments, lambda folder: (folder / "net").write_bytes(old), check, after=".part")


PHOTOS = ["single-digit.jpg", "small-crop.png"]


def copy_photos(folder):
    for name in PHOTOS:
        shutil.copy(root / "Data/samples" / name, folder / name)


def recognize_json_trial(scratch):
    arguments = ["recognize", "--checkpoint", str(CHECKPOINT), "--jobs", "1", "--format", "jsonl", *PHOTOS]
    folder = scratch / "readings"
    folder.mkdir()
    copy_photos(folder)

    def texts(output):
        """The whole lines; each must be JSON."""
        return [(record["file"], record.get("text"), "error" in record)
                for record in map(json.loads, output.splitlines(keepends=True)) if record]

    reference = texts(subprocess.run(
        [bin_folder / "recognize", *arguments[1:]], cwd=folder, check=True, capture_output=True).stdout)

    def check(folder, status):
        output = (folder / "output").read_bytes()
        whole = output[:output.rfind(b"\n") + 1]
        if status == 0 and whole != output:
            yield "the last line is not whole"
        try:
            found = texts(whole)
        except ValueError as error:
            yield f"a line that is no JSON: {error}"
            return
        if status == 0 and found != reference:
            yield f"{found} instead of {reference}"
        for mine, other in zip(found, reference):
            if not mine[2] and mine != other:
                yield f"{mine} instead of {other}"

    return Trial("recognize", arguments, copy_photos, check)


def annotate_trial(scratch):
    arguments = ["recognize", "--checkpoint", str(CHECKPOINT), "--jobs", "1", "--annotate", "boxes", *PHOTOS]
    folder = scratch / "annotated"
    folder.mkdir()
    copy_photos(folder)
    subprocess.run([bin_folder / "recognize", *arguments[1:]], cwd=folder, check=True, capture_output=True)
    reference = {path.name: path.read_bytes() for path in (folder / "boxes").iterdir()}

    def check(folder, status):
        found = {path.name: path.read_bytes() for path in (folder / "boxes").glob("*")}
        found = {name: data for name, data in found.items() if not name.endswith(".part")}
        if status == 0 and found.keys() != reference.keys():
            yield f"{sorted(found)} instead of {sorted(reference)}"
        for name, data in found.items():
            if reference.get(name) != data:
                yield f"boxes/{name} is not whole"
        for name in PHOTOS:
            if (folder / name).read_bytes() != (root / "Data/samples" / name).read_bytes():
                yield f"{name} has changed"

    return Trial("recognize --annotate", arguments, copy_photos, check, after=".part")


def run_trial(scratch):
    """A run in which a call fails goes on by the same command, to the same end."""
    arguments = [
        "recognize", "--checkpoint", str(CHECKPOINT), "--jobs", "1", "--format", "jsonl", "--run", "run", *PHOTOS]

    def repeat(folder):
        result = subprocess.run([bin_folder / "recognize", *arguments[1:]], cwd=folder, capture_output=True)
        return result.stdout.splitlines(keepends=True), result.stderr.decode(errors="replace")

    folder = scratch / "run-without-fault"
    folder.mkdir()
    copy_photos(folder)
    reference, _ = repeat(folder)

    def check(folder, status):
        found, errors = repeat(folder)
        if len(found) != len(PHOTOS):
            yield f"the next run has {len(found)} answers: {errors[-300:]}"
        for mine, other in zip(found, reference):
            # A photo that could not be opened stays one.
            if mine != other and b'"error":' not in mine:
                yield f"{mine} instead of {other}"
        if status == 0 and (folder / "output").read_bytes() != b"".join(reference):
            yield "the answers are not whole"

    return Trial("recognize --run", arguments, copy_photos, check)


class Serving:
    """`serve` under faults that begin with the first connection."""

    requests = [
        b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /api/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s"]

    def __init__(self):
        photo = (root / "Data/samples" / PHOTOS[0]).read_bytes()
        self.questions = [self.requests[0], self.requests[1] % (len(photo), photo)] * 2

    def run(self, scratch, **fault):
        """The answers, and how the process ended."""
        log = scratch / "log"
        answers = []
        with open(log, "wb") as file:
            process = subprocess.Popen(
                [bin_folder / "serve", "--port", "0", "--checkpoint", str(CHECKPOINT)],
                env=environment(after="accept", **fault), stderr=file)
            try:
                port = self.port(log, process)
                for question in self.questions:
                    answers.append(self.ask(port, question))
                process.terminate()
                status = process.wait(timeout=PATIENCE)
            finally:
                process.kill()
                process.wait()
        return answers, status, log.read_text(errors="replace")

    @staticmethod
    def port(log, process):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            for line in log.read_text(errors="replace").splitlines():
                if " open http://" in line:
                    return int(line.split(" open http://")[1].split()[0].rsplit(":", 1)[1])
            time.sleep(0.005)
        raise RuntimeError("serve did not start: " + log.read_text(errors="replace")[-300:])

    @staticmethod
    def ask(port, question):
        """All that came before the connection ended; None where there was none to begin with."""
        answer = b""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(question)
                while part := connection.recv(65536):
                    answer += part
        except TimeoutError:
            raise
        except OSError:
            return answer or None
        return answer

    @staticmethod
    def fault(answer):
        """What is wrong with an answer that claims to be whole; None for one that was cut off, which the client
        sees by its length."""
        head, gap, body = (answer or b"").partition(b"\r\n\r\n")
        if not gap:
            return None
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", b"-1"))
        if length < 0 or len(body) < length:
            return None
        status = head.split()[1]
        if status not in (b"200", b"500", b"503"):
            return f"status {status.decode()}: {body[:length].decode(errors='replace')}"
        if status == b"200" and b"json" in fields.get(b"content-type", b""):
            try:
                json.loads(body[:length])
            except ValueError as error:
                return f"no JSON: {error}"
        return None

    def all(self, scratch):
        for call, error in [("write", errno.EIO), ("write", errno.ENOBUFS), ("write", errno.EINTR),
                            ("open", errno.EMFILE), ("malloc", errno.ENOMEM)]:
            counting = scratch / "count"
            answers, status, log = self.run(scratch, call=call, at=0, count=str(counting))
            if status != 0 or not all(answer and b" 200 " in answer[:20] for answer in answers):
                problems.append(f"serve: status {status} without a fault: {log[-300:]}")
                return
            for at in spread(int(counting.read_text())):
                tried["serve", call] = tried.get(("serve", call), 0) + 1
                where = f"serve: {call} number {at} {os.strerror(error)}"
                try:
                    answers, status, log = self.run(scratch, call=call, at=at, error=error)
                except (TimeoutError, subprocess.TimeoutExpired):
                    problems.append(f"{where}: no answer, or still running after {PATIENCE} s")
                    continue
                for answer in answers:
                    if fault := self.fault(answer):
                        problems.append(f"{where}: {fault}")
                if status < 0:
                    signalled["serve", call] = signalled.get(("serve", call), 0) + 1
                    if call != "malloc":
                        problems.append(f"{where}: ended by signal {-status}: {log[-300:]}")
                elif b" 200 " not in (answers[-1] or b"")[:20] and b" 200 " not in (answers[0] or b"")[:20]:
                    problems.append(f"{where}: neither the first nor the last request was answered")


with tempfile.TemporaryDirectory() as name:
    scratch = pathlib.Path(name)
    for make in [train_trial, recognize_json_trial, annotate_trial, run_trial, lambda scratch: Serving()]:
        make(scratch).all(scratch)
for (name, call), count in tried.items():
    killed = signalled.get((name, call), 0)
    note = f", {killed} of them ended by Swift for want of memory" if killed else ""
    print(f"  {name}: {count} x {call}{note}")
for problem in problems[:40]:
    print("failed:", problem)
total = sum(tried.values())
print(f"{total - len(problems)} passed, {len(problems)} failed")
sys.exit(bool(problems))
