"""Custom resources that are known: what a document of such a kind does not stand for.

Every other custom resource may make pods with labels of the user's choosing, so nothing is concluded beside one.
"""

from __future__ import annotations

WITHOUT_PODS = frozenset(
    (
        # monitoring.coreos.com (Prometheus, Alertmanager and ThanosRuler do make pods)
        *("ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe", "ScrapeConfig", "AlertmanagerConfig"),
        # cert-manager.io
        *("Certificate", "CertificateRequest", "Issuer", "ClusterIssuer"),
        # istio.io
        *("VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "EnvoyFilter", "AuthorizationPolicy"),
        *("PeerAuthentication", "RequestAuthentication", "Telemetry", "WasmPlugin", "ProxyConfig"),
        # gateway.networking.k8s.io: the pods of a Gateway bear its controller's labels
        *("GatewayClass", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute", "ReferenceGrant"),
        *("BackendTLSPolicy", "ListenerSet", "XListenerSet"),
        # traefik.io
        *("IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "TLSOption", "TLSStore"),
        *("ServersTransport", "TraefikService"),
        # projectcontour.io
        *("HTTPProxy", "TLSCertificateDelegation", "ExtensionService"),
        # metallb.io
        *("IPAddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer", "BFDProfile", "Community", "AddressPool"),
        # secrets from elsewhere
        *("ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore", "SealedSecret"),
        *("SecretProviderClass",),
        # load balancers of the clouds
        *("TargetGroupBinding", "IngressClassParams", "BackendConfig", "FrontendConfig", "ManagedCertificate"),
        *("ServiceAttachment",),
        # autoscaling
        *("ScaledObject", "TriggerAuthentication", "ClusterTriggerAuthentication", "VerticalPodAutoscaler"),
        # network and admission policies
        *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"),
        *("StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy"),
        *("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "CiliumLoadBalancerIPPool", "GlobalNetworkPolicy"),
        *("ClusterPolicy", "Policy", "PolicyException", "ConstraintTemplate", "PodSecurityPolicy"),
        # route.openshift.io and its neighbours (DeploymentConfig does make pods)
        *("Route", "SecurityContextConstraints", "ImageStream", "Project"),
        # multicluster.x-k8s.io, snapshot.storage.k8s.io
        *("ServiceImport", "ServiceExport", "VolumeSnapshot", "VolumeSnapshotClass"),
    )
)
"""Kinds of well-known controllers whose objects make no pods."""

LOCAL_GROUPS = (
    "kustomize.config.k8s.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "config.k8s.io",
    "audit.k8s.io",
    "chainsaw.kyverno.io",
    "cli.kyverno.io",
    "kuttl.dev",
    "skaffold",
    # What only plug-in managers and policy engines read.
    "krew.googlecontainertools.github.com",
    "constraints.gatekeeper.sh",
    "mutations.gatekeeper.sh",
    "templates.gatekeeper.sh",
    # A DeploymentConfig has its pod template where a Deployment has it, and makes nothing else.
    "apps.openshift.io",
)
"""API groups of files that configure a tool and never reach a cluster."""

DEPLOYING_GROUPS = ("argoproj.io", "toolkit.fluxcd.io", "helm.cattle.io", "operators.coreos.com")
"""API groups of controllers that deploy charts and folders of manifests: Argo CD, Flux, k3s, the Operator Lifecycle
Manager. Their objects live in one namespace, and what they deploy in another."""

ROLE_LABELS = frozenset(
    ("role", "spilo-role", "redis-role", "vault-active", "vault-initialized", "vault-perf-standby", "vault-sealed")
)
"""Labels without a domain that programs give to their own pods while they run: Patroni and Spilo, Redis and Vault."""
