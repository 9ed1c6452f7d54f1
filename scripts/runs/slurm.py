"""A real Slurm of two nodes on this machine, faults while it reads: see scripts/tests/slurm --help."""

import filecmp
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import pictures
from checks import check, finish

root = pathlib.Path(__file__).resolve().parents[2]
binaries, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
SHARDS, NODES, PATIENCE = 20, ("digits1", "digits2"), 240
SBATCH = root / "deploy/slurm/recognize"
NETWORK = ["--checkpoint", str(root / "Checkpoints/digits.safetensors"), "--format", "jsonl"]
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name)


def ports(number):
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    numbers = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return numbers


def configure():
    host, (controller, *ours) = socket.gethostname().split(".")[0], ports(1 + len(NODES))
    nodes = "".join(
        f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2\n"
        for name, port in zip(NODES, ours))
    (folder / "state").mkdir()
    (folder / "slurm.conf").write_text(f"""ClusterName=digits
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
KillWait=2
ReturnToService=2
{nodes}PartitionName=all Nodes=ALL Default=YES State=UP
""")
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    folder.chmod(0o755)


environment = {
    **os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{binaries}:{os.environ['PATH']}"}


def call(*command):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment, timeout=PATIENCE)


def tasks():
    """The tasks that are not over: (id, state) by index."""
    rows = call("squeue", "--noheader", "--array", "--format", "%i %T").stdout.split("\n")
    pairs = [row.split() for row in rows if row]
    return {int(name.split("_")[1]): (name, state) for name, state in pairs}


def start_daemons():
    files = {name: f"{folder}/munge.{name}" for name in ("key", "socket", "pid", "log", "seed")}
    result = call(
        "munged", "--force", f"--key-file={files['key']}", f"--socket={files['socket']}", f"--pid-file={files['pid']}",
        f"--log-file={files['log']}", f"--seed-file={files['seed']}")
    check("munge starts", result.returncode == 0, result.stderr)
    check("slurmctld starts", call("slurmctld", "-c").returncode == 0)
    for node in NODES:
        check(f"{node} starts", call("slurmd", "-N", node).returncode == 0)
    for _ in range(100):
        if call("sinfo", "--noheader", "--Node", "--format", "%t").stdout.split() == ["idle"] * len(NODES):
            return True
        time.sleep(0.1)
    return False


def stop_daemons():
    call("scancel", "--user", "root")
    for name in [*(f"slurmd-{node}" for node in NODES), "slurmctld", "munge"]:
        try:
            os.kill(int((folder / f"{name}.pid").read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            pass
    time.sleep(1)


def readers():
    """The processes of recognize that write into our folder."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"recognize") and f"{folder}/shards".encode() in words:
            found.append(int(process.name))
    return found


def disturb(generator, faults):
    """One fault for a task that runs."""
    running = [name for name, state in tasks().values() if state == "RUNNING"]
    if not running:
        return
    task, kind = generator.choice(running), min(faults, key=faults.get)
    if kind == "SIGTERM":
        done = call("scancel", "--batch", "--signal=TERM", task).returncode == 0
    elif kind == "requeued":
        done = call("scontrol", "requeue", task).returncode == 0
    elif kind == "node down":
        node = generator.choice(NODES)
        done = call("scontrol", "update", f"nodename={node}", "state=down", "reason=test").returncode == 0
        time.sleep(0.2)
        call("scontrol", "update", f"nodename={node}", "state=resume")
    else:
        alive = readers()
        if done := bool(alive):
            try:
                os.kill(generator.choice(alive), signal.SIGKILL)
            except ProcessLookupError:
                done = False
    faults[kind] += done


def run_array(faults_wanted):
    generator, faults = random.Random(23), {"SIGTERM": 0, "requeued": 0, "kill -9": 0, "node down": 0}
    result = call(
        "sbatch", "--parsable", f"--array=0-{SHARDS - 1}", "--mem-per-cpu=0", f"--output={folder}/log-%a", SBATCH,
        *NETWORK, "--list", folder / "list", "--output", folder / "shards")
    check("the array is taken", result.returncode == 0, result.stderr)
    job, started = result.stdout.strip(), time.monotonic()
    while time.monotonic() - started < PATIENCE:
        if sum(faults.values()) < faults_wanted:
            disturb(generator, faults)
        else:
            time.sleep(0.2)
        waiting = tasks()
        for name, state in waiting.values():
            # Slurm lets what was put back wait for two minutes.
            if state == "PENDING":
                call("scontrol", "update", f"jobid={name}", "starttime=now")
        there = {path.name for path in (folder / "shards").glob("shard-*-of-*") if "." not in path.name}
        for index in range(SHARDS):
            # What kill -9 has ended counts as failed: somebody runs it again.
            if index not in waiting and f"shard-{index:05}-of-{SHARDS:05}" not in there:
                call("scontrol", "requeue", f"{job}_{index}")
        if len(there) == SHARDS and not waiting:
            break
    said = ", ".join(f"{number} x {kind}" for kind, number in faults.items())
    print(f"{SHARDS} shards, {count} pictures, {time.monotonic() - started:.0f} s, faults: {said}")
    check("the array comes to its end", len(there) == SHARDS, call("squeue").stdout)
    check("there were faults of every kind", all(faults.values()), faults)


try:
    configure()
    pictures.make(folder / "scans", count)
    (folder / "list").write_text("".join(f"{folder}/scans/{number:06}.pgm\n" for number in range(count)))
    alone = subprocess.run(
        [binaries / "recognize", *NETWORK, "--run", folder / "alone", "--list", folder / "list"], capture_output=True)
    (folder / "alone.jsonl").write_bytes(alone.stdout)
    if start_daemons():
        run_array(max(20, count // 50))
        result = call("merge", folder / "shards", "--output", folder / "joined.jsonl", "--failed", folder / "failed")
        check("merge succeeds", result.returncode == 0, result.stderr)
        check("every picture is there", alone.stdout.count(b"\n") == count)
        check(
            "joined, they are what one process reads without a fault", result.returncode == 0 and filecmp.cmp(
                folder / "alone.jsonl", folder / "joined.jsonl", shallow=False))
        check("nothing is left beside the shards", len(list((folder / "shards").iterdir())) == SHARDS,
              list((folder / "shards").iterdir()))
    else:
        check("both nodes are ready", False, call("sinfo").stdout + (folder / "slurmctld.log").read_text())
finally:
    stop_daemons()
finish("scripts/tests/slurm")
