"""One request to the scaler, and what its answer means."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple, Union
from urllib.parse import quote

import requests

from . import environment

#: Seconds to connect, and to wait for the answer: a question, and something that changes a cluster.
READ_TIMEOUT = (3.05, 10.0)
WRITE_TIMEOUT = (3.05, 15.0)

#: What the scaler answers: JSON, or text where a proxy got in between.
Answer = Union[Dict[str, Any], str]


class ScalerError(requests.HTTPError):
    """The scaler refused.

    Attributes:
        status: The HTTP status.
        code: The stable word for what is wrong, such as ``not_scalable``; empty when the answer has none.
        message: For people.
        body: The whole answer.
    """

    def __init__(self, response: requests.Response) -> None:
        self.status: int = response.status_code
        self.body: Any = body_of(response)
        fields: Mapping[str, Any] = self.body if isinstance(self.body, dict) else {}
        self.code: str = str(fields.get("error") or "")
        self.message: str = str(fields.get("message") or fields.get("status") or response.reason)
        text = "{} {} failed with {}: {}".format(
            response.request.method, response.request.url, self.status, self.message
        )
        super().__init__(text, response=response)


def get_auth_headers() -> Dict[str, str]:
    """The headers that say who calls.

    The first of these that is set counts: ``DOMINO_API_PROXY``, whose ``/access-token`` is asked each time, so that the
    token is always fresh; ``DOMINO_TOKEN``; ``DOMINO_API_KEY``.

    Raises:
        RuntimeError: None of them is set, or the proxy has no token.
    """
    headers = {"Accept": "application/json"}
    token = _proxied_token() or environment.token()
    if token is not None:
        headers["Authorization"] = "Bearer {}".format(token)
        return headers
    key = environment.api_key()
    if key is None:
        raise RuntimeError(
            "Cannot authenticate: set DOMINO_API_PROXY, DOMINO_TOKEN or DOMINO_API_KEY"
        )
    headers["X-Domino-Api-Key"] = key
    return headers


def ask(path: str, params: Optional[Mapping[str, str]] = None) -> Answer:
    """GET a path below the scaler's address. Raises: ScalerError, requests.RequestException."""
    return _call("GET", path, params=params, timeout=READ_TIMEOUT)


def tell(
    path: str,
    body: Optional[Mapping[str, Any]] = None,
    params: Optional[Mapping[str, str]] = None,
) -> Answer:
    """PATCH a path below the scaler's address. Raises: ScalerError, requests.RequestException."""
    return _call("PATCH", path, params=params, body=body, timeout=WRITE_TIMEOUT)


def probe(path: str) -> Tuple[int, Any]:
    """GET a path without credentials. Answers status and body; status 0 with the reason when nobody answers."""
    try:
        response = requests.get(environment.base_url() + path, timeout=READ_TIMEOUT)
    except requests.RequestException as error:
        return 0, {"error": str(error)}
    return response.status_code, body_of(response)


def segment(text: str) -> str:
    """One segment of a path, whatever is in it."""
    return quote(text, safe="")


def body_of(response: requests.Response) -> Any:
    """JSON if it is JSON, else text; None where there is nothing."""
    if response.status_code == 204 or not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        return response.text


def _call(
    method: str,
    path: str,
    params: Optional[Mapping[str, str]],
    timeout: Tuple[float, float],
    body: Optional[Mapping[str, Any]] = None,
) -> Answer:
    response = requests.request(
        method,
        environment.base_url() + path,
        headers=get_auth_headers(),
        params=params,
        json=body,
        timeout=timeout,
        # A scaler that sends callers elsewhere would take their credentials with it.
        allow_redirects=False,
    )
    if response.status_code >= 300:
        raise ScalerError(response)
    answer: Answer = body_of(response)
    return answer


def _proxied_token() -> Optional[str]:
    proxy = environment.api_proxy()
    if proxy is None:
        return None
    url = "{}/access-token".format(proxy.rstrip("/"))
    try:
        response = requests.get(url, timeout=READ_TIMEOUT)
        response.raise_for_status()
    except requests.RequestException as error:
        raise RuntimeError("Cannot get a token from {}: {}".format(url, error)) from error
    token = response.text.strip()
    if not token:
        raise RuntimeError("Cannot get a token from {}: the answer is empty".format(url))
    return token
