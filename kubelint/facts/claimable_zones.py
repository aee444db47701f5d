"""DNS zones in which whoever comes first gets a name: where a name is given up, anyone can take it over.

Only zones in which the name itself is for the taking, for an ExternalName is dialled by its target: a provider that
lets people claim a domain of their own is no danger here. Left out is what the list below calls not vulnerable:
CloudFront, Elastic Load Balancing, Fastly, Vercel, WP Engine, Zendesk.

From https://github.com/EdOverflow/can-i-take-over-xyz (fingerprints.json; GitHub Pages, Heroku and Netlify are edge
cases there) and, for Azure, https://github.com/projectdiscovery/nuclei-templates (dns/azure-takeover-detection.yaml).
Unchecked are `cloudapp.net` and Read the Docs.
"""

from __future__ import annotations

import re
from functools import cache

_ZONES = {
    "Amazon S3": (
        *("**.s3.amazonaws.com", "**.s3.*.amazonaws.com", "**.s3-*.amazonaws.com", "**.s3.dualstack.*.amazonaws.com"),
        "**.s3-website.*.amazonaws.com",
    ),
    "AWS Elastic Beanstalk": ("*.elasticbeanstalk.com", "*.*.elasticbeanstalk.com"),
    "Azure": (
        *("*.azurewebsites.net", "*.cloudapp.net", "*.*.cloudapp.azure.com", "*.trafficmanager.net", "*.azurefd.net"),
        *("*.azureedge.net", "*.blob.core.windows.net", "*.*.web.core.windows.net", "*.azure-api.net"),
        *("*.*.azurecontainer.io", "*.database.windows.net", "*.redis.cache.windows.net", "*.search.windows.net"),
        "*.servicebus.windows.net",
    ),
    "Bitbucket": ("*.bitbucket.io",),
    "Fly.io": ("*.fly.dev",),
    "Ghost": ("*.ghost.io",),
    "GitHub Pages": ("*.github.io",),
    "Heroku": ("*.herokuapp.com",),
    "Netlify": ("*.netlify.app",),
    "ngrok": ("*.ngrok.io",),
    "Pantheon": ("*.pantheonsite.io",),
    "Read the Docs": ("*.readthedocs.io",),
    "Surge": ("*.surge.sh",),
    "WordPress.com": ("*.wordpress.com",),
}
"""By who gives them out, the names: `*` stands for (a part of) one label, `**` for one label or more."""

_DRAWN_AT_RANDOM = re.compile(r".+-[0-9a-f]{12}\.herokuapp\.com")
"""Names that nobody can choose: Heroku puts an identifier behind the name of a newer app."""

_STARS = {"**": r"[^.]+(?:\.[^.]+)*", "*": "[^.]+"}


def claimable_at(host: str) -> str | None:
    """Who gives a host name (small letters, no dot at the end) to anyone that asks, while nobody has it; or None."""
    if _DRAWN_AT_RANDOM.fullmatch(host):
        return None
    return next((giver for giver, names in _patterns().items() if names.fullmatch(host)), None)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {giver: re.compile("|".join(map(_expression, names))) for giver, names in _ZONES.items()}


def _expression(name: str) -> str:
    return "".join(_STARS.get(part) or re.escape(part) for part in re.split(r"(\*+)", name))
