"""How traffic is spread: policies, affinity, probes, and what ports and namespaces are called."""
