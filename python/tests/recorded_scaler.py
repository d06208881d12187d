"""A scaler that answers what a test says and remembers what it was asked."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Dict, List, Optional, Tuple


class RecordedScaler:
    """Listens on the loopback until :meth:`close`."""

    def __init__(self) -> None:
        #: Method, path with query, headers in lower case, and body of every request, in order.
        self.requests: List[Tuple[str, str, Dict[str, str], Any]] = []
        #: Status and body by method and path; a list is used up one by one, but for its last.
        self.answers: Dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = "http://127.0.0.1:{}".format(self._server.server_address[1])
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str) -> Tuple[int, Any]:
        found = self.answers.get("{} {}".format(method, path.split("?")[0]), (404, {"error": "not_found"}))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        status, body = found
        return status, body


def _handler(scaler: RecordedScaler) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(None)

        def do_PATCH(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._reply(json.loads(self.rfile.read(length)) if length else None)

        def log_message(self, *_: Any) -> None:
            pass

        def _reply(self, body: Optional[Any]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            scaler.requests.append((self.command, self.path, headers, body))
            status, answer = scaler.answer(self.command, self.path)
            content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
