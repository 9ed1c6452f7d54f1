"""Every route of openapi.json, asked and compared with what it promises; the curl commands of README.md."""

import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import openapi_spec_validator
from server import PATIENCE, ROOT, SAMPLES, Answer, Server, form, head

FORMS = SAMPLES / "forms"
PATHS = ("/api/recognize", "/api/forms", "/api/forms/fields", "/api/tile", "/api/tables")
PHOTO = (SAMPLES / "single-digit.jpg").read_bytes()


def formats(server):
    """The formats of the answer, as openapi.json has them."""
    description = server.ask("GET", "/openapi.json").json
    parameters = description["paths"]["/api/recognize"]["post"]["parameters"]
    return next(p["schema"]["enum"] for p in parameters if p["name"] == "format")


def requests(serve, server):
    """How to bring about each status of each operation."""
    body, type = form(("a.jpg", PHOTO), ("b.jpg", b"no picture"))
    read, forms, fields, tile, tables = (("post", path) for path in PATHS)
    (four_tile,) = server.read(PHOTO, "?tiles=1").json["tiles"]
    four_tile = base64.b64decode(four_tile.split(",")[1])
    def told(query="?digit=4", body=four_tile, **headers):
        return server.ask("POST", f"/api/tile{query}", body, **headers)

    card = card_template()
    def filled(query="", template=card, photos=("1.jpg",), **headers):
        files = [(name or "four.jpg", (FORMS / name).read_bytes() if name else PHOTO) for name in photos]
        body, type = form(("template", "card.json", template), *files)
        return server.ask("POST", f"/api/forms{query}", body, **{"content_type": type, **headers})

    def empty(query="", body=(FORMS / "empty.png").read_bytes(), **headers):
        return server.ask("POST", f"/api/forms/fields{query}", body, **headers)

    def asked(query="", body=(SAMPLES / "column.jpg").read_bytes(), **headers):
        return server.ask("POST", f"/api/tables{query}", body, **headers)

    def strict(ask, **headers):
        with Server(serve, "--timeout", "1s") as strict, strict.connect() as connection:
            connection.sendall(head("POST", ask, content_length=100, **headers))
            return Answer(connection)

    def huge(path, **headers):
        with server.connect() as connection:
            connection.sendall(head("POST", path, content_length=10**9, **headers))
            return Answer(connection)

    return {
        (*read, "200"): [
            lambda: server.read(PHOTO), lambda: server.read(PHOTO, "?tiles=1&debug=1&min-confidence=0.9&name=x"),
            lambda: server.read(PHOTO, "?expect=1"), lambda: server.read(PHOTO, "?pattern=%23"),
            lambda: server.read(PHOTO, "?annotate=1"), lambda: server.read(PHOTO, "?explain=1"),
            lambda: server.read(PHOTO, "?picture=1"), lambda: server.read(PHOTO, "?page=1"),
            lambda: server.ask("POST", "/api/recognize", body, content_type=type),
            *(lambda format=format: server.read(PHOTO, f"?format={format}") for format in formats(server)),
        ],
        (*read, "400"): [
            lambda: server.read(PHOTO, "?unknown=1"), lambda: server.read(PHOTO, "?page=0"),
            lambda: server.read(PHOTO, "?annotate=1&format=csv"),
            lambda: server.read(PHOTO, "?annotate=1&explain=1"), lambda: server.read(PHOTO, "?format=text&tiles=1"),
            lambda: server.ask("POST", "/api/recognize?name=x", body, content_type=type),
        ],
        (*read, "403"): [lambda: server.read(PHOTO, origin="https://elsewhere.example")],
        (*read, "408"): [lambda: strict("/api/recognize")],
        (*read, "413"): [lambda: huge("/api/recognize")],
        (*read, "415"): [lambda: server.read(PHOTO, content_type="text/html")],
        (*read, "421"): [lambda: server.read(PHOTO, host="elsewhere.example")],
        (*read, "422"): [lambda: server.read(b"no picture"), lambda: server.read(PHOTO, "?page=2")],
        (*forms, "200"): [
            filled, lambda: filled("?pictures=1", photos=("1.jpg", "empty.png", "")),
            *(lambda format=format: filled(f"?format={format}") for format in formats(server)),
        ],
        (*forms, "400"): [
            lambda: filled("?unknown=1"), lambda: filled("?format=csv&pictures=1"), lambda: filled(photos=()),
            lambda: server.ask("POST", "/api/forms", body, content_type=type),
        ],
        (*forms, "403"): [lambda: filled(origin="https://elsewhere.example")],
        (*forms, "408"): [lambda: strict("/api/forms", content_type=type)],
        (*forms, "413"): [lambda: huge("/api/forms", content_type=type)],
        (*forms, "415"): [lambda: server.ask("POST", "/api/forms", PHOTO)],
        (*forms, "421"): [lambda: filled(host="elsewhere.example")],
        (*forms, "422"): [
            lambda: filled(template=b"{}"), lambda: filled(template=(FORMS / "card.json").read_bytes()),
            lambda: filled(template=card.replace(b"image/png;base64,iV", b"image/png;base64,AA")),
        ],
        (*fields, "200"): [empty, lambda: empty("?name=card.png&picture=1"), lambda: empty(body=PHOTO)],
        (*fields, "400"): [lambda: empty("?unknown=1")],
        (*fields, "403"): [lambda: empty(origin="https://elsewhere.example")],
        (*fields, "408"): [lambda: strict("/api/forms/fields")],
        (*fields, "413"): [lambda: huge("/api/forms/fields")],
        (*fields, "415"): [lambda: empty(content_type="text/html")],
        (*fields, "421"): [lambda: empty(host="elsewhere.example")],
        (*fields, "422"): [lambda: empty(body=b"no picture")],
        (*tile, "200"): [told, lambda: told("?digit=9")],
        (*tile, "400"): [lambda: told(""), lambda: told("?digit=10"), lambda: told("?digit=x")],
        (*tile, "403"): [lambda: told(origin="https://elsewhere.example")],
        (*tile, "408"): [lambda: strict("/api/tile?digit=1")],
        (*tile, "413"): [lambda: huge("/api/tile?digit=1")],
        (*tile, "415"): [lambda: told(content_type="text/html")],
        (*tile, "421"): [lambda: told(host="elsewhere.example")],
        (*tile, "422"): [lambda: told(body=b"no picture"), lambda: told(body=PHOTO)],
        (*tables, "200"): [asked, lambda: asked("?page=1&name=x"), lambda: asked(body=(FORMS / "marks.jpg").read_bytes())],
        (*tables, "400"): [lambda: asked("?unknown=1"), lambda: asked("?page=21")],
        (*tables, "403"): [lambda: asked(origin="https://elsewhere.example")],
        (*tables, "408"): [lambda: strict("/api/tables")],
        (*tables, "413"): [lambda: huge("/api/tables")],
        (*tables, "415"): [lambda: asked(content_type="text/html")],
        (*tables, "421"): [lambda: asked(host="elsewhere.example")],
        (*tables, "422"): [lambda: asked(body=b"no picture"), lambda: asked("?page=2")],
        **{("get", path, "200"): [lambda path=path: server.ask("GET", path)]
           for path in ("/api/model", "/healthz", "/readyz", "/metrics", "/openapi.json")},
    }


