"""The version store on a lakeFS server. Importing it imports the server's client: ``open_store`` does, when asked."""

from prefstrata.stores.lakefs.client import Credentials
from prefstrata.stores.lakefs.store import LakeFSStore

__all__ = ["Credentials", "LakeFSStore"]
