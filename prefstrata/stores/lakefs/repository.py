"""Finding the repository of a store, or making it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakefs_sdk.models.repository_creation import RepositoryCreation

from prefstrata.model import ConfigError
from prefstrata.stores.lakefs.errors import Fault, Kind, user_error

if TYPE_CHECKING:
    from prefstrata.stores.lakefs.client import Client

__all__ = ["find_repository"]


def find_repository(client: Client, namespace: str | None) -> str:
    """Return the name of the repository's default branch; make the repository when there is none.

    Args:
        client: the server, and the repository's name.
        namespace: where the server is to keep a new repository; needed unless it stores on its own disk.

    Raises:
        ConfigError: it is not there and cannot be made.
    """
    try:
        return client.call(_default_branch, client)
    except Fault as fault:
        if fault.kind is not Kind.MISSING:
            raise user_error(fault, client.location) from None
    wanted = RepositoryCreation(
        name=client.repository,
        storage_id=None,
        storage_namespace=namespace or _local_namespace(client),
        default_branch="main",
        sample_data=False,
        read_only=False,
    )
    try:
        client.call(client.repositories.create_repository, wanted)
    except Fault as refusal:
        return _made_by_another(client, refusal)
    return client.call(_default_branch, client)


def _default_branch(client: Client, **timed: object) -> str:
    return str(client.repositories.get_repository(client.repository, **timed).default_branch)


def _made_by_another(client: Client, refusal: Fault) -> str:
    # While another process is making it, the server refuses us for its folder being in use, and does not know it yet.
    def attempt() -> str:
        try:
            return client.once(_default_branch, client)
        except Fault as fault:
            raise (Fault(Kind.TRANSIENT, refusal.message) if fault.kind is Kind.MISSING else fault) from None

    if refusal.kind not in {Kind.EXISTS, Kind.INVALID}:
        raise user_error(refusal, client.location) from None
    try:
        return client.repeat(attempt)
    except Fault as fault:
        raise user_error(fault, client.location) from None


def _local_namespace(client: Client) -> str:
    try:
        storage = client.call(client.config.get_config).storage_config
    except Fault as fault:
        raise user_error(fault, client.location) from None
    if storage is None or storage.blockstore_type != "local":
        raise ConfigError(
            "the repository does not exist and there is no storage namespace to make it in",
            where=client.location,
            todo="set store.storage_namespace, such as s3://bucket/prefix, or make the repository yourself",
        )
    return f"local://{client.repository}"