# Brought about by too much work, in faults.py: says_when_it_is_full.
ELSEWHERE = {
    ("get", "/readyz", "503"),
    *(("post", path, "503") for path in PATHS),
}


def card_template():
    """The template of the sample form with the picture of the empty form in it."""
    template = json.loads((FORMS / "card.json").read_text())
    picture = base64.b64encode((FORMS / "empty.png").read_bytes()).decode()
    return json.dumps({**template, "reference": f"data:image/png;base64,{picture}"}).encode()


def keeps_the_promises_of_openapi(serve, recognize):
    with Server(serve) as server:
        description = server.ask("GET", "/openapi.json").json
        openapi_spec_validator.validate(description)

        def resolved(item):
            while "$ref" in item:
                part = description
                for name in item["$ref"].removeprefix("#/").split("/"):
                    part = part[name]
                item = part
            return item

        promised = {
            (method, path, status): resolved(response)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
            for status, response in operation["responses"].items()
        }
        known = requests(serve, server)
        assert set(known) | ELSEWHERE == set(promised), set(promised) ^ (set(known) | ELSEWHERE)
        for (method, path, status), asks in known.items():
            contents = promised[method, path, status]["content"]
            seen = set()
            for ask in asks:
                answer = ask()
                where = f"{method} {path}: {answer.status} {answer.headers.get('content-type')}"
                assert answer.status == int(status), where
                type = answer.headers["content-type"].split(";")[0]
                assert type in contents, where
                seen.add(type)
                schema = {**contents[type]["schema"], "components": description["components"]}
                is_json = type in ("application/json", "application/problem+json")
                if type == "image/png":
                    assert answer.body.startswith(b"\x89PNG\r\n"), answer.body[:20]
                else:
                    jsonschema.validate(answer.json if is_json else answer.text, schema)
            assert seen == set(contents), f"{method} {path} {status}: never saw {set(contents) - seen}"
        # What is not promised is not there.
        for path in PATHS:
            parameters = {p["name"] for p in description["paths"][path]["post"]["parameters"]}
            answer = server.ask("POST", f"{path}?unknown=1", PHOTO)
            said = answer.json["detail"].removeprefix("expected parameters among ")
            assert set(said.split(", ")) == parameters, (said, parameters)


def keeps_its_promises_to_generated_requests(serve, recognize):
    """Schemathesis makes requests of the description, good and bad, and compares the answers with it. That whatever
    fits the description is read it cannot ask: a schema does not say what a picture is."""
    # It leaves notes where it runs.
    with Server(serve) as server, tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [pathlib.Path(sys.executable).with_name("schemathesis"), "run", f"{server.address}/openapi.json",
             "--checks", "all", "--exclude-checks", "positive_data_acceptance", "--phases", "coverage,fuzzing",
             "--max-examples", "60", "--seed", "1", "--no-color"],
            cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        print("    " + re.search("\\d+ generated.*", done.stdout).group())
        # A description that selects nothing would pass, too.
        assert re.search("Selected: 9/9", done.stdout), done.stdout


def runs_the_curl_commands_of_the_readme(serve, recognize):
    commands = re.findall(r"^ +\$ (curl .*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(commands) >= 3, commands
    with Server(serve) as server:
        for command in commands:
            assert "localhost:8501" in command, command
            done = subprocess.run(
                ["bash", "-c", command.replace("localhost:8501", f"127.0.0.1:{server.port}")],
                cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
            assert done.returncode == 0 and done.stdout and "about:blank" not in done.stdout, (command, done)
