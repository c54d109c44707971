"""Releases: what a version is made of, how it is published, and how it is read back."""

from prefstrata.releases._names import compared_with
from prefstrata.releases._whole import is_whole, newest_manifest
from prefstrata.releases.drafts import MANIFEST, Draft, Outcome, ReleaseFile, Status
from prefstrata.releases.protocol import Step, publish_rebasing, publish_release, reconcile_releases
from prefstrata.releases.purging import Purged, check_purgeable, purge_releases
from prefstrata.releases.rollback import rollback_release
from prefstrata.releases.stored import (
    Checkout,
    Verified,
    checkout_files,
    read_manifest,
    verify_release,
    verify_releases,
)

__all__ = [
    "MANIFEST",
    "Checkout",
    "Draft",
    "Outcome",
    "Purged",
    "ReleaseFile",
    "Status",
    "Step",
    "Verified",
    "check_purgeable",
    "checkout_files",
    "compared_with",
    "is_whole",
    "newest_manifest",
    "publish_rebasing",
    "publish_release",
    "purge_releases",
    "read_manifest",
    "reconcile_releases",
    "rollback_release",
    "verify_release",
    "verify_releases",
]
