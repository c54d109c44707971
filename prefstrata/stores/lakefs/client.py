"""The one way to talk to a lakeFS server: explicit credentials, explicit timeouts, one retry policy."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

import stamina
import urllib3
from lakefs_sdk.api import (
    branches_api,
    commits_api,
    config_api,
    experimental_api,
    objects_api,
    refs_api,
    repositories_api,
    staging_api,
    tags_api,
)
from lakefs_sdk.api_client import ApiClient
from lakefs_sdk.configuration import Configuration
from lakefs_sdk.exceptions import ApiException

from prefstrata.stores.lakefs.errors import Fault, fault_of_answer, fault_of_error, is_transient, user_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["PAGE", "Client", "Credentials"]

P = ParamSpec("P")
T = TypeVar("T")

PAGE = 1000
_CONNECT_SECONDS, _READ_SECONDS, _BYTES_PER_SECOND = 5.0, 30.0, 10_000_000
_TRIES, _FIRST_WAIT, _LONGEST_WAIT = 5, 1.0, 20.0
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. Its secret shows in no repr."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


class Client:
    """A connection pool to one repository of one server.

    Args:
        endpoint: URL of the server.
        repository: name of the repository.
        credentials: who we are.
    """

    def __init__(self, endpoint: str, repository: str, credentials: Credentials) -> None:
        """Prepare; nothing is sent yet."""
        self.endpoint, self.repository = endpoint, repository
        settings = Configuration(
            host=f"{endpoint}/api/v1",
            username=credentials.access_key_id,
            password=credentials.secret_access_key,
        )
        vars(settings)["retries"] = False  # one retry policy, ours: theirs knows nothing of what is safe to repeat
        logging.getLogger("lakefs_sdk").setLevel(logging.WARNING)  # at debug it logs whole answers
        self._api = ApiClient(settings)
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, blocksize=_BLOCK)
        self._headers = urllib3.make_headers(
            basic_auth=f"{credentials.access_key_id}:{credentials.secret_access_key}",
            user_agent="prefstrata",
        )
        self.branches = branches_api.BranchesApi(self._api)
        self.commits = commits_api.CommitsApi(self._api)
        self.config = config_api.ConfigApi(self._api)
        self.experimental = experimental_api.ExperimentalApi(self._api)
        self.objects = objects_api.ObjectsApi(self._api)
        self.refs = refs_api.RefsApi(self._api)
        self.repositories = repositories_api.RepositoriesApi(self._api)
        self.staging = staging_api.StagingApi(self._api)
        self.tags = tags_api.TagsApi(self._api)

    @property
    def location(self) -> str:
        """The repository as people name it."""
        return f"{self.endpoint}/repositories/{self.repository}"

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()
        self._api.rest_client.pool_manager.clear()

    def once(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make one call of the SDK, without repeating it.

        Raises:
            Fault: it did not work.
        """
        timed: Any = {**kwargs, "_request_timeout": (_CONNECT_SECONDS, _READ_SECONDS)}
        try:
            return function(*args, **timed)
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error) from None

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a call of the SDK that may be repeated: a read, or a write that ends the same when done twice.

        Raises:
            Fault: it did not work, for a reason that is final.
            UnreachableError: it did not work, every time.
        """
        return self.repeat(lambda: self.once(function, *args, **kwargs))

    def repeat(self, attempt: Callable[[], T]) -> T:
        """Do something until it works or fails for good; every transient fault counts as a try.

        Raises:
            Fault: it failed for a reason that is final.
            UnreachableError: it failed every time.
        """
        try:
            for tries in stamina.retry_context(
                on=is_transient,
                attempts=_TRIES,
                timeout=None,
                wait_initial=_FIRST_WAIT,
                wait_max=_LONGEST_WAIT,
                wait_jitter=_FIRST_WAIT / 4,
            ):
                with tries:
                    return attempt()
        except Fault as fault:
            if is_transient(fault):
                raise user_error(fault, self.location) from None
            raise
        raise AssertionError("unreachable: the context returns or raises")

    def pages(self, function: Callable[..., Any], *args: str, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401 - SDK models are untyped
        """Yield every result of a listing call."""
        after = ""
        while True:
            page = self.call(function, self.repository, *args, after=after, amount=PAGE, **kwargs)
            yield from page.results
            if not page.pagination.has_more:
                return
            after = page.pagination.next_offset

    def upload(
        self, branch: str, path: str, body: Iterator[bytes], size: int, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Send one object, streamed, and return what the server says of it.

        The SDK cannot do this: it reads the whole file into memory and sets no user metadata.

        Raises:
            Fault: it did not work.
        """
        wait = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS + size / _BYTES_PER_SECOND)
        sent = {**self._headers, **headers, "Content-Type": "application/octet-stream", "Content-Length": str(size)}
        try:
            answer = self._pool.request(
                "POST", self._url("branches", branch, path), body=body, headers=sent, timeout=wait
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error) from None
        if answer.status >= 300:  # noqa: PLR2004 - HTTP
            raise fault_of_answer(answer.status, answer.data)
        stats: dict[str, Any] = answer.json()
        return stats

    def reference(self, branch: str, path: str, document: Mapping[str, object]) -> None:
        """Make a path of a branch name bytes that the server has already; may be repeated.

        The SDK warns at every such call that it is deprecated; there is no other one that copies nothing.

        Raises:
            Fault: it did not work.
        """
        wait = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        url, sent = self._url("branches", branch, path), self._headers
        try:
            answer = self._pool.request("PUT", url, json=document, headers=sent, timeout=wait)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error) from None
        if answer.status >= 300:  # noqa: PLR2004 - HTTP
            raise fault_of_answer(answer.status, answer.data)

    def download(self, ref: str, path: str, start: int = 0) -> urllib3.BaseHTTPResponse:
        """Open one object for reading from a byte on; the caller closes the answer.

        Raises:
            Fault: it did not work.
        """
        wait = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        sent = {**self._headers, **({"Range": f"bytes={start}-"} if start else {})}
        try:
            answer = self._pool.request(
                "GET", self._url("refs", ref, path), headers=sent, timeout=wait, preload_content=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error) from None
        if answer.status >= 300:  # noqa: PLR2004 - HTTP
            body = answer.read(4096, decode_content=False)
            answer.release_conn()
            raise fault_of_answer(answer.status, body)
        return answer

    def _url(self, kind: str, ref: str, path: str) -> str:
        root = f"{self.endpoint}/api/v1/repositories/{quote(self.repository, safe='')}"
        return f"{root}/{kind}/{quote(ref, safe='')}/objects?{urlencode({'path': path}, quote_via=quote)}"


def _fault(error: Exception) -> Fault:
    """Return the fault an exception means; a bug is raised as it is."""
    fault = fault_of_error(error)
    if fault is None:
        raise error
    return fault
