"""Interrupts runs and shards of recognize in every way and compares bytes: see scripts/tests/runs --help."""

import os
import pathlib
import pty
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import pictures
from checks import check, finish

root = pathlib.Path(__file__).resolve().parents[2]
binaries, kills, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
RECOGNIZE, MERGE = str(binaries / "recognize"), str(binaries / "merge")
NETWORK = ["--checkpoint", str(root / "Checkpoints/digits.safetensors")]
# Far longer than any of these takes: whoever needs it hangs.
PATIENCE = 120
TEMPORARY = 75


def recognize(*arguments, variables=None, prepare=None):
    return subprocess.run(
        [RECOGNIZE, *NETWORK, *arguments], capture_output=True, timeout=PATIENCE, preexec_fn=prepare,
        env={**os.environ, **(variables or {})})


def start(*arguments):
    return subprocess.Popen(
        [RECOGNIZE, *NETWORK, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def merge(*arguments):
    return subprocess.run([MERGE, *arguments], capture_output=True, timeout=PATIENCE)


def lines(result):
    return result.stderr.decode().splitlines()


def records(journal):
    """The numbers of bytes of all records in a journal, counted apart from the program."""
    data, sizes = pathlib.Path(journal).read_bytes(), []
    place = data.index(b"\n", data.index(b"\n") + 1) + 1
    while place < len(data):
        end = data.index(b"\n", place)
        size = int(data[place:end].split()[0])
        sizes.append(size)
        place = end + 1 + size
    return sizes


def is_begun(folder):
    try:
        return bool(records(f"{folder}/journal"))
    except (OSError, ValueError):  # not yet, or not yet whole
        return False


def is_killed(command, longest, generator):
    """Starts a command and kills it after a random time; answers whether it was still at work."""
    process = start(*command)
    time.sleep(generator.uniform(0, longest))
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


scratch = tempfile.TemporaryDirectory()
os.chdir(scratch.name)
pictures.make("scans", count)
generator = random.Random(23)
quick = ["scans", "--format", "jsonl"]


def untimed(text):
    return re.sub(rb'"milliseconds":[0-9.]+,', b"", text)


# One run without a fault is what plain recognize prints, times apart.
for form in ["jsonl", "csv", "json", "text"]:
    plain = recognize("scans", "--format", form)
    run = recognize("--run", f"plain-{form}", "scans", "--format", form)
    check(f"a run is what recognize prints, {form}", untimed(plain.stdout) == run.stdout, run.stderr)
    check(f"status 1 where pictures cannot be read, {form}", (plain.returncode, run.returncode) == (1, 1))
    again = recognize("--run", f"plain-{form}", "scans", "--format", form)
    check(f"a finished run prints the same, {form}", again.stdout == run.stdout and not again.stderr, again.stderr)
expected = recognize("--run", "plain-jsonl", *quick).stdout
bad = [f"scans/{number:06}.pgm" for number in range(count) if number % 50 == 17]
names = pathlib.Path("plain-jsonl/failed.txt").read_text().splitlines()
check("what cannot be read is in a list of its own", names == bad, names)
retry = recognize("--list", "plain-jsonl/failed.txt")
check("which recognize takes", len(lines(retry)) == len(bad), retry.stderr)

# Forms and tables, also behind a part of the results.
forms = root / "Data/samples/forms"
for kind, options in {
    "forms": ["--template", str(forms / "card.json"), "--format", "csv", *(str(forms / f"{n}.jpg") for n in (1, 2, 3))],
    "tables": ["--format", "table", *[str(forms / "marks.jpg")] * 2],
}.items():
    plain, run = recognize(*options), recognize("--run", kind, *options)
    check(f"a run is what recognize prints, {kind}", run.stdout == plain.stdout and plain.stdout, run.stderr)
    journal = pathlib.Path(kind) / "journal"
    journal.write_bytes(journal.read_bytes()[:-9])
    check(f"and goes on, {kind}", recognize("--run", kind, *options).stdout == plain.stdout)
    options[options.index("--format") + 1] = "text"
    result = recognize("--run", kind, *options)
    check(f"another format is another run, {kind}", result.returncode == 1 and not result.stdout, result.stderr)

# The cost of the journal, alternating; every picture ten times, so that what is done once does not count. Takes long.
many = [f"scans/{number:06}.pgm" for number in range(count)] * 10
pathlib.Path("many").write_text("".join(f"{name}\n" for name in many))
seconds, work = {"plain": [], "run": []}, {"plain": [], "run": []}
for turn in range(5 if kills >= 200 else 0):
    for kind in seconds:
        extra = ["--run", f"speed-{turn}"] if kind == "run" else []
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        recognize(*extra, "--list", "many", "--format", "jsonl")
        seconds[kind].append(time.monotonic() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        work[kind].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
if all(seconds.values()):
    plain, run = (len(many) / statistics.median(seconds[kind]) for kind in ("plain", "run"))
    print(f"{len(many)} pictures: {plain:.1f} a second without a journal, {run:.1f} with one, ratio {run / plain:.3f}")
    plain, run = (statistics.median(work[kind]) for kind in ("plain", "run"))
    print(f"seconds of processor time: {plain:.2f} without, {run:.2f} with one, ratio {run / plain:.3f}")

# kill -9 at random moments, most of them soon after the start, where a few pictures have been read.
started = time.monotonic()
recognize("--run", "plain-jsonl", *quick)
opening = time.monotonic() - started
hits, finished = 0, []
while hits < kills:
    folder = f"killed-{len(finished)}"
    command = ["--run", folder, *quick]
    in_this = 0
    while hits < kills:
        if not is_killed(command, 1.5 * opening, generator):
            break
        hits += 1
        in_this += 1
    end = recognize(*command)
    finished.append(in_this)
    check(f"killed {in_this} times, the same bytes", end.stdout == expected, end.stderr)
    sizes = records(f"{folder}/journal")
    check("every picture once", len(sizes) == count and sum(sizes) == len(expected), len(sizes))
print(f"{hits} kills in {len(finished)} runs of {count} pictures ({finished})")

# Ctrl-C and SIGTERM: the picture in hand is finished.
for number in (signal.SIGTERM, signal.SIGINT):
    folder = f"stopped-{number}"
    process = start("--run", folder, *quick)
    while not is_begun(folder):
        time.sleep(0.002)
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[1].decode()
    done = len(records(f"{folder}/journal"))
    check(f"{number.name}: status 75", process.returncode == TEMPORARY, process.returncode)
    check(
        f"{number.name}: says how far it is",
        f"recognize: stopped after {done} of {count} photos; the same command goes on\n" in said and done < count, said)
    check(f"{number.name}: goes on", recognize("--run", folder, *quick).stdout == expected)

# Locked, another list, another version, a full disk.
process = start("--run", "locked", *quick)
while not is_begun("locked"):
    time.sleep(0.002)
process.send_signal(signal.SIGSTOP)
second = recognize("--run", "locked", *quick)
process.send_signal(signal.SIGCONT)
process.communicate(timeout=PATIENCE)
check("a locked journal is an error", second.returncode == 1 and lines(second) == [
    "recognize: locked/journal: expected a journal that nobody writes to, found one locked by another process; "
    "wait for its end"], second.stderr)
for what, other in {
    "another list": ["scans/000001.pgm", "--format", "jsonl"], "another format": ["scans", "--format", "csv"],
    "other options": [*quick, "--expect", "3"], "another network": [*quick, "--pages", "none"],
}.items():
    result = recognize("--run", "plain-jsonl", *other)
    check(f"{what} is one line", result.returncode == 1 and len(lines(result)) == 1, result.stderr)
    check(f"{what} is named", b"give the inputs and options that it was begun with" in result.stderr, result.stderr)


def small_disk():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


full = recognize("--run", "full", *quick, prepare=small_disk)
safe = len(records("full/journal"))
check("a full disk is one line", full.returncode == 1 and lines(full)[-1] == (
    "recognize: full/journal: expected a journal that can be written to, found File too large; "
    f"{safe} answers are safe in it; free space and give the same command again"), full.stderr)
check("nothing is lost then", recognize("--run", "full", *quick).stdout == expected)
result = recognize("--run", "plain-jsonl", *quick, prepare=small_disk)
check("a finished run on a full disk still prints", result.stdout == expected, result.stderr)

# Lists parted by zero bytes, names with line feeds.
odd = pathlib.Path("odd\nname.pgm")
odd.write_bytes(pictures.picture(17, 1))
pathlib.Path("list").write_bytes(b"\0".join([b"scans/000001.pgm", bytes(odd), b"missing.pgm", b""]))
result = recognize("--run", "listed", "--list", "list", "--format", "jsonl")
check("a list parted by zero bytes", len(result.stdout.splitlines()) == 3, result.stderr)
check("names with line feeds stay whole", pathlib.Path("listed/failed.txt").read_bytes() == bytes(odd) + b"\0missing.pgm\0")
with open("list", "rb") as piped:
    result = subprocess.run(
        [RECOGNIZE, *NETWORK, "--run", "listed", "--list", "-", "--format", "jsonl"], stdin=piped, capture_output=True)
check("the same list through a pipe goes on", result.returncode == 1 and len(result.stdout.splitlines()) == 3, result.stderr)

# Progress: one line on a terminal, none when asked for quiet.
for quiet in ([], ["--quiet"]):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [RECOGNIZE, *NETWORK, "--run", f"shown{len(quiet)}", *quick, *quiet], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 4096):
            shown += more
    except OSError:
        pass
    process.wait(timeout=PATIENCE)
    has_line = re.search(rb"\r[^\n]* of %d photos, [0-9.]+ pages a second, [^\n]* left" % count, shown)
    check("progress on a terminal" if not quiet else "no progress when asked for quiet", bool(has_line) != bool(quiet), shown)

# Shards: every scheduler's variables, killed, stopped, twice, at the same moment.
SHARDS = 6
for number in range(SHARDS):
    result = recognize("--shard", f"{number}/{SHARDS}", "--output", "shards", *quick)
    check("a shard with pictures that cannot be read has status 0", result.returncode == 0, result.stderr)


def shard_bytes(folder):
    return {path.name: path.read_bytes() for path in sorted(pathlib.Path(folder).iterdir())}


undisturbed = shard_bytes("shards")
check("a file for each shard and nothing else", len(undisturbed) == SHARDS, undisturbed.keys())
result = merge("shards", "--output", "joined.jsonl", "--failed", "failed.txt")
check("merge succeeds", result.returncode == 0, result.stderr)
check("joined, they are the run", pathlib.Path("joined.jsonl").read_bytes() == expected)
check("and so are the names that could not be read", pathlib.Path("failed.txt").read_text().splitlines() == bad)

environments = {
    "Kubernetes": lambda number: {"JOB_COMPLETION_INDEX": str(number), "JOB_COMPLETIONS": str(SHARDS)},
    "Slurm": lambda number: {
        "SLURM_ARRAY_TASK_ID": str(number + 1), "SLURM_ARRAY_TASK_COUNT": str(SHARDS), "SLURM_ARRAY_TASK_MIN": "1",
        "SLURM_ARRAY_TASK_MAX": str(SHARDS)},
    "Open MPI": lambda number: {"OMPI_COMM_WORLD_RANK": str(number), "OMPI_COMM_WORLD_SIZE": str(SHARDS)},
}
for scheduler, variables in environments.items():
    folder = scheduler.replace(" ", "")
    for number in range(SHARDS):
        result = recognize("--shard", "auto", "--output", folder, *quick, variables=variables(number))
        check(f"{scheduler}: shard {number}", result.returncode == 0, result.stderr)
    check(f"{scheduler}: the same bytes", shard_bytes(folder) == undisturbed)

# Every index is started twice at the same moment, and both are killed now and then.
twice, deaths, stops = ["--output", "twice", *quick, "--jobs", "1"], 0, 0
for number in range(SHARDS):
    waiting = [["--shard", f"{number}/{SHARDS}", *twice]] * 2
    for attempt in range(1000):
        processes = [start(*command) for command in waiting]
        if attempt < 8:
            time.sleep(generator.uniform(0, 1.5 * opening))
            for process, end in zip(processes, generator.choices([signal.SIGKILL, signal.SIGTERM], k=2)):
                process.send_signal(end)
        statuses = []
        for process in processes:
            said = process.communicate(timeout=PATIENCE)[1].decode()
            statuses.append(process.returncode)
            if process.returncode not in (0, TEMPORARY, -signal.SIGKILL, -signal.SIGTERM):
                check("a shard that is killed goes on", False, said)
        deaths += sum(status < 0 for status in statuses)
        stops += statuses.count(TEMPORARY)
        if statuses == [0, 0]:
            break
check("shards done twice and killed have the same bytes", shard_bytes("twice") == undisturbed, shard_bytes("twice").keys())
print(f"{SHARDS} shards, each by two processes at once: {deaths} killed, {stops} stopped by SIGTERM")

for extra in (".part", ".part", ".journal"):
    (pathlib.Path("twice") / f"shard-00000-of-0000{SHARDS}{extra}").write_bytes(b"left behind")
check("merge passes over what is left behind", merge("twice", "--output", "joined.jsonl").returncode == 0)

# A shard without pictures, and bad ones at merge.
result = recognize("--shard", "2/3", "--output", "empty", "scans/000001.pgm", "scans/000002.pgm", "--format", "jsonl")
check("an empty shard is said", lines(result) == ["recognize: shard 2 of 3 is empty: there are 2 photos"], result.stderr)
check("an empty shard is no failure", result.returncode == 0)
os.rename("shards/shard-00002-of-00006", "away")
result = merge("shards", "--output", "none.jsonl")
check("a missing shard is numbered", result.returncode == 1 and lines(result) == [
    "merge: shard 2 of 6 is missing; run it, or join the others with --partial"], result.stderr)
check("and nothing is written", not pathlib.Path("none.jsonl").exists())
result = merge("shards", "--output", "some.jsonl", "--partial")
part = undisturbed["shard-00002-of-00006"]
check("unless told to go on", result.returncode == 0 and lines(result)[0] == "merge: shard 2 of 6 is missing", result.stderr)
check("with all the others", pathlib.Path("some.jsonl").read_bytes() == b"".join(
    line for number, line in enumerate(expected.splitlines(True)) if not count // 3 <= number < count // 2))
pathlib.Path("shards/shard-00002-of-00006").write_bytes(part[:-70] + b"?" + part[-69:])
result = merge("shards", "--output", "none.jsonl")
check("a damaged shard is named", result.returncode == 1 and lines(result) == [
    "merge: shards/shard-00002-of-00006: expected results that have the SHA-256 in the last line, found damaged ones; "
    "its shard must be run again"], result.stderr)
check("and nothing is left beside", not list(pathlib.Path().glob("none.jsonl*")))
result = recognize("--shard", "2/6", "--output", "shards", *quick)
check("run again, it is whole", shard_bytes("shards") == undisturbed, result.stderr)
pathlib.Path("scans/0.pgm").write_bytes(pictures.picture(1, 2))
result = recognize("--shard", "2/6", "--output", "changed", *quick)
os.rename("changed/shard-00002-of-00006", "shards/shard-00002-of-00006")
result = merge("shards", "--output", "none.jsonl")
check("a shard of a changed list is named", result.returncode == 1 and len(lines(result)) == 1 and lines(result)[0].startswith(
    f"merge: shards/shard-00002-of-00006: expected results of a list of {count} (sha256 "), result.stderr)

# A picture that ends the process that reads it, whenever it does: left out after some starts, and the rest is read.
POISON = """#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static int opened(const char *path, int flags) {
  if (strstr(path, "poison")) abort();
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0666);
}
int open(const char *path, int flags, ...) { return opened(path, flags); }
int open64(const char *path, int flags, ...) { return opened(path, flags); }
"""
compiler = shutil.which("cc") or shutil.which("clang")
if compiler:
    pathlib.Path("poison.c").write_text(POISON)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", "poison.so", "poison.c"], check=True)
    pictures.make("bad", 9)
    os.rename("bad/000004.pgm", "bad/000004-poison.pgm")
    preload = {"LD_PRELOAD": str(pathlib.Path("poison.so").resolve())}
    for kind, command in {"run": ["--run", "ended"], "shard": ["--shard", "0/1", "--output", "ended"]}.items():
        for starts in range(1, 10):
            result = recognize(*command, "bad", "--format", "jsonl", variables=preload)
            if result.returncode >= 0:
                break
        check(f"{kind}: a picture that ends the program is left out", result.returncode == (kind == "run"), result.stderr)
        check(f"{kind}: after some starts", 1 < starts < 9, starts)
    answers = recognize("--run", "ended", "bad", "--format", "jsonl").stdout.splitlines()
    wrong = [answer for answer in answers if b'"error":' in answer]
    check("all others are read", (len(answers), len(wrong)) == (9, 1), answers)
    check("and it is named", wrong == [
        b'{"error":"bad/000004-poison.pgm: expected a file that can be read, found one that ends the program that reads it",'
        b'"file":"bad/000004-poison.pgm"}'], wrong)
else:
    print("skipped: pictures that end the program (needs a C compiler)")

finish("scripts/tests/runs")
