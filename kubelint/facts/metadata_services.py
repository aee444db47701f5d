"""Where clouds tell a machine about itself, and hand out its credentials: addresses and host names.

Each is given with the words that say what is there. They are the same in every account and region. Tencent's and IBM's
names were read in those clouds' documentation, all others are what the deny lists of several public projects agree on;
unchecked are 169.254.170.23 and EC2's regional names.
"""

from __future__ import annotations

_ADDRESSES = {
    "169.254.169.254": "the metadata service of AWS, Azure, Google Cloud and others",
    "fd00:ec2::254": "the metadata service of AWS",
    "169.254.170.2": "the credential service of Amazon ECS",
    "169.254.170.23": "the credential service of Amazon EKS",
    "fd00:ec2::23": "the credential service of Amazon EKS",
    "fd20:ce::254": "the metadata service of Google Cloud",
    "168.63.129.16": "the wire server of Azure",
    "100.100.100.200": "the metadata service of Alibaba Cloud",
    "169.254.0.23": "the metadata service of Tencent Cloud",
    "169.254.42.42": "the metadata service of Scaleway",
    "fd00:42::42": "the metadata service of Scaleway",
    "192.0.0.192": "the metadata service of Oracle Cloud",
    "fd00:c1::a9fe:a9fe": "the metadata service of Oracle Cloud",
}
_NAMES = {
    "metadata.google.internal": "the metadata service of Google Cloud",
    "metadata.goog": "the metadata service of Google Cloud",
    "instance-data": "the metadata service of AWS",
    "instance-data.ec2.internal": "the metadata service of AWS",
    "api.metadata.cloud.ibm.com": "the metadata service of IBM Cloud",
    "metadata.tencentyun.com": "the metadata service of Tencent Cloud",
    "metadata.platformequinix.com": "the metadata service of Equinix Metal",
}


def metadata_service_at(address: str) -> str | None:
    """What is at an IP address in its canonical spelling, where that is a metadata service, with its article."""
    return _ADDRESSES.get(address)


def metadata_service_named(host: str) -> str | None:
    """What a host name in small letters, without a dot at its end, means if it is that of a metadata service."""
    # In each region but the first, EC2's own domain bears the region's name.
    if host.startswith("instance-data.") and host.endswith(".compute.internal"):
        host = "instance-data"
    return _NAMES.get(host)
