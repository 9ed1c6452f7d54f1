"""The page from the source tree, so that a story can be played without building; all else from a server."""

import http.client
import http.server
import pathlib
import threading

TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".jpg": "image/jpeg",
    ".webmanifest": "application/manifest+json", ".png": "image/png",
}
NAMES = {"/": "index.html", "/api": "api.html", "/forms": "forms.html"}


def serve_from_disk(folder, address):
    """Starts a server on a free port; answers its address."""
    upstream = address.removeprefix("http://")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def do_GET(self):
            path = self.path.split("?")[0]
            file = pathlib.Path(folder) / NAMES.get(path, path.removeprefix("/samples").lstrip("/"))
            if not file.is_file():
                return self.pass_on()
            body = file.read_bytes()
            if file.suffix == ".html":
                body = body.replace(b"{endings}", self.endings())
            self.send_response(200)
            self.send_header("Content-Type", TYPES[file.suffix])
            self.send_header("Content-Length", len(body))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.pass_on()

        def endings(self):
            connection = http.client.HTTPConnection(upstream)
            connection.request("GET", "/")
            page = connection.getresponse().read()
            return page.split(b'accept="image/*,')[1].split(b'"')[0].removesuffix(b",.zip")

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            # Its own page, to the server.
            headers = {name: value for name, value in self.headers.items() if name not in ("Host", "Origin")}
            connection = http.client.HTTPConnection(upstream)
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", len(content))
            self.end_headers()
            try:
                self.wfile.write(content)
            except BrokenPipeError:
                pass  # a page that has stopped waiting

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
